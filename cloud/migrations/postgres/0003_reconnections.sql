-- Wishes of computers whose key is gone to be known by a new one, and what staff decided.

CREATE TABLE reconnections (
    partner_id      BYTEA   NOT NULL,
    reconnection_id BYTEA   NOT NULL CHECK (octet_length(reconnection_id) = 16),
    device_id       BYTEA   NOT NULL,
    -- Whose the computer was when it asked.
    user_id         BYTEA   NOT NULL,
    public_key      TEXT COLLATE "C" NOT NULL,
    -- As the computer tells itself, by a key that nobody has vouched for.
    computer        TEXT    NOT NULL,
    system          TEXT    NOT NULL,
    program         TEXT    NOT NULL,
    zone            TEXT,
    machine         TEXT,
    asked_at        BIGINT  NOT NULL,
    -- waiting, approved or refused.
    state           TEXT    NOT NULL,
    decided_at      BIGINT,
    -- None where a later wish took its place.
    decided_by      BYTEA,
    PRIMARY KEY (partner_id, reconnection_id),
    FOREIGN KEY (partner_id, device_id) REFERENCES devices,
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, decided_by) REFERENCES staff,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR decided_by IS NOT NULL)
);

CREATE INDEX reconnections_of_device ON reconnections (partner_id, device_id, asked_at);
-- A computer has one wish that waits.
CREATE UNIQUE INDEX reconnections_waiting ON reconnections (partner_id, device_id) WHERE state = 'waiting';
-- And a key one computer in the whole cloud.
CREATE UNIQUE INDEX reconnections_waiting_by_key ON reconnections (public_key) WHERE state = 'waiting';

-- Asked before a tenant is known: which computer asks by a key that is nobody's.
CREATE UNIQUE INDEX devices_by_id ON devices (device_id);

ALTER TABLE live_events ADD COLUMN reconnection_id BYTEA;
-- It has just been asked; otherwise decided.
ALTER TABLE live_events ADD COLUMN asked BOOLEAN;
