"""Random draws (双随机): the frozen list, the later seed, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.inspecting.draws import DrawState
from licence_qr.domain.inspecting.inspection import VisitOutcome
from licence_qr.domain.register.permit import status_on
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import entities, permits
from licence_qr.store.register.permits import StoredPermit


@dataclass(frozen=True, slots=True)
class StoredDraw:
    """One draw. ``list`` is the canonical text of what is drawn from and ``list_sha256`` its hash.

    Both are described in docs/verifying/random-draws.md.

    ``officers`` pairs the numbers in that list with user names and is internal, as is ``secret`` until it is the
    ``seed``. Exactly one of ``seed_source`` (a public event that gives the seed) and ``commitment`` (SHA-256 of the
    secret) is set.
    """

    draw_id: int
    office: str
    title: str
    announced_at: datetime
    announced_by: str
    due_on: date
    places: int
    list: str
    list_sha256: str
    candidate_count: int
    officers: str
    officer_count: int
    seed_source: str
    commitment: str
    secret: str
    seed: str
    state: DrawState
    settled_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn place with the user names of its officers; ``inspection_key`` is set once it was inspected."""

    drawn_id: int
    draw_id: int
    position: int
    permit_id: int
    office: str
    due_on: date
    officers: tuple[str, ...]
    inspection_key: int | None


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A drawn place by its permit number, with day and outcome of its inspection if one counts."""

    drawn: Drawn
    permit_no: str
    inspected_on: date | None
    outcome: VisitOutcome | None


@dataclass(frozen=True, slots=True)
class OpenDrawn:
    """A drawn place not yet inspected, with what a list shows of its business."""

    drawn: Drawn
    uscc: str
    premises_no: int
    permit_no: str
    holder_name: str
    address: str


def _draw(row: Row) -> StoredDraw:
    return StoredDraw(
        draw_id=row["draw_id"],
        office=row["office"],
        title=row["title"],
        announced_at=datetime.fromisoformat(row["announced_at"]),
        announced_by=row["announced_by"],
        due_on=date.fromisoformat(row["due_on"]),
        places=row["places"],
        list=row["list"],
        list_sha256=row["list_sha256"],
        candidate_count=row["candidate_count"],
        officers=row["officers"],
        officer_count=row["officer_count"],
        seed_source=row["seed_source"],
        commitment=row["commitment"],
        secret=row["secret"],
        seed=row["seed"],
        state=DrawState(row["state"]),
        settled_at=datetime.fromisoformat(row["settled_at"]) if row["settled_at"] else None,
        reason=row["reason"],
    )


def _drawn(row: Row) -> Drawn:
    return Drawn(
        drawn_id=row["drawn_id"],
        draw_id=row["draw_id"],
        position=row["position"],
        permit_id=row["permit_id"],
        office=row["office"],
        due_on=date.fromisoformat(row["due_on"]),
        officers=tuple(filter(None, row["officers"].split(","))),
        inspection_key=row["inspection_key"],
    )


def add(tx: Transaction, new: StoredDraw) -> int:
    """Add an announced draw and return its number; ``draw_id`` of ``new`` is ignored."""
    cursor = tx.run(
        "INSERT INTO draws (office, title, announced_at, announced_by, due_on, places, list, list_sha256,"
        " candidate_count, officers, officer_count, seed_source, commitment, secret, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.office,
            new.title,
            new.announced_at.isoformat(),
            new.announced_by,
            new.due_on.isoformat(),
            new.places,
            new.list,
            new.list_sha256,
            new.candidate_count,
            new.officers,
            new.officer_count,
            new.seed_source,
            new.commitment,
            new.secret,
            DrawState.ANNOUNCED.value,
        ),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, draw_id: int) -> StoredDraw | None:
    """The draw with this number, or None."""
    row = tx.one("SELECT * FROM draws WHERE draw_id = ?", (draw_id,))
    return _draw(row) if row else None


def newest(tx: Transaction, office: str | None, limit: int) -> tuple[StoredDraw, ...]:
    """The latest draws of an office, or of all, the newest first, without their lists, which may be long."""
    rows = tx.all(
        "SELECT draw_id, office, title, announced_at, announced_by, due_on, places, '' AS list, list_sha256,"
        " candidate_count, officers, officer_count, seed_source, commitment, secret, seed, state, settled_at, reason"
        " FROM draws WHERE ? IS NULL OR office = ? ORDER BY draw_id DESC LIMIT ?",
        (office, office, limit),
    )
    return tuple(map(_draw, rows))


def settle(tx: Transaction, draw_id: int, state: DrawState, seed: str, who: tuple[str, str], at: datetime) -> None:
    """End an announced draw with its seed, or declare it void. ``who`` is the user name and the reason."""
    tx.run(
        "UPDATE draws SET state = ?, seed = ?, settled_by = ?, reason = ?, settled_at = ?"
        " WHERE draw_id = ? AND state = 'announced'",
        (state.value, seed, *who, at.isoformat(), draw_id),
    )


def add_drawn(tx: Transaction, draw: StoredDraw, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Add the drawn permits with their officers, in the order of the draw."""
    tx.run_many(
        "INSERT INTO drawn (draw_id, position, permit_id, office, due_on, officers) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (draw.draw_id, position, permit_id, draw.office, draw.due_on.isoformat(), ",".join(officers))
            for position, (permit_id, officers) in enumerate(rows, start=1)
        ],
    )


