"""What applicants are still to be told, or handed, of the items of their cases: at most one thing of each item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.cases.case import ItemState
from licence_qr.store.cases.items import StoredItem
from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell: that the item stands in ``state`` since that day. ``ended_at`` None: nobody has told it yet."""

    telling_id: int
    item_id: int
    state: ItemState
    since: date
    ended_at: datetime | None = None


def add(tx: Transaction, stored: StoredItem, day: date) -> None:
    """The applicant is to be told where the item stands now."""
    item = stored.item
    tx.run(
        "INSERT INTO tellings (item_id, office, state, since) VALUES (?, ?, ?, ?)",
        (stored.item_id, item.office, item.state.value, day.isoformat()),
    )


def end(tx: Transaction, item_id: int, at: datetime) -> None:
    """Nothing is to be told of the item any more."""
    tx.run("UPDATE tellings SET ended_at = ? WHERE item_id = ? AND ended_at IS NULL", (at.isoformat(), item_id))


def newest(tx: Transaction, item_id: int) -> Telling | None:
    """What was to be told of the item last, told or not; None where nothing ever was."""
    row = tx.one("SELECT * FROM tellings WHERE item_id = ? ORDER BY telling_id DESC LIMIT 1", (item_id,))
    if row is None:
        return None
    ended_at = datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None
    since = date.fromisoformat(row["since"])
    return Telling(row["telling_id"], row["item_id"], ItemState(row["state"]), since, ended_at)
