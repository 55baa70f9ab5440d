"""What the limits of sign-in keep: of each subject, the instant at which its tries are all there again."""

from __future__ import annotations

from licence_qr.store.database.connections import Transaction


def full_at(tx: Transaction, scope: str, subject: str) -> int:
    """That instant in microseconds since 1970; 0 for a subject that nothing is kept of."""
    row = tx.one("SELECT full_at FROM throttles WHERE scope = ? AND subject = ?", (scope, subject))
    return int(row["full_at"]) if row else 0


def put(tx: Transaction, scope: str, subject: str, full_at: int) -> None:
    """Keep that instant of one subject."""
    tx.run(
        "INSERT INTO throttles (scope, subject, full_at) VALUES (?, ?, ?)"
        " ON CONFLICT (scope, subject) DO UPDATE SET full_at = excluded.full_at",
        (scope, subject, full_at),
    )


def remove(tx: Transaction, scope: str, subject: str) -> None:
    """Forget the tries of one subject."""
    tx.run("DELETE FROM throttles WHERE scope = ? AND subject = ?", (scope, subject))


def purge(tx: Transaction, now: int) -> None:
    """Forget all whose tries are there again."""
    tx.run("DELETE FROM throttles WHERE full_at <= ?", (now,))