def drawn(tx: Transaction, drawn_id: int) -> Drawn | None:
    """One drawn place, or None."""
    row = tx.one("SELECT * FROM drawn WHERE drawn_id = ?", (drawn_id,))
    return _drawn(row) if row else None


def of_draw(tx: Transaction, draw_id: int) -> tuple[DrawnPlace, ...]:
    """The drawn places, in the order of the draw."""
    rows = tx.all(
        "SELECT d.*, p.permit_no, i.visited_on, i.outcome FROM drawn AS d JOIN permits AS p ON p.permit_id = d.permit_id"
        " LEFT JOIN inspections AS i ON i.inspection_key = d.inspection_key AND i.state = 'counted'"
        " WHERE d.draw_id = ? ORDER BY d.position",
        (draw_id,),
    )
    return tuple(
        DrawnPlace(
            _drawn(row),
            row["permit_no"],
            date.fromisoformat(row["visited_on"]) if row["visited_on"] else None,
            VisitOutcome(row["outcome"]) if row["outcome"] else None,
        )
        for row in rows
    )


def done(tx: Transaction, drawn_id: int, inspection_key: int) -> None:
    """Record the inspection of a drawn place, unless it has one."""
    tx.run(
        "UPDATE drawn SET inspection_key = ? WHERE drawn_id = ? AND inspection_key IS NULL", (inspection_key, drawn_id)
    )


def open_ones(tx: Transaction, office: str) -> tuple[OpenDrawn, ...]:
    """The drawn places of an office not yet inspected, by due day, without businesses or permits that have ended."""
    rows = tx.all(
        f"SELECT d.*, p.uscc, p.premises_no, p.permit_no, {entities.HOLDER_NAME} AS holder_name,"
        " s.address FROM drawn AS d JOIN permits AS p ON p.permit_id = d.permit_id"
        " JOIN entities AS e ON e.uscc = p.uscc"
        " JOIN premises AS s ON s.uscc = p.uscc AND s.premises_no = p.premises_no"
        f" WHERE d.office = ? AND d.inspection_key IS NULL AND {permits.NOT_ENDED} ORDER BY d.due_on, d.drawn_id",
        (office,),
    )
    return tuple(
        OpenDrawn(
            _drawn(row), row["uscc"], row["premises_no"], row["permit_no"] or "", row["holder_name"], row["address"]
        )
        for row in rows
    )


def candidates(tx: Transaction, office: str, day: date) -> tuple[tuple[StoredPermit, str, str], ...]:
    """The permits that ``office`` handles and that are in force on ``day``, with holder and address, by permit number."""
    rows = tx.all(
        f"SELECT p.*, {entities.HOLDER_NAME} AS holder_name, s.address"
        " FROM permits AS p JOIN entities AS e ON e.uscc = p.uscc"
        " JOIN premises AS s ON s.uscc = p.uscc AND s.premises_no = p.premises_no"
        " WHERE p.handling_office = ? AND p.state = 'effective' AND e.state = 'active' AND p.valid_from <= ?"
        " ORDER BY p.permit_no",
        (office, day.isoformat()),
    )
    found = ((permits.from_row(row), row["holder_name"], row["address"]) for row in rows)
    return tuple(each for each in found if status_on(each[0].permit, day).in_force)
