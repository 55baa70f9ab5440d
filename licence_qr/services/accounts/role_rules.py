"""What holds for the roles of all accounts of a person together, and of all accounts of an installation."""

from __future__ import annotations

from licence_qr.domain.accounts import combinations
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import ConflictError, InputError
from licence_qr.store.accounts import accounts, persons
from licence_qr.store.database.connections import Transaction

# Another person is needed beside whoever has one of these: without a number two accounts of one person go unseen.
NUMBERED = frozenset({Role.DECIDER, Role.INSPECTOR})


def roles_of_person(tx: Transaction, person_id: int, *, but: int = 0) -> frozenset[Role]:
    """The roles of a person's accounts that may sign in, except of the account ``but``."""
    active = (user for user in accounts.of_person(tx, person_id) if not user.disabled)
    return frozenset(role for user in active if user.actor.user_id != but for role in user.actor.roles)


def demand_apart(tx: Transaction, person_id: int, roles: frozenset[Role], *, of_account: int = 0) -> None:
    """Raise InputError ``roles_apart`` if one account of the person must not have ``roles`` beside the others.

    ``of_account`` is that account, where it exists.
    """
    refused = combinations.refused_of(roles | roles_of_person(tx, person_id, but=of_account))
    if refused is not None:
        raise InputError("roles_apart", field="roles", why_zh=refused.why.zh, why_en=refused.why.en)


def demand_number(tx: Transaction, person_id: int, roles: frozenset[Role]) -> None:
    """Raise InputError ``staff_no_needed`` if one of ``roles`` is given to somebody without a staff number."""
    person = persons.get(tx, person_id)
    if roles & NUMBERED and not (person and person.staff_no):
        raise InputError("staff_no_needed", field="roles")


def demand_another_administrator(tx: Transaction, account: Actor) -> None:
    """Raise ConflictError ``last_administrator`` if nobody could manage people without ``account``."""
    others = (each for each in accounts.active_with(tx, Role.ADMIN) if each.user_id != account.user_id)
    if Role.ADMIN in account.roles and next(others, None) is None:
        raise ConflictError("last_administrator")
