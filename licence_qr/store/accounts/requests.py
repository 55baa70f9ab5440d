"""Requests that a second person answers: for roles that take two people, and to reset second factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from licence_qr.domain.accounts.requests import RequestFilter, RequestState
from licence_qr.domain.roles import Role
from licence_qr.store.database.connections import Row, Transaction

Roles = frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRequest:
    """A request about the account ``user_id``; ``key`` is 0 before it is stored. Who asked and who answered (0: nobody yet)
    are accounts too."""

    key: int = 0
    user_id: int
    asked_by: int
    asked_at: datetime
    state: RequestState = RequestState.OPEN
    settled_by: int = 0
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant(StoredRequest):
    """That the account, which ``had`` some roles, have those ``wanted`` instead."""

    had: Roles
    wanted: Roles


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReset(StoredRequest):
    """That the second factors of the account be reset."""

    reason: str


Stored = TypeVar("Stored", bound=StoredRequest)


@dataclass(frozen=True, slots=True)
class Requests(Generic[Stored]):
    """The requests of one kind, in ``table`` by the column ``key``. ``written`` gives the columns that this kind has
    besides, and ``read`` makes a request from its row and what all kinds have."""

    table: str
    key: str
    written: Callable[[Stored], Mapping[str, str]]
    read: Callable[[Row, dict[str, Any]], Stored]

    def add(self, tx: Transaction, new: Stored) -> int:
        """Add an open request and return its key."""
        values = {
            "user_id": new.user_id,
            "asked_by": new.asked_by,
            "asked_at": new.asked_at.isoformat(),
            "state": RequestState.OPEN.value,
            **self.written(new),
        }
        sql = f"INSERT INTO {self.table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        return int(tx.run(sql, tuple(values.values())).lastrowid or 0)

    def get(self, tx: Transaction, key: int) -> Stored | None:
        """The request with this key, or None."""
        row = tx.one(f"SELECT * FROM {self.table} WHERE {self.key} = ?", (key,))
        return self._whole(row) if row else None

    def open_of(self, tx: Transaction, user_id: int) -> tuple[Stored, ...]:
        """The requests about an account that nobody has answered, newest first."""
        sql = f"SELECT * FROM {self.table} WHERE user_id = ? AND state = ? ORDER BY {self.key} DESC"
        return tuple(map(self._whole, tx.all(sql, (user_id, RequestState.OPEN.value))))

    def last_done(self, tx: Transaction, user_id: int, asked_by: int) -> Stored | None:
        """The last request about an account by the account ``asked_by`` that a second person has confirmed, or None."""
        sql = f"SELECT * FROM {self.table} WHERE user_id = ? AND asked_by = ? AND state = ? ORDER BY {self.key} DESC LIMIT 1"
        row = tx.one(sql, (user_id, asked_by, RequestState.DONE.value))
        return self._whole(row) if row else None

    def settle(self, tx: Transaction, key: int, state: RequestState, by: int, now: datetime) -> None:
        """Record the answer to a request."""
        sql = f"UPDATE {self.table} SET state = ?, settled_by = ?, settled_at = ? WHERE {self.key} = ?"
        tx.run(sql, (state.value, by, now.isoformat(), key))

    def end_about(self, tx: Transaction, user_id: int, now: datetime) -> None:
        """End the open requests about an account: what was asked has changed, and does not come back with it."""
        self._end(tx, "user_id", user_id, now)

    def end_asked_by(self, tx: Transaction, user_id: int, now: datetime) -> None:
        """End the open requests of an account that may not ask any more."""
        self._end(tx, "asked_by", user_id, now)

    def _end(self, tx: Transaction, column: str, user_id: int, now: datetime) -> None:
        sql = f"UPDATE {self.table} SET state = ?, settled_at = ? WHERE state = ? AND {column} = ?"
        tx.run(sql, (RequestState.VOID.value, now.isoformat(), RequestState.OPEN.value, user_id))

    def page(self, tx: Transaction, wanted: RequestFilter, limit: int, offset: int = 0) -> tuple[Stored, ...]:
        """The requests that ``wanted`` selects, newest first."""
        selected, values = self._selected(wanted)
        sql = f"SELECT r.* {selected} ORDER BY r.{self.key} DESC LIMIT ? OFFSET ?"
        return tuple(map(self._whole, tx.all(sql, (*values, limit, offset))))

    def count(self, tx: Transaction, wanted: RequestFilter) -> int:
        """How many requests ``wanted`` selects."""
        selected, values = self._selected(wanted)
        row = tx.one(f"SELECT count(*) AS n {selected}", values)
        return int(row["n"]) if row else 0

    def _selected(self, wanted: RequestFilter) -> tuple[str, tuple[str, ...]]:
        parts: list[tuple[str, tuple[str, ...]]] = [("1", ())]
        if wanted.office:
            parts.append(("p.office = ?", (wanted.office,)))
        if wanted.open_since:
            since = wanted.open_since.isoformat()
            parts.append(("r.state = ? AND r.asked_at > ?", (RequestState.OPEN.value, since)))
        where = " AND ".join(part for part, _ in parts)
        of_people = "JOIN users u ON u.user_id = r.user_id JOIN persons p ON p.person_id = u.person_id"
        return f"FROM {self.table} r {of_people} WHERE {where}", tuple(value for _, values in parts for value in values)

    def _whole(self, row: Row) -> Stored:
        common = {
            "key": row[self.key],
            "user_id": row["user_id"],
            "asked_by": row["asked_by"],
            "asked_at": datetime.fromisoformat(row["asked_at"]),
            "state": RequestState(row["state"]),
            "settled_by": row["settled_by"] or 0,
            "settled_at": datetime.fromisoformat(row["settled_at"]) if row["settled_at"] else None,
        }
        return self.read(row, common)


def _written(grant: StoredGrant) -> Mapping[str, str]:
    return {"had": ",".join(sorted(grant.had)), "wanted": ",".join(sorted(grant.wanted))}


def _grant(row: Row, common: dict[str, Any]) -> StoredGrant:
    had, wanted = (frozenset(Role(each) for each in row[name].split(",") if each) for name in ("had", "wanted"))
    return StoredGrant(had=had, wanted=wanted, **common)


GRANTS: Requests[StoredGrant] = Requests("role_grants", "grant_id", _written, _grant)
RESETS: Requests[StoredReset] = Requests(
    "factor_resets",
    "reset_id",
    lambda reset: {"reason": reset.reason},
    lambda row, common: StoredReset(reason=row["reason"], **common),
)
