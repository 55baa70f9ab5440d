"""Status entries for the published list, all or changed ones; and the published list itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import counters
from licence_qr.store.register.codes import STATUS_SERIES

Entries = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A position in the entries: the number of the last change, and how many entries are allocated."""

    change: int
    count: int

    def follows(self, earlier: Position) -> bool:
        """Whether the register can have got here from ``earlier``; False after an older copy was restored."""
        return self.change >= earlier.change and self.count >= earlier.count


@dataclass(frozen=True, slots=True)
class Issue:
    """What identifies a published list. No two of a register have the same ``issued_at`` (aware, whole seconds)."""

    position: Position
    subject: str
    kid: bytes
    issued_at: datetime


def position(tx: Transaction) -> Position:
    """The current position."""
    row = tx.one("SELECT max(seq) AS seq FROM status_changes")
    return Position(int(row["seq"] or 0) if row else 0, counters.last(tx, STATUS_SERIES, 0))


def everything(tx: Transaction) -> Entries:
    """Index and value of every entry that is not 0."""
    rows = tx.all("SELECT status_index, value FROM status_entries")
    return tuple((row["status_index"], row["value"]) for row in rows)


def changed_after(tx: Transaction, change: int) -> Entries:
    """Index and new value of every change after the one numbered ``change``, in order."""
    rows = tx.all("SELECT status_index, value FROM status_changes WHERE seq > ? ORDER BY seq", (change,))
    return tuple((row["status_index"], row["value"]) for row in rows)


def newest_issue(tx: Transaction) -> Issue | None:
    """The list published last, by any worker, without its bytes (``signed_list``)."""
    row = tx.one("SELECT last_change, entry_count, subject, kid, issued_at FROM published_status_list")
    if row is None:
        return None
    at = Position(row["last_change"], row["entry_count"])
    return Issue(at, row["subject"], row["kid"], datetime.fromisoformat(row["issued_at"]))


def signed_list(tx: Transaction) -> bytes:
    """The signed bytes of ``newest_issue``; empty if nothing was published yet."""
    row = tx.one("SELECT signed FROM published_status_list")
    return bytes(row["signed"]) if row else b""


def publish(tx: Transaction, issue: Issue, signed: bytes) -> None:
    """Publish a list in place of the one before."""
    values = (
        issue.position.change,
        issue.position.count,
        issue.subject,
        issue.kid,
        issue.issued_at.isoformat(),
        signed,
    )
    updated = tx.run(
        "UPDATE published_status_list SET last_change = ?, entry_count = ?, subject = ?, kid = ?, issued_at = ?,"
        " signed = ?",
        values,
    )
    if updated.rowcount == 0:
        tx.run(
            "INSERT INTO published_status_list (only, last_change, entry_count, subject, kid, issued_at, signed)"
            " VALUES (1, ?, ?, ?, ?, ?, ?)",
            values,
        )
