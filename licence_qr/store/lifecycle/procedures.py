"""What happens to an application before it is decided: visits, pauses of the clock, and its extension. By subject,
``permit/17`` or ``item/5``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.lifecycle.visits import GrantVisit, GrantVisitOutcome
from licence_qr.store.database.connections import Row, Transaction

# Between names typed by people, which have no comma of ASCII in them.
_APART = ","
_OF_SUBJECTS = "subject IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Written:
    """By whom something of an application was written down, of which business, and when."""

    subject: str
    uscc: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredPause:
    """A pause with its key in the register."""

    pause_id: int
    pause: Pause


@dataclass(frozen=True, slots=True)
class Extension:
    """Working days more, who agreed, and why."""

    days: int
    approved_by: str
    reason: str


def add_visit(tx: Transaction, visit: GrantVisit, written: Written) -> None:
    """Add a visit."""
    tx.run(
        "INSERT INTO grant_visits (subject, uscc, visited_on, officers, named, outcome, words, inspection, recorded_by,"
        " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            written.subject,
            written.uscc,
            visit.visited_on.isoformat(),
            _APART.join(visit.officers),
            _APART.join(visit.named),
            visit.outcome.value,
            visit.words,
            visit.inspection,
            written.by,
            written.at.isoformat(),
        ),
    )


def visits(tx: Transaction, subject: str) -> tuple[GrantVisit, ...]:
    """The visits, in the order in which they were recorded."""
    rows = tx.all(
        "SELECT visited_on, officers, named, outcome, words, inspection FROM grant_visits WHERE subject = ?"
        " ORDER BY visit_id",
        (subject,),
    )
    return tuple(
        GrantVisit(
            date.fromisoformat(row["visited_on"]),
            tuple(filter(None, row["officers"].split(_APART))),
            tuple(filter(None, row["named"].split(_APART))),
            GrantVisitOutcome(row["outcome"]),
            row["words"],
            row["inspection"],
        )
        for row in rows
    )


def add_pause(tx: Transaction, pause: Pause, written: Written) -> None:
    """Add a pause."""
    tx.run(
        "INSERT INTO clock_pauses (subject, uscc, kind, first_day, last_day, reason, recorded_by, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            written.subject,
            written.uscc,
            pause.kind.value,
            pause.first.isoformat(),
            pause.last.isoformat() if pause.last else None,
            pause.reason,
            written.by,
            written.at.isoformat(),
        ),
    )


def end_pause(tx: Transaction, pause_id: int, last: date) -> None:
    """Write the last day of an open pause."""
    tx.run("UPDATE clock_pauses SET last_day = ? WHERE pause_id = ?", (last.isoformat(), pause_id))


def pauses(tx: Transaction, subject: str) -> tuple[StoredPause, ...]:
    """The pauses of one application, in the order in which they were recorded."""
    rows = tx.all("SELECT * FROM clock_pauses WHERE subject = ? ORDER BY pause_id", (subject,))
    return tuple(map(_pause, rows))


def _pause(row: Row) -> StoredPause:
    last = date.fromisoformat(row["last_day"]) if row["last_day"] else None
    return StoredPause(
        row["pause_id"], Pause(PauseKind(row["kind"]), date.fromisoformat(row["first_day"]), last, row["reason"])
    )


def extend(tx: Transaction, extension: Extension, written: Written) -> None:
    """Add the extension; an application has one."""
    tx.run(
        "INSERT INTO clock_extensions (subject, uscc, days, approved_by, reason, recorded_by, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            written.subject,
            written.uscc,
            extension.days,
            extension.approved_by,
            extension.reason,
            written.by,
            written.at.isoformat(),
        ),
    )


def extension(tx: Transaction, subject: str) -> Extension | None:
    """The extension, or None."""
    row = tx.one("SELECT days, approved_by, reason FROM clock_extensions WHERE subject = ?", (subject,))
    return Extension(row["days"], row["approved_by"], row["reason"]) if row else None


def pending_of_offices(tx: Transaction, offices: tuple[str, ...]) -> tuple[tuple[int, str, date | None], ...]:
    """Key, type and day of acceptance of the permits that wait for a decision of these offices."""
    marks = ", ".join("?" * len(offices))
    rows = tx.all(
        "SELECT permit_id, permit_type, state_since FROM permits"
        f" WHERE handling_office IN ({marks}) AND state = 'pending'",
        offices,
    )
    return tuple(
        (row["permit_id"], row["permit_type"], date.fromisoformat(row["state_since"]) if row["state_since"] else None)
        for row in rows
    )


def items_of_authorities(tx: Transaction, authorities: tuple[str, ...]) -> tuple[tuple[int, str, datetime | None], ...]:
    """Key, type and instant of acceptance of the items that wait for a decision of these authorities."""
    marks = ", ".join("?" * len(authorities))
    rows = tx.all(
        "SELECT i.item_id, i.permit_type, a.issued_at FROM case_items i"
        " LEFT JOIN issued_applications a ON a.application_no = i.application_no"
        f" WHERE i.authority IN ({marks}) AND i.state IN ('sent', 'taken', 'more_asked')",
        authorities,
    )
    return tuple(
        (row["item_id"], row["permit_type"], datetime.fromisoformat(row["issued_at"]) if row["issued_at"] else None)
        for row in rows
    )


def pauses_of(tx: Transaction, subjects: Iterable[str]) -> Mapping[str, tuple[Pause, ...]]:
    """The pauses of these applications, by subject."""
    found: dict[str, tuple[Pause, ...]] = {}
    for row in tx.all(f"SELECT * FROM clock_pauses WHERE {_OF_SUBJECTS}", (json.dumps(list(subjects)),)):
        found[row["subject"]] = (*found.get(row["subject"], ()), _pause(row).pause)
    return found


def extensions_of(tx: Transaction, subjects: Iterable[str]) -> Mapping[str, int]:
    """The days added for these applications, by subject."""
    rows = tx.all(f"SELECT subject, days FROM clock_extensions WHERE {_OF_SUBJECTS}", (json.dumps(list(subjects)),))
    return {row["subject"]: row["days"] for row in rows}


def accepted_on(tx: Transaction, application_no: str) -> datetime | None:
    """When an application was issued with its licence: its items were accepted then."""
    row = tx.one("SELECT issued_at FROM issued_applications WHERE application_no = ?", (application_no,))
    return datetime.fromisoformat(row["issued_at"]) if row else None
