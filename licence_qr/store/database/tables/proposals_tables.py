"""Tables of proposals, of checks after a grant on commitment, and of the credit record."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Create the tables.

    A subject has at most one open proposal of an act; the partial index guarantees that, also under concurrency.
    """
    schema.run("""
        CREATE TABLE proposals (
            proposal_id INTEGER PRIMARY KEY AUTOINCREMENT, uscc TEXT NOT NULL REFERENCES entities (uscc),
            subject TEXT NOT NULL, act TEXT NOT NULL, reason TEXT NOT NULL, legal_basis TEXT NOT NULL,
            document_no TEXT NOT NULL, effective_on TEXT, revision INTEGER NOT NULL, origin TEXT NOT NULL,
            witnesses TEXT NOT NULL, office TEXT NOT NULL, proposed_by TEXT NOT NULL, proposed_at TEXT NOT NULL,
            state TEXT NOT NULL, decided_by TEXT NOT NULL DEFAULT '', decided_at TEXT,
            decision TEXT NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX proposals_open_once ON proposals (uscc, subject, act) WHERE state = 'open';
        CREATE INDEX proposals_by_office ON proposals (office, state, proposal_id);
        CREATE INDEX proposals_by_uscc ON proposals (uscc);

        CREATE TABLE follow_ups (
            follow_up_id INTEGER PRIMARY KEY AUTOINCREMENT,
            permit_id INTEGER NOT NULL REFERENCES permits (permit_id), uscc TEXT NOT NULL, office TEXT NOT NULL,
            officer TEXT NOT NULL, others TEXT NOT NULL, checked_on TEXT NOT NULL, outcome TEXT NOT NULL,
            findings TEXT NOT NULL, rectify_by TEXT, document_no TEXT NOT NULL, fault TEXT,
            legal_basis TEXT NOT NULL, inspection TEXT NOT NULL,
            proposal_id INTEGER REFERENCES proposals (proposal_id), recorded_at TEXT NOT NULL);
        CREATE INDEX follow_ups_by_permit ON follow_ups (permit_id, follow_up_id);

        CREATE TABLE credit_entries (
            entry_id INTEGER PRIMARY KEY, uscc TEXT NOT NULL REFERENCES entities (uscc), permit_type TEXT NOT NULL,
            permit_id INTEGER NOT NULL REFERENCES permits (permit_id), fault TEXT NOT NULL,
            proposal_id INTEGER NOT NULL UNIQUE REFERENCES proposals (proposal_id), state TEXT NOT NULL,
            decided_on TEXT, barred_from TEXT, barred_to TEXT);
        CREATE INDEX credit_entries_by_uscc ON credit_entries (uscc);
    """)
