"""What a few early steps lack in registers that were made while those steps were still being written.

Between 09:30 and 12:56 of the first day four steps were changed after programs had applied them. Such a register has them
noted as done and lacks a column or an index, at the first use of which the program would fail.
"""

from __future__ import annotations

from licence_qr.store.database.schema import Schema

# In such a register nothing is in ``draws``: no program could draw yet. What had been imported had been decided nowhere.
_COLUMNS = (
    ("import_parts", "code", "TEXT NOT NULL DEFAULT ''"),
    ("import_parts", "reason", "TEXT NOT NULL DEFAULT ''"),
    ("inspection_photos", "refusal", "TEXT NOT NULL DEFAULT ''"),
    ("draws", "candidate_count", "INTEGER NOT NULL DEFAULT 0"),
    ("draws", "officer_count", "INTEGER NOT NULL DEFAULT 0"),
)


def make_whole(schema: Schema) -> None:
    """Add what is not there; in any other register nothing is changed."""
    for table, column, kind in _COLUMNS:
        if column not in schema.columns(table):
            schema.run(f"ALTER TABLE {table} ADD COLUMN {column} {kind};")
    schema.run("""
        CREATE INDEX IF NOT EXISTS entities_resting ON entities (dormant_until) WHERE dormant_until IS NOT NULL;
        CREATE INDEX IF NOT EXISTS permits_to_follow_up ON permits (handling_office, follow_up_due)
            WHERE checked_on IS NULL AND follow_up_due IS NOT NULL AND mode = 'commitment'
            AND state IN ('effective', 'suspended');
    """)
