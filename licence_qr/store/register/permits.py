"""Permits, granted and pending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from licence_qr.domain.dates import Period
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState, Suspension
from licence_qr.store.database.connections import Row, Transaction

_COLUMNS = (
    "uscc, premises_no, permit_type, permit_no, kinds, items, issuing_authority, handling_office, issued_on,"
    " valid_from, valid_to, mode, state, state_since, grade, graded_on, follow_up_due, checked_on,"
    " renewal_applied_on, reviewed_on, ended_by, renewal_in_time, suspension, promise_sha256"
)
# Neither the licence (a row ``e`` of ``entities``) nor the permit (``p``, where there is one) has ended: what waits for an
# inspection of an ended one waits for nothing.
NOT_ENDED = "e.state IN ('active', 'dormant') AND (p.permit_id IS NULL OR p.state IN ('effective', 'suspended'))"
# A pack reads tens of thousands; asking the enumeration for a member takes ten times as long.
_MODES = {mode.value: mode for mode in GrantMode}
_STATES = {state.value: state for state in PermitState}


@dataclass(frozen=True, slots=True)
class StoredPermit:
    """A permit with its key in the register and the credit code of its holder."""

    permit_id: int
    uscc: str
    permit: Permit


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _values(uscc: str, p: Permit) -> tuple[Any, ...]:
    return (
        uscc,
        p.premises_no,
        p.permit_type,
        p.permit_no or None,
        ",".join(p.kinds),
        p.items,
        p.issuing_authority,
        p.handling_office,
        _iso(p.issued_on),
        _iso(p.period.first if p.period else None),
        _iso(p.period.last if p.period else None),
        p.mode.value,
        p.state.value,
        _iso(p.state_since),
        p.grade,
        _iso(p.graded_on),
        _iso(p.follow_up_due),
        _iso(p.checked_on),
        _iso(p.renewal_applied_on),
        _iso(p.reviewed_on),
        p.ended_by and p.ended_by.value,
        int(p.renewal_in_time),
        p.suspension and p.suspension.value,
        p.promise,
    )


def from_row(row: Row) -> StoredPermit:
    """Read a row of ``permits``."""
    first = _day(row["valid_from"])
    permit = Permit(
        permit_type=row["permit_type"],
        permit_no=row["permit_no"] or "",
        premises_no=row["premises_no"],
        kinds=tuple(row["kinds"].split(",")) if row["kinds"] else (),
        items=row["items"],
        issuing_authority=row["issuing_authority"],
        handling_office=row["handling_office"],
        issued_on=_day(row["issued_on"]),
        period=None if first is None else Period(first, _day(row["valid_to"])),
        mode=_MODES[row["mode"]],
        state=_STATES[row["state"]],
        state_since=_day(row["state_since"]),
        grade=row["grade"],
        graded_on=_day(row["graded_on"]),
        follow_up_due=_day(row["follow_up_due"]),
        checked_on=_day(row["checked_on"]),
        renewal_applied_on=_day(row["renewal_applied_on"]),
        reviewed_on=_day(row["reviewed_on"]),
        ended_by=_STATES[row["ended_by"]] if row["ended_by"] else None,
        renewal_in_time=bool(row["renewal_in_time"]),
        suspension=Suspension(row["suspension"]) if row["suspension"] else None,
        promise=row["promise_sha256"],
    )
    return StoredPermit(row["permit_id"], row["uscc"], permit)


def of_business(tx: Transaction, uscc: str) -> tuple[StoredPermit, ...]:
    """The permits of one holder by premises, then by entry, which is the order of the status entries."""
    rows = tx.all(f"SELECT permit_id, {_COLUMNS} FROM permits WHERE uscc = ? ORDER BY premises_no, permit_id", (uscc,))
    return tuple(from_row(row) for row in rows)


def by_number(tx: Transaction, permit_no: str) -> StoredPermit | None:
    """The permit with this number, or None."""
    row = tx.one(f"SELECT permit_id, {_COLUMNS} FROM permits WHERE permit_no = ?", (permit_no,))
    return from_row(row) if row else None


def get(tx: Transaction, permit_id: int) -> StoredPermit | None:
    """The permit with this key, or None."""
    row = tx.one(f"SELECT permit_id, {_COLUMNS} FROM permits WHERE permit_id = ?", (permit_id,))
    return from_row(row) if row else None


def add(tx: Transaction, uscc: str, permit: Permit) -> StoredPermit:
    """Add a permit; its number must be new (taken from a counter or checked by the caller)."""
    values = _values(uscc, permit)
    cursor = tx.run(
        f"INSERT INTO permits ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})",
        values,
    )
    return StoredPermit(int(cursor.lastrowid or 0), uscc, permit)


def replace(tx: Transaction, stored: StoredPermit) -> None:
    """Update an existing permit."""
    names = [name.strip() for name in _COLUMNS.split(",")]
    tx.run(
        f"UPDATE permits SET {', '.join(f'{n} = ?' for n in names)} WHERE permit_id = ?",
        (*_values(stored.uscc, stored.permit), stored.permit_id),
    )


def undecided_past_end(tx: Transaction, day: date) -> tuple[StoredPermit, ...]:
    """Permits that expired before ``day`` while an application for renewal made in time was not decided."""
    rows = tx.all(
        f"SELECT permit_id, {_COLUMNS} FROM permits WHERE renewal_applied_on IS NOT NULL AND renewal_in_time = 1"
        " AND state IN ('effective', 'suspended') AND valid_to < ? ORDER BY uscc, permit_id",
        (day.isoformat(),),
    )
    return tuple(from_row(row) for row in rows)
