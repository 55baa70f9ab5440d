"""Buckets of the rate limits on sign-in: for each subject the instant at which its bucket is full again."""

from __future__ import annotations

from licence_qr.store.database.connections import Transaction


def full_at(tx: Transaction, scope: str, subject: str) -> int:
    """The instant in microseconds since 1970; 0 if nothing is stored."""
    row = tx.one("SELECT full_at FROM throttles WHERE scope = ? AND subject = ?", (scope, subject))
    return int(row["full_at"]) if row else 0


def put(tx: Transaction, scope: str, subject: str, full_at: int) -> None:
    """Store the instant of one subject."""
    tx.run(
        "INSERT INTO throttles (scope, subject, full_at) VALUES (?, ?, ?)"
        " ON CONFLICT (scope, subject) DO UPDATE SET full_at = excluded.full_at",
        (scope, subject, full_at),
    )


def remove(tx: Transaction, scope: str, subject: str) -> None:
    """Delete the bucket of one subject."""
    tx.run("DELETE FROM throttles WHERE scope = ? AND subject = ?", (scope, subject))


def purge(tx: Transaction, now: int) -> None:
    """Delete the buckets that are full."""
    tx.run("DELETE FROM throttles WHERE full_at <= ?", (now,))
