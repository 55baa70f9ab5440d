"""A commitment check recorded at the desk waits for the officers it names, as a visit from a phone does.

Nothing follows from it until each of them has confirmed its content; then it is recorded in the name of who handed it in
(``FollowUps.record_within``). After an objection, or when the time is over, a clerk decides.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.second_officer import NamedCheckState, OfficersAnswer
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, RuleError
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.inspecting.desk import MAX_REASON_CHARS
from licence_qr.services.inspecting.follow_ups import FollowUps
from licence_qr.services.inspecting.second_officer import AnswerRequest, answering, whole
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import DECIDE_NAMED_CHECKS, READ_NAMED_CHECKS, RECORD_FOLLOW_UPS
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import confirmations, named_checks
from licence_qr.store.inspecting.confirmations import Confirmation
from licence_qr.store.inspecting.named_checks import NamedCheck
from licence_qr.store.register import entities, permits
from licence_qr.store.register.permits import StoredPermit
from licence_qr.wording.text import Text

_OPEN = frozenset({NamedCheckState.WAITING, NamedCheckState.OBJECTED})


@dataclass(frozen=True, slots=True)
class NamedCheckView:
    """A report as shown to its office. ``officers`` are names of the day (``PastNames``), who handed it in first; ``until``
    is when the time of those named ends. ``may_count``: the reader may let it count, not only set it aside."""

    check: NamedCheck
    report: FollowUpReport
    permit_no: str
    holder_name: str
    officers: tuple[Text, ...]
    answers: tuple[tuple[Text, Confirmation], ...]
    until: datetime
    may_answer: bool
    may_handle: bool
    may_count: bool


@dataclass(frozen=True, slots=True)
class NamedChecks:
    """Reports of commitment checks until those they name have answered."""

    database: Database
    catalogue: Catalogue
    follow_ups: FollowUps
    confirming: Confirming

    def hand_in(
        self, actor: Actor, permit_id: int, report: FollowUpReport, now: datetime, revision: int | None = None
    ) -> int:
        """Keep a report until those it names have confirmed it; return its number.

        Raises what ``FollowUps.check_within`` raises, and ConflictError ``follow_up_waits``.
        """
        with self.database.write() as tx:
            stored = self._acceptable(tx, actor, permit_id, report, now, revision)
            report = replace(report.plain(), others=tuple(sorted(set(report.others))))
            content = _text(report, permit_id, actor.username)
            new = NamedCheck(
                named_id=0,
                permit_id=permit_id,
                uscc=stored.uscc,
                office=actor.office,
                officer=actor.username,
                others=report.others,
                content=content,
                content_sha256=hashlib.sha256(content.encode()).hexdigest(),
                received_at=now,
                state=NamedCheckState.WAITING,
            )
            check = replace(new, named_id=named_checks.add(tx, new))
            _note(tx, check, EventKind.FOLLOW_UP_HANDED_IN, actor, report.findings, now)
        return check.named_id

    def check(
        self, actor: Actor, permit_id: int, report: FollowUpReport, now: datetime, revision: int | None = None
    ) -> None:
        """Raise what ``hand_in`` would raise, before anything is written."""
        with self.database.read() as tx:
            self._acceptable(tx, actor, permit_id, report, now, revision)

    def _acceptable(
        self, tx: Transaction, actor: Actor, permit_id: int, report: FollowUpReport, now: datetime, revision: int | None
    ) -> StoredPermit:
        stored = self.follow_ups.check_within(tx, actor, permit_id, report, now, revision)
        if named_checks.open_one(tx, permit_id) is not None:
            raise ConflictError("follow_up_waits", permit_no=stored.permit.permit_no)
        return stored

    def open_one(self, actor: Actor, permit_id: int) -> int | None:
        """The number of the report about a permit that is still open, or None. Raises AccessError."""
        access.demand(actor, READ_NAMED_CHECKS)
        with self.database.read() as tx:
            found = named_checks.open_one(tx, permit_id)
        return found.named_id if found and found.office == actor.office else None

    def get(self, actor: Actor, named_id: int, now: datetime) -> NamedCheckView:
        """One report. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            check = _known(tx, actor, READ_NAMED_CHECKS, named_id)
            permit, holder = permits.get(tx, check.permit_id), entities.get(tx, check.uscc)
            given, names = confirmations.of_subject(tx, check.subject), PastNames(tx)
            involved = actor.is_involved({check.officer, *check.others})
            may_handle = access.may(actor, DECIDE_NAMED_CHECKS) and check.state in _OPEN and not involved
            return NamedCheckView(
                check=check,
                report=_report(check.content),
                permit_no=(permit.permit.permit_no if permit else None) or "",
                holder_name=holder.entity.holder_name if holder else "",
                officers=tuple(names.words(each, check.received_at) for each in (check.officer, *check.others)),
                answers=tuple((names.words(each.username, each.at), each) for each in given),
                until=self._until(check),
                may_answer=_may_answer(actor, check, given),
                may_handle=may_handle,
                may_count=may_handle and not self._waits(check, now),
            )

    def answer(self, actor: Actor, named_id: int, given: AnswerRequest, now: datetime) -> NamedCheckState:
        """Record the answer of one of the officers named; with the last confirmation the check is recorded.

        Raises as ``SecondOfficers.answer``, and what ``FollowUps.record_within`` raises: then the answer is not kept.
        """
        asked, given = given, whole(given)
        with self.database.read() as tx:
            content = answering(self._open(tx, actor, named_id, given, now).subject, asked)
        self.confirming.confirm(actor, given.proof, content, given.client, now)
        with self.database.write() as tx:
            check = self._open(tx, actor, named_id, given, now)
            return self._take(tx, actor, check, given, now)

    def handle(self, actor: Actor, named_id: int, decision: str, reason: str, now: datetime) -> NamedCheckState:
        """Decide on a report after an objection or when the time is over: ``count`` records it, ``set_aside`` does not.

        Raises InputError ``decision_not_offered``, ``reason_missing``, ``text_too_long``; ConflictError
        ``inspection_handled_before``; RuleError ``second_officer_has_time``; AccessError, also
        ``inspection_handled_by_officer``; what ``FollowUps.record_within`` raises; NotFoundError.
        """
        access.demand(actor, DECIDE_NAMED_CHECKS)
        if decision not in {"count", "set_aside"}:
            raise InputError("decision_not_offered", field="decision")
        why = demand_length(plain_line(reason), MAX_REASON_CHARS, "reason")
        if not why:
            raise InputError("reason_missing", field="reason")
        with self.database.write() as tx:
            check = _known(tx, actor, DECIDE_NAMED_CHECKS, named_id)
            if check.state not in _OPEN:
                raise ConflictError("inspection_handled_before")
            if actor.is_involved({check.officer, *check.others}):
                raise AccessError("inspection_handled_by_officer")
            state = NamedCheckState.SET_ASIDE
            if decision == "count":
                if self._waits(check, now):
                    raise RuleError("second_officer_has_time")
                state = self._record(tx, check, now)
            else:
                named_checks.settle(tx, named_id, state)
            _note(tx, replace(check, state=state), EventKind.FOLLOW_UP_REVIEWED, actor, why, now)
        return state

    def _take(
        self, tx: Transaction, actor: Actor, check: NamedCheck, given: AnswerRequest, now: datetime
    ) -> NamedCheckState:
        if given.answer is None:
            raise AssertionError("a missing answer is refused before")
        kept = Confirmation(
            subject=check.subject,
            content_sha256=check.content_sha256,
            person_id=actor.person_id,
            username=actor.username,
            answer=given.answer,
            reason=given.reason,
            at=now,
        )
        confirmations.add(tx, kept)
        _note(tx, check, EventKind.SECOND_OFFICER_ANSWERED, actor, given.reason, now, answer=given.answer.value)
        if given.answer is OfficersAnswer.OBJECTED:
            named_checks.settle(tx, check.named_id, NamedCheckState.OBJECTED)
            return NamedCheckState.OBJECTED
        answered = {each.person_id for each in confirmations.of_subject(tx, check.subject)}
        if _people(tx, check.others) - answered or not _are_apart(tx, check):
            return NamedCheckState.WAITING
        return self._record(tx, check, now)

    def _record(self, tx: Transaction, check: NamedCheck, now: datetime) -> NamedCheckState:
        """Record the check in the name of who handed it in, by the register as it is now."""
        first = accounts.user_by_name(tx, check.officer)
        if first is None:
            raise AssertionError("a report came from an account, and accounts are never deleted")
        recorded = self.follow_ups.record_within(tx, first.actor, check.permit_id, _report(check.content), now)
        named_checks.settle(tx, check.named_id, NamedCheckState.RECORDED, recorded.follow_up_id)
        return NamedCheckState.RECORDED

    def _open(self, tx: Transaction, actor: Actor, named_id: int, given: AnswerRequest, now: datetime) -> NamedCheck:
        """The report, if ``actor`` may give this answer to it now."""
        access.demand(actor, RECORD_FOLLOW_UPS)
        check = _known(tx, actor, RECORD_FOLLOW_UPS, named_id)
        user = accounts.user_by_name(tx, actor.username)
        officer = user.actor if user and not user.disabled else replace(actor, roles=frozenset())
        access.demand(officer, RECORD_FOLLOW_UPS, check.office)
        if not officer.is_among(check.others) or officer.is_among({check.officer}):
            raise AccessError("inspection_names_another")
        if check.state not in _OPEN:
            raise ConflictError("inspection_handled_before")
        if not _may_answer(officer, check, confirmations.of_subject(tx, check.subject)):
            raise ConflictError("officer_answered_before")
        if given.content_sha256 != check.content_sha256:
            raise RuleError("other_content_confirmed")
        if given.answer is OfficersAnswer.CONFIRMED and now > self._until(check):
            raise RuleError("confirmed_too_late")
        return check

    def _until(self, check: NamedCheck) -> datetime:
        rules = self.catalogue.life_rules_on(local_date(check.received_at))
        return check.received_at + timedelta(hours=rules.second_officer_hours)

    def _waits(self, check: NamedCheck, now: datetime) -> bool:
        return check.state is NamedCheckState.WAITING and now <= self._until(check)


