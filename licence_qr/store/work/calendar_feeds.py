"""Private addresses from which a person's calendar fetches the task list. Only hashes are stored."""

from __future__ import annotations

from datetime import datetime

from licence_qr.store.database.connections import Transaction


def put(tx: Transaction, user_id: int, token_hash: bytes, now: datetime) -> None:
    """Set the address of a person, replacing an earlier one."""
    tx.run(
        "INSERT INTO calendar_feeds (user_id, token_hash, made_at) VALUES (?, ?, ?)"
        " ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at",
        (user_id, token_hash, now.isoformat()),
    )


def remove(tx: Transaction, user_id: int) -> bool:
    """Remove the address of a person; False if there was none."""
    return tx.run("DELETE FROM calendar_feeds WHERE user_id = ?", (user_id,)).rowcount == 1


def remove_all(tx: Transaction) -> int:
    """Let no address be read any more; return how many there were."""
    return int(tx.run("DELETE FROM calendar_feeds").rowcount)


def made_at(tx: Transaction, user_id: int) -> datetime | None:
    """When the address of a person was made, or None."""
    row = tx.one("SELECT made_at FROM calendar_feeds WHERE user_id = ?", (user_id,))
    return datetime.fromisoformat(row["made_at"]) if row else None


def owner(tx: Transaction, token_hash: bytes) -> int | None:
    """The key of the person with this address, or None."""
    row = tx.one("SELECT user_id FROM calendar_feeds WHERE token_hash = ?", (token_hash,))
    return int(row["user_id"]) if row else None
