"""Effects of an accepted inspection: grade, commitment check, rectification orders, drawn places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.inspection import Flag, Inspection, InspectionPurpose, InspectionState, VisitOutcome
from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject, SubjectKind, allowed, known_to, of_type, rule
from licence_qr.domain.lifecycle.details import ActRequest, Grading
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import Suspension, status_on
from licence_qr.domain.roles import Actor
from licence_qr.errors import LicenceQRError, RuleError
from licence_qr.services.inspecting.follow_ups import FollowUps
from licence_qr.services.inspecting.validate import Judged
from licence_qr.services.lifecycle import inspected_before_grant
from licence_qr.services.lifecycle.perform import MAX_REASON_CHARS, Life
from licence_qr.services.proposals.decide import ProposalRequest, Proposals
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Transaction
from licence_qr.store.inspecting import draws, inspections, rectifications
from licence_qr.store.inspecting.rectifications import Order
from licence_qr.store.proposals import proposals
from licence_qr.store.register.permits import StoredPermit

# What is found wrong is put right first, whatever rule it breaks: cited where no permit says by which.
_ORDERS = "《行政处罚法》第二十八条"
_OF_OUTCOME = {
    VisitOutcome.PASSED: FollowUpOutcome.MET,
    VisitOutcome.TO_RECTIFY: FollowUpOutcome.RECTIFY,
    VisitOutcome.FAILED: FollowUpOutcome.FAILED,
}
_CLOSED_AS = {
    VisitOutcome.PASSED: OrderState.MET,
    VisitOutcome.TO_RECTIFY: OrderState.RENEWED,
    VisitOutcome.FAILED: OrderState.ESCALATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """One inspection taking effect in one transaction.

    ``actor`` is the officer who made it; ``visited_on`` is the day of the visit by the corrected clock.
    """

    tx: Transaction
    key: int
    visit: Inspection
    judged: Judged
    actor: Actor
    visited_on: date
    now: datetime

    @property
    def subject(self) -> str:
        """The subject of the inspection in the history."""
        return f"inspection/{self.visit.id}"


@dataclass(frozen=True, slots=True)
class InspectionEffects:
    """Applies effects through the same use cases as at the desk."""

    catalogue: Catalogue
    life: Life
    follow_ups: FollowUps
    proposals: Proposals

    def count(self, counting: Counting, flags: tuple[Flag, ...]) -> tuple[InspectionState, tuple[Flag, ...]]:
        """Let it take effect; if a use case refuses, all effects are rolled back and the record is held, flagged so."""
        try:
            with inspections.attempt(counting.tx):
                self.apply(counting)
        except LicenceQRError:
            return InspectionState.HELD, (*flags, Flag.NOT_SETTLED)
        return InspectionState.COUNTED, flags

    def apply(self, counting: Counting) -> None:
        """Let an inspection take effect. Raises LicenceQRError of the use cases; the caller then rolls back."""
        visit = counting.visit
        inspected_before_grant.record(
            counting.tx, self.catalogue, visit, counting.visited_on, counting.actor, counting.now
        )
        if visit.purpose is InspectionPurpose.FOLLOW_UP:
            self._follow_up(counting)
            return
        if visit.purpose is InspectionPurpose.RECHECK:
            self._recheck(counting)
        if visit.purpose.grades:
            self._grade(counting)
        if visit.outcome is VisitOutcome.TO_RECTIFY:
            self._order(counting)
        if visit.purpose is InspectionPurpose.DRAWN:
            _drawn(counting)

    def _grade(self, counting: Counting) -> None:
        """Grade the permit, unless its type has no grade or a later visit graded it: records may arrive in any
        order."""
        stored, scored = counting.judged.permit, counting.judged.score
        if stored is None or scored.percent is None:
            return
        known, grading = self.catalogue.permit_types.get(stored.permit.permit_type), rule(SubjectKind.PERMIT, Act.GRADE)
        if not known_to(known, grading):
            return
        grading = of_type(known, grading)
        if stored.permit.graded_on is not None and stored.permit.graded_on > counting.visited_on:
            return
        reason = f"监督检查得分 {scored.percent}（{counting.subject}）"
        grounds = Grounds(reason, grading.basis.zh, effective_on=counting.visited_on)
        request = ActRequest(
            Subject(stored.uscc, stored.permit_id), Act.GRADE, grounds, counting.actor, Grading(scored.grade)
        )
        self.life.perform_within(counting.tx, request, counting.now)

    def _follow_up(self, counting: Counting) -> None:
        visit, stored = counting.visit, counting.judged.permit
        if stored is None:
            raise RuleError("follow_up_not_due", permit_no=visit.subject.permit_no)
        act = Act.ANNUL if visit.outcome is VisitOutcome.FAILED else Act.CHECK
        report = FollowUpReport(
            checked_on=counting.visited_on,
            outcome=_OF_OUTCOME[visit.outcome],
            others=(visit.second_officer,) if visit.second_officer else (),
            findings=self._findings(visit),
            rectify_by=visit.rectify_by,
            fault=visit.fault,
            legal_basis=_basis_of_fault(visit.fault) or rule(SubjectKind.PERMIT, act).basis.zh,
            inspection=counting.subject,
        )
        self.follow_ups.record_within(counting.tx, counting.actor, stored.permit_id, report, counting.now)

    def _recheck(self, counting: Counting) -> None:
        visit, tx, order = counting.visit, counting.tx, counting.judged.order
        if order is None or order.state is not OrderState.OPEN:
            raise RuleError("order_not_open", number=visit.order or 0)
        state = _CLOSED_AS[visit.outcome]
        rectifications.close(tx, order.order_id, state, counting.visited_on, counting.key)
        after = {"order": order.order_id, "state": state.value, "due_on": order.due_on.isoformat()}
        self._note(counting, EventKind.RECTIFICATION_CLOSED, after)
        if state is OrderState.ESCALATED and counting.judged.permit is not None:
            self._escalate(counting, counting.judged.permit)

    def _escalate(self, counting: Counting, stored: StoredPermit) -> None:
        """Propose suspension after an order that was not complied with.

        Not twice, and not for a permit that is suspended already or has expired.
        """
        subject = Subject(stored.uscc, stored.permit_id)
        known = self.catalogue.permit_types.get(stored.permit.permit_type)
        status = status_on(stored.permit, local_date(counting.now))
        acts = {each.act for each in allowed(SubjectKind.PERMIT, status, known)}
        waiting = proposals.open_one(counting.tx, stored.uscc, subject.text, Act.SUSPEND.value)
        if Act.SUSPEND not in acts or waiting is not None:
            return
        visit = counting.visit
        reason = f"逾期未整改（{counting.subject}）：{self._findings(visit)}"[:MAX_REASON_CHARS]
        grounds = Grounds(reason, rule(SubjectKind.PERMIT, Act.SUSPEND).basis.zh)
        witnesses = (visit.second_officer,) if visit.second_officer else ()
        wanted = ProposalRequest(
            subject=subject,
            act=Act.SUSPEND,
            grounds=grounds,
            revision=None,
            fault=None,
            origin=counting.subject,
            witnesses=witnesses,
            suspension=Suspension.CLOSED,
        )
        self.proposals.propose_within(counting.tx, counting.actor, wanted, counting.now)

    def _findings(self, visit: Inspection) -> str:
        """The findings in one text, each under its item, or the remarks if there are none.

        Cut to the length of a reason; the inspection has the full text.
        """
        rules = self.catalogue.inspection_rules
        versions = dict(visit.checklists)
        told = []
        for finding in visit.findings:
            checklist = rules.checklist(finding.checklist, versions.get(finding.checklist, ""))
            item = checklist.item(finding.item) if checklist else None
            told.append(f"{item.text.zh if item else finding.name}：{finding.finding}")
        return ("；".join(told) or visit.remarks)[:MAX_REASON_CHARS]

    def _order(self, counting: Counting) -> None:
        visit, stored = counting.visit, counting.judged.permit
        if visit.rectify_by is None:
            raise AssertionError("an order without its day is refused on reading")
        items = tuple(finding.name for finding in visit.findings)
        order_id = rectifications.add(
            counting.tx,
            Order(
                order_id=0,
                inspection_key=counting.key,
                uscc=visit.subject.uscc,
                premises_no=visit.subject.premises_no,
                permit_id=stored.permit_id if stored else None,
                office=counting.actor.office,
                ordered_on=counting.visited_on,
                due_on=visit.rectify_by,
                items=items,
                state=OrderState.OPEN,
                closed_on=None,
                closed_by=None,
            ),
        )
        after = {"order": order_id, "due_on": visit.rectify_by.isoformat(), "items": list(items)}
        self._note(counting, EventKind.RECTIFICATION_ORDERED, after)

    def _note(self, counting: Counting, kind: EventKind, after: Mapping[str, object]) -> None:
        actor, visit = counting.actor, counting.visit
        new = NewEvent(
            at=counting.now,
            by=actor,
            kind=kind,
            uscc=visit.subject.uscc,
            subject=counting.subject,
            legal_basis=self._basis_of_orders(counting.judged.permit),
            after=after,
            effective_on=counting.visited_on,
        )
        events.write(counting.tx, new)

    def _basis_of_orders(self, stored: StoredPermit | None) -> str:
        """The rule on orders to rectify of the permit's type; the general one where there is none."""
        known = self.catalogue.permit_types.get(stored.permit.permit_type) if stored else None
        return known.rectify_basis.zh if known and known.rectify_basis else _ORDERS


def _basis_of_fault(fault: Fault | None) -> str:
    """The article of the Administrative Licensing Law for a failed commitment."""
    articles = {
        Fault.FALSE_STATEMENT: "《行政许可法》第六十九条、第七十九条",
        Fault.DECEIT: "《行政许可法》第六十九条、第七十九条",
    }
    return articles.get(fault, "") if fault else ""


def _drawn(counting: Counting) -> None:
    if counting.judged.drawn is not None:
        draws.done(counting.tx, counting.judged.drawn.drawn_id, counting.key)
