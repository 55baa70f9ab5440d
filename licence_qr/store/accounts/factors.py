"""The secrets of authenticator apps, encrypted, and recovery codes, hashed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True)
class StoredTotp:
    """The secret of an account's app. Until a code has confirmed it, in the session ``begun_in``, it proves nothing.

    ``last_step`` is the latest step that was accepted.
    """

    sealed: bytes = field(repr=False)
    confirmed: bool
    last_step: int
    created_at: datetime
    begun_in: str


def totp(tx: Transaction, user_id: int) -> StoredTotp | None:
    """The secret of an account, confirmed or not, or None."""
    row = tx.one("SELECT * FROM totp_secrets WHERE user_id = ?", (user_id,))
    if row is None:
        return None
    created = datetime.fromisoformat(row["created_at"])
    return StoredTotp(bytes(row["sealed"]), row["confirmed_at"] is not None, row["last_step"], created, row["begun_in"])


def put_totp(tx: Transaction, user_id: int, sealed: bytes, session_id: str, now: datetime) -> None:
    """Store a secret that is not confirmed yet, in place of an earlier one."""
    tx.run(
        "INSERT INTO totp_secrets (user_id, sealed, begun_in, created_at, last_step) VALUES (?, ?, ?, ?, 0)"
        " ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, begun_in = excluded.begun_in,"
        " created_at = excluded.created_at, last_step = 0, confirmed_at = NULL",
        (user_id, sealed, session_id, now.isoformat()),
    )


def confirm_totp(tx: Transaction, user_id: int, now: datetime) -> None:
    """From now on the secret proves who somebody is."""
    tx.run("UPDATE totp_secrets SET confirmed_at = ? WHERE user_id = ?", (now.isoformat(), user_id))


def use_step(tx: Transaction, user_id: int, step: int) -> bool:
    """Record that a step was used; False if it, or a later one, was used before."""
    changed = tx.run("UPDATE totp_secrets SET last_step = ? WHERE user_id = ? AND last_step < ?", (step, user_id, step))
    return changed.rowcount == 1


def remove_totp(tx: Transaction, user_id: int) -> bool:
    """Delete the secret; False if there was none that had been confirmed."""
    had = tx.one("SELECT 1 FROM totp_secrets WHERE user_id = ? AND confirmed_at IS NOT NULL", (user_id,))
    tx.run("DELETE FROM totp_secrets WHERE user_id = ?", (user_id,))
    return had is not None


def replace_recovery_codes(tx: Transaction, user_id: int, hashes: Iterable[bytes], now: datetime) -> None:
    """Store new codes; the earlier ones end."""
    tx.run("DELETE FROM recovery_codes WHERE user_id = ?", (user_id,))
    tx.run_many(
        "INSERT INTO recovery_codes (user_id, code_hash, made_at) VALUES (?, ?, ?)",
        [(user_id, each, now.isoformat()) for each in hashes],
    )


def use_recovery_code(tx: Transaction, user_id: int, code_hash: bytes) -> bool:
    """Use up a code; False if the account has no such code left."""
    used = tx.run("DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?", (user_id, code_hash))
    return used.rowcount == 1


def recovery_codes_left(tx: Transaction, user_id: int) -> int:
    """How many codes have not been used."""
    row = tx.one("SELECT COUNT(*) AS n FROM recovery_codes WHERE user_id = ?", (user_id,))
    return int(row["n"]) if row else 0
