"""People, to whom accounts belong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.people import PeopleFilter
from licence_qr.domain.names import name_key, staff_key
from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import history


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. ``staff_no`` is their number in the authority's own list, empty where it is not known."""

    person_id: int
    staff_no: str
    name: str
    office: str


def add(tx: Transaction, staff_no: str, name: str, office: str, at: datetime) -> int:
    """Add a person and return their key. The staff number must be new, or empty."""
    person_id = _new_key(tx)
    tx.run(
        "INSERT INTO persons (person_id, staff_no, name, office, created_at) VALUES (?, ?, ?, ?, ?)",
        (person_id, staff_no or None, name, office, at.isoformat()),
    )
    return person_id


def _new_key(tx: Transaction) -> int:
    """A key that nobody has or had: the history names people by it, also those who were merged into another entry."""
    merges = history.all_of_kind(tx, EventKind.PERSONS_MERGED)
    gone = (int(json.loads(row["before"])["merged"].get("person_id", 0)) for row in merges)
    row = tx.one("SELECT max(person_id) AS highest FROM persons", ())
    return max(0, row["highest"] or 0 if row else 0, *gone) + 1


def get(tx: Transaction, person_id: int) -> Person | None:
    """The person with this key, or None."""
    row = tx.one("SELECT * FROM persons WHERE person_id = ?", (person_id,))
    return _person(row) if row else None


def by_staff_no(tx: Transaction, staff_no: str) -> Person | None:
    """The person with this staff number, in whatever spelling, or None; nobody has the empty one.

    Older registers may have spellings of one number at several people: then the very spelling counts first.
    """
    found = numbered_alike(tx, staff_no)
    return next((each for each in found if each.staff_no == staff_no), next(iter(found), None))


def numbered_alike(tx: Transaction, staff_no: str) -> tuple[Person, ...]:
    """Everybody with this staff number in whatever spelling, by key; nobody has the empty one."""
    wanted = staff_key(staff_no)
    return tuple(each for each in everybody(tx) if wanted and staff_key(each.staff_no) == wanted)


def namesakes(tx: Transaction, name: str) -> tuple[Person, ...]:
    """Everybody whose name looks like this one, also with characters in it that nobody sees, by key."""
    wanted = name_key(name)
    return tuple(each for each in everybody(tx) if name_key(each.name) == wanted)


def everybody(tx: Transaction) -> tuple[Person, ...]:
    """All people, by key."""
    return tuple(map(_person, tx.all("SELECT * FROM persons ORDER BY person_id", ())))


def change(tx: Transaction, person: Person) -> None:
    """Replace staff number, name and office. The staff number must be new, the person's own, or empty."""
    tx.run(
        "UPDATE persons SET staff_no = ?, name = ?, office = ? WHERE person_id = ?",
        (person.staff_no or None, person.name, person.office, person.person_id),
    )


def remove(tx: Transaction, person_id: int) -> None:
    """Remove a person without accounts."""
    tx.run("DELETE FROM persons WHERE person_id = ?", (person_id,))


def page(tx: Transaction, wanted: PeopleFilter, limit: int, offset: int = 0) -> tuple[Person, ...]:
    """The people that ``wanted`` selects, by office, name and key."""
    where, values = _where(wanted)
    sql = f"SELECT p.* FROM persons p WHERE {where} ORDER BY p.office, p.name, p.person_id LIMIT ? OFFSET ?"
    return tuple(map(_person, tx.all(sql, (*values, limit, offset))))


def count(tx: Transaction, wanted: PeopleFilter) -> int:
    """How many people ``wanted`` selects."""
    where, values = _where(wanted)
    row = tx.one(f"SELECT count(*) AS n FROM persons p WHERE {where}", values)
    return int(row["n"]) if row else 0


def _where(wanted: PeopleFilter) -> tuple[str, tuple[str, ...]]:
    of_account = "EXISTS (SELECT 1 FROM users u WHERE u.person_id = p.person_id AND"
    parts: list[tuple[str, tuple[str, ...]]] = [("1", ())]
    if wanted.office:
        parts.append(("p.office = ?", (wanted.office,)))
    if wanted.text:
        named = f"(instr(coalesce(p.staff_no, '') || ' ' || p.name, ?) > 0 OR {of_account} instr(u.username, ?) > 0))"
        parts.append((named, (wanted.text, wanted.text)))
    if wanted.role:
        has = f"{of_account} u.disabled_at IS NULL AND instr(',' || u.roles || ',', ?) > 0)"
        parts.append((has, (f",{wanted.role.value},",)))
    return " AND ".join(part for part, _ in parts), tuple(value for _, values in parts for value in values)


def _person(row: Row) -> Person:
    return Person(row["person_id"], row["staff_no"] or "", row["name"], row["office"])