def _known(tx: Transaction, actor: Actor, right: access.Right, named_id: int) -> NamedCheck:
    access.demand(actor, right)
    check = named_checks.get(tx, named_id)
    if check is None:
        raise things.not_found(things.INSPECTION)
    access.demand(actor, right, check.office)
    return check


def _may_answer(actor: Actor, check: NamedCheck, given: tuple[Confirmation, ...]) -> bool:
    answered = {each.person_id for each in given}
    waits = check.state is NamedCheckState.WAITING and actor.person_id not in answered
    names = actor.is_among(check.others) and not actor.is_among({check.officer})
    return waits and names and access.may(actor, RECORD_FOLLOW_UPS)


def _people(tx: Transaction, usernames: tuple[str, ...]) -> set[int]:
    """Whose accounts these are today."""
    return {user.actor.person_id for each in usernames if (user := accounts.user_by_name(tx, each))}


def _are_apart(tx: Transaction, check: NamedCheck) -> bool:
    """Whether its officers still are as many people as names: two entries may have been merged since it was handed in.

    If not, its confirmations do not let it count. When the time is over a clerk decides, as on one that nobody confirmed.
    """
    named = (check.officer, *check.others)
    return len(_people(tx, named)) == len(named)


def _text(report: FollowUpReport, permit_id: int, officer: str) -> str:
    """What the officers confirm: the report, its permit and who hands it in, as canonical JSON."""
    fields = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(report).items()}
    return canonical_json({**fields, "others": list(report.others), "permit_id": permit_id, "officer": officer})


def _report(content: str) -> FollowUpReport:
    fields = json.loads(content)
    return FollowUpReport(
        checked_on=date.fromisoformat(fields["checked_on"]),
        outcome=FollowUpOutcome(fields["outcome"]),
        others=tuple(fields["others"]),
        findings=fields["findings"],
        rectify_by=date.fromisoformat(fields["rectify_by"]) if fields["rectify_by"] else None,
        document_no=fields["document_no"],
        fault=Fault(fields["fault"]) if fields["fault"] else None,
        legal_basis=fields["legal_basis"],
        inspection=fields["inspection"],
    )


def _note(
    tx: Transaction, check: NamedCheck, kind: EventKind, actor: Actor, reason: str, now: datetime, **more: str
) -> None:
    after = {"permit_id": check.permit_id, "content_sha256": check.content_sha256, "record": check.state.value, **more}
    new = NewEvent(at=now, by=actor, kind=kind, uscc=check.uscc, subject=check.subject, reason=reason, after=after)
    events.write(tx, new)
