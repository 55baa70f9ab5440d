"""The businesses of one office in pages, a few statements for each page, so that no read takes long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.identifiers import CodeId
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import permits
from licence_qr.store.register.permits import StoredPermit

# Few enough for every database's placeholders and for the processor's caches: 500 take a fifth longer each.
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeBusiness:
    """What a pack contains of one business: premises that are not closed (number, address), and all permits.

    ``code_id`` is None if it never had a code; ``inspected`` is the day of the last inspection that counts, by permit
    key.
    """

    uscc: str
    holder_name: str
    domicile: str
    code_id: CodeId | None
    premises: Sequence[tuple[int, str]]
    permits: Sequence[StoredPermit]
    inspected: Mapping[int, date]


def credit_codes(tx: Transaction, office: str) -> tuple[str, ...]:
    """The businesses of an office, those registered there and those with a permit that it handles, in order. One whose
    next version is not signed yet is left out."""
    rows = tx.run(
        "SELECT uscc FROM entities WHERE office = ? UNION SELECT uscc FROM permits WHERE handling_office = ?"
        " EXCEPT SELECT uscc FROM codes WHERE token IS NULL ORDER BY uscc",
        (office, office),
    )
    return tuple(uscc for (uscc,) in rows)


def read(tx: Transaction, credit_codes: Sequence[str]) -> Iterator[OfficeBusiness]:
    """The businesses with these credit codes, ``PAGE`` at most, in order of their codes."""
    these = f"({', '.join('?' * len(credit_codes))})"
    premises: dict[str, list[tuple[int, str]]] = {}
    for uscc, number, address in tx.run(
        f"SELECT uscc, premises_no, address FROM premises WHERE uscc IN {these} AND closed_on IS NULL"
        " ORDER BY uscc, premises_no",
        credit_codes,
    ):
        premises.setdefault(uscc, []).append((number, address))
    held: dict[str, list[StoredPermit]] = {}
    for row in tx.run(
        f"SELECT * FROM permits WHERE uscc IN {these} ORDER BY uscc, premises_no, permit_id", credit_codes
    ):
        held.setdefault(row["uscc"], []).append(permits.from_row(row))
    inspected: dict[str, dict[int, date]] = {}
    for uscc, permit_id, last in tx.run(
        "SELECT uscc, permit_id, max(visited_on) FROM inspections"
        f" WHERE state = 'counted' AND permit_id IS NOT NULL AND uscc IN {these} GROUP BY uscc, permit_id",
        credit_codes,
    ):
        inspected.setdefault(uscc, {})[permit_id] = date.fromisoformat(last)
    for uscc, holder_name, domicile, code_id in tx.run(
        "SELECT uscc, coalesce(nullif(name, ''), principal), domicile,"
        " (SELECT code_id FROM codes WHERE uscc = e.uscc AND token IS NOT NULL ORDER BY version DESC LIMIT 1)"
        f" FROM entities AS e WHERE uscc IN {these} ORDER BY uscc",
        credit_codes,
    ):
        yield OfficeBusiness(
            uscc=uscc,
            holder_name=holder_name,
            domicile=domicile,
            code_id=CodeId(code_id) if code_id else None,
            premises=premises.get(uscc, ()),
            permits=held.get(uscc, ()),
            inspected=inspected.get(uscc, {}),
        )
