-- Conversations with the line, what happened in them by number, and visits.
-- A number of a user's or a partner's record is given under the counter's row lock: no gaps.

ALTER TABLE partners ADD COLUMN event_seq INTEGER NOT NULL DEFAULT 0;
-- The last number an open cabinet has received.
ALTER TABLE partners ADD COLUMN received_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN event_seq INTEGER NOT NULL DEFAULT 0;
-- The last message of the staff, or of the user in a request that is no trial.
ALTER TABLE users ADD COLUMN last_talk_at INTEGER;

CREATE TABLE lines (
    partner_id      BLOB   NOT NULL PRIMARY KEY REFERENCES partners,
    name            TEXT   NOT NULL,
    -- The wire's list of days, JSON.
    hours           TEXT   NOT NULL,
    answer_open     TEXT   NOT NULL,
    answer_closed   TEXT   NOT NULL,
    promise_minutes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    partner_id BLOB   NOT NULL,
    request_id BLOB   NOT NULL CHECK (length(request_id) = 16),
    user_id    BLOB   NOT NULL,
    kind       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    opened_at  INTEGER NOT NULL,
    phone      TEXT,
    phone_key  TEXT NOT NULL,
    -- Messages there are; the place of the last.
    messages   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    -- Its beginning.
    last_text  TEXT   NOT NULL,
    PRIMARY KEY (partner_id, request_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_last ON requests (partner_id, last_at);
CREATE INDEX requests_of_user ON requests (partner_id, user_id, last_at);
CREATE INDEX requests_by_state ON requests (partner_id, state, kind);

-- With a rowid: its rows are long.
CREATE TABLE messages (
    partner_id   BLOB   NOT NULL,
    message_id   BLOB   NOT NULL CHECK (length(message_id) = 16),
    request_id   BLOB   NOT NULL,
    -- In its request, from 1.
    place        INTEGER NOT NULL,
    user_id      BLOB   NOT NULL,
    -- The number of its event in the user's record.
    seq          INTEGER NOT NULL,
    author       TEXT   NOT NULL,
    -- Of staff and the line, as it was then.
    author_name  TEXT   NOT NULL,
    staff_id     BLOB,
    recorded_at  INTEGER NOT NULL,
    delivered_at INTEGER,
    read_at      INTEGER,
    -- What is found by a search: the beginning.
    text_key     TEXT   NOT NULL,
    -- Long, so behind everything that is read without it.
    text         TEXT   NOT NULL,
    PRIMARY KEY (partner_id, message_id),
    UNIQUE (partner_id, request_id, place),
    FOREIGN KEY (partner_id, request_id) REFERENCES requests,
    FOREIGN KEY (partner_id, staff_id) REFERENCES staff
) STRICT;

CREATE INDEX messages_unread ON messages (partner_id, request_id, place) WHERE author = 'user' AND read_at IS NULL;
CREATE INDEX messages_undelivered ON messages (partner_id, user_id, seq)
    WHERE author <> 'user' AND delivered_at IS NULL;

-- A user's record. A message is not copied here.
CREATE TABLE events (
    partner_id BLOB   NOT NULL,
    user_id    BLOB   NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT   NOT NULL,
    at         INTEGER NOT NULL,
    request_id BLOB,
    -- Of kind request: the state from here on.
    state      TEXT,
    -- Of kind message, and of a receipt up to it.
    message_id BLOB,
    of_user    INTEGER CHECK (of_user IN (0, 1)),
    read       INTEGER CHECK (read IN (0, 1)),
    PRIMARY KEY (partner_id, user_id, seq),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
) STRICT, WITHOUT ROWID;

-- The partner's record, for its cabinets.
CREATE TABLE live_events (
    partner_id BLOB   NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT   NOT NULL,
    at         INTEGER NOT NULL,
    request_id BLOB,
    user_id    BLOB,
    -- The user's message that has just come in.
    message_id BLOB,
    trial      INTEGER CHECK (trial IN (0, 1)),
    code_id    BLOB,
    PRIMARY KEY (partner_id, seq),
    FOREIGN KEY (partner_id) REFERENCES partners
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
    partner_id BLOB   NOT NULL,
    code_id    BLOB   NOT NULL,
    device_id  BLOB   NOT NULL,
    started_at INTEGER NOT NULL,
    -- The test request, once it is sent.
    request_id BLOB,
    PRIMARY KEY (partner_id, code_id),
    UNIQUE (partner_id, device_id),
    FOREIGN KEY (partner_id, code_id) REFERENCES codes,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
) STRICT, WITHOUT ROWID;

CREATE INDEX visits_by_start ON visits (partner_id, started_at);
CREATE INDEX visits_by_request ON visits (partner_id, request_id);

CREATE TABLE visit_steps (
    partner_id BLOB   NOT NULL,
    code_id    BLOB   NOT NULL,
    step       TEXT   NOT NULL,
    at         INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL,
    -- Why the last attempt failed; none when the step is done.
    failed     TEXT,
    PRIMARY KEY (partner_id, code_id, step),
    FOREIGN KEY (partner_id, code_id) REFERENCES visits
) STRICT, WITHOUT ROWID;
