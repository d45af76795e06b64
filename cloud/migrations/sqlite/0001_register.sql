-- The register of a partner, what lets programs in, and what they told.
-- Identifiers: 16 bytes. Instants: microseconds of UTC. *_key: lower case, ё as е.
-- The partner's id leads every key, except those asked before a tenant is known.

CREATE TABLE partners (
    partner_id   BLOB    NOT NULL PRIMARY KEY CHECK (length(partner_id) = 16),
    name         TEXT    NOT NULL,
    phone        TEXT    NOT NULL,
    zone         TEXT    NOT NULL,
    machine_salt TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
    partner_id    BLOB    NOT NULL REFERENCES partners,
    staff_id      BLOB    NOT NULL CHECK (length(staff_id) = 16),
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (partner_id, staff_id)
) STRICT, WITHOUT ROWID;

-- Asked before a tenant is known: who signs in.
CREATE UNIQUE INDEX staff_by_email ON staff (email);

CREATE TABLE sessions (
    partner_id BLOB    NOT NULL,
    staff_id   BLOB    NOT NULL,
    token_hash BLOB    NOT NULL,
    opened_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (partner_id, staff_id, token_hash),
    FOREIGN KEY (partner_id, staff_id) REFERENCES staff
) STRICT, WITHOUT ROWID;

-- Asked before a tenant is known: whose session it is.
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);

