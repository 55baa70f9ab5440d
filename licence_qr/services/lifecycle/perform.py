"""Acts on licences and permits: every act is performed here, in one write transaction with its event.

docs/trade/life-cycle.md describes the acts. ``perform_within`` has the steps of every act in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.issued import OrderedCode
from licence_qr.domain.lifecycle.acts import Effect, Rule, Subject, SubjectKind, allowed, check, rule
from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.plain_text import demand_length
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import status_on
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError, NotFoundError, RuleError
from licence_qr.services.lifecycle.calendar import record_deemed_renewals, resume_after_rest
from licence_qr.services.lifecycle.case import ActCase
from licence_qr.services.lifecycle.licence_acts import LICENCE_ACTS
from licence_qr.services.lifecycle.obsolete_proposals import close_impossible
from licence_qr.services.lifecycle.permit_acts import PERMIT_ACTS
from licence_qr.services.register import access, things
from licence_qr.services.register.state_on_day import PastState, fold
from licence_qr.services.signing.sign_record import Coding
from licence_qr.services.signing.status_entries import refresh_status
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import codes, entities, history, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.history import EventRow
from licence_qr.store.register.permits import StoredPermit

MAX_REASON_CHARS, MAX_BASIS_CHARS, MAX_NUMBER_CHARS = 500, 200, 80


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an act: the new revision of the business, its code in force, and whether that is a new version.

    A ``new_version`` must be printed and handed over; the older print is superseded.
    """

    uscc: str
    revision: int
    code: OrderedCode | None
    new_version: bool


@dataclass(frozen=True, slots=True)
class Foretold:
    """What an act would do now: whether the code gets a ``new_version``, and the kinds of its events."""

    new_version: bool
    kinds: frozenset[EventKind]


@dataclass(frozen=True, slots=True)
class Life:
    """All acts on licences and permits in the register."""

    database: Database
    catalogue: Catalogue
    coding: Coding

    def perform(self, actor: Actor, request: ActRequest, now: datetime) -> Done:
        """Do one act that needs one person; return after COMMIT.

        Raises AccessError; RuleError ``act_needs_four_eyes``, ``act_not_allowed`` (with the acts that are),
        ``act_not_of_permit_type`` and those of the act itself; ConflictError ``business_changed`` for a form that is
        out of date; InputError and InvalidApplication for what was typed; NotFoundError; KeyStoreError.
        """
        _demand_of_one(actor, request)
        with self.database.write() as tx:
            return self.perform_within(tx, replace(request, actor=actor), now)

    def foretell(self, actor: Actor, request: ActRequest, now: datetime) -> Foretold:
        """What ``perform`` would do; nothing is written. Raises what ``perform`` raises."""
        _demand_of_one(actor, request)
        with self.database.trial() as tx:
            before = history.revision(tx, request.subject.uscc)
            done = self.perform_within(tx, replace(request, actor=actor), now)
            kinds = {EventKind(row["event"]) for row in history.since(tx, request.subject.uscc, before)}
            return Foretold(done.new_version, frozenset(kinds))

    def perform_within(self, tx: Transaction, request: ActRequest, now: datetime) -> Done:
        """``perform`` in the caller's write transaction, including four-eyes acts.

        To carry out a proposal, pass the decider as actor and the proposer in ``proposed_by``.
        """
        request = replace(request, grounds=request.grounds.plain())
        _check_grounds(request)
        stored = _own_business(tx, request)
        _check_revision(tx, request)
        caught_up = self.catch_up(tx, request.subject.uscc, now)
        case = self._case(tx, request, now, entities.get(tx, request.subject.uscc) or stored)
        acts = LICENCE_ACTS if request.subject.kind is SubjectKind.LICENCE else PERMIT_ACTS
        acts[request.act](case)
        close_impossible(tx, self.catalogue, case.uscc, now)
        return self._bring_code_in_line(case, caught_up=caught_up)

    def catch_up(self, tx: Transaction, uscc: str, now: datetime) -> bool:
        """Record what the calendar has done to one business; True if anything was written.

        Deemed renewals and the end of dormancy take effect by law even if not recorded; they must be recorded before an
        act.
        """
        renewed = record_deemed_renewals(tx, self.catalogue, uscc, now)
        return resume_after_rest(tx, self.catalogue, uscc, now) or renewed

    def _case(self, tx: Transaction, request: ActRequest, now: datetime, stored: StoredEntity) -> ActCase:
        """The case of an act that state and permit type allow.

        Raises RuleError ``act_not_allowed``, ``act_not_of_permit_type``, ``licence_ended``; NotFoundError.
        """
        subject = request.subject
        held = {each.permit_id: each for each in permits.of_business(tx, subject.uscc)}
        if subject.permit_id is None:
            found = check(subject.kind, request.act, stored.state)
        elif subject.permit_id not in held:
            raise things.not_found(things.PERMIT)
        else:
            status = status_on(held[subject.permit_id].permit, local_date(now))
            found = check(subject.kind, request.act, status, self._type(held[subject.permit_id]))
            if stored.state.ended and found.gives:
                raise RuleError("licence_ended", uscc=subject.uscc)
        return ActCase(tx=tx, catalogue=self.catalogue, request=request, rule=found, now=now, stored=stored, held=held)

    def _type(self, stored: StoredPermit) -> PermitType | None:
        return self.catalogue.permit_types.get(stored.permit.permit_type)

    def _bring_code_in_line(self, case: ActCase, *, caught_up: bool) -> Done:
        """Sign the next version if a signed fact changed, and update the status entries."""
        tx, uscc, actor = case.tx, case.uscc, case.request.actor
        before = codes.latest_of_business(tx, uscc)
        code = None if before is None else self.coding.ordered(tx, before)
        if case.rule.effect is Effect.NEXT_VERSION or caught_up:
            why, again, room = case.rule.name.zh, case.rule.anew, case.rule.needs_room
            code = self.coding.issue_code(tx, uscc, case.now, actor, actor.office, why, again=again, room=room)
        if case.rule.effect in {Effect.STATUS, Effect.NEXT_VERSION} or caught_up:
            refresh_status(tx, uscc, case.today)
        newer = code is not None and (before is None or code.version > before.version)
        return Done(uscc, history.revision(tx, uscc), code, newer)

    # Queries.

    def open_acts(self, uscc: str, now: datetime) -> Mapping[Subject, tuple[Rule, ...]]:
        """The acts allowed today: for the licence and each permit, the entries that its state allows.

        Each entry says who may do it; values are checked when it is done. Acts of the calendar are left out. Raises
        NotFoundError ``business_not_found``.
        """
        with self.database.read() as tx:
            return self.open_acts_within(tx, uscc, local_date(now))

    def open_acts_within(self, tx: Transaction, uscc: str, day: date) -> Mapping[Subject, tuple[Rule, ...]]:
        """``open_acts`` on ``day`` in the caller's transaction, so that it is consistent with the rest of a page."""
        stored = entities.get(tx, uscc)
        if stored is None:
            raise NotFoundError("business_not_found", uscc=uscc)
        state = licence_state_on(stored.state, stored.dormant_until, day)
        found = {Subject(uscc): tuple(r for r in allowed(SubjectKind.LICENCE, state) if r.roles)}
        for each in permits.of_business(tx, uscc):
            rules = allowed(SubjectKind.PERMIT, status_on(each.permit, day), self._type(each))
            open_now = tuple(r for r in rules if r.roles and r.fits(each.permit, day) and not (state.ended and r.gives))
            found[Subject(uscc, each.permit_id)] = open_now
        return found

    def timeline(self, uscc: str, after: int = 0) -> tuple[EventRow, ...]:
        """The events of one business after the revision ``after``, oldest first, as stored.

        They include people and reasons, which are only for offices. ``services.businesses.history`` is the readable
        form.
        """
        with self.database.read() as tx:
            return tuple(history.since(tx, uscc, after))

    def state_on(self, uscc: str, day: date, known_at: datetime | None = None) -> PastState:
        """The business on ``day``, as known today or, with ``known_at``, as known to the register at that instant."""
        with self.database.read() as tx:
            return fold(uscc, history.of_business(tx, uscc), day, known_at)


