"""People, to whom accounts belong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. ``staff_no`` is their number in the authority's own list, empty where it is not known."""

    person_id: int
    staff_no: str
    name: str
    office: str


def add(tx: Transaction, staff_no: str, name: str, office: str, at: datetime) -> int:
    """Add a person and return their key. The staff number must be new, or empty."""
    cursor = tx.run(
        "INSERT INTO persons (staff_no, name, office, created_at) VALUES (?, ?, ?, ?)",
        (staff_no or None, name, office, at.isoformat()),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, person_id: int) -> Person | None:
    """The person with this key, or None."""
    row = tx.one("SELECT * FROM persons WHERE person_id = ?", (person_id,))
    return _person(row) if row else None


def by_staff_no(tx: Transaction, staff_no: str) -> Person | None:
    """The person with this staff number, or None; nobody has the empty one."""
    row = tx.one("SELECT * FROM persons WHERE staff_no = ?", (staff_no,))
    return _person(row) if row else None


def namesakes(tx: Transaction, name: str) -> tuple[Person, ...]:
    """Everybody of this name, by key."""
    return tuple(map(_person, tx.all("SELECT * FROM persons WHERE name = ? ORDER BY person_id", (name,))))


def everybody(tx: Transaction) -> tuple[Person, ...]:
    """All people, by key."""
    return tuple(map(_person, tx.all("SELECT * FROM persons ORDER BY person_id", ())))


def _person(row: Row) -> Person:
    return Person(row["person_id"], row["staff_no"] or "", row["name"], row["office"])
