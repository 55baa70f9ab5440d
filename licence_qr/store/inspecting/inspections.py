"""Inspections as received, and their state. Officers' names, findings and signatures are internal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.inspecting.inspection import (
    AnnouncedPhoto,
    Filter,
    Flag,
    InspectionPurpose,
    InspectionState,
    VisitOutcome,
)
from licence_qr.domain.publishing.public_page import PublicInspection
from licence_qr.errors import LicenceQRError
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import entities

_COLUMNS = (
    "i.inspection_key, i.inspection_id, i.content_sha256, i.received_at, i.device_time, i.office, i.officer,"
    " i.second_officer, i.purpose, i.uscc, i.premises_no, i.permit_id, i.visited_on, i.outcome, i.score, i.grade,"
    " i.state, i.flags, i.handled_by, i.handled_at, i.handled_reason"
)


@dataclass(frozen=True, slots=True)
class StoredInspection:
    """One content of one visit, without the text itself. ``flags`` are in the order in which they were found.

    ``permit_id`` None: no permit, or none known to the register. ``device_time`` is the clock of the phone when
    sending, or None.
    """

    key: int
    id: str
    content_sha256: str
    received_at: datetime
    device_time: datetime | None
    office: str
    officer: str
    second_officer: str
    purpose: InspectionPurpose
    uscc: str
    premises_no: int
    permit_id: int | None
    visited_on: date
    outcome: VisitOutcome
    score: int | None
    grade: str
    state: InspectionState
    flags: tuple[Flag, ...]
    handled_by: str = ""
    handled_at: datetime | None = None
    handled_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPhoto:
    """One announced photograph. ``file`` names the cleaned one (``store.files``); None until it has arrived.

    ``refusal`` is the error code if the announced file ``arrived`` but is not a photograph. One that arrived and has neither
    was lost before files were encrypted.
    """

    position: int
    sent_sha256: str
    length: int
    taken_at: datetime
    note: str
    file: str | None
    refusal: str = ""
    arrived: bool = False

    @property
    def missing(self) -> bool:
        """Whether it has not arrived yet."""
        return not self.arrived


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: the inspection and the holder's name (empty when unknown to the register)."""

    inspection: StoredInspection
    holder_name: str


@contextmanager
def attempt(tx: Transaction) -> Iterator[None]:
    """A savepoint: rolled back when LicenceQRError is raised inside, while the transaction continues."""
    tx.run("SAVEPOINT attempt")
    try:
        yield
    except LicenceQRError:
        tx.run("ROLLBACK TO attempt")
        tx.run("RELEASE attempt")
        raise
    tx.run("RELEASE attempt")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _from_row(row: Row) -> StoredInspection:
    return StoredInspection(
        key=row["inspection_key"],
        id=row["inspection_id"],
        content_sha256=row["content_sha256"],
        received_at=datetime.fromisoformat(row["received_at"]),
        device_time=_moment(row["device_time"]),
        office=row["office"],
        officer=row["officer"],
        second_officer=row["second_officer"],
        purpose=InspectionPurpose(row["purpose"]),
        uscc=row["uscc"],
        premises_no=row["premises_no"],
        permit_id=row["permit_id"],
        visited_on=date.fromisoformat(row["visited_on"]),
        outcome=VisitOutcome(row["outcome"]),
        score=row["score"],
        grade=row["grade"],
        state=InspectionState(row["state"]),
        flags=tuple(Flag(flag) for flag in row["flags"].split(",") if flag),
        handled_by=row["handled_by"],
        handled_at=_moment(row["handled_at"]),
        handled_reason=row["handled_reason"],
    )


def add(tx: Transaction, new: StoredInspection, content: bytes, photos: Sequence[AnnouncedPhoto]) -> int:
    """Add one content with the photographs it announces and return its key; the key in ``new`` is ignored."""
    cursor = tx.run(
        "INSERT INTO inspections (inspection_id, content_sha256, content, received_at, device_time, office, officer,"
        " second_officer, purpose, uscc, premises_no, permit_id, visited_on, outcome, score, grade, state, flags)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.content_sha256,
            content,
            new.received_at.isoformat(),
            new.device_time.isoformat() if new.device_time else None,
            new.office,
            new.officer,
            new.second_officer,
            new.purpose.value,
            new.uscc,
            new.premises_no,
            new.permit_id,
            new.visited_on.isoformat(),
            new.outcome.value,
            new.score,
            new.grade,
            new.state.value,
            ",".join(new.flags),
        ),
    )
    key = int(cursor.lastrowid or 0)
    tx.run_many(
        "INSERT INTO inspection_photos (inspection_key, position, sent_sha256, length, taken_at, note)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(key, n, p.sha256, p.length, p.taken_at.isoformat(), p.note) for n, p in enumerate(photos)],
    )
    return key


