"""Tables of people, and of how they prove who they are."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Accounts, sessions (by hash of the token, so that a copy of the file gives no access) and rate limits."""
    schema.run("""
        CREATE TABLE users (
            user_id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
            office TEXT NOT NULL, roles TEXT NOT NULL, password_hash TEXT NOT NULL,
            created_at TEXT NOT NULL, disabled_at TEXT);
        CREATE TABLE sessions (
            session_id TEXT PRIMARY KEY, token_hash BLOB NOT NULL UNIQUE,
            user_id INTEGER NOT NULL REFERENCES users (user_id), client TEXT NOT NULL,
            created_at TEXT NOT NULL, last_seen_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT);
        CREATE INDEX sessions_by_user ON sessions (user_id);
        CREATE TABLE throttles (
            scope TEXT NOT NULL, subject TEXT NOT NULL, window_start INTEGER NOT NULL, tries INTEGER NOT NULL,
            PRIMARY KEY (scope, subject));
    """)


def add_people(schema: Schema) -> None:
    """Each account belongs to a person; events say which person acted, in which session, on which device and network.

    Accounts from before become one person each, without a staff number: whether two of them are of one person, somebody has
    to say.
    """
    schema.run("""
        CREATE TABLE persons (
            person_id INTEGER PRIMARY KEY, staff_no TEXT UNIQUE, name TEXT NOT NULL, office TEXT NOT NULL,
            created_at TEXT NOT NULL);
        ALTER TABLE users ADD COLUMN person_id INTEGER REFERENCES persons (person_id);
        CREATE INDEX users_by_person ON users (person_id);
        INSERT INTO persons (person_id, staff_no, name, office, created_at)
            SELECT user_id, NULL, display_name, office, created_at FROM users;
        UPDATE users SET person_id = user_id;
        CREATE TRIGGER users_are_of_persons BEFORE INSERT ON users WHEN NEW.person_id IS NULL
            BEGIN SELECT RAISE(ABORT, 'an account belongs to a person'); END;
        CREATE TRIGGER users_stay_of_persons BEFORE UPDATE OF person_id ON users WHEN NEW.person_id IS NULL
            BEGIN SELECT RAISE(ABORT, 'an account belongs to a person'); END;
        ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
        ALTER TABLE history ADD COLUMN person_id INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE history ADD COLUMN session TEXT NOT NULL DEFAULT '';
        ALTER TABLE history ADD COLUMN device TEXT NOT NULL DEFAULT '';
        ALTER TABLE history ADD COLUMN network TEXT NOT NULL DEFAULT '';
    """)


def add_stages(schema: Schema) -> None:
    """What a session still wants (``domain.accounts.stages``, empty for nothing), and whether an account must change its
    password: nobody who has one from before must."""
    schema.run("""
        ALTER TABLE sessions ADD COLUMN wants TEXT NOT NULL DEFAULT '';
        ALTER TABLE users ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
    """)


def add_second_factors(schema: Schema) -> None:
    """Secrets of authenticator apps (encrypted), recovery codes (hashed), passkeys and the challenges they answer."""
    schema.run("""
        CREATE TABLE totp_secrets (
            user_id INTEGER PRIMARY KEY REFERENCES users (user_id), sealed BLOB NOT NULL, created_at TEXT NOT NULL,
            begun_in TEXT NOT NULL, confirmed_at TEXT, last_step BIGINT NOT NULL);
        CREATE TABLE recovery_codes (
            user_id INTEGER NOT NULL REFERENCES users (user_id), code_hash BLOB NOT NULL, made_at TEXT NOT NULL,
            PRIMARY KEY (user_id, code_hash));
        CREATE TABLE passkeys (
            passkey_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (user_id),
            credential_id BLOB NOT NULL UNIQUE, public_key BLOB NOT NULL, sign_count BIGINT NOT NULL, name TEXT NOT NULL,
            created_at TEXT NOT NULL, last_used_at TEXT);
        CREATE INDEX passkeys_by_user ON passkeys (user_id);
        CREATE TABLE passkey_challenges (
            session_id TEXT NOT NULL, purpose TEXT NOT NULL, challenge BLOB NOT NULL, expires_at REAL NOT NULL,
            PRIMARY KEY (session_id, purpose));
    """)


