"""Asking that an account be given roles that take two people, and how long a request stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from licence_qr.domain.accounts.role_grants import GRANT_DAYS, GrantState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import ConflictError
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.role_rules import demand_apart, demand_number
from licence_qr.services.register import access
from licence_qr.services.register.access import MANAGE_PEOPLE
from licence_qr.store.accounts import accounts, role_grants
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.role_grants import StoredGrant
from licence_qr.store.database.connections import Transaction


def ask(tx: Transaction, user: User, wanted: frozenset[Role], by: Actor, now: datetime) -> int:
    """Ask that ``user`` have the roles ``wanted`` and no others; return the key of the request. Nothing changes until
    somebody else confirms it.

    Raises InputError ``staff_no_needed`` or ``roles_apart``, ConflictError ``roles_asked_already`` or, for a closed account,
    ``person_changed_meanwhile``.
    """
    user_id, has = user.actor.user_id, user.actor.roles
    if user.disabled:
        raise ConflictError("person_changed_meanwhile")
    demand_number(tx, user.actor.person_id, wanted - has)
    demand_apart(tx, user.actor.person_id, wanted, of_account=user_id)
    if any(state_of(tx, each, now) is GrantState.OPEN for each in role_grants.open_of(tx, user_id)):
        raise ConflictError("roles_asked_already")
    before, after = {"roles": sorted(has)}, {"roles": sorted(wanted)}
    note(tx, EventKind.ROLES_ASKED, user_id, by, now, after, before=before)
    return role_grants.add(
        tx, StoredGrant(grant_id=0, user_id=user_id, asked_by=by.user_id, had=has, wanted=wanted, asked_at=now)
    )


def until(grant: StoredGrant) -> datetime:
    """How long a request can be confirmed."""
    return grant.asked_at + timedelta(days=GRANT_DAYS)


def state_of(tx: Transaction, grant: StoredGrant, now: datetime) -> GrantState:
    """The state of a request: one that is open may not stand any more."""
    if grant.state is not GrantState.OPEN:
        return grant.state
    owner, asked_by = account(tx, grant.user_id), account(tx, grant.asked_by)
    may = not asked_by.disabled and access.may(asked_by.actor, MANAGE_PEOPLE)
    stands = may and not owner.disabled and owner.actor.roles == grant.had and now < until(grant)
    return GrantState.OPEN if stands else GrantState.VOID


def account(tx: Transaction, user_id: int) -> User:
    """An account that a request names."""
    user = accounts.user_by_id(tx, user_id)
    if user is None:
        raise AssertionError("accounts are never deleted")
    return user
