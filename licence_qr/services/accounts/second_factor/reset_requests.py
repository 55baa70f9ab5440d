"""A lost device, on the screen: an administrator asks for the reset; a second person confirms it in their own session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.factor_resets import FACTORS_CHANGED, RESET_HOURS
from licence_qr.domain.accounts.requests import RequestFilter, RequestState
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, RuleError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.requests.reading import (
    RequestPage,
    RequestReading,
    RequestRules,
    RequestView,
    are_three,
)
from licence_qr.services.accounts.second_factor import hands
from licence_qr.services.accounts.second_factor.resetting import MAX_REASON_CHARS, take_away
from licence_qr.services.register import access
from licence_qr.services.register.access import CONFIRM_RESETS, MANAGE_PEOPLE, READ_PEOPLE
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.requests import RESETS, StoredReset
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history

ResetView = RequestView[StoredReset]


def _stands(tx: Transaction, reset: StoredReset, _owner: User) -> bool:
    """Whether the owner is still without the factors that were lost."""
    changes = history.of_subject(tx, f"account/{reset.user_id}", FACTORS_CHANGED)
    return all(datetime.fromisoformat(row["at"]) <= reset.asked_at for row in changes)


RESET_RULES: RequestRules[StoredReset] = RequestRules(
    until=lambda reset: reset.asked_at + timedelta(hours=RESET_HOURS),
    stands=_stands,
    may_confirm=lambda reader, owner: access.may(reader, CONFIRM_RESETS, owner.office),
)


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
        given.demand_password()
        with self.confirming.sign_in.database.read() as tx:
            self._askable(tx, actor, user_id, now)
        content = replace(asking(user_id, was), typed=(("reason", reason),))
        self.confirming.confirm(actor, given.proof, content, given.client, now)
        with self.confirming.sign_in.database.write() as tx:
            self._askable(tx, actor, user_id, now)
            staff.demand_unchanged(was, staff.account_state(tx, staff.known_account(tx, user_id)))
            new = StoredReset(user_id=user_id, asked_by=actor.user_id, reason=reason, asked_at=now)
            note(tx, EventKind.FACTORS_RESET_ASKED, user_id, actor, now, {"reason": reason})
            return RESETS.add(tx, new)

    @property
    def _reading(self) -> RequestReading[StoredReset]:
        return RequestReading(self.confirming.sign_in.database, RESETS, RESET_RULES, "resets")

    def list(self, actor: Actor, *, only_open: bool, page: int, now: datetime) -> RequestPage[StoredReset]:
        """One page of requests, newest first. Raises AccessError."""
        return self._reading.page(actor, _wanted(actor, now, only_open=only_open), page, now)

    def export(self, actor: Actor, *, only_open: bool, now: datetime) -> Iterator[ResetView]:
        """All of them, read in parts; who exports how many is recorded first. Raises AccessError, RegisterError."""
        return self._reading.export(actor, _wanted(actor, now, only_open=only_open), now)

    def get(self, actor: Actor, reset_id: int, now: datetime) -> ResetView:
        """One request. Raises AccessError, NotFoundError ``thing_not_found``."""
        access.demand(actor, READ_PEOPLE)
        with self.confirming.sign_in.database.read() as tx:
            view = self._reading.one(tx, actor, reset_id, now)
        access.demand(actor, READ_PEOPLE, view.owner.office)
        return view

    def confirm(self, actor: Actor, reset_id: int, given: ProofFrom, now: datetime, was: str | None = None) -> None:
        """Confirm it as the second person: all factors of the account are removed, its sessions end, and whoever asked may
        set a starting password once (``password_resets``), and must where ``take_away`` replaces it. ``was``:
        ``RequestView.shown`` on the page.

        Raises AccessError, also as ``Confirming.confirm``; RuleError ``reset_needs_two_others`` and as ``hands``;
        ConflictError ``reset_settled`` or ``person_changed_meanwhile``; InputError ``password_missing``; NotFoundError
        ``thing_not_found``.
        """
        access.demand(actor, CONFIRM_RESETS)
        with self.confirming.sign_in.database.read() as tx:
            view = self._answerable(tx, actor, reset_id, now)
        given.demand_password()
        self.confirming.confirm(actor, given.proof, confirming(view.request, was), given.client, now)
        nobodys = self.confirming.sign_in.passwords.of_nobody()
        with self.confirming.sign_in.database.write() as tx:
            view = self._answerable(tx, actor, reset_id, now)
            staff.demand_unchanged(was, view.shown)
            user = staff.known_account(tx, view.request.user_id)
            RESETS.settle(tx, reset_id, RequestState.DONE, actor.user_id, now)
            take_away(tx, user, (actor, view.asked_by), view.request.reason, now, nobodys)

    def decline(self, actor: Actor, reset_id: int, now: datetime) -> None:
        """Let it be, as the second person or as who asked. Raises as ``confirm``, but asks for no proof."""
        access.demand(actor, CONFIRM_RESETS)
        with self.confirming.sign_in.database.write() as tx:
            view = self._answerable(tx, actor, reset_id, now, confirms=False)
            RESETS.settle(tx, reset_id, RequestState.DECLINED, actor.user_id, now)
            note(tx, EventKind.FACTORS_RESET_DECLINED, view.request.user_id, actor, now)

    def _askable(self, tx: Transaction, actor: Actor, user_id: int, now: datetime) -> None:
        user = staff.known_account(tx, user_id)
        if user.actor.is_same_person(actor):
            raise AccessError("own_account")
        if any(RESET_RULES.state(tx, each, now) is RequestState.OPEN for each in RESETS.open_of(tx, user_id)):
            raise ConflictError("reset_open_already")
        if user.disabled:
            raise ConflictError("person_changed_meanwhile")

    def _answerable(
        self, tx: Transaction, actor: Actor, reset_id: int, now: datetime, *, confirms: bool = True
    ) -> ResetView:
        view = self._reading.one(tx, actor, reset_id, now)
        access.demand(actor, CONFIRM_RESETS, view.owner.office)
        asks_and_may = not confirms and view.asked_it
        if not asks_and_may and not are_three(view.owner, view.asked_by, actor):
            raise RuleError("reset_needs_two_others")
        if confirms:
            hands.demand_settled(tx, actor, now)
            hands.demand_two_hands(tx, view.asked_by, actor)
        if view.state is not RequestState.OPEN:
            raise ConflictError("reset_settled", hours=RESET_HOURS)
        return view


def asking(user_id: int, was: str | None) -> ActContent:
    """What is confirmed by who asks, for the account as the page showed it, but for the reason, which is typed."""
    return ActContent("ask to reset second factors", f"account/{user_id}", was or "")


def confirming(reset: StoredReset, shown: str | None) -> ActContent:
    """What is confirmed by the second person, for the owner as the page ``shown`` them."""
    subject = f"reset/{reset.key} account/{reset.user_id}"
    return ActContent("reset second factors", subject, f"{reset.reason} | {shown or ''}")


def _wanted(actor: Actor, now: datetime, *, only_open: bool) -> RequestFilter:
    office = access.office_bound(actor, READ_PEOPLE)
    return RequestFilter(office or "", now - timedelta(hours=RESET_HOURS) if only_open else None)
