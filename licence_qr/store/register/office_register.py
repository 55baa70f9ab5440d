"""All businesses of one office, read with a few statements in total instead of a few for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.register.entity import Premises
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit

# Businesses of an office: those registered there, and those with a permit that it handles.
_OURS = "(SELECT uscc FROM entities WHERE office = ? UNION SELECT uscc FROM permits WHERE handling_office = ?)"


@dataclass(frozen=True, slots=True)
class OfficeBusiness:
    """One business with all its premises (including closed ones) and permits.

    ``code_id`` is None if it never had a code; ``inspected`` is the day of the last inspection that counts, by permit
    key.
    """

    stored: StoredEntity
    code_id: CodeId | None
    premises: tuple[Premises, ...]
    permits: tuple[StoredPermit, ...]
    inspected: Mapping[int, date]


def read(tx: Transaction, office: str) -> tuple[OfficeBusiness, ...]:
    """The businesses of ``office`` in order of their credit codes."""
    ours = (office, office)
    premises: dict[str, list[Premises]] = {}
    for row in tx.all(f"SELECT * FROM premises WHERE uscc IN {_OURS} ORDER BY uscc, premises_no", ours):
        premises.setdefault(row["uscc"], []).append(entities.premises_from_row(row))
    held: dict[str, list[StoredPermit]] = {}
    for row in tx.all(f"SELECT * FROM permits WHERE uscc IN {_OURS} ORDER BY uscc, premises_no, permit_id", ours):
        held.setdefault(row["uscc"], []).append(permits.from_row(row))
    inspected: dict[str, dict[int, date]] = {}
    for row in tx.all(
        "SELECT uscc, permit_id, max(visited_on) AS last FROM inspections"
        f" WHERE state = 'counted' AND permit_id IS NOT NULL AND uscc IN {_OURS} GROUP BY uscc, permit_id",
        ours,
    ):
        inspected.setdefault(row["uscc"], {})[row["permit_id"]] = date.fromisoformat(row["last"])
    rows = tx.all(
        "SELECT e.*, (SELECT code_id FROM codes WHERE uscc = e.uscc ORDER BY version DESC LIMIT 1) AS code_id"
        f" FROM entities AS e WHERE e.uscc IN {_OURS} ORDER BY e.uscc",
        ours,
    )
    return tuple(
        OfficeBusiness(
            entities.from_row(row),
            CodeId(row["code_id"]) if row["code_id"] else None,
            tuple(premises.get(row["uscc"], ())),
            tuple(held.get(row["uscc"], ())),
            inspected.get(row["uscc"], {}),
        )
        for row in rows
    )
