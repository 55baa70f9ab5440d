"""Accounts that only the identity service opens, and what would leave nobody who can open them."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.services.accounts.identity_service import numbers
from licence_qr.store.accounts import accounts, identity_bindings, persons
from licence_qr.store.database.connections import Transaction

Usernames = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShutOut:
    """The user names of accounts of one person that nobody can open, because the staff number waits for its owner, who
    cannot come in to agree to it: ``now``; and after another number, after unbinding, after merging into another entry.
    """

    now: Usernames = ()
    by_number: Usernames = ()
    by_unbinding: Usernames = ()
    by_merging: Usernames = ()


def shut_out(tx: Transaction, person_id: int) -> ShutOut:
    """What would shut out the owner of which account."""
    users = [each for each in accounts.of_person(tx, person_id) if each.service_only and not each.disabled]
    person, bound = persons.get(tx, person_id), identity_bindings.of_person(tx, person_id)
    every = tuple(each.actor.username for each in users)
    numbered = bool(person and person.staff_no)
    return ShutOut(
        now=tuple(each.actor.username for each in users if not (numbered and numbers.counts(tx, each, bound))),
        by_number=() if numbers.vouches(tx, person_id, bound) else every,
        by_unbinding=tuple(each.actor.username for each in users if not numbers.counts(tx, each)),
        by_merging=every,
    )
