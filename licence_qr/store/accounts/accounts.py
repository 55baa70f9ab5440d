"""Accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.roles import Actor, Role
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``device_generation``: devices given another one are not known any more. ``must_change``: somebody else
    knows its password. ``service_only``: its password signs nobody in."""

    actor: Actor
    password_hash: str
    disabled: bool
    device_generation: int
    must_change: bool
    service_only: bool = False


def _actor(tx: Transaction, row: Row) -> Actor:
    roles = frozenset(Role(role) for role in row["roles"].split(",") if role)
    others = tx.all(
        "SELECT username FROM users WHERE person_id = ? AND user_id <> ?", (row["person_id"], row["user_id"])
    )
    return Actor(
        user_id=row["user_id"],
        username=row["username"],
        display_name=row["display_name"],
        office=row["office"],
        roles=roles,
        person_id=row["person_id"],
        others=frozenset(other["username"] for other in others),
    )


def _user(tx: Transaction, row: Row) -> User:
    return User(
        actor=_actor(tx, row),
        password_hash=row["password_hash"],
        disabled=row["disabled_at"] is not None,
        device_generation=row["device_generation"],
        must_change=bool(row["must_change"]),
        service_only=bool(row["service_only"]),
    )


def user_by_name(tx: Transaction, username: str) -> User | None:
    """The person with this user name, or None."""
    row = tx.one("SELECT * FROM users WHERE username = ?", (username,))
    return _user(tx, row) if row else None


def usernames(tx: Transaction) -> tuple[str, ...]:
    """The user names of all accounts, also of closed ones."""
    return tuple(row["username"] for row in tx.all("SELECT username FROM users", ()))


def user_by_id(tx: Transaction, user_id: int) -> User | None:
    """The person with this key, or None."""
    row = tx.one("SELECT * FROM users WHERE user_id = ?", (user_id,))
    return _user(tx, row) if row else None


def everybody(tx: Transaction) -> tuple[User, ...]:
    """All people, by user name."""
    rows = tx.all("SELECT * FROM users ORDER BY username", ())
    return tuple(_user(tx, row) for row in rows)


def active_of_office(tx: Transaction, office: str, role: Role) -> tuple[Actor, ...]:
    """The people of one office who have ``role`` and may sign in, by user name."""
    rows = tx.all("SELECT * FROM users WHERE office = ? AND disabled_at IS NULL ORDER BY username", (office,))
    return tuple(actor for actor in (_actor(tx, row) for row in rows) if role in actor.roles)


def add_user(tx: Transaction, account: Actor, password_hash: str, at: datetime, *, must_change: bool) -> int:
    """Add an account and return its key; ``user_id`` is ignored. The user name must be new."""
    cursor = tx.run(
        "INSERT INTO users (username, display_name, office, roles, password_hash, created_at, person_id, must_change)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account.username,
            account.display_name,
            account.office,
            ",".join(sorted(account.roles)),
            password_hash,
            at.isoformat(),
            account.person_id,
            int(must_change),
        ),
    )
    return int(cursor.lastrowid or 0)


def set_password(tx: Transaction, user_id: int, password_hash: str, *, must_change: bool) -> None:
    """Set a new password."""
    tx.run(
        "UPDATE users SET password_hash = ?, must_change = ? WHERE user_id = ?",
        (password_hash, int(must_change), user_id),
    )


def set_service_only(tx: Transaction, user_id: int, *, only: bool) -> None:
    """Let nothing but the identity service open an account, or its password too."""
    tx.run("UPDATE users SET service_only = ? WHERE user_id = ?", (int(only), user_id))


def rehash_password(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Replace the hash of the same password: the cost has risen."""
    tx.run("UPDATE users SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))


def disable_user(tx: Transaction, user_id: int, now: datetime) -> None:
    """Close an account; its acts stay in the history."""
    tx.run("UPDATE users SET disabled_at = ? WHERE user_id = ? AND disabled_at IS NULL", (now.isoformat(), user_id))


def of_person(tx: Transaction, person_id: int) -> tuple[User, ...]:
    """The accounts of one person, by user name."""
    rows = tx.all("SELECT * FROM users WHERE person_id = ? ORDER BY username", (person_id,))
    return tuple(_user(tx, row) for row in rows)


def active_with(tx: Transaction, role: Role) -> tuple[Actor, ...]:
    """All accounts of ``role`` that may sign in, by user name."""
    rows = tx.all(
        "SELECT * FROM users WHERE disabled_at IS NULL AND instr(',' || roles || ',', ?) > 0 ORDER BY username",
        (f",{role.value},",),
    )
    return tuple(_actor(tx, row) for row in rows)


def set_roles(tx: Transaction, user_id: int, roles: frozenset[Role]) -> None:
    """Replace the roles of an account."""
    tx.run("UPDATE users SET roles = ? WHERE user_id = ?", (",".join(sorted(roles)), user_id))


def enable_user(tx: Transaction, user_id: int) -> None:
    """Open a closed account again."""
    tx.run("UPDATE users SET disabled_at = NULL WHERE user_id = ?", (user_id,))


def move_along(tx: Transaction, was: Person, now: Person) -> None:
    """Give the accounts of a person the name and the office that changed, except where they have others than the person
    had."""
    tx.run(
        "UPDATE users SET display_name = ? WHERE person_id = ? AND display_name = ?",
        (now.name, was.person_id, was.name),
    )
    tx.run("UPDATE users SET office = ? WHERE person_id = ? AND office = ?", (now.office, was.person_id, was.office))


def give_to(tx: Transaction, person_id: int, of_person_id: int) -> None:
    """Give all accounts of the person ``of_person_id`` to the person ``person_id``."""
    tx.run("UPDATE users SET person_id = ? WHERE person_id = ?", (person_id, of_person_id))


def forget_devices(tx: Transaction, user_id: int) -> None:
    """Make every device unknown on which this person has signed in."""
    tx.run("UPDATE users SET device_generation = device_generation + 1 WHERE user_id = ?", (user_id,))
