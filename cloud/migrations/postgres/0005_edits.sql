-- What was changed by whom; the order and the archive of categories; persons whose data were erased.

CREATE TABLE edits (
    partner_id BYTEA NOT NULL REFERENCES partners,
    -- The client or the user.
    subject_id BYTEA NOT NULL,
    edit_id    BYTEA NOT NULL CHECK (octet_length(edit_id) = 16),
    edited_at  BIGINT NOT NULL,
    -- None where no member of staff did it. The name is as it was then.
    edited_by  BYTEA,
    editor     TEXT NOT NULL,
    action     TEXT NOT NULL,
    -- The wire's list of fields, JSON.
    changes    TEXT NOT NULL,
    PRIMARY KEY (partner_id, subject_id, edit_id)
);

-- Those of one place are in the order of their names.
ALTER TABLE categories ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE categories ADD COLUMN archived_at BIGINT;

ALTER TABLE users ADD COLUMN erased_at BIGINT;
CREATE INDEX users_of_category ON users (partner_id, category_id);
