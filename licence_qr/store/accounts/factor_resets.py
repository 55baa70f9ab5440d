"""Requests that the second factors of an account be reset, until a second person has answered them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.factor_resets import ResetFilter, ResetState
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReset:
    """A request for the account ``user_id``. Who asked and who answered (0: nobody yet) are accounts too."""

    reset_id: int
    user_id: int
    asked_by: int
    reason: str
    asked_at: datetime
    state: ResetState = ResetState.OPEN
    settled_by: int = 0
    settled_at: datetime | None = None


def add(tx: Transaction, new: StoredReset) -> int:
    """Add an open request and return its key."""
    cursor = tx.run(
        "INSERT INTO factor_resets (user_id, asked_by, reason, asked_at, state) VALUES (?, ?, ?, ?, ?)",
        (new.user_id, new.asked_by, new.reason, new.asked_at.isoformat(), ResetState.OPEN.value),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, reset_id: int) -> StoredReset | None:
    """The request with this key, or None."""
    row = tx.one("SELECT * FROM factor_resets WHERE reset_id = ?", (reset_id,))
    return _reset(row) if row else None


def open_of(tx: Transaction, user_id: int, since: datetime) -> StoredReset | None:
    """The last request for an account that waits for its answer and was made after ``since``, or None."""
    sql = "SELECT * FROM factor_resets WHERE user_id = ? AND state = ? AND asked_at > ? ORDER BY reset_id DESC"
    row = tx.one(sql, (user_id, ResetState.OPEN.value, since.isoformat()))
    return _reset(row) if row else None


def last_done(tx: Transaction, user_id: int, asked_by: int) -> StoredReset | None:
    """The last request for an account by the account ``asked_by`` that a second person has confirmed, or None."""
    sql = "SELECT * FROM factor_resets WHERE user_id = ? AND asked_by = ? AND state = ? ORDER BY reset_id DESC LIMIT 1"
    row = tx.one(sql, (user_id, asked_by, ResetState.DONE.value))
    return _reset(row) if row else None


def settle(tx: Transaction, reset_id: int, state: ResetState, by: int, now: datetime) -> None:
    """Record the answer to a request."""
    sql = "UPDATE factor_resets SET state = ?, settled_by = ?, settled_at = ? WHERE reset_id = ?"
    tx.run(sql, (state.value, by, now.isoformat(), reset_id))


def page(tx: Transaction, wanted: ResetFilter, limit: int, offset: int = 0) -> tuple[StoredReset, ...]:
    """The requests that ``wanted`` selects, newest first."""
    where, values = _where(wanted)
    sql = f"{_FROM} WHERE {where} ORDER BY r.reset_id DESC LIMIT ? OFFSET ?"
    return tuple(map(_reset, tx.all(f"SELECT r.* {sql}", (*values, limit, offset))))


def count(tx: Transaction, wanted: ResetFilter) -> int:
    """How many requests ``wanted`` selects."""
    where, values = _where(wanted)
    row = tx.one(f"SELECT count(*) AS n {_FROM} WHERE {where}", values)
    return int(row["n"]) if row else 0


_FROM = "FROM factor_resets r JOIN users u ON u.user_id = r.user_id JOIN persons p ON p.person_id = u.person_id"


def _where(wanted: ResetFilter) -> tuple[str, tuple[str, ...]]:
    parts: list[tuple[str, tuple[str, ...]]] = [("1", ())]
    if wanted.office:
        parts.append(("p.office = ?", (wanted.office,)))
    if wanted.open_since:
        parts.append(("r.state = ? AND r.asked_at > ?", (ResetState.OPEN.value, wanted.open_since.isoformat())))
    return " AND ".join(part for part, _ in parts), tuple(value for _, values in parts for value in values)


def _reset(row: Row) -> StoredReset:
    return StoredReset(
        reset_id=row["reset_id"],
        user_id=row["user_id"],
        asked_by=row["asked_by"],
        reason=row["reason"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        state=ResetState(row["state"]),
        settled_by=row["settled_by"] or 0,
        settled_at=datetime.fromisoformat(row["settled_at"]) if row["settled_at"] else None,
    )
