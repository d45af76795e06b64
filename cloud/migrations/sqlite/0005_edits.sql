-- What was changed by whom; the order and the archive of categories; persons whose data were erased.

CREATE TABLE edits (
    partner_id BLOB NOT NULL REFERENCES partners,
    -- The client or the user.
    subject_id BLOB NOT NULL,
    edit_id    BLOB NOT NULL CHECK (length(edit_id) = 16),
    edited_at  INTEGER NOT NULL,
    -- None where no member of staff did it. The name is as it was then.
    edited_by  BLOB,
    editor     TEXT NOT NULL,
    action     TEXT NOT NULL,
    -- The wire's list of fields, JSON.
    changes    TEXT NOT NULL,
    PRIMARY KEY (partner_id, subject_id, edit_id)
) STRICT, WITHOUT ROWID;

-- Those of one place are in the order of their names.
ALTER TABLE categories ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE categories ADD COLUMN archived_at INTEGER;

ALTER TABLE users ADD COLUMN erased_at INTEGER;
CREATE INDEX users_of_category ON users (partner_id, category_id);

ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('users', 'users_of_category', '10000 10000 1000 1'),
    ('edits', 'edits', '20000 20000 2 1');
