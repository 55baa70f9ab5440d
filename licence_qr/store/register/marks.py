"""Dated marks of businesses: in force, lifted and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.register.marks import Mark, MarkKind
from licence_qr.store.database.connections import Row, Transaction

_COLUMNS = "mark_id, uscc, kind, since, until, lifted_on, reason, legal_basis, document_no"


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A mark with its key in the register and the credit code of the business."""

    mark_id: int
    uscc: str
    mark: Mark


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def from_row(row: Row) -> StoredMark:
    """Read a row of ``marks``."""
    mark = Mark(
        kind=MarkKind(row["kind"]),
        since=date.fromisoformat(row["since"]),
        until=_day(row["until"]),
        lifted_on=_day(row["lifted_on"]),
        reason=row["reason"],
        legal_basis=row["legal_basis"],
        document_no=row["document_no"],
    )
    return StoredMark(row["mark_id"], row["uscc"], mark)


def of_business(tx: Transaction, uscc: str) -> tuple[StoredMark, ...]:
    """All marks of a business, past ones too, in order of entry."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM marks WHERE uscc = ? ORDER BY mark_id", (uscc,))
    return tuple(from_row(row) for row in rows)


def get(tx: Transaction, mark_id: int) -> StoredMark | None:
    """The mark with this key, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM marks WHERE mark_id = ?", (mark_id,))
    return from_row(row) if row else None


def elapsed(tx: Transaction, day: date) -> tuple[StoredMark, ...]:
    """The marks whose last day is before ``day`` and that were not lifted."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM marks WHERE lifted_on IS NULL AND until < ? ORDER BY uscc, mark_id", (day.isoformat(),)
    )
    return tuple(from_row(row) for row in rows)


def add(tx: Transaction, uscc: str, mark: Mark) -> StoredMark:
    """Add a mark."""
    cursor = tx.run(
        "INSERT INTO marks (uscc, kind, since, until, lifted_on, reason, legal_basis, document_no)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            uscc,
            mark.kind.value,
            mark.since.isoformat(),
            mark.until and mark.until.isoformat(),
            mark.lifted_on and mark.lifted_on.isoformat(),
            mark.reason,
            mark.legal_basis,
            mark.document_no,
        ),
    )
    return StoredMark(int(cursor.lastrowid or 0), uscc, mark)


def lift(tx: Transaction, mark_id: int, day: date) -> None:
    """Lift a mark with effect from ``day``."""
    tx.run("UPDATE marks SET lifted_on = ? WHERE mark_id = ?", (day.isoformat(), mark_id))
