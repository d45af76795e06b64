-- What became of codes, and the letters that carry them.

-- The page behind its letter or card was opened first.
ALTER TABLE codes ADD COLUMN opened_at BIGINT;
-- Attempts that were refused, and the last of them.
ALTER TABLE codes ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE codes ADD COLUMN tried_at BIGINT;

-- Letters to be sent, and what became of them. With a rowid: what they hold is long.
CREATE TABLE letters (
    partner_id BYTEA   NOT NULL REFERENCES partners,
    letter_id  BYTEA   NOT NULL CHECK (octet_length(letter_id) = 16),
    -- Whom it is to, and the code in it; a letter of another kind has neither.
    user_id    BYTEA,
    code_id    BYTEA,
    recipient  TEXT NOT NULL,
    -- Sealed by the key that is not in the database; taken out once nothing is to be sent.
    content    BYTEA,
    -- waiting, sent, failed or withdrawn.
    state      TEXT NOT NULL,
    made_at    BIGINT   NOT NULL,
    -- Of the state.
    state_at   BIGINT   NOT NULL,
    attempts   BIGINT   NOT NULL DEFAULT 0,
    -- When it is due, or given back by a node that took it and was not heard of.
    due_at     BIGINT   NOT NULL,
    -- Not sent after this.
    until      BIGINT   NOT NULL,
    -- What the mail server answered last.
    error      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (partner_id, letter_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, code_id) REFERENCES codes,
    CHECK ((state = 'waiting') = (content IS NOT NULL))
);

-- Asked of all partners: the post is the cloud's.
CREATE INDEX letters_due ON letters (due_at) WHERE state = 'waiting';
CREATE INDEX letters_of_code ON letters (partner_id, code_id, made_at);
CREATE INDEX letters_of_user ON letters (partner_id, user_id);

-- A partner's own words around a code; none are the first ones.
CREATE TABLE letter_words (
    partner_id BYTEA   NOT NULL PRIMARY KEY REFERENCES partners,
    subject    TEXT NOT NULL,
    text       TEXT NOT NULL
);