CREATE TABLE categories (
    partner_id  BLOB NOT NULL REFERENCES partners,
    category_id BLOB NOT NULL CHECK (length(category_id) = 16),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    PRIMARY KEY (partner_id, category_id),
    UNIQUE (partner_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
    partner_id  BLOB    NOT NULL REFERENCES partners,
    client_id   BLOB    NOT NULL CHECK (length(client_id) = 16),
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    inn         TEXT,
    created_at  INTEGER NOT NULL,
    archived_at INTEGER,
    PRIMARY KEY (partner_id, client_id),
    UNIQUE (partner_id, inn)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    partner_id            BLOB    NOT NULL,
    user_id               BLOB    NOT NULL CHECK (length(user_id) = 16),
    client_id             BLOB    NOT NULL,
    category_id           BLOB    NOT NULL,
    surname               TEXT    NOT NULL,
    name                  TEXT    NOT NULL,
    patronymic            TEXT    NOT NULL,
    -- Orders users by surname, name, patronymic.
    full_name_key         TEXT    NOT NULL,
    -- What is found by a search: names, e-mail, telephone.
    search_key            TEXT    NOT NULL,
    uses_1c               INTEGER NOT NULL CHECK (uses_1c IN (0, 1)),
    -- '2015' or '2015-12-31'.
    its_until             TEXT,
    email                 TEXT    NOT NULL,
    phone                 TEXT    NOT NULL,
    created_at            INTEGER NOT NULL,
    archived_at           INTEGER,
    -- The maximum over all computers; never moves backwards.
    last_authorization_at INTEGER,
    PRIMARY KEY (partner_id, user_id),
    FOREIGN KEY (partner_id, client_id) REFERENCES clients,
    FOREIGN KEY (partner_id, category_id) REFERENCES categories
) STRICT, WITHOUT ROWID;

CREATE INDEX users_of_client ON users (partner_id, client_id);

CREATE TABLE devices (
    partner_id            BLOB    NOT NULL,
    device_id             BLOB    NOT NULL CHECK (length(device_id) = 16),
    user_id               BLOB    NOT NULL,
    public_key            TEXT    NOT NULL,
    computer              TEXT    NOT NULL,
    system                TEXT    NOT NULL,
    program               TEXT    NOT NULL,
    zone                  TEXT,
    machine               TEXT,
    -- None until the first authorization tells it.
    autostart             TEXT,
    activated_at          INTEGER NOT NULL,
    last_authorization_at INTEGER,
    disconnected_at       INTEGER,
    cloned_at             INTEGER,
    -- The value to be presented next, and the one presented last.
    echo_next             TEXT,
    echo_presented        TEXT,
    PRIMARY KEY (partner_id, device_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_of_user ON devices (partner_id, user_id);
-- Asked before a tenant is known: whose key signed.
CREATE UNIQUE INDEX devices_by_key ON devices (public_key);

CREATE TABLE codes (
    partner_id BLOB    NOT NULL,
    code_id    BLOB    NOT NULL CHECK (length(code_id) = 16),
    user_id    BLOB    NOT NULL,
    -- Keyed; the digits are nowhere.
    code_hash  BLOB    NOT NULL,
    issued_by  BLOB    NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    used_at    INTEGER,
    device_id  BLOB,
    PRIMARY KEY (partner_id, code_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, issued_by) REFERENCES staff,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices,
    CHECK ((used_at IS NULL) = (device_id IS NULL)),
    CHECK (used_at IS NULL OR revoked_at IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_of_user ON codes (partner_id, user_id, issued_at);
-- Asked before a tenant is known: whose code was typed.
CREATE UNIQUE INDEX codes_by_hash ON codes (code_hash);

-- The fact of the report. Keeps the user and the device as they were.
CREATE TABLE authorizations (
    partner_id       BLOB    NOT NULL,
    authorization_id BLOB    NOT NULL CHECK (length(authorization_id) = 16),
    user_id          BLOB    NOT NULL,
    device_id        BLOB    NOT NULL,
    authorized_at    INTEGER NOT NULL,
    launch_id        BLOB    NOT NULL,
    cause            TEXT    NOT NULL,
    attended         TEXT    NOT NULL,
    computer         TEXT    NOT NULL,
    launches_dropped INTEGER NOT NULL,
    -- What was answered, for the repetitions.
    echo             TEXT    NOT NULL,
    PRIMARY KEY (partner_id, authorization_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
) STRICT, WITHOUT ROWID;

CREATE INDEX authorizations_of_user ON authorizations (partner_id, user_id, authorized_at);

CREATE TABLE launches (
    partner_id BLOB    NOT NULL,
    device_id  BLOB    NOT NULL,
    launch_id  BLOB    NOT NULL CHECK (length(launch_id) = 16),
    user_id    BLOB    NOT NULL,
    computer   TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    -- By the computer's clock.
    started_at INTEGER NOT NULL,
    told_at    INTEGER NOT NULL,
    authorized INTEGER NOT NULL CHECK (authorized IN (0, 1)),
    PRIMARY KEY (partner_id, device_id, launch_id),
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
) STRICT, WITHOUT ROWID;

CREATE INDEX launches_of_user ON launches (partner_id, user_id, started_at);

CREATE TABLE failures (
    partner_id       BLOB    NOT NULL,
    authorization_id BLOB    NOT NULL,
    place            INTEGER NOT NULL,
    user_id          BLOB    NOT NULL,
    device_id        BLOB    NOT NULL,
    computer         TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    -- By the computer's clock.
    first_at         INTEGER NOT NULL,
    last_at          INTEGER NOT NULL,
    told_at          INTEGER NOT NULL,
    PRIMARY KEY (partner_id, authorization_id, place),
    FOREIGN KEY (partner_id, authorization_id) REFERENCES authorizations,
    FOREIGN KEY (partner_id, user_id) REFERENCES users,
    FOREIGN KEY (partner_id, device_id) REFERENCES devices
) STRICT, WITHOUT ROWID;

CREATE INDEX failures_of_user ON failures (partner_id, user_id, last_at);

-- What the planner takes to be in the tables: one partner's whole register and a
-- year of it. Without this it believes that the partner's id alone finds a few
-- rows and reads all of them for every user. Fixed, so that plans never change.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('clients', 'clients', '2000 2000 1'),
    ('users', 'users', '10000 10000 1'),
    ('users', 'users_of_client', '10000 10000 5 1'),
    ('devices', 'devices', '10000 10000 1'),
    ('devices', 'devices_of_user', '10000 10000 2 1'),
    ('devices', 'devices_by_key', '10000 1'),
    ('codes', 'codes', '20000 20000 1'),
    ('codes', 'codes_of_user', '20000 20000 2 1 1'),
    ('codes', 'codes_by_hash', '20000 1'),
    ('authorizations', 'authorizations', '2500000 2500000 1'),
    ('authorizations', 'authorizations_of_user', '2500000 2500000 250 1 1'),
    ('launches', 'launches', '2500000 2500000 250 1'),
    ('launches', 'launches_of_user', '2500000 2500000 250 1 1 1'),
    ('failures', 'failures', '100000 100000 2 1'),
    ('failures', 'failures_of_user', '100000 100000 10 1 1 1');
