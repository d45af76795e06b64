-- Conversations with the line, what happened in them by number, and visits.
-- A number of a user's or a partner's record is given under the counter's row lock: no gaps.

ALTER TABLE partners ADD COLUMN event_seq BIGINT NOT NULL DEFAULT 0;
-- The last number an open cabinet has received.
ALTER TABLE partners ADD COLUMN received_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN event_seq BIGINT NOT NULL DEFAULT 0;
-- The last message of the staff, or of the user in a request that is no trial.
ALTER TABLE users ADD COLUMN last_talk_at BIGINT;

CREATE TABLE lines (
    partner_id      BYTEA  NOT NULL PRIMARY KEY REFERENCES partners,
    name            TEXT   NOT NULL,
    -- The wire's list of days, JSON.
    hours           TEXT   NOT NULL,
    answer_open     TEXT   NOT NULL,
    answer_closed   TEXT   NOT NULL,
    promise_minutes BIGINT NOT NULL
);

CREATE TABLE requests (
    partner_id BYTEA  NOT NULL,
    request_id BYTEA  NOT NULL CHECK (octet_length(request_id) = 16),
    user_id    BYTEA  NOT NULL,
    kind       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    phone      TEXT,
    phone_key  TEXT COLLATE "C" NOT NULL,
    -- Messages there are; the place of the last.
    messages   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    -- Its beginning.
    last_text  TEXT   NOT NULL,
    PRIMARY KEY (partner_id, request_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
);

CREATE INDEX requests_by_last ON requests (partner_id, last_at);
CREATE INDEX requests_of_user ON requests (partner_id, user_id, last_at);
CREATE INDEX requests_by_state ON requests (partner_id, state, kind);

CREATE TABLE messages (
    partner_id   BYTEA  NOT NULL,
    message_id   BYTEA  NOT NULL CHECK (octet_length(message_id) = 16),
    request_id   BYTEA  NOT NULL,
    -- In its request, from 1.
    place        BIGINT NOT NULL,
    user_id      BYTEA  NOT NULL,
    -- The number of its event in the user's record.
    seq          BIGINT NOT NULL,
    author       TEXT   NOT NULL,
    -- Of staff and the line, as it was then.
    author_name  TEXT   NOT NULL,
    staff_id     BYTEA,
    recorded_at  BIGINT NOT NULL,
    delivered_at BIGINT,
    read_at      BIGINT,
    -- What is found by a search: the beginning.
    text_key     TEXT COLLATE "C" NOT NULL,
    -- Long, so behind everything that is read without it.
    text         TEXT   NOT NULL,
    PRIMARY KEY (partner_id, message_id),
    UNIQUE (partner_id, request_id, place),
    FOREIGN KEY (partner_id, request_id) REFERENCES requests,
    FOREIGN KEY (partner_id, staff_id) REFERENCES staff
);

CREATE INDEX messages_unread ON messages (partner_id, request_id, place) WHERE author = 'user' AND read_at IS NULL;
CREATE INDEX messages_undelivered ON messages (partner_id, user_id, seq)
    WHERE author <> 'user' AND delivered_at IS NULL;

-- A user's record. A message is not copied here.
CREATE TABLE events (
    partner_id BYTEA  NOT NULL,
    user_id    BYTEA  NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    request_id BYTEA,
    -- Of kind request: the state from here on.
    state      TEXT,
    -- Of kind message, and of a receipt up to it.
    message_id BYTEA,
    of_user    BOOLEAN,
    read       BOOLEAN,
    PRIMARY KEY (partner_id, user_id, seq),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
);

-- The partner's record, for its cabinets.
CREATE TABLE live_events (
    partner_id BYTEA  NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    request_id BYTEA,
    user_id    BYTEA,
    -- The user's message that has just come in.
    message_id BYTEA,
    trial      BOOLEAN,
    code_id    BYTEA,
    PRIMARY KEY (partner_id, seq),
    FOREIGN KEY (partner_id) REFERENCES partners
);

CREATE TABLE visits (
    partner_id BYTEA  NOT NULL,
    code_id    BYTEA  NOT NULL,
    device_id  BYTEA  NOT NULL,
    started_at BIGINT NOT NULL,
    -- The test request, once it is sent.
    request_id BYTEA,
    PRIMARY KEY (partner_id, code_id),
    UNIQUE (partner_id, device_id),
    FOREIGN KEY (partner_id, code_id) REFERENCES codes,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
);

CREATE INDEX visits_by_start ON visits (partner_id, started_at);
CREATE INDEX visits_by_request ON visits (partner_id, request_id);

CREATE TABLE visit_steps (
    partner_id BYTEA  NOT NULL,
    code_id    BYTEA  NOT NULL,
    step       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    -- Why the last attempt failed; none when the step is done.
    failed     TEXT,
    PRIMARY KEY (partner_id, code_id, step),
    FOREIGN KEY (partner_id, code_id) REFERENCES visits
);
