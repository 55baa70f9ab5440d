"""The traces: who signed in, what was read, searched for, exported and printed. ``history.append`` writes them.

They have the columns of the history. Nothing in them is changed; they go at the end of their time.
"""

from __future__ import annotations

from datetime import datetime

from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register.history import COLUMNS, EventRow, whole


def everything(tx: Transaction) -> list[EventRow]:
    """All traces, oldest first."""
    return [whole(row) for row in tx.all(f"SELECT {', '.join(COLUMNS)} FROM traces ORDER BY seq")]


def has(tx: Transaction, kind: EventKind, subject: str, actor: str, network: str, since: datetime) -> bool:
    """Whether there is such a trace of ``actor`` from this network since an instant, in UTC."""
    sql = "SELECT 1 FROM traces WHERE event = ? AND at >= ? AND subject = ? AND actor = ? AND network = ? LIMIT 1"
    return tx.one(sql, (kind, since.isoformat(), subject, actor, network)) is not None


def any_of(tx: Transaction, kind: EventKind, subject: str) -> bool:
    """Whether there is a trace of this kind of the subject, as far back as traces are kept."""
    return tx.one("SELECT 1 FROM traces WHERE event = ? AND subject = ? LIMIT 1", (kind, subject)) is not None


_OLDEST = "SELECT seq FROM traces WHERE at < ? ORDER BY at LIMIT ?"


def count_before(tx: Transaction, before: datetime, most: int) -> int:
    """How many traces ``delete_before`` would delete."""
    row = tx.one(f"SELECT count(*) AS n FROM ({_OLDEST})", (before.isoformat(), most))
    return int(row["n"]) if row else 0


def delete_before(tx: Transaction, before: datetime, most: int) -> None:
    """Delete at most ``most`` of the traces from before an instant, the oldest first.

    The register refuses it unless the last event of the history is the one that says so (``rules.trail``).
    """
    tx.run(f"DELETE FROM traces WHERE seq IN ({_OLDEST})", (before.isoformat(), most))
