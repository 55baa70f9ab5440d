"""Absences and who stands in. Rows are kept: a record of a past day says who acted for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from licence_qr.domain.accounts.absences import (
    Absence,
    AbsenceDetails,
    AbsenceFilter,
    AbsenceKind,
    AbsenceState,
    roles_held,
    roles_needed,
)
from licence_qr.domain.roles import Actor, Away, Cover, Role, StandsFor
from licence_qr.store.accounts import accounts, persons, stand_ins
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Row, Transaction

_COUNTS = "retracted_at IS NULL AND first_day <= ? AND last_day >= ?"
_PLACE = "a.first_day DESC, a.absence_id DESC"


def add(tx: Transaction, person_id: int, details: AbsenceDetails, by: str, at: datetime) -> int:
    """Add an absence and return its key."""
    cursor = tx.run(
        "INSERT INTO absences (person_id, first_day, last_day, kind, substitute_id, entered_by, entered_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (person_id, *_values(details), by, at.isoformat()),
    )
    return int(cursor.lastrowid or 0)


def change(tx: Transaction, absence_id: int, details: AbsenceDetails) -> None:
    """Replace days, kind and substitute."""
    tx.run(
        "UPDATE absences SET first_day = ?, last_day = ?, kind = ?, substitute_id = ? WHERE absence_id = ?",
        (*_values(details), absence_id),
    )


def retract(tx: Transaction, absence_id: int, at: datetime) -> None:
    """Let an absence count no more, on none of its days."""
    tx.run("UPDATE absences SET retracted_at = ? WHERE absence_id = ?", (at.isoformat(), absence_id))


def give_to(tx: Transaction, person_id: int, of_person_id: int) -> None:
    """Give the absences of one person to another, and what they stand in for. Nobody stands in for themself."""
    both = (person_id, of_person_id)
    tx.run("UPDATE absences SET substitute_id = NULL WHERE person_id IN (?, ?) AND substitute_id IN (?, ?)", both * 2)
    tx.run("UPDATE absences SET person_id = ? WHERE person_id = ?", both)
    tx.run("UPDATE absences SET substitute_id = ? WHERE substitute_id = ?", both)


def get(tx: Transaction, absence_id: int) -> Absence | None:
    """The absence with this key, or None."""
    row = tx.one("SELECT * FROM absences WHERE absence_id = ?", (absence_id,))
    return _absence(row) if row else None


def within(tx: Transaction, person_id: int, first: date, last: date, but: int = 0) -> Absence | None:
    """The earliest absence of a person with a day between ``first`` and ``last``, other than ``but``; or None."""
    row = tx.one(
        f"SELECT * FROM absences WHERE person_id = ? AND {_COUNTS} AND absence_id <> ?"
        " ORDER BY first_day, absence_id LIMIT 1",
        (person_id, last.isoformat(), first.isoformat(), but),
    )
    return _absence(row) if row else None


def from_day(tx: Transaction, person_id: int, day: date) -> tuple[Absence, ...]:
    """The absences of a person that are not over before ``day``, by their days."""
    return _found(tx, "person_id = ? AND retracted_at IS NULL AND last_day >= ?", (person_id, day.isoformat()))


def stood_in_by(tx: Transaction, person_id: int, day: date) -> tuple[Absence, ...]:
    """The absences, not over before ``day``, that name a person as substitute, by their days."""
    return _found(tx, "substitute_id = ? AND retracted_at IS NULL AND last_day >= ?", (person_id, day.isoformat()))


def page(tx: Transaction, wanted: AbsenceFilter, today: date, limit: int, offset: int = 0) -> tuple[Absence, ...]:
    """The absences that ``wanted`` selects, those that begin last first."""
    where, values = _where(wanted, today)
    sql = f"SELECT a.* {where} ORDER BY {_PLACE} LIMIT ? OFFSET ?"
    return tuple(map(_absence, tx.all(sql, (*values, limit, offset))))


def count(tx: Transaction, wanted: AbsenceFilter, today: date) -> int:
    """How many absences ``wanted`` selects."""
    where, values = _where(wanted, today)
    row = tx.one(f"SELECT count(*) AS n {where}", values)
    return int(row["n"]) if row else 0


def lacking(tx: Transaction, person: Person, substitute: Person) -> frozenset[Role]:
    """The roles that ``substitute`` would need to stand in for ``person`` and has not, in the office of ``person``."""
    return roles_needed(_open_accounts(tx, person)) - roles_held(_open_accounts(tx, substitute), person.office)


def substitute_on(tx: Transaction, absence: Absence, day: date) -> Person | None:
    """Who stands in on one day of an absence; None where nobody is named, or who is named cannot on that day."""
    person, named = persons.get(tx, absence.person_id), absence.details.substitute_id
    substitute = persons.get(tx, named) if named else None
    if person is None or substitute is None or substitute.office != person.office:
        return None
    if within(tx, substitute.person_id, day, day) is not None or lacking(tx, person, substitute):
        return None
    return substitute


def cover_of(tx: Transaction, person_id: int, day: date) -> Cover:
    """For whom a person stands in on ``day``, or that they are absent; and for whom they did earlier that day."""
    away, stood_in_for = within(tx, person_id, day, day), stand_ins.stood_in_for(tx, person_id, day)
    if away is not None:
        substitute = substitute_on(tx, away, day)
        passed_on = Away(away.details.last_day, substitute.name if substitute else "")
        return Cover(away=passed_on, stood_in_for=stood_in_for)
    return Cover(tuple(_stood_in(tx, person_id, day)), stood_in_for=stood_in_for)


def _stood_in(tx: Transaction, person_id: int, day: date) -> Iterator[StandsFor]:
    for absence in stood_in_by(tx, person_id, day):
        # Where two absences of a person hold on a day, since two entries became one person, the earlier says who stands in.
        if within(tx, absence.person_id, day, day) != absence or substitute_on(tx, absence, day) is None:
            continue
        absent = persons.get(tx, absence.person_id)
        if absent is not None:
            usernames = frozenset(user.actor.username for user in accounts.of_person(tx, absent.person_id))
            yield StandsFor(absent.person_id, absent.name, usernames, absence.details.last_day)


def _open_accounts(tx: Transaction, person: Person) -> tuple[Actor, ...]:
    return tuple(user.actor for user in accounts.of_person(tx, person.person_id) if not user.disabled)


def _found(tx: Transaction, where: str, values: tuple[object, ...]) -> tuple[Absence, ...]:
    sql = f"SELECT * FROM absences WHERE {where} ORDER BY first_day, absence_id"
    return tuple(map(_absence, tx.all(sql, values)))


def _where(wanted: AbsenceFilter, today: date) -> tuple[str, tuple[object, ...]]:
    day = today.isoformat()
    states: dict[AbsenceState, tuple[str, tuple[object, ...]]] = {
        AbsenceState.RUNNING: ("a.retracted_at IS NULL AND a.first_day <= ? AND a.last_day >= ?", (day, day)),
        AbsenceState.COMING: ("a.retracted_at IS NULL AND a.first_day > ?", (day,)),
        AbsenceState.OVER: ("a.retracted_at IS NULL AND a.last_day < ?", (day,)),
        AbsenceState.RETRACTED: ("a.retracted_at IS NOT NULL", ()),
    }
    parts: list[tuple[str, tuple[object, ...]]] = [("1", ())]
    if wanted.office:
        parts.append(("p.office = ?", (wanted.office,)))
    if wanted.text:
        named = " || ' ' || ".join(f"coalesce({name}, '')" for name in ("p.staff_no", "p.name", "s.staff_no", "s.name"))
        parts.append((f"instr({named}, ?) > 0", (wanted.text,)))
    if wanted.state:
        parts.append(states[wanted.state])
    joined = "FROM absences a JOIN persons p ON p.person_id = a.person_id"
    joined += " LEFT JOIN persons s ON s.person_id = a.substitute_id"
    where = " AND ".join(part for part, _ in parts)
    return f"{joined} WHERE {where}", tuple(value for _, values in parts for value in values)


def _values(details: AbsenceDetails) -> tuple[object, ...]:
    kind = details.kind.value if details.kind else ""
    return details.first_day.isoformat(), details.last_day.isoformat(), kind, details.substitute_id


def _absence(row: Row) -> Absence:
    return Absence(
        absence_id=row["absence_id"],
        person_id=row["person_id"],
        details=AbsenceDetails(
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"]),
            substitute_id=row["substitute_id"],
            kind=AbsenceKind(row["kind"]) if row["kind"] else None,
        ),
        entered_by=row["entered_by"],
        entered_at=datetime.fromisoformat(row["entered_at"]),
        retracted_at=datetime.fromisoformat(row["retracted_at"]) if row["retracted_at"] else None,
    )
