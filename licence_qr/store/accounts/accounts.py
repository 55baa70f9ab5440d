"""Accounts and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.roles import Actor, Role
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in. ``device_generation``: devices given another one are not known any more."""

    actor: Actor
    password_hash: str
    disabled: bool
    device_generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in. The token itself is never stored, only its SHA-256."""

    session_id: str
    user_id: int
    client: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked: bool


def _actor(row: Row) -> Actor:
    roles = frozenset(Role(role) for role in row["roles"].split(",") if role)
    return Actor(row["user_id"], row["username"], row["display_name"], row["office"], roles)


def _user(row: Row) -> User:
    return User(_actor(row), row["password_hash"], row["disabled_at"] is not None, row["device_generation"])


def user_by_name(tx: Transaction, username: str) -> User | None:
    """The person with this user name, or None."""
    row = tx.one("SELECT * FROM users WHERE username = ?", (username,))
    return _user(row) if row else None


def user_by_id(tx: Transaction, user_id: int) -> User | None:
    """The person with this key, or None."""
    row = tx.one("SELECT * FROM users WHERE user_id = ?", (user_id,))
    return _user(row) if row else None


def everybody(tx: Transaction) -> tuple[User, ...]:
    """All people, by user name."""
    rows = tx.all("SELECT * FROM users ORDER BY username", ())
    return tuple(map(_user, rows))


def active_of_office(tx: Transaction, office: str, role: Role) -> tuple[Actor, ...]:
    """The people of one office who have ``role`` and may sign in, by user name."""
    rows = tx.all("SELECT * FROM users WHERE office = ? AND disabled_at IS NULL ORDER BY username", (office,))
    return tuple(actor for actor in map(_actor, rows) if role in actor.roles)


def add_user(tx: Transaction, person: Actor, password_hash: str, at: datetime) -> int:
    """Add a person and return their key; ``user_id`` is ignored. The user name must be new."""
    cursor = tx.run(
        "INSERT INTO users (username, display_name, office, roles, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            person.username,
            person.display_name,
            person.office,
            ",".join(sorted(person.roles)),
            password_hash,
            at.isoformat(),
        ),
    )
    return int(cursor.lastrowid or 0)


def set_password_hash(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Replace a password hash (new password, or new argon2 parameters)."""
    tx.run("UPDATE users SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))


def disable_user(tx: Transaction, user_id: int, now: datetime) -> None:
    """Close an account; its acts stay in the history."""
    tx.run("UPDATE users SET disabled_at = ? WHERE user_id = ? AND disabled_at IS NULL", (now.isoformat(), user_id))


def revoke_all(tx: Transaction, user_id: int, now: datetime) -> None:
    """End all live sessions of one person."""
    tx.run("UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL", (now.isoformat(), user_id))


def forget_devices(tx: Transaction, user_id: int) -> None:
    """Make every device unknown on which this person has signed in."""
    tx.run("UPDATE users SET device_generation = device_generation + 1 WHERE user_id = ?", (user_id,))


def sweep_sessions(tx: Transaction, before: datetime) -> None:
    """Delete sessions that ended before this instant."""
    tx.run("DELETE FROM sessions WHERE expires_at < ?", (before.isoformat(),))


def add_session(tx: Transaction, session: Session, token_hash: bytes) -> None:
    """Add a session."""
    tx.run(
        "INSERT INTO sessions (session_id, token_hash, user_id, client, created_at, last_seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            session.session_id,
            token_hash,
            session.user_id,
            session.client,
            session.created_at.isoformat(),
            session.last_seen_at.isoformat(),
            session.expires_at.isoformat(),
        ),
    )


def _session(row: Row) -> Session:
    return Session(
        session_id=row["session_id"],
        user_id=row["user_id"],
        client=row["client"],
        created_at=datetime.fromisoformat(row["created_at"]),
        last_seen_at=datetime.fromisoformat(row["last_seen_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        revoked=row["revoked_at"] is not None,
    )


def session_by_hash(tx: Transaction, token_hash: bytes) -> Session | None:
    """The session of this token, live or not, or None."""
    row = tx.one("SELECT * FROM sessions WHERE token_hash = ?", (token_hash,))
    return _session(row) if row else None


def sessions_of(tx: Transaction, user_id: int, now: datetime) -> tuple[Session, ...]:
    """The live sessions of one person, newest first."""
    rows = tx.all(
        "SELECT * FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC",
        (user_id, now.isoformat()),
    )
    return tuple(_session(row) for row in rows)


def touch_session(tx: Transaction, session_id: str, now: datetime) -> None:
    """Record that a session was used."""
    tx.run("UPDATE sessions SET last_seen_at = ? WHERE session_id = ?", (now.isoformat(), session_id))


def revoke_session(tx: Transaction, user_id: int, session_id: str, now: datetime) -> bool:
    """End one session of one person; False when there is no such live session."""
    cursor = tx.run(
        "UPDATE sessions SET revoked_at = ? WHERE session_id = ? AND user_id = ? AND revoked_at IS NULL",
        (now.isoformat(), session_id, user_id),
    )
    return cursor.rowcount == 1
