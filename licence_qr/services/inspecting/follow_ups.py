"""Commitment checks (告知承诺核查): what the officers found, and what follows immediately."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import (
    FAULT_WORDS,
    FollowUpOutcome,
    FollowUpReport,
    Standing,
    faults_of,
    may_be_followed_up,
)
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TimeLeft, time_left
from licence_qr.errors import ConflictError, InvalidApplication, RuleError
from licence_qr.services.lifecycle.credit_record import add_within
from licence_qr.services.lifecycle.perform import MAX_REASON_CHARS, Life
from licence_qr.services.proposals.decide import ProposalRequest, Proposals
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import READ_FOLLOW_UPS, RECORD_FOLLOW_UPS
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import follow_ups
from licence_qr.store.inspecting.follow_ups import OpenFollowUp, StoredFollowUp
from licence_qr.store.proposals import proposals
from licence_qr.store.register import entities, permits
from licence_qr.store.register.permits import StoredPermit
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded check. ``proposal_id`` is that of the proposal to annul after a failed one."""

    follow_up_id: int
    outcome: FollowUpOutcome
    proposal_id: int | None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A check still to be made, with the time left."""

    check: OpenFollowUp
    left: TimeLeft


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier check with the names of its day (``PastNames``); internal."""

    stored: StoredFollowUp
    officers: tuple[Text, ...]
    proposal_state: ProposalState | None


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One permit and its checks. ``open`` is None if nothing is left to check or a proposal is open.

    ``colleagues`` are the other inspectors of the office. ``count`` is the minimum number of officers.
    """

    permit: StoredPermit
    holder_name: str
    address: str
    past: tuple[Past, ...]
    open: OpenLine | None
    may_record: bool
    colleagues: tuple[Actor, ...]
    count: int
    revision: int


@dataclass(frozen=True, slots=True)
class _Visit:
    """One check being recorded in one transaction at one instant."""

    tx: Transaction
    actor: Actor
    stored: StoredPermit
    report: FollowUpReport
    now: datetime

    @property
    def subject(self) -> Subject:
        return Subject(self.stored.uscc, self.stored.permit_id)

    def request(self, act: Act) -> ActRequest:
        """The request for the act that follows. The full findings stay with the check, since a reason is shorter."""
        report = self.report
        grounds = Grounds("", report.legal_basis, report.document_no, report.checked_on)
        return ActRequest(self.subject, act, grounds, self.actor)


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Checks by inspectors of the office that handles the permit; its deciders may read them."""

    database: Database
    catalogue: Catalogue
    life: Life
    proposals: Proposals

    def open(self, actor: Actor, now: datetime) -> tuple[OpenLine, ...]:
        """The checks that the reader's office has to make, or for an auditor every office, by due day.

        Raises AccessError ``role_not_allowed``.
        """
        office = access.office_bound(actor, READ_FOLLOW_UPS)
        with self.database.read() as tx:
            return tuple(self._line(each, local_date(now)) for each in follow_ups.open_ones(tx, office))

    def get(self, actor: Actor, permit_id: int, now: datetime) -> FollowUpView:
        """One permit with its checks. Raises NotFoundError ``thing_not_found``, AccessError."""
        access.demand(actor, READ_FOLLOW_UPS)
        with self.database.read() as tx:
            stored = _own(tx, actor, READ_FOLLOW_UPS, permit_id)
            past = follow_ups.of_permit(tx, permit_id)
            waiting = {each.permit_id: each for each in follow_ups.open_ones(tx, stored.permit.handling_office)}
            left = self._line(waiting[permit_id], local_date(now)) if permit_id in waiting else None
            holder = entities.get(tx, stored.uscc)
            places = {p.premises_no: p.address for p in entities.premises_of(tx, stored.uscc)}
            names = PastNames(tx)
            inspectors = accounts.active_of_office(tx, actor.office, Role.INSPECTOR)
            return FollowUpView(
                permit=stored,
                holder_name=holder.entity.holder_name if holder else "",
                address=places.get(stored.permit.premises_no, ""),
                past=tuple(_past(tx, names, each) for each in past),
                open=left,
                may_record=left is not None and access.may(actor, RECORD_FOLLOW_UPS),
                colleagues=tuple(each for each in inspectors if not each.is_same_person(actor)),
                count=self.catalogue.life_rules_on(local_date(now)).follow_up_officers,
                revision=len(past),
            )

    def check_within(
        self,
        tx: Transaction,
        actor: Actor,
        permit_id: int,
        report: FollowUpReport,
        now: datetime,
        revision: int | None = None,
    ) -> StoredPermit:
        """The permit, if ``report`` about it could be recorded now; nothing is recorded.

        ``revision`` is the number of checks when the form was made. Raises InvalidApplication with every field that is
        wrong; RuleError ``follow_up_not_due``; ConflictError ``follow_up_recorded_meanwhile``; AccessError;
        NotFoundError.
        """
        access.demand(actor, RECORD_FOLLOW_UPS)
        stored = _own(tx, actor, RECORD_FOLLOW_UPS, permit_id)
        if revision is not None and revision != len(follow_ups.of_permit(tx, permit_id)):
            raise ConflictError("follow_up_recorded_meanwhile")
        may_be_followed_up(stored.permit)
        self._demand(_Visit(tx, actor, stored, report, now))
        return stored

    def record_within(
        self, tx: Transaction, actor: Actor, permit_id: int, report: FollowUpReport, now: datetime
    ) -> Recorded:
        """Record a check that all its officers answer for, and do what follows, in the caller's write transaction.

        Used for a visit recorded on the phone, and for a report from the desk (``services.inspecting.named_checks``).

        Met: the check is recorded in the permit. To rectify: the deadline replaces the due day, and another check is
        needed. Failed: annulment is proposed, with a pending entry in the credit record and its bar.
        """
        stored = self.check_within(tx, actor, permit_id, report, now)
        visit = _Visit(tx, actor, stored, replace(report.plain(), others=tuple(sorted(set(report.others)))), now)
        number = follow_ups.add(tx, stored.uscc, permit_id, (actor.office, actor.username), visit.report, now)
        _note(visit, number)
        proposal_id = None
        if report.outcome is FollowUpOutcome.MET:
            self.life.perform_within(tx, visit.request(Act.CHECK), now)
        elif report.outcome is FollowUpOutcome.FAILED:
            proposal_id = self._failed(visit, number)
            follow_ups.set_proposal(tx, number, proposal_id)
        return Recorded(number, _outcome(report), proposal_id)

    def _demand(self, visit: _Visit) -> None:
        """Raise for faults of the report, by the figures of the day of the check."""
        tx, permit, today = visit.tx, visit.stored.permit, local_date(visit.now)
        past = follow_ups.of_permit(tx, visit.stored.permit_id)
        if _annulment_waits(tx, past):
            raise RuleError("follow_up_not_due", permit_no=permit.permit_no)
        office = accounts.active_of_office(tx, visit.actor.office, Role.INSPECTOR)
        inspectors = {each.username: each.person_id for each in office}
        ordered = any(each.report.outcome is FollowUpOutcome.RECTIFY for each in past)
        checked = max(visit.report.checked_on or today, permit.issued_on or today)
        rules = self.catalogue.life_rules_on(min(checked, today))
        problems = faults_of(visit.report, Standing(permit, visit.actor, inspectors, ordered, rules, today))
        if problems:
            raise InvalidApplication(problems)

    def _failed(self, visit: _Visit, number: int) -> int:
        """Propose annulment and return the proposal's id. An open proposal also gets the credit entry."""
        tx, stored, report = visit.tx, visit.stored, visit.report
        if report.fault is None:
            raise AssertionError("a failed check without a fault is refused before")
        earlier = proposals.open_one(tx, stored.uscc, visit.subject.text, Act.ANNUL.value)
        if earlier is not None:
            permit = (stored.permit_id, stored.permit.permit_type)
            add_within(tx, stored.uscc, permit, report.fault, earlier.proposal_id)
            # Its bar now comes from their check, so they may not decide it.
            proposals.add_witnesses(tx, earlier, (visit.actor.username, *report.others))
            return earlier.proposal_id
        reason = f"{FAULT_WORDS[report.fault].zh}（第 {number} 次核查登记）：{report.findings}"
        wanted = ProposalRequest(
            subject=visit.subject,
            act=Act.ANNUL,
            grounds=Grounds(_shortened(reason), report.legal_basis, report.document_no),
            revision=None,
            fault=report.fault,
            origin=f"follow-up/{number}",
            witnesses=report.others,
        )
        return self.proposals.propose_within(tx, visit.actor, wanted, visit.now)

    def _line(self, check: OpenFollowUp, today: date) -> OpenLine:
        rules, calendar = self.catalogue.life_rules_on(today), self.catalogue.working_calendar
        return OpenLine(check, time_left(check.due_on, today, calendar, rules))


