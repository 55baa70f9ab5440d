"""Repair of registers that were made while a few early steps were still being written.

On the first day four steps were changed after programs had applied them. Such a register has them recorded as applied
but lacks a column or an index, and the program would fail at its first use.
"""

from __future__ import annotations

from licence_qr.store.database.schema import Schema

# In such a register ``draws`` is empty, because no program could draw yet, and no imported row had been decided.
_COLUMNS = (
    ("import_parts", "code", "TEXT NOT NULL DEFAULT ''"),
    ("import_parts", "reason", "TEXT NOT NULL DEFAULT ''"),
    ("inspection_photos", "refusal", "TEXT NOT NULL DEFAULT ''"),
    ("draws", "candidate_count", "INTEGER NOT NULL DEFAULT 0"),
    ("draws", "officer_count", "INTEGER NOT NULL DEFAULT 0"),
)


def make_whole(schema: Schema) -> None:
    """Add what is missing; any other register is left unchanged."""
    for table, column, kind in _COLUMNS:
        if column not in schema.columns(table):
            schema.run(f"ALTER TABLE {table} ADD COLUMN {column} {kind};")
    schema.run("""
        CREATE INDEX IF NOT EXISTS entities_resting ON entities (dormant_until) WHERE dormant_until IS NOT NULL;
        CREATE INDEX IF NOT EXISTS permits_to_follow_up ON permits (handling_office, follow_up_due)
            WHERE checked_on IS NULL AND follow_up_due IS NOT NULL AND mode = 'commitment'
            AND state IN ('effective', 'suspended');
    """)
