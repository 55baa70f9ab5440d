"""Asking that an account be given roles that take two people, and how long a request stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.accounts.role_grants import GRANT_DAYS
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import ConflictError
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.requests.reading import RequestRules
from licence_qr.services.accounts.role_rules import demand_apart, demand_number
from licence_qr.services.register import access
from licence_qr.services.register.access import CONFIRM_ROLES
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.requests import GRANTS, StoredGrant
from licence_qr.store.database.connections import Transaction

# A request stands while the account has the roles that it had.
GRANT_RULES: RequestRules[StoredGrant] = RequestRules(
    until=lambda grant: grant.asked_at + timedelta(days=GRANT_DAYS),
    stands=lambda _tx, grant, owner: owner.actor.roles == grant.had,
    may_confirm=lambda reader, _owner: access.may(reader, CONFIRM_ROLES),
)


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
    if any(GRANT_RULES.state(tx, each, now) is RequestState.OPEN for each in GRANTS.open_of(tx, user_id)):
        raise ConflictError("roles_asked_already")
    before, after = {"roles": sorted(has)}, {"roles": sorted(wanted)}
    note(tx, EventKind.ROLES_ASKED, user_id, by, now, after, before=before)
    return GRANTS.add(tx, StoredGrant(user_id=user_id, asked_by=by.user_id, had=has, wanted=wanted, asked_at=now))
