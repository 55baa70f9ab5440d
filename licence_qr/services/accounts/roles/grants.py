"""Roles that take two people: an administrator has asked, and a second person confirms in a session of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.requests import RequestFilter, RequestState
from licence_qr.domain.accounts.role_grants import GRANT_DAYS
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, RuleError
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.requests.reading import RequestPage, RequestReading, RequestView, are_three
from licence_qr.services.accounts.roles.asking import GRANT_RULES
from licence_qr.services.accounts.roles.console import RolesAtConsole
from licence_qr.services.accounts.roles.holders import RoleHolders
from licence_qr.services.accounts.second_factor import hands
from licence_qr.services.accounts.staff import Staff, demand_unchanged, known, roles_in_words
from licence_qr.services.register import access
from licence_qr.services.register.access import CONFIRM_ROLES, READ_PEOPLE
from licence_qr.store.accounts import accounts
from licence_qr.store.accounts.requests import GRANTS, StoredGrant
from licence_qr.store.database.connections import Transaction

GrantView = RequestView[StoredGrant]


@dataclass(frozen=True, slots=True)
class RoleGrants:
    """Owner, who asks (``People.set_roles``) and who confirms are three people, of two hands (``hands``)."""

    confirming: Confirming
    staff: Staff

    @property
    def holders(self) -> RoleHolders:
        """Who holds which role."""
        return RoleHolders(self.staff.database)

    @property
    def at_console(self) -> RolesAtConsole:
        """The same at the machine, where both are present."""
        return RolesAtConsole(self.confirming)

    @property
    def _reading(self) -> RequestReading[StoredGrant]:
        return RequestReading(self.staff.database, GRANTS, GRANT_RULES, "role-requests")

    def list(self, actor: Actor, *, only_open: bool, page: int, now: datetime) -> RequestPage[StoredGrant]:
        """One page of requests, newest first. Raises AccessError."""
        access.demand(actor, CONFIRM_ROLES)
        return self._reading.page(actor, _wanted(now, only_open=only_open), page, now)

    def export(self, actor: Actor, *, only_open: bool, now: datetime) -> Iterator[GrantView]:
        """All of them, read in parts; who exports how many is recorded first. Raises AccessError, RegisterError."""
        access.demand(actor, CONFIRM_ROLES)
        return self._reading.export(actor, _wanted(now, only_open=only_open), now)

    def get(self, actor: Actor, grant_id: int, now: datetime) -> GrantView:
        """One request. Raises AccessError, NotFoundError ``thing_not_found``."""
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.read() as tx:
            return self._reading.one(tx, actor, grant_id, now)

    def own_waiting(self, actor: Actor, now: datetime) -> GrantView | None:
        """The request for roles of the account of ``actor`` that waits, if one does."""
        with self.staff.database.read() as tx:
            return _waiting(tx, actor, actor.user_id, now)

    def waiting(self, actor: Actor, person_id: int, now: datetime) -> dict[int, GrantView]:
        """The accounts of a person that wait for roles, by their keys. Raises AccessError, NotFoundError
        ``thing_not_found``."""
        access.demand(actor, READ_PEOPLE)
        with self.staff.database.read() as tx:
            access.demand(actor, READ_PEOPLE, known(tx, person_id).office)
            keys = [user.actor.user_id for user in accounts.of_person(tx, person_id)]
            found = {key: view for key in keys if (view := _waiting(tx, actor, key, now))}
        return found

    def confirm(self, actor: Actor, grant_id: int, given: ProofFrom, now: datetime, was: str | None = None) -> None:
        """Confirm it as the second person: the account has the roles from now on. ``was``: ``RequestView.shown`` on the
        page.

        Raises AccessError, also as ``Confirming.confirm``; RuleError ``roles_need_two`` and as ``hands``; ConflictError
        ``roles_settled`` or ``person_changed_meanwhile``; InputError ``password_missing``; NotFoundError
        ``thing_not_found``; and as ``Staff.give_roles``.
        """
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.read() as tx:
            view = self._answerable(tx, actor, grant_id, now)
        given.demand_password()
        self.confirming.confirm(actor, given.proof, granting(view.request, was), given.client, now)
        with self.staff.database.write() as tx:
            view = self._answerable(tx, actor, grant_id, now)
            grant = view.request
            demand_unchanged(was, view.shown)
            GRANTS.settle(tx, grant_id, RequestState.DONE, actor.user_id, now)
            self.staff.give_roles(tx, grant.user_id, grant.wanted, actor, now, asked_by=view.asked_by.username)

    def decline(self, actor: Actor, grant_id: int, now: datetime) -> None:
        """Let it be, as the second person or as who asked. Raises as ``confirm``, but asks for no proof."""
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.write() as tx:
            grant = self._answerable(tx, actor, grant_id, now, confirms=False).request
            GRANTS.settle(tx, grant_id, RequestState.DECLINED, actor.user_id, now)
            note(tx, EventKind.ROLES_DECLINED, grant.user_id, actor, now)

    def _answerable(
        self, tx: Transaction, actor: Actor, grant_id: int, now: datetime, *, confirms: bool = True
    ) -> GrantView:
        view = self._reading.one(tx, actor, grant_id, now)
        if confirms or not view.asked_it:
            if not are_three(view.owner, view.asked_by, actor):
                raise RuleError("roles_need_two")
            hands.demand_two_hands(tx, view.asked_by, actor)
        if view.state is not RequestState.OPEN:
            raise ConflictError("roles_settled", days=GRANT_DAYS)
        return view


def _waiting(tx: Transaction, reader: Actor, user_id: int, now: datetime) -> GrantView | None:
    views = (GRANT_RULES.view(tx, reader, each, now) for each in GRANTS.open_of(tx, user_id))
    return next((view for view in views if view.state is RequestState.OPEN), None)


def granting(grant: StoredGrant, shown: str | None) -> ActContent:
    """What is confirmed by the second person, for the owner as the page ``shown`` them."""
    subject = f"grant/{grant.key} account/{grant.user_id}"
    changed = f"{roles_in_words(grant.had)} > {roles_in_words(grant.wanted)}"
    return ActContent("give roles", subject, f"{changed} | {shown or ''}")


def _wanted(now: datetime, *, only_open: bool) -> RequestFilter:
    return RequestFilter(open_since=now - timedelta(days=GRANT_DAYS) if only_open else None)
