"""Roles that take two people: an administrator has asked for them, and a second person confirms in an own session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.role_grants import GRANT_DAYS, GrantState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError, RuleError
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.roles.asking import account, state_of, until
from licence_qr.services.accounts.roles.console import RolesAtConsole
from licence_qr.services.accounts.roles.holders import RoleHolders
from licence_qr.services.accounts.second_factor import hands
from licence_qr.services.accounts.staff import Staff, account_state, demand_unchanged, roles_in_words
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import CONFIRM_ROLES
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import role_grants
from licence_qr.store.accounts.role_grants import StoredGrant
from licence_qr.store.database.connections import Transaction

PAGE_GRANTS = 50


@dataclass(frozen=True, slots=True)
class GrantView:
    """A request as its reader sees it. ``until``: how long it can be confirmed; ``may_answer``: by the reader; ``asked_it``:
    the reader asked, and may retract it. ``shown`` is what the form of an answer carries about the owner."""

    grant: StoredGrant
    owner: Actor
    asked_by: Actor
    settled_by: Actor | None
    state: GrantState
    until: datetime
    may_answer: bool
    asked_it: bool
    shown: str


@dataclass(frozen=True, slots=True)
class GrantPage:
    """One page of requests; ``page`` counts from 1."""

    lines: tuple[GrantView, ...]
    total: int
    page: int
    pages: int


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

    def list(self, actor: Actor, *, only_open: bool, page: int, now: datetime) -> GrantPage:
        """One page of requests, newest first. Raises AccessError."""
        access.demand(actor, CONFIRM_ROLES)
        since = _since(now) if only_open else None
        with self.staff.database.read() as tx:
            total = role_grants.count(tx, since)
            pages = max(1, -(-total // PAGE_GRANTS))
            page = min(max(1, page), pages)
            found = role_grants.page(tx, since, PAGE_GRANTS, (page - 1) * PAGE_GRANTS)
            return GrantPage(tuple(_view(tx, actor, each, now) for each in found), total, page, pages)

    def export(self, actor: Actor, *, only_open: bool, now: datetime) -> Iterator[GrantView]:
        """All of them, read in parts; who exports how many is recorded first. Raises AccessError, RegisterError."""
        access.demand(actor, CONFIRM_ROLES)
        since = _since(now) if only_open else None
        with self.staff.database.read() as tx:
            many = role_grants.count(tx, since)
        subject = "export/role-requests.csv"
        taken = NewEvent(kind=EventKind.EXPORTED, subject=subject, at=now, by=actor, after={"lines": many})
        events.write_of_reader(self.staff.database, taken)
        return self._parts(actor, since, many, now)

    def _parts(self, actor: Actor, since: datetime | None, many: int, now: datetime) -> Iterator[GrantView]:
        for offset in range(0, many, PAGE_GRANTS):
            with self.staff.database.read() as tx:
                part = [_view(tx, actor, each, now) for each in role_grants.page(tx, since, PAGE_GRANTS, offset)]
            yield from part

    def get(self, actor: Actor, grant_id: int, now: datetime) -> GrantView:
        """One request. Raises AccessError, NotFoundError ``thing_not_found``."""
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.read() as tx:
            return _view(tx, actor, _known(tx, grant_id), now)

    def confirm(self, actor: Actor, grant_id: int, given: ProofFrom, now: datetime, was: str | None = None) -> None:
        """Confirm it as the second person: the account has the roles from now on. ``was``: ``GrantView.shown`` on the page.

        Raises AccessError, also as ``Confirming.confirm``; RuleError ``roles_need_two`` and as ``hands``; ConflictError
        ``roles_settled`` or ``person_changed_meanwhile``; InputError ``password_missing``; NotFoundError
        ``thing_not_found``; and as ``Staff.give_roles``.
        """
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.read() as tx:
            view = _answerable(tx, actor, grant_id, now)
        if not given.proof.password:
            raise InputError("password_missing", field="password")
        self.confirming.confirm(actor, given.proof, granting(view.grant, was), given.client, now)
        with self.staff.database.write() as tx:
            view = _answerable(tx, actor, grant_id, now)
            grant = view.grant
            demand_unchanged(was, view.shown)
            role_grants.settle(tx, grant_id, GrantState.DONE, actor.user_id, now)
            self.staff.give_roles(tx, grant.user_id, grant.wanted, actor, now, asked_by=view.asked_by.username)

    def decline(self, actor: Actor, grant_id: int, now: datetime) -> None:
        """Let it be, as the second person or as who asked. Raises as ``confirm``, but asks for no proof."""
        access.demand(actor, CONFIRM_ROLES)
        with self.staff.database.write() as tx:
            grant = _answerable(tx, actor, grant_id, now, confirms=False).grant
            role_grants.settle(tx, grant_id, GrantState.DECLINED, actor.user_id, now)
            note(tx, EventKind.ROLES_DECLINED, grant.user_id, actor, now)


def granting(grant: StoredGrant, shown: str | None) -> ActContent:
    """What is confirmed by the second person, for the owner as the page ``shown`` them."""
    subject = f"grant/{grant.grant_id} account/{grant.user_id}"
    changed = f"{roles_in_words(grant.had)} > {roles_in_words(grant.wanted)}"
    return ActContent("give roles", subject, f"{changed} | {shown or ''}")


def _answerable(tx: Transaction, actor: Actor, grant_id: int, now: datetime, *, confirms: bool = True) -> GrantView:
    view = _view(tx, actor, _known(tx, grant_id), now)
    if confirms or not view.asked_it:
        if not _three(view, actor):
            raise RuleError("roles_need_two")
        hands.demand_two_hands(tx, view.asked_by, actor)
    if view.state is not GrantState.OPEN:
        raise ConflictError("roles_settled", days=GRANT_DAYS)
    return view


def _view(tx: Transaction, actor: Actor, grant: StoredGrant, now: datetime) -> GrantView:
    owner, asked_by = (account(tx, each).actor for each in (grant.user_id, grant.asked_by))
    state = state_of(tx, grant, now)
    asked_it = actor.is_same_person(asked_by)
    return GrantView(
        grant=grant,
        owner=owner,
        asked_by=asked_by,
        settled_by=account(tx, grant.settled_by).actor if grant.settled_by else None,
        state=state,
        until=until(grant),
        may_answer=state is GrantState.OPEN and not asked_it and not actor.is_same_person(owner),
        asked_it=asked_it,
        shown=account_state(tx, account(tx, grant.user_id)),
    )


def _three(view: GrantView, actor: Actor) -> bool:
    one_of_two = actor.is_same_person(view.owner) or actor.is_same_person(view.asked_by)
    return not (one_of_two or view.owner.is_same_person(view.asked_by))


def _known(tx: Transaction, grant_id: int) -> StoredGrant:
    found = role_grants.get(tx, grant_id)
    if found is None:
        raise things.not_found(things.ACCOUNT)
    return found


def _since(now: datetime) -> datetime:
    return now - timedelta(days=GRANT_DAYS)
