"""The rules of all tables."""

from __future__ import annotations

from licence_qr.store.database.rules import businesses, cases, citizens, deciding, parties, people, promises, trail
from licence_qr.store.database.rules.model import Table

TABLES: tuple[Table, ...] = (
    *businesses.TABLES,
    *cases.TABLES,
    *parties.TABLES,
    *promises.TABLES,
    *trail.TABLES,
    *people.TABLES,
    *deciding.TABLES,
    *citizens.TABLES,
)
