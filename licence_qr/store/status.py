"""The status entries as the published list needs them: all that are not 0, or what has changed since it last looked."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.store import counters
from licence_qr.store.codes import STATUS_SERIES
from licence_qr.store.database import Transaction

Entries = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """How far the entries had come: the number of the last change, and how many entries have been given out."""

    change: int
    count: int

    def follows(self, earlier: Position) -> bool:
        """Whether the register can have come here from ``earlier``; not so when an older copy of it was restored."""
        return self.change >= earlier.change and self.count >= earlier.count


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
