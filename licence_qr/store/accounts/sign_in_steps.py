"""What is remembered of a sign-in by the identity service from one step to the next, each for one browser and used once."""

from __future__ import annotations

from datetime import datetime

from licence_qr.store.database.connections import Transaction


def put(tx: Transaction, key_hash: bytes, browser_hash: bytes, sealed: bytes, until: datetime, now: datetime) -> None:
    """Remember ``sealed`` until then, under a new key; delete all whose time is over."""
    tx.run("DELETE FROM sign_in_steps WHERE expires_at <= ?", (now.timestamp(),))
    tx.run(
        "INSERT INTO sign_in_steps (key_hash, browser_hash, sealed, expires_at) VALUES (?, ?, ?, ?)",
        (key_hash, browser_hash, sealed, until.timestamp()),
    )


def known(tx: Transaction, key_hash: bytes, browser_hash: bytes, now: datetime) -> bool:
    """Whether ``take`` would find it."""
    sql = "SELECT 1 FROM sign_in_steps WHERE key_hash = ? AND browser_hash = ? AND expires_at > ?"
    return tx.one(sql, (key_hash, browser_hash, now.timestamp())) is not None


def take(tx: Transaction, key_hash: bytes, browser_hash: bytes, now: datetime) -> bytes | None:
    """Use up what was remembered for this key and browser; None if there is nothing, or no longer."""
    row = tx.one(
        "DELETE FROM sign_in_steps WHERE key_hash = ? AND browser_hash = ? AND expires_at > ? RETURNING sealed",
        (key_hash, browser_hash, now.timestamp()),
    )
    return bytes(row["sealed"]) if row else None
