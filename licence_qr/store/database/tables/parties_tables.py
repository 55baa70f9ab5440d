"""Table of the parties of applications (``store.parties``)."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """One row for the applicant of an issued application, and one for an agent. A number is there sealed, as a keyed hash
    and by its last four characters."""
    schema.run("""
        CREATE TABLE parties (
            party_id INTEGER PRIMARY KEY AUTOINCREMENT, application_no TEXT NOT NULL, uscc TEXT NOT NULL,
            role TEXT NOT NULL, name TEXT NOT NULL, sealed_number BLOB, number_mark BLOB, last_four TEXT NOT NULL,
            authority TEXT NOT NULL, authority_until TEXT, origins TEXT NOT NULL);
        CREATE INDEX parties_by_uscc ON parties (uscc);
        CREATE INDEX parties_by_number ON parties (number_mark) WHERE number_mark IS NOT NULL;
    """)
