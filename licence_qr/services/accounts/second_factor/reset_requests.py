"""A lost device, on the screen: an administrator asks for the reset, and a second person confirms it in an own session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.factor_resets import FACTORS_CHANGED, RESET_HOURS, ResetFilter, ResetState
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, RuleError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor import hands
from licence_qr.services.accounts.second_factor.resetting import MAX_REASON_CHARS, take_away
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import CONFIRM_RESETS, MANAGE_PEOPLE, READ_PEOPLE
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts, factor_resets
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.factor_resets import StoredReset
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history

PAGE_RESETS = 50


@dataclass(frozen=True, slots=True)
class ResetView:
    """A request as its reader sees it. ``until``: how long it can be confirmed; ``may_answer``: by the reader. ``shown`` is
    what the form of an answer carries about the owner."""

    reset: StoredReset
    owner: Actor
    asked_by: Actor
    settled_by: Actor | None
    state: ResetState
    until: datetime
    may_answer: bool
    shown: str


@dataclass(frozen=True, slots=True)
class ResetPage:
    """One page of requests; ``page`` counts from 1."""

    lines: tuple[ResetView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ResetRequests:
    """Owner, who asks and who confirms are three people (``FactorReset``). Both prove who they are.

    A request counts for ``RESET_HOURS``, as long as who asked is an administrator and the owner changes no factor.
    Supervisors read and answer those of their office.
    """

    confirming: Confirming

    def ask(
        self, actor: Actor, user_id: int, reason: str, given: ProofFrom, now: datetime, was: str | None = None
    ) -> int:
        """Ask for the reset of an account, and return the key of the request. ``was``: ``staff.account_state`` when the form
        was made.

        Raises AccessError, also ``own_account`` and as ``Confirming.confirm``; InputError ``reset_reason_missing``,
        ``text_too_long`` or ``password_missing``; ConflictError ``reset_open_already`` or ``person_changed_meanwhile``;
        NotFoundError ``thing_not_found``.
        """
        access.demand(actor, MANAGE_PEOPLE)
        reason = demand_length(plain_line(reason), MAX_REASON_CHARS, "reason")
        if not reason:
            raise InputError("reset_reason_missing", field="reason")
        _demand_password(given)
        with self.confirming.sign_in.database.read() as tx:
            self._askable(tx, actor, user_id, now)
        content = replace(asking(user_id, was), typed=(("reason", reason),))
        self.confirming.confirm(actor, given.proof, content, given.client, now)
        with self.confirming.sign_in.database.write() as tx:
            self._askable(tx, actor, user_id, now)
            staff.demand_unchanged(was, staff.account_state(tx, staff.known_account(tx, user_id)))
            new = StoredReset(reset_id=0, user_id=user_id, asked_by=actor.user_id, reason=reason, asked_at=now)
            note(tx, EventKind.FACTORS_RESET_ASKED, user_id, actor, now, {"reason": reason})
            return factor_resets.add(tx, new)

    def list(self, actor: Actor, *, only_open: bool, page: int, now: datetime) -> ResetPage:
        """One page of requests, newest first. Raises AccessError."""
        wanted = _bounded(actor, now, only_open=only_open)
        with self.confirming.sign_in.database.read() as tx:
            total = factor_resets.count(tx, wanted)
            pages = max(1, -(-total // PAGE_RESETS))
            page = min(max(1, page), pages)
            found = factor_resets.page(tx, wanted, PAGE_RESETS, (page - 1) * PAGE_RESETS)
            return ResetPage(tuple(_view(tx, actor, each, now) for each in found), total, page, pages)

    def export(self, actor: Actor, *, only_open: bool, now: datetime) -> Iterator[ResetView]:
        """All of them, read in parts; who exports how many is recorded first. Raises AccessError, RegisterError."""
        database, wanted = self.confirming.sign_in.database, _bounded(actor, now, only_open=only_open)
        with database.read() as tx:
            many = factor_resets.count(tx, wanted)
        taken = NewEvent(kind=EventKind.EXPORTED, subject="export/resets.csv", at=now, by=actor, after={"lines": many})
        events.write_of_reader(database, taken)
        return self._parts(actor, wanted, many, now)

    def _parts(self, actor: Actor, wanted: ResetFilter, many: int, now: datetime) -> Iterator[ResetView]:
        for offset in range(0, many, PAGE_RESETS):
            with self.confirming.sign_in.database.read() as tx:
                part = [_view(tx, actor, each, now) for each in factor_resets.page(tx, wanted, PAGE_RESETS, offset)]
            yield from part

    def get(self, actor: Actor, reset_id: int, now: datetime) -> ResetView:
        """One request. Raises AccessError, NotFoundError ``thing_not_found``."""
        access.demand(actor, READ_PEOPLE)
        with self.confirming.sign_in.database.read() as tx:
            view = _view(tx, actor, _known(tx, reset_id), now)
        access.demand(actor, READ_PEOPLE, view.owner.office)
        return view

    def confirm(self, actor: Actor, reset_id: int, given: ProofFrom, now: datetime, was: str | None = None) -> None:
        """Confirm it as the second person: all factors of the account are removed, its sessions end, and whoever asked may
        set a starting password once (``password_resets``). ``was``: ``ResetView.shown`` on the page.

        Raises AccessError, also as ``Confirming.confirm``; RuleError ``reset_needs_two_others`` and as ``hands``;
        ConflictError ``reset_settled`` or ``person_changed_meanwhile``; InputError ``password_missing``; NotFoundError
        ``thing_not_found``.
        """
        access.demand(actor, CONFIRM_RESETS)
        with self.confirming.sign_in.database.read() as tx:
            view = self._answerable(tx, actor, reset_id, now)
        _demand_password(given)
        self.confirming.confirm(actor, given.proof, confirming(view.reset, was), given.client, now)
        with self.confirming.sign_in.database.write() as tx:
            view = self._answerable(tx, actor, reset_id, now)
            staff.demand_unchanged(was, view.shown)
            user = staff.known_account(tx, view.reset.user_id)
            factor_resets.settle(tx, reset_id, ResetState.DONE, actor.user_id, now)
            take_away(tx, user, (actor, view.asked_by), view.reset.reason, now)

    def decline(self, actor: Actor, reset_id: int, now: datetime) -> None:
        """Let it be, as the second person or as who asked. Raises as ``confirm``, but asks for no proof."""
        access.demand(actor, CONFIRM_RESETS)
        with self.confirming.sign_in.database.write() as tx:
            view = self._answerable(tx, actor, reset_id, now, confirms=False)
            factor_resets.settle(tx, reset_id, ResetState.DECLINED, actor.user_id, now)
            note(tx, EventKind.FACTORS_RESET_DECLINED, view.reset.user_id, actor, now)

    def _askable(self, tx: Transaction, actor: Actor, user_id: int, now: datetime) -> None:
        user = staff.known_account(tx, user_id)
        if user.actor.is_same_person(actor):
            raise AccessError("own_account")
        waiting = factor_resets.open_of(tx, user_id, _since(now))
        if waiting and _state(tx, waiting, now) is ResetState.OPEN:
            raise ConflictError("reset_open_already")
        if user.disabled:
            raise ConflictError("person_changed_meanwhile")

    def _answerable(
        self, tx: Transaction, actor: Actor, reset_id: int, now: datetime, *, confirms: bool = True
    ) -> ResetView:
        view = _view(tx, actor, _known(tx, reset_id), now)
        access.demand(actor, CONFIRM_RESETS, view.owner.office)
        asks_and_may = not confirms and actor.is_same_person(view.asked_by)
        if not asks_and_may and not _three(view.owner, view.asked_by, actor):
            raise RuleError("reset_needs_two_others")
        if confirms:
            hands.demand_settled(tx, actor, now)
            hands.demand_two_hands(tx, view.asked_by, actor)
        if view.state is not ResetState.OPEN:
            raise ConflictError("reset_settled", hours=RESET_HOURS)
        return view


def asking(user_id: int, was: str | None) -> ActContent:
    """What is confirmed by who asks, for the account as the page showed it, but for the reason, which is typed."""
    return ActContent("ask to reset second factors", f"account/{user_id}", was or "")


def confirming(reset: StoredReset, shown: str | None) -> ActContent:
    """What is confirmed by the second person, for the owner as the page ``shown`` them."""
    subject = f"reset/{reset.reset_id} account/{reset.user_id}"
    return ActContent("reset second factors", subject, f"{reset.reason} | {shown or ''}")


def _view(tx: Transaction, actor: Actor, reset: StoredReset, now: datetime) -> ResetView:
    owner, asked_by = (_account(tx, each).actor for each in (reset.user_id, reset.asked_by))
    state = _state(tx, reset, now)
    may = access.may(actor, CONFIRM_RESETS, owner.office) and _three(owner, asked_by, actor)
    return ResetView(
        reset=reset,
        owner=owner,
        asked_by=asked_by,
        settled_by=_account(tx, reset.settled_by).actor if reset.settled_by else None,
        state=state,
        until=_until(reset),
        may_answer=may and state is ResetState.OPEN,
        shown=staff.account_state(tx, _account(tx, reset.user_id)),
    )


def _until(reset: StoredReset) -> datetime:
    return reset.asked_at + timedelta(hours=RESET_HOURS)


def _state(tx: Transaction, reset: StoredReset, now: datetime) -> ResetState:
    if reset.state is not ResetState.OPEN:
        return reset.state
    if now >= _until(reset):
        return ResetState.LAPSED
    return ResetState.OPEN if _stands(tx, reset) else ResetState.VOID


def _stands(tx: Transaction, reset: StoredReset) -> bool:
    """Whether who asked still may, and the owner is still without the factors that were lost."""
    owner, asked_by = (_account(tx, each) for each in (reset.user_id, reset.asked_by))
    if owner.disabled or asked_by.disabled or not access.may(asked_by.actor, MANAGE_PEOPLE):
        return False
    changes = history.of_subject(tx, f"account/{reset.user_id}", FACTORS_CHANGED)
    return all(datetime.fromisoformat(row["at"]) <= reset.asked_at for row in changes)


def _three(owner: Actor, first: Actor, other: Actor) -> bool:
    return not (owner.is_same_person(first) or owner.is_same_person(other) or first.is_same_person(other))


def _account(tx: Transaction, user_id: int) -> User:
    user = accounts.user_by_id(tx, user_id)
    if user is None:
        raise AssertionError("accounts are never deleted")
    return user


def _known(tx: Transaction, reset_id: int) -> StoredReset:
    found = factor_resets.get(tx, reset_id)
    if found is None:
        raise things.not_found(things.ACCOUNT)
    return found


def _since(now: datetime) -> datetime:
    return now - timedelta(hours=RESET_HOURS)


def _bounded(actor: Actor, now: datetime, *, only_open: bool) -> ResetFilter:
    office = access.office_bound(actor, READ_PEOPLE)
    return ResetFilter(office or "", _since(now) if only_open else None)


def _demand_password(given: ProofFrom) -> None:
    if not given.proof.password:
        raise InputError("password_missing", field="password")
