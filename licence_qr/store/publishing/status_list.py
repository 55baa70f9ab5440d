"""The status entries as the published list needs them, all or what has changed since it last looked; and that list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import counters
from licence_qr.store.register.codes import STATUS_SERIES

Entries = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """How far the entries had come: the number of the last change, and how many entries have been given out."""

    change: int
    count: int

    def follows(self, earlier: Position) -> bool:
        """Whether the register can have come here from ``earlier``; not so when an older copy of it was restored."""
        return self.change >= earlier.change and self.count >= earlier.count


@dataclass(frozen=True, slots=True)
class Issue:
    """What tells one published list from another. No two of a register bear the same ``issued_at`` (aware, seconds)."""

    position: Position
    subject: str
    kid: bytes
    issued_at: datetime


def position(tx: Transaction) -> Position:
    """Where the entries are now."""
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
    """The list that was published last, by whichever worker; its bytes are ``signed_list``'s to read."""
    row = tx.one("SELECT last_change, entry_count, subject, kid, issued_at FROM published_status_list")
    if row is None:
        return None
    at = Position(row["last_change"], row["entry_count"])
    return Issue(at, row["subject"], row["kid"], datetime.fromisoformat(row["issued_at"]))


def signed_list(tx: Transaction) -> bytes:
    """The signed bytes of ``newest_issue``; empty when nothing was published yet."""
    row = tx.one("SELECT signed FROM published_status_list")
    return bytes(row["signed"]) if row else b""


def publish(tx: Transaction, issue: Issue, signed: bytes) -> None:
    """Put a list in the place of the one before."""
    tx.run(
        "INSERT INTO published_status_list (only, last_change, entry_count, subject, kid, issued_at, signed)"
        " VALUES (1, ?, ?, ?, ?, ?, ?) ON CONFLICT (only) DO UPDATE SET last_change = excluded.last_change,"
        " entry_count = excluded.entry_count, subject = excluded.subject, kid = excluded.kid,"
        " issued_at = excluded.issued_at, signed = excluded.signed",
        (
            issue.position.change,
            issue.position.count,
            issue.subject,
            issue.kid,
            issue.issued_at.isoformat(),
            signed,
        ),
    )