def _shortened(reason: str) -> str:
    """The reason cut to its maximum length; the check has the full text."""
    return reason if len(reason) <= MAX_REASON_CHARS else reason[: MAX_REASON_CHARS - 1] + "…"


def _own(tx: Transaction, actor: Actor, right: access.Right, permit_id: int) -> StoredPermit:
    stored = permits.get(tx, permit_id)
    if stored is None:
        raise things.not_found(things.PERMIT)
    access.demand(actor, right, stored.permit.handling_office)
    return stored


def _annulment_waits(tx: Transaction, past: tuple[StoredFollowUp, ...]) -> bool:
    number = past[-1].proposal_id if past else None
    proposal = proposals.get(tx, number) if number else None
    return proposal is not None and proposal.state is ProposalState.OPEN


def _outcome(report: FollowUpReport) -> FollowUpOutcome:
    if report.outcome is None:
        raise AssertionError("a report without outcome is refused before")
    return report.outcome


def _past(tx: Transaction, known: PastNames, stored: StoredFollowUp) -> Past:
    names = tuple(known.words(each, stored.recorded_at) for each in (stored.officer, *stored.report.others))
    proposal = proposals.get(tx, stored.proposal_id) if stored.proposal_id else None
    return Past(stored, names, proposal.state if proposal else None)


def _note(visit: _Visit, number: int) -> None:
    report, stored = visit.report, visit.stored
    after = {
        "permit_id": stored.permit_id,
        "outcome": _outcome(report).value,
        "checked_on": report.checked_on.isoformat() if report.checked_on else None,
        "rectify_by": report.rectify_by.isoformat() if report.rectify_by else None,
        "fault": report.fault.value if report.fault else None,
        "officers": [visit.actor.username, *report.others],
        "inspection": report.inspection,
    }
    new = NewEvent(
        at=visit.now,
        by=visit.actor,
        kind=EventKind.FOLLOW_UP_RECORDED,
        uscc=stored.uscc,
        subject=f"follow-up/{number}",
        reason=report.findings,
        legal_basis=report.legal_basis,
        document_no=report.document_no,
        after=after,
        effective_on=report.checked_on,
    )
    events.write(visit.tx, new)