def _demand_of_one(actor: Actor, request: ActRequest) -> None:
    """Raise RuleError ``act_needs_four_eyes``, AccessError."""
    asked = rule(request.subject.kind, request.act)
    if asked.four_eyes:
        raise RuleError("act_needs_four_eyes", act_zh=asked.name.zh, act_en=asked.name.en)
    access.demand(actor, access.of_act(asked))


def _check_grounds(request: ActRequest) -> None:
    """Raise InputError ``text_too_long``, or ``act_reason_missing`` for an act that needs a reason."""
    grounds = request.grounds
    limits = {"reason": MAX_REASON_CHARS, "legal_basis": MAX_BASIS_CHARS, "document_no": MAX_NUMBER_CHARS}
    for name, limit in limits.items():
        demand_length(getattr(grounds, name), limit, name)
    if rule(request.subject.kind, request.act).needs_reason and not grounds.reason.strip():
        raise InputError("act_reason_missing", field="reason")


def _own_business(tx: Transaction, request: ActRequest) -> StoredEntity:
    """The business, which the actor's office must deal with (or with the permit).

    Raises NotFoundError ``business_not_found``, ``thing_not_found``; AccessError.
    """
    asked = rule(request.subject.kind, request.act)
    decided = asked.four_eyes or request.proposed_by
    right = access.DECIDE_PROPOSALS if decided else access.of_act(asked)
    stored = entities.get(tx, request.subject.uscc)
    if stored is None:
        raise NotFoundError("business_not_found", uscc=request.subject.uscc)
    offices: tuple[str, ...] = (stored.office,)
    if request.subject.permit_id is not None:
        permit = permits.get(tx, request.subject.permit_id)
        if permit is None or permit.uscc != request.subject.uscc:
            raise things.not_found(things.PERMIT)
        offices = (permit.permit.handling_office, *offices)
    access.demand(request.actor, right, *offices)
    return stored


def _check_revision(tx: Transaction, request: ActRequest) -> None:
    """Raise ConflictError ``business_changed`` if there were events after the form was made.

    It names only the kinds of events; ``timeline`` has the rest, for those who may read it.
    """
    expected = request.expected_revision
    if expected is None:
        return
    newer = history.since(tx, request.subject.uscc, expected)
    if newer:
        kinds = Counter(row["event"] for row in newer)
        raise ConflictError(
            "business_changed", count=len(newer), kinds=", ".join(kinds), revision=newer[-1]["seq"], expected=expected
        )
