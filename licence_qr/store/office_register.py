"""Everything one office answers for, read whole: a few statements for all its businesses, not a few for each."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.entity import Premises
from licence_qr.domain.identifiers import CodeId
from licence_qr.store import entities, permits
from licence_qr.store.database import Transaction
from licence_qr.store.entities import StoredEntity
from licence_qr.store.permits import StoredPermit

# The businesses of an office: those registered there, and those with a permit that it handles.
_OURS = "(SELECT uscc FROM entities WHERE office = ? UNION SELECT uscc FROM permits WHERE handling_office = ?)"


@dataclass(frozen=True, slots=True)
class OfficeBusiness:
    """One business with all its premises and permits. ``code_id`` is None for one that never had a code."""

    stored: StoredEntity
    code_id: CodeId | None
    premises: tuple[Premises, ...]
    permits: tuple[StoredPermit, ...]


def read(tx: Transaction, office: str) -> tuple[OfficeBusiness, ...]:
    """The businesses of ``office`` in order of their credit codes."""
    ours = (office, office)
    premises: dict[str, list[Premises]] = {}
    for row in tx.all(f"SELECT * FROM premises WHERE uscc IN {_OURS} ORDER BY uscc, premises_no", ours):
        found = Premises(row["premises_no"], row["address"], row["region"], row["area_m2"])
        premises.setdefault(row["uscc"], []).append(found)
    held: dict[str, list[StoredPermit]] = {}
    for row in tx.all(f"SELECT * FROM permits WHERE uscc IN {_OURS} ORDER BY uscc, premises_no, permit_id", ours):
        held.setdefault(row["uscc"], []).append(permits.from_row(row))
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
        )
        for row in rows
    )
