"""Requests that an account be given roles that take two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.role_grants import GrantState
from licence_qr.domain.roles import Role
from licence_qr.store.database.connections import Row, Transaction

Roles = frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """A request that the account ``user_id``, which ``had`` some roles, have those ``wanted`` instead. Who asked and who
    answered (0: nobody yet) are accounts too."""

    grant_id: int
    user_id: int
    asked_by: int
    had: Roles
    wanted: Roles
    asked_at: datetime
    state: GrantState = GrantState.OPEN
    settled_by: int = 0
    settled_at: datetime | None = None


def add(tx: Transaction, new: StoredGrant) -> int:
    """Add an open request and return its key."""
    cursor = tx.run(
        "INSERT INTO role_grants (user_id, asked_by, had, wanted, asked_at, state) VALUES (?, ?, ?, ?, ?, ?)",
        (
            new.user_id,
            new.asked_by,
            ",".join(sorted(new.had)),
            ",".join(sorted(new.wanted)),
            new.asked_at.isoformat(),
            GrantState.OPEN.value,
        ),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, grant_id: int) -> StoredGrant | None:
    """The request with this key, or None."""
    row = tx.one("SELECT * FROM role_grants WHERE grant_id = ?", (grant_id,))
    return _grant(row) if row else None


def open_of(tx: Transaction, user_id: int) -> tuple[StoredGrant, ...]:
    """The requests for an account that nobody has answered, newest first."""
    sql = "SELECT * FROM role_grants WHERE user_id = ? AND state = ? ORDER BY grant_id DESC"
    return tuple(map(_grant, tx.all(sql, (user_id, GrantState.OPEN.value))))


def settle(tx: Transaction, grant_id: int, state: GrantState, by: int, now: datetime) -> None:
    """Record the answer to a request."""
    sql = "UPDATE role_grants SET state = ?, settled_by = ?, settled_at = ? WHERE grant_id = ?"
    tx.run(sql, (state.value, by, now.isoformat(), grant_id))


def page(tx: Transaction, open_since: datetime | None, limit: int, offset: int = 0) -> tuple[StoredGrant, ...]:
    """The requests, newest first: all, or those that are open and were made after ``open_since``."""
    where, values = _where(open_since)
    sql = f"SELECT * FROM role_grants WHERE {where} ORDER BY grant_id DESC LIMIT ? OFFSET ?"
    return tuple(map(_grant, tx.all(sql, (*values, limit, offset))))


def count(tx: Transaction, open_since: datetime | None) -> int:
    """How many they are."""
    where, values = _where(open_since)
    row = tx.one(f"SELECT count(*) AS n FROM role_grants WHERE {where}", values)
    return int(row["n"]) if row else 0


def _where(open_since: datetime | None) -> tuple[str, tuple[str, ...]]:
    if open_since is None:
        return "1", ()
    return "state = ? AND asked_at > ?", (GrantState.OPEN.value, open_since.isoformat())


def _grant(row: Row) -> StoredGrant:
    had, wanted = (frozenset(Role(each) for each in row[name].split(",") if each) for name in ("had", "wanted"))
    return StoredGrant(
        grant_id=row["grant_id"],
        user_id=row["user_id"],
        asked_by=row["asked_by"],
        had=had,
        wanted=wanted,
        asked_at=datetime.fromisoformat(row["asked_at"]),
        state=GrantState(row["state"]),
        settled_by=row["settled_by"] or 0,
        settled_at=datetime.fromisoformat(row["settled_at"]) if row["settled_at"] else None,
    )
