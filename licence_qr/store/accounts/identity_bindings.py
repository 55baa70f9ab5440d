"""Who is bound to which identity of the identity service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.people import ServiceIdentity
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class Binding:
    """That a person is whoever the service calls ``identity``. ``refused_at``: when it last said somebody else was."""

    person_id: int
    identity: ServiceIdentity
    bound_at: datetime
    refused_at: datetime | None = None


def of_person(tx: Transaction, person_id: int) -> Binding | None:
    """What a person is bound to, or None."""
    row = tx.one("SELECT * FROM identity_bindings WHERE person_id = ?", (person_id,))
    return _binding(row) if row else None


def of_identity(tx: Transaction, identity: ServiceIdentity) -> Binding | None:
    """Who is bound to this identity, or None."""
    sql = "SELECT * FROM identity_bindings WHERE issuer = ? AND sub = ?"
    row = tx.one(sql, (identity.issuer, identity.sub))
    return _binding(row) if row else None


def put(tx: Transaction, binding: Binding) -> None:
    """Bind a person, to this identity alone. Nobody else may be bound to it."""
    remove(tx, binding.person_id)
    tx.run(
        "INSERT INTO identity_bindings (person_id, issuer, sub, bound_at) VALUES (?, ?, ?, ?)",
        (binding.person_id, binding.identity.issuer, binding.identity.sub, binding.bound_at.isoformat()),
    )


def remove(tx: Transaction, person_id: int) -> None:
    """Bind a person to nothing."""
    tx.run("DELETE FROM identity_bindings WHERE person_id = ?", (person_id,))


def note_refused(tx: Transaction, person_id: int, at: datetime | None) -> None:
    """Note when somebody else came as this person; None to have it looked at no more."""
    sql = "UPDATE identity_bindings SET refused_at = ? WHERE person_id = ?"
    tx.run(sql, (at.isoformat() if at else None, person_id))


def give_to(tx: Transaction, person_id: int, of_person_id: int) -> None:
    """Let the person ``person_id`` keep what they are bound to, or else take over what ``of_person_id`` was."""
    if of_person(tx, person_id) is None:
        tx.run("UPDATE identity_bindings SET person_id = ? WHERE person_id = ?", (person_id, of_person_id))
    remove(tx, of_person_id)


def _binding(row: Row) -> Binding:
    return Binding(
        row["person_id"],
        ServiceIdentity(row["issuer"], row["sub"]),
        datetime.fromisoformat(row["bound_at"]),
        datetime.fromisoformat(row["refused_at"]) if row["refused_at"] else None,
    )
