"""Tables of what people did and read, for the auditor."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def add_traces(schema: Schema) -> None:
    """Traces, in the shape of the history but with an end; and the indexes by which the auditor reads both.

    The indexes by time also find an event that waited beside the register (``history.has``).
    """
    schema.run("""
        ALTER TABLE history ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';
        CREATE TABLE traces (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, office TEXT NOT NULL,
            event TEXT NOT NULL, uscc TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
            legal_basis TEXT NOT NULL, document_no TEXT NOT NULL, before TEXT, after TEXT,
            effective_on TEXT NOT NULL, proposed_by TEXT NOT NULL, private TEXT NOT NULL,
            salt BLOB NOT NULL CHECK (length(salt) = 32), person_id INTEGER NOT NULL, session TEXT NOT NULL,
            device TEXT NOT NULL, network TEXT NOT NULL, on_behalf_of TEXT NOT NULL);
        CREATE TRIGGER traces_are_not_updated BEFORE UPDATE ON traces
            BEGIN SELECT RAISE(ABORT, 'traces are not changed'); END;
        CREATE INDEX traces_by_time ON traces (at);
        CREATE INDEX traces_by_actor ON traces (actor, at);
        CREATE INDEX traces_by_uscc ON traces (uscc, at);
        CREATE INDEX history_by_time ON history (at);
        CREATE INDEX history_by_actor ON history (actor, at);
    """)


def add_trail_indexes(schema: Schema) -> None:
    """For whom something was done at the console, what it was done to, what it was and from where: what an auditor asks for
    besides who did it. Offices have no index: each has so many events that the newest are soon found."""
    schema.run("""
        CREATE INDEX history_by_subject ON history (subject, at);
        CREATE INDEX traces_by_subject ON traces (subject, at);
        CREATE INDEX history_by_behalf ON history (on_behalf_of, at) WHERE on_behalf_of <> '';
        CREATE INDEX traces_by_behalf ON traces (on_behalf_of, at) WHERE on_behalf_of <> '';
        CREATE INDEX history_by_event ON history (event, at);
        CREATE INDEX traces_by_event ON traces (event, at);
        CREATE INDEX history_by_network ON history (network, at);
        CREATE INDEX traces_by_network ON traces (network, at);
    """)


def add_refusals(schema: Schema) -> None:
    """Refused tries of the last minutes, by kind, account and network, until they are told as one trace."""
    schema.run("""
        CREATE TABLE refusals (
            kind TEXT NOT NULL, subject TEXT NOT NULL, network TEXT NOT NULL, since TEXT NOT NULL, last_at TEXT NOT NULL,
            times INTEGER NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (kind, subject, network));
        CREATE INDEX refusals_by_time ON refusals (since);
    """)
