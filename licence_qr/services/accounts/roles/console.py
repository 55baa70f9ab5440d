"""Roles that take two people, given at the machine: both are there and prove who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import product

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.roles import Actor, Role, Via
from licence_qr.errors import AccessError, RuleError
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.second_factor import hands
from licence_qr.services.accounts.second_factor.resetting import THIS_MACHINE, Confirmer
from licence_qr.services.accounts.staff import roles_in_words
from licence_qr.services.register import access
from licence_qr.services.register.access import CONFIRM_ROLES, MANAGE_PEOPLE
from licence_qr.store.accounts import accounts, persons
from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True)
class RolesAtConsole:
    """An installation begins with nobody who could confirm: until there are two who could, one person at the machine gives
    any role, and its event names the system user alone."""

    confirming: Confirming

    def are_demanded(self, staff_no: str = "", username: str = "") -> bool:
        """Whether two people could confirm, for the owner of this account or staff number; then they must."""
        with self.confirming.sign_in.database.read() as tx:
            owner = _owner(tx, staff_no, username)
            managing, auditing = (accounts.active_with(tx, role) for role in (Role.ADMIN, Role.AUDITOR))
            return any(_could(tx, owner, *pair) for pair in product(managing, (*managing, *auditing)))

    def demand(self, administrator: str, second: str, staff_no: str = "", username: str = "") -> tuple[Actor, Actor]:
        """The administrator who asks and the second person. Without both names raises RuleError ``roles_two_at_console``.

        Raises AccessError ``account_unknown`` or ``role_not_allowed``; RuleError ``roles_need_two`` unless they and the
        owner are three people, and as ``hands``.
        """
        if not (administrator and second):
            raise RuleError("roles_two_at_console")
        with self.confirming.sign_in.database.read() as tx:
            first, other = (_active(tx, name) for name in (administrator, second))
            _demand_two(tx, _owner(tx, staff_no, username), first, other)
        return first, other

    def confirm(
        self,
        username: str,
        roles: frozenset[Role],
        two: tuple[Actor, Actor],
        proofs: tuple[Confirmer, Confirmer],
        by: Actor,
        now: datetime,
    ) -> tuple[Actor, Actor]:
        """Both confirm with their password, and a second factor if they have or need one; return them as they act here.

        ``by``: the system user at whose console they are. Raises as ``Confirming.confirm``.
        """
        content = ActContent("give roles", f"account/{username}", roles_in_words(roles))
        first, other = (each.coming(Via(device=by.username)) for each in two)
        for who, given in zip((first, other), proofs, strict=True):
            self.confirming.confirm(who, given.proof, content, THIS_MACHINE, now, beside=by.username)
        return first, other


def _could(tx: Transaction, owner: int, first: Actor, other: Actor) -> bool:
    try:
        _demand_two(tx, owner, first, other)
    except RuleError:
        return False
    return True


def _demand_two(tx: Transaction, owner: int, first: Actor, other: Actor) -> None:
    access.demand(first, MANAGE_PEOPLE)
    access.demand(other, CONFIRM_ROLES)
    if owner in {first.person_id, other.person_id} or first.is_same_person(other):
        raise RuleError("roles_need_two")
    hands.demand_two_hands(tx, first, other)
    hands.demand_not_both_of_console(tx, first, other)


def _owner(tx: Transaction, staff_no: str, username: str) -> int:
    """The key of the person whose account it is; 0 for somebody who has none yet."""
    user = accounts.user_by_name(tx, username) if username else None
    person = persons.by_staff_no(tx, staff_no)
    return user.actor.person_id if user else person.person_id if person else 0


def _active(tx: Transaction, username: str) -> Actor:
    user = accounts.user_by_name(tx, username)
    if user is None or user.disabled:
        raise AccessError("account_unknown", username=username)
    return user.actor