def add_absences(schema: Schema) -> None:
    """Days on which people are absent, and who stands in for them. What waits for whom is worked out from the days."""
    schema.run("""
        CREATE TABLE absences (
            absence_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES persons (person_id),
            first_day TEXT NOT NULL, last_day TEXT NOT NULL, kind TEXT NOT NULL,
            substitute_id INTEGER REFERENCES persons (person_id), entered_by TEXT NOT NULL, entered_at TEXT NOT NULL,
            retracted_at TEXT, CHECK (first_day <= last_day));
        CREATE INDEX absences_of_person ON absences (person_id, last_day);
        CREATE INDEX absences_by_substitute ON absences (substitute_id, last_day);
    """)


def add_identity_service(schema: Schema) -> None:
    """Steps of sign-ins by the identity service (encrypted; of key and browser the SHA-256), and by what a session was
    opened (``domain.accounts.stages.OpenedBy``)."""
    schema.run("""
        CREATE TABLE sign_in_steps (
            key_hash BLOB PRIMARY KEY, browser_hash BLOB NOT NULL, sealed BLOB NOT NULL, expires_at REAL NOT NULL);
        ALTER TABLE sessions ADD COLUMN opened_by TEXT NOT NULL DEFAULT 'password';
    """)


def add_factor_resets(schema: Schema) -> None:
    """Requests that the second factors of an account be reset."""
    schema.run("""
        CREATE TABLE factor_resets (
            reset_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (user_id),
            asked_by INTEGER NOT NULL REFERENCES users (user_id), reason TEXT NOT NULL, asked_at TEXT NOT NULL,
            state TEXT NOT NULL, settled_by INTEGER REFERENCES users (user_id), settled_at TEXT);
        CREATE INDEX factor_resets_by_user ON factor_resets (user_id, state);
    """)


def add_role_grants(schema: Schema) -> None:
    """Requests that an account be given roles that take two people. ``had`` and ``wanted`` as ``users.roles``."""
    schema.run("""
        CREATE TABLE role_grants (
            grant_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (user_id),
            asked_by INTEGER NOT NULL REFERENCES users (user_id), had TEXT NOT NULL, wanted TEXT NOT NULL,
            asked_at TEXT NOT NULL, state TEXT NOT NULL, settled_by INTEGER REFERENCES users (user_id), settled_at TEXT);
        CREATE INDEX role_grants_by_user ON role_grants (user_id, state);
    """)


def index_open_requests(schema: Schema) -> None:
    """Only the requests that wait are read for the task list."""
    schema.run("""
        CREATE INDEX role_grants_open ON role_grants (asked_at) WHERE state = 'open';
        CREATE INDEX factor_resets_open ON factor_resets (asked_at) WHERE state = 'open';
    """)


def add_identity_bindings(schema: Schema) -> None:
    """People bound to an identity by which they have come in; nobody is yet. ``refused_at``: when another one came."""
    schema.run("""
        CREATE TABLE identity_bindings (
            person_id INTEGER PRIMARY KEY REFERENCES persons (person_id), issuer TEXT NOT NULL, sub TEXT NOT NULL,
            bound_at TEXT NOT NULL, refused_at TEXT, UNIQUE (issuer, sub));
    """)


def add_service_only(schema: Schema) -> None:
    """Whether the password of an account signs nobody in. It does for all accounts from before."""
    schema.run("ALTER TABLE users ADD COLUMN service_only INTEGER NOT NULL DEFAULT 0;")


def add_known_devices(schema: Schema) -> None:
    """Devices on which people have signed in; none from before, which stay known as their cookies say."""
    schema.run("""
        CREATE TABLE known_devices (
            user_id INTEGER NOT NULL REFERENCES users (user_id), device_id TEXT NOT NULL, generation INTEGER NOT NULL,
            words TEXT NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (user_id, device_id));
        CREATE INDEX known_devices_by_use ON known_devices (last_at);
    """)