def get(tx: Transaction, key: int) -> StoredInspection | None:
    """The inspection with this key, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM inspections AS i WHERE inspection_key = ?", (key,))
    return _from_row(row) if row else None


def contents(
    tx: Transaction, inspection_id: str, office: str, officers: Collection[str]
) -> tuple[StoredInspection, ...]:
    """Every content received under this id from one of these ``officers`` of ``office``, oldest first.

    The same id from somebody else is another visit: a colleague who learned it changes nothing about this one.
    """
    sent_by = ", ".join("?" * len(officers))
    sql = f"SELECT {_COLUMNS} FROM inspections AS i WHERE inspection_id = ? AND office = ? AND officer IN ({sent_by})"
    rows = tx.all(f"{sql} ORDER BY 1", (inspection_id, office, *sorted(officers)))
    return tuple(map(_from_row, rows))


def of_officers(
    tx: Transaction, office: str, usernames: Sequence[str], days: tuple[date, date]
) -> tuple[StoredInspection, ...]:
    """The inspections of an office between two days, both included, in which one of ``usernames`` took part.

    Those kept for the record only are left out.
    """
    marks = ", ".join("?" * len(usernames))
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM inspections AS i WHERE i.office = ? AND i.visited_on BETWEEN ? AND ?"
        f" AND i.state <> 'set_aside' AND (i.officer IN ({marks}) OR i.second_officer IN ({marks})) ORDER BY 1",
        (office, *(day.isoformat() for day in days), *usernames, *usernames),
    )
    return tuple(map(_from_row, rows))


def inspected_permits(tx: Transaction, uscc: str) -> dict[str, int]:
    """The id of each inspection of a permit of this business → the key of the permit."""
    rows = tx.all("SELECT inspection_id, permit_id FROM inspections WHERE uscc = ? AND permit_id IS NOT NULL", (uscc,))
    return {row["inspection_id"]: row["permit_id"] for row in rows}


def text(tx: Transaction, key: int) -> bytes:
    """The bytes as received."""
    row = tx.one("SELECT content FROM inspections WHERE inspection_key = ?", (key,))
    return bytes(row["content"]) if row else b""


def settle(tx: Transaction, key: int, state: InspectionState, flags: Sequence[Flag]) -> None:
    """Set the state and flags of an inspection."""
    tx.run("UPDATE inspections SET state = ?, flags = ? WHERE inspection_key = ?", (state.value, ",".join(flags), key))


def handle(tx: Transaction, key: int, by: str, at: datetime, reason: str) -> None:
    """Record who decided on a held inspection, when and why."""
    tx.run(
        "UPDATE inspections SET handled_by = ?, handled_at = ?, handled_reason = ? WHERE inspection_key = ?",
        (by, at.isoformat(), reason, key),
    )


def public_facts(tx: Transaction, uscc: str, ended_since: date | None) -> dict[str, PublicInspection]:
    """Public facts about the inspections of one business, by permit number: the day of the last one that counts.

    The outcome of the last rectification order is included if it was closed on ``ended_since`` or later; None: never.
    """
    rows = tx.all(
        "SELECT p.permit_id, p.permit_no, max(i.visited_on) AS inspected_on FROM permits AS p"
        " JOIN inspections AS i ON i.permit_id = p.permit_id AND i.state = 'counted'"
        " WHERE p.uscc = ? GROUP BY p.permit_id",
        (uscc,),
    )
    ended = _ended_orders(tx, uscc, ended_since) if rows and ended_since else {}
    return {
        row["permit_no"]: PublicInspection(date.fromisoformat(row["inspected_on"]), *ended.get(row["permit_id"], ()))
        for row in rows
    }


def _ended_orders(tx: Transaction, uscc: str, since: date) -> dict[int, tuple[bool, date]]:
    """By permit: whether its last closed order was complied with, and when it was closed."""
    rows = tx.all(
        "SELECT permit_id, state, closed_on FROM rectifications"
        " WHERE uscc = ? AND state IN ('met', 'escalated') AND closed_on >= ? ORDER BY order_id",
        (uscc, since.isoformat()),
    )
    return {row["permit_id"]: (row["state"] == "met", date.fromisoformat(row["closed_on"])) for row in rows}


# --- lists ------------------------------------------------------------------------------------------------------


def _where(office: str | None, wanted: Filter) -> tuple[str, list[object]]:
    parts: list[tuple[str, object]] = [("? IS NULL", None)] if office is None else [("i.office = ?", office)]
    for column, value in (("state", wanted.state), ("purpose", wanted.purpose), ("outcome", wanted.outcome)):
        if value is not None:
            parts.append((f"i.{column} = ?", value.value))
    if wanted.first is not None:
        parts.append(("i.visited_on >= ?", wanted.first.isoformat()))
    if wanted.last is not None:
        parts.append(("i.visited_on <= ?", wanted.last.isoformat()))
    if wanted.text:
        parts.append(
            ("instr(i.uscc || ' ' || coalesce(e.name, '') || ' ' || coalesce(e.principal, ''), ?) > 0", wanted.text)
        )
    return " AND ".join(part for part, _ in parts), [value for _, value in parts]


def page(tx: Transaction, office: str | None, wanted: Filter, limit: int, offset: int) -> tuple[Listed, ...]:
    """The inspections of an office, or of all, the newest visit first."""
    where, values = _where(office, wanted)
    rows = tx.all(
        f"SELECT {_COLUMNS}, coalesce({entities.HOLDER_NAME}, '') AS holder_name FROM inspections AS i"
        f" LEFT JOIN entities AS e ON e.uscc = i.uscc WHERE {where}"
        " ORDER BY i.visited_on DESC, i.inspection_key DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return tuple(Listed(_from_row(row), row["holder_name"]) for row in rows)


def unanswered(tx: Transaction, office: str, usernames: Sequence[str]) -> tuple[Listed, ...]:
    """The held inspections of an office whose second officer, one of ``usernames``, has said nothing; oldest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS}, coalesce({entities.HOLDER_NAME}, '') AS holder_name FROM inspections AS i"
        " LEFT JOIN entities AS e ON e.uscc = i.uscc"
        f" WHERE i.second_officer IN ({', '.join('?' * len(usernames))}) AND i.office = ? AND i.state = 'held'"
        " AND instr(i.flags, ?) > 0 ORDER BY i.inspection_key",
        (*usernames, office, Flag.SECOND_OFFICER_UNCONFIRMED.value),
    )
    return tuple(Listed(_from_row(row), row["holder_name"]) for row in rows)


