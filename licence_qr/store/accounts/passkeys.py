"""Passkeys, and the challenges that browsers have been asked to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """The public half of a passkey. ``name`` is what its owner calls it; ``public_key`` is a COSE key (RFC 9052)."""

    passkey_id: int = 0
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


def add(tx: Transaction, user_id: int, passkey: Passkey) -> bool:
    """Add a passkey; False if the credential is registered already, by whomever."""
    if tx.one("SELECT 1 FROM passkeys WHERE credential_id = ?", (passkey.credential_id,)):
        return False
    tx.run(
        "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, name, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            user_id,
            passkey.credential_id,
            passkey.public_key,
            passkey.sign_count,
            passkey.name,
            passkey.created_at.isoformat(),
        ),
    )
    return True


def of_account(tx: Transaction, user_id: int) -> tuple[Passkey, ...]:
    """The passkeys of an account, oldest first."""
    rows = tx.all("SELECT * FROM passkeys WHERE user_id = ? ORDER BY passkey_id", (user_id,))
    return tuple(_passkey(row) for row in rows)


def use(tx: Transaction, passkey_id: int, sign_count: int, now: datetime) -> None:
    """Record a use and the new counter."""
    tx.run(
        "UPDATE passkeys SET sign_count = ?, last_used_at = ? WHERE passkey_id = ?",
        (sign_count, now.isoformat(), passkey_id),
    )


def remove(tx: Transaction, user_id: int, passkey_id: int) -> bool:
    """Delete one passkey of an account; False if it has no such one."""
    gone = tx.run("DELETE FROM passkeys WHERE user_id = ? AND passkey_id = ?", (user_id, passkey_id))
    return gone.rowcount == 1


def remove_all(tx: Transaction, user_id: int) -> int:
    """Delete the passkeys of an account; return how many."""
    return tx.run("DELETE FROM passkeys WHERE user_id = ?", (user_id,)).rowcount


def put_challenge(
    tx: Transaction, session_id: str, purpose: str, challenge: bytes, now: datetime, expires_at: datetime
) -> None:
    """Store the one open challenge of a session for a purpose; delete an earlier one, and all that have expired."""
    tx.run("DELETE FROM passkey_challenges WHERE expires_at <= ?", (now.timestamp(),))
    tx.run(
        "INSERT INTO passkey_challenges (session_id, purpose, challenge, expires_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (session_id, purpose)"
        " DO UPDATE SET challenge = excluded.challenge, expires_at = excluded.expires_at",
        (session_id, purpose, challenge, expires_at.timestamp()),
    )


def take_challenge(tx: Transaction, session_id: str, purpose: str, now: datetime) -> bytes | None:
    """Use up the open challenge of a session for a purpose; None if there is none that is still valid."""
    row = tx.one(
        "SELECT challenge FROM passkey_challenges WHERE session_id = ? AND purpose = ? AND expires_at > ?",
        (session_id, purpose, now.timestamp()),
    )
    tx.run("DELETE FROM passkey_challenges WHERE session_id = ? AND purpose = ?", (session_id, purpose))
    return bytes(row["challenge"]) if row else None


def _passkey(row: Row) -> Passkey:
    used = row["last_used_at"]
    return Passkey(
        passkey_id=row["passkey_id"],
        credential_id=bytes(row["credential_id"]),
        public_key=bytes(row["public_key"]),
        sign_count=row["sign_count"],
        name=row["name"],
        created_at=datetime.fromisoformat(row["created_at"]),
        last_used_at=datetime.fromisoformat(used) if used else None,
    )
