"""Tables of the department import. ``store.importing`` reads and writes them.

They are here because ``store.database`` must not import the modules that use them.
"""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Create the tables."""
    schema.run("""
        CREATE TABLE import_runs (
            run_id TEXT PRIMARY KEY, market_file TEXT NOT NULL, health_file TEXT NOT NULL,
            actor TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT);
        CREATE TABLE import_rows (
            run_id TEXT NOT NULL REFERENCES import_runs (run_id), source TEXT NOT NULL, sheet TEXT NOT NULL,
            row_no INTEGER NOT NULL, file TEXT NOT NULL, cells TEXT NOT NULL, beyond INTEGER NOT NULL,
            uscc TEXT NOT NULL, permit_no TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL,
            heading TEXT NOT NULL, facts TEXT NOT NULL, question TEXT NOT NULL,
            PRIMARY KEY (run_id, source, sheet, row_no));
        CREATE INDEX import_rows_by_uscc ON import_rows (run_id, uscc);
        CREATE INDEX import_rows_by_permit_no ON import_rows (run_id, permit_no);
        CREATE TABLE import_questions (
            question_id INTEGER PRIMARY KEY, question TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL,
            kind TEXT NOT NULL, uscc TEXT NOT NULL, office TEXT NOT NULL, details TEXT NOT NULL,
            asked_at TEXT NOT NULL, withdrawn_at TEXT,
            decision TEXT, reason TEXT, decided_by TEXT, decided_at TEXT);
        CREATE INDEX import_questions_open ON import_questions (office) WHERE decision IS NULL AND withdrawn_at IS NULL;
        CREATE TABLE import_parts (
            uscc TEXT NOT NULL, part TEXT NOT NULL, facts TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (uscc, part));
    """)