def count(tx: Transaction, office: str | None, wanted: Filter) -> int:
    """The number of inspections that ``page`` would show without a limit."""
    where, values = _where(office, wanted)
    row = tx.one(
        f"SELECT count(*) AS n FROM inspections AS i LEFT JOIN entities AS e ON e.uscc = i.uscc WHERE {where}", values
    )
    return int(row["n"]) if row else 0


# --- photographs ------------------------------------------------------------------------------------------------


def photos(tx: Transaction, key: int) -> tuple[StoredPhoto, ...]:
    """The photographs of an inspection in the order announced."""
    rows = tx.all("SELECT * FROM inspection_photos WHERE inspection_key = ? ORDER BY position", (key,))
    return tuple(
        StoredPhoto(
            position=row["position"],
            sent_sha256=row["sent_sha256"],
            length=row["length"],
            taken_at=datetime.fromisoformat(row["taken_at"]),
            note=row["note"],
            file=row["file"],
            refusal=row["refusal"],
            arrived=row["arrived_at"] is not None,
        )
        for row in rows
    )


def keep_photo(tx: Transaction, key: int, position: int, file: str, at: datetime) -> None:
    """Record that a photograph has arrived, and the name of its file."""
    tx.run(
        "UPDATE inspection_photos SET file = ?, arrived_at = ? WHERE inspection_key = ? AND position = ?",
        (file, at.isoformat(), key, position),
    )


def refuse_photo(tx: Transaction, key: int, position: int, code: str, at: datetime) -> None:
    """Record that the announced file arrived but is not a photograph: sending it again would not help."""
    tx.run(
        "UPDATE inspection_photos SET refusal = ?, arrived_at = ? WHERE inspection_key = ? AND position = ?",
        (code, at.isoformat(), key, position),
    )
