-- The register of a partner, what lets programs in, and what they told.
-- Identifiers: 16 bytes. Instants: microseconds of UTC. *_key: lower case, ё as е, ordered by bytes.
-- The partner's id leads every key, except those asked before a tenant is known.

CREATE TABLE partners (
    partner_id   BYTEA   NOT NULL PRIMARY KEY CHECK (octet_length(partner_id) = 16),
    name         TEXT    NOT NULL,
    phone        TEXT    NOT NULL,
    zone         TEXT    NOT NULL,
    machine_salt TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL
);

CREATE TABLE staff (
    partner_id    BYTEA   NOT NULL REFERENCES partners,
    staff_id      BYTEA   NOT NULL CHECK (octet_length(staff_id) = 16),
    name          TEXT    NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL,
    email         TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    PRIMARY KEY (partner_id, staff_id)
);

-- Asked before a tenant is known: who signs in.
CREATE UNIQUE INDEX staff_by_email ON staff (email);

CREATE TABLE sessions (
    partner_id BYTEA   NOT NULL,
    staff_id   BYTEA   NOT NULL,
    token_hash BYTEA   NOT NULL,
    opened_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    PRIMARY KEY (partner_id, staff_id, token_hash),
    FOREIGN KEY (partner_id, staff_id) REFERENCES staff
);

-- Asked before a tenant is known: whose session it is.
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);

CREATE TABLE categories (
    partner_id  BYTEA NOT NULL REFERENCES partners,
    category_id BYTEA NOT NULL CHECK (octet_length(category_id) = 16),
    name        TEXT NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, category_id),
    UNIQUE (partner_id, name_key)
);

CREATE TABLE clients (
    partner_id  BYTEA   NOT NULL REFERENCES partners,
    client_id   BYTEA   NOT NULL CHECK (octet_length(client_id) = 16),
    name        TEXT    NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    inn         TEXT,
    created_at  BIGINT  NOT NULL,
    archived_at BIGINT,
    PRIMARY KEY (partner_id, client_id),
    UNIQUE (partner_id, inn)
);

CREATE TABLE users (
    partner_id            BYTEA   NOT NULL,
    user_id               BYTEA   NOT NULL CHECK (octet_length(user_id) = 16),
    client_id             BYTEA   NOT NULL,
    category_id           BYTEA   NOT NULL,
    surname               TEXT    NOT NULL,
    name                  TEXT    NOT NULL,
    patronymic            TEXT    NOT NULL,
    -- Orders users by surname, name, patronymic.
    full_name_key         TEXT COLLATE "C" NOT NULL,
    -- What is found by a search: names, e-mail, telephone.
    search_key            TEXT COLLATE "C" NOT NULL,
    uses_1c               BOOLEAN NOT NULL,
    -- '2015' or '2015-12-31'.
    its_until             TEXT COLLATE "C",
    email                 TEXT    NOT NULL,
    phone                 TEXT    NOT NULL,
    created_at            BIGINT  NOT NULL,
    archived_at           BIGINT,
    -- The maximum over all computers; never moves backwards.
    last_authorization_at BIGINT,
    PRIMARY KEY (partner_id, user_id),
    FOREIGN KEY (partner_id, client_id) REFERENCES clients,
    FOREIGN KEY (partner_id, category_id) REFERENCES categories
);

CREATE INDEX users_of_client ON users (partner_id, client_id);

CREATE TABLE devices (
    partner_id            BYTEA   NOT NULL,
    device_id             BYTEA   NOT NULL CHECK (octet_length(device_id) = 16),
    user_id               BYTEA   NOT NULL,
    public_key            TEXT COLLATE "C" NOT NULL,
    computer              TEXT    NOT NULL,
    system                TEXT    NOT NULL,
    program               TEXT    NOT NULL,
    zone                  TEXT,
    machine               TEXT,
    -- None until the first authorization tells it.
    autostart             TEXT,
    activated_at          BIGINT  NOT NULL,
    last_authorization_at BIGINT,
    disconnected_at       BIGINT,
    cloned_at             BIGINT,
    -- The value to be presented next, and the one presented last.
    echo_next             TEXT,
    echo_presented        TEXT,
    PRIMARY KEY (partner_id, device_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
);

CREATE INDEX devices_of_user ON devices (partner_id, user_id);
-- Asked before a tenant is known: whose key signed.
CREATE UNIQUE INDEX devices_by_key ON devices (public_key);

CREATE TABLE codes (
    partner_id BYTEA   NOT NULL,
    code_id    BYTEA   NOT NULL CHECK (octet_length(code_id) = 16),
    user_id    BYTEA   NOT NULL,
    -- Keyed; the digits are nowhere.
    code_hash  BYTEA   NOT NULL,
    issued_by  BYTEA   NOT NULL,
    issued_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    revoked_at BIGINT,
    used_at    BIGINT,
    device_id  BYTEA,
    PRIMARY KEY (partner_id, code_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, issued_by) REFERENCES staff,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices,
    CHECK ((used_at IS NULL) = (device_id IS NULL)),
    CHECK (used_at IS NULL OR revoked_at IS NULL)
);

CREATE INDEX codes_of_user ON codes (partner_id, user_id, issued_at);
-- Asked before a tenant is known: whose code was typed.
CREATE UNIQUE INDEX codes_by_hash ON codes (code_hash);

-- The fact of the report. Keeps the user and the device as they were.
CREATE TABLE authorizations (
    partner_id       BYTEA   NOT NULL,
    authorization_id BYTEA   NOT NULL CHECK (octet_length(authorization_id) = 16),
    user_id          BYTEA   NOT NULL,
    device_id        BYTEA   NOT NULL,
    authorized_at    BIGINT  NOT NULL,
    launch_id        BYTEA   NOT NULL,
    cause            TEXT    NOT NULL,
    attended         TEXT    NOT NULL,
    computer         TEXT    NOT NULL,
    launches_dropped BIGINT  NOT NULL,
    -- What was answered, for the repetitions.
    echo             TEXT    NOT NULL,
    PRIMARY KEY (partner_id, authorization_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
);

CREATE INDEX authorizations_of_user ON authorizations (partner_id, user_id, authorized_at);

CREATE TABLE launches (
    partner_id BYTEA   NOT NULL,
    device_id  BYTEA   NOT NULL,
    launch_id  BYTEA   NOT NULL CHECK (octet_length(launch_id) = 16),
    user_id    BYTEA   NOT NULL,
    computer   TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    -- By the computer's clock.
    started_at BIGINT  NOT NULL,
    told_at    BIGINT  NOT NULL,
    authorized BOOLEAN NOT NULL,
    PRIMARY KEY (partner_id, device_id, launch_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
);

CREATE INDEX launches_of_user ON launches (partner_id, user_id, started_at);

CREATE TABLE failures (
    partner_id       BYTEA   NOT NULL,
    authorization_id BYTEA   NOT NULL,
    place            BIGINT  NOT NULL,
    user_id          BYTEA   NOT NULL,
    device_id        BYTEA   NOT NULL,
    computer         TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    attempts         BIGINT  NOT NULL,
    -- By the computer's clock.
    first_at         BIGINT  NOT NULL,
    last_at          BIGINT  NOT NULL,
    told_at          BIGINT  NOT NULL,
    PRIMARY KEY (partner_id, authorization_id, place),
    FOREIGN KEY (partner_id, authorization_id) REFERENCES authorizations,
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
);

CREATE INDEX failures_of_user ON failures (partner_id, user_id, last_at);
