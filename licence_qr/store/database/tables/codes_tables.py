"""Tables of codes."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Versions of codes, status entries, and the counters of both."""
    schema.run("""
        CREATE TABLE codes (
            code_id BLOB NOT NULL, version INTEGER NOT NULL, uscc TEXT NOT NULL REFERENCES entities (uscc),
            issued_on TEXT NOT NULL, issued_at TEXT NOT NULL, kid BLOB NOT NULL, token BLOB NOT NULL,
            digest BLOB NOT NULL, record TEXT NOT NULL,
            status_index INTEGER NOT NULL UNIQUE, entry_count INTEGER NOT NULL,
            PRIMARY KEY (code_id, version));
        CREATE INDEX codes_by_uscc ON codes (uscc, version);
        CREATE TABLE status_entries (status_index INTEGER PRIMARY KEY, value INTEGER NOT NULL);
        CREATE TABLE counters (
            series TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (series, year));
    """)


def part_signing(schema: Schema) -> None:
    """A version is recorded first and signed after the commit: token and key may be missing, then the payload is there.

    Nothing else of a version ever changes but the day from which its print is void, which is set once.
    """
    schema.run("""
        CREATE TABLE parted_codes (
            code_id BLOB NOT NULL, version INTEGER NOT NULL CHECK (version > 0),
            uscc TEXT NOT NULL REFERENCES entities (uscc),
            issued_on TEXT NOT NULL, issued_at TEXT NOT NULL, kid BLOB, token BLOB, payload BLOB,
            refused TEXT NOT NULL DEFAULT '',
            digest BLOB NOT NULL, record TEXT NOT NULL,
            status_index INTEGER NOT NULL UNIQUE, entry_count INTEGER NOT NULL CHECK (entry_count > 0), void_since TEXT,
            PRIMARY KEY (code_id, version),
            CHECK ((token IS NULL) = (kid IS NULL)), CHECK ((token IS NULL) <> (payload IS NULL)),
            CHECK (token IS NULL OR refused = ''));
        INSERT INTO parted_codes (code_id, version, uscc, issued_on, issued_at, kid, token, digest, record, status_index,
            entry_count, void_since)
            SELECT code_id, version, uscc, issued_on, issued_at, kid, token, digest, record, status_index,
            entry_count, void_since FROM codes;
        DROP TABLE codes;
        ALTER TABLE parted_codes RENAME TO codes;
        CREATE INDEX codes_by_uscc ON codes (uscc, version);
        CREATE INDEX codes_unsigned ON codes (status_index) WHERE token IS NULL;
    """)


def list_what_was_not(schema: Schema) -> None:
    """Entries of prints as a program of today lists them: one that is void, or whose licence has ended, has ended also where
    it was only called superseded, and dormancy is listed."""
    wanted = """
        SELECT c.status_index, CASE
            WHEN c.void_since IS NOT NULL OR e.state NOT IN ('active', 'dormant') THEN 1
            WHEN e.state = 'dormant' AND coalesce(s.value, 0) = 0
                AND coalesce(e.dormant_until, '9999') >= date('now', '+8 hours') THEN 2
            ELSE coalesce(s.value, 0) END AS value
        FROM codes c JOIN entities e ON e.uscc = c.uscc LEFT JOIN status_entries s ON s.status_index = c.status_index"""
    differing = f"""
        SELECT w.status_index, w.value FROM ({wanted}) w LEFT JOIN status_entries s ON s.status_index = w.status_index
        WHERE w.value <> coalesce(s.value, 0) ORDER BY w.status_index"""
    # One by one: an entry changes right after the row of status_changes that says so.
    schema.run(f"""
        CREATE TABLE differing_entries AS {differing};
        CREATE TABLE turned_entries (status_index INTEGER NOT NULL, value INTEGER NOT NULL);
        CREATE TRIGGER turn_entry AFTER INSERT ON turned_entries BEGIN
            INSERT INTO status_changes (status_index, value) VALUES (NEW.status_index, NEW.value);
            INSERT INTO status_entries (status_index, value) VALUES (NEW.status_index, NEW.value)
                ON CONFLICT (status_index) DO UPDATE SET value = excluded.value;
        END;
        INSERT INTO turned_entries (status_index, value) SELECT status_index, value FROM differing_entries;
        DROP TABLE turned_entries;
        DROP TABLE differing_entries;
    """)
