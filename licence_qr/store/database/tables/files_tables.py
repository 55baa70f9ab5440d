"""Tables of encrypted files (``store.files``)."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Each file with its key, which is gone once it was deleted; photographs refer to files.

    Photographs from before are in ``kept_sha256`` and ``photo`` until ``services.files.taking_over`` has encrypted them.
    """
    schema.run("""
        CREATE TABLE files (
            name TEXT PRIMARY KEY, key BLOB, size INTEGER NOT NULL, kept_at TEXT NOT NULL, dropped_on TEXT,
            listed INTEGER NOT NULL DEFAULT 0, CHECK ((key IS NULL) = (dropped_on IS NOT NULL)));
        CREATE INDEX files_to_list ON files (name) WHERE key IS NULL AND listed = 0;
        ALTER TABLE inspection_photos ADD COLUMN file TEXT REFERENCES files (name);
        ALTER TABLE report_private ADD COLUMN file TEXT REFERENCES files (name);
    """)
