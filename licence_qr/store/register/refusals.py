"""Refusals of the last minutes, counted until their group is closed and told as one trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalGroup:
    """Refusals of one kind about one subject, from one network, since ``since``.

    ``times`` are those that no trace tells yet. ``told``: the first had one of its own.
    """

    kind: str
    subject: str
    network: str
    since: datetime
    last_at: datetime
    times: int
    told: bool


def count_one(tx: Transaction, kind: str, subject: str, network: str, now: datetime) -> bool:
    """Count one more in the group; False if there is none."""
    counted = tx.run(
        "UPDATE refusals SET times = times + 1, last_at = ? WHERE kind = ? AND subject = ? AND network = ?",
        (now.isoformat(), kind, subject, network),
    )
    return counted.rowcount > 0


def begin(tx: Transaction, group: RefusalGroup) -> None:
    """Store a new group."""
    tx.run(
        "INSERT INTO refusals (kind, subject, network, since, last_at, times, told) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            group.kind,
            group.subject,
            group.network,
            group.since.isoformat(),
            group.last_at.isoformat(),
            group.times,
            group.told,
        ),
    )


def how_many_told(tx: Transaction) -> int:
    """How many groups are open of which the first refusal had a trace of its own."""
    row = tx.one("SELECT count(*) AS groups FROM refusals WHERE told")
    return int(row["groups"]) if row else 0


def take_outside(tx: Transaction, first: datetime, last: datetime) -> list[RefusalGroup]:
    """Remove and return the groups that did not begin between these instants, the oldest first; with one that is not told
    go all others of its kind and subject that are not."""
    over = "SELECT kind, subject FROM refusals WHERE NOT told AND (since <= ? OR since > ?)"
    outside = f"since <= ? OR since > ? OR (NOT told AND (kind, subject) IN ({over}))"
    given = (first.isoformat(), last.isoformat()) * 2
    rows = tx.all(f"SELECT * FROM refusals WHERE {outside} ORDER BY since, kind, subject, network", given)
    if rows:
        tx.run(f"DELETE FROM refusals WHERE {outside}", given)
    return [
        RefusalGroup(
            kind=row["kind"],
            subject=row["subject"],
            network=row["network"],
            since=datetime.fromisoformat(row["since"]),
            last_at=datetime.fromisoformat(row["last_at"]),
            times=row["times"],
            told=bool(row["told"]),
        )
        for row in rows
    ]
