"""Acts on the fictitious businesses after they were entered, through the same use cases as at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject, SubjectKind, rule
from licence_qr.domain.lifecycle.details import ActRequest, Details, NewMark, Reprint, ReprintCause, Suspending
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.demonstration.data import DemonstrationAct, DemonstrationBusiness
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.proposals.decide import ProposalRequest, Proposals
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import permits

# Accounts of the demonstration: proposer and decider.
PROPOSER, DECIDER = "inspector", "decider"


@dataclass(frozen=True, slots=True)
class DemonstrationLives:
    """Performs acts in the transaction of filling; open proposals are left for the account of the decider."""

    life: Life
    proposals: Proposals

    def perform(self, tx: Transaction, business: DemonstrationBusiness, act: DemonstrationAct, now: datetime) -> None:
        """Do one act at its instant, relative to ``now``, the instant of filling. Raises what the act raises."""
        at = now + timedelta(days=act.day)
        held = permits.of_business(tx, business.uscc)
        licence = act.subject is SubjectKind.LICENCE
        subject = Subject(business.uscc, None if licence else held[act.permit - 1].permit_id)
        grounds = Grounds(act.reason, act.basis, act.document, self._day(act, now))
        if act.proposed_only:
            asked = ProposalRequest(subject, act.act, grounds, None, suspension=_suspension(act))
            self.proposals.propose_within(tx, _person(PROPOSER, business.office, Role.INSPECTOR), asked, at)
            return
        four_eyes = rule(subject.kind, act.act).four_eyes
        actor = _person(DECIDER, business.office, Role.DECIDER) if four_eyes else _clerk(business.office)
        request = ActRequest(
            subject=subject,
            act=act.act,
            grounds=grounds,
            actor=actor,
            details=_details(act, now),
            expected_revision=None,
            proposed_by=PROPOSER if four_eyes else "",
        )
        self.life.perform_within(tx, request, at)

    @staticmethod
    def _day(act: DemonstrationAct, now: datetime) -> date | None:
        return None if act.effective is None else local_date(now) + timedelta(days=act.effective)


def _details(act: DemonstrationAct, now: datetime) -> Details | None:
    if act.act is Act.REPRINT:
        return Reprint(ReprintCause(act.detail))
    if act.act is Act.MARK:
        until = None if act.until is None else local_date(now) + timedelta(days=act.until)
        return NewMark(MarkKind(act.detail), until)
    return Suspending(_suspension(act)) if act.act is Act.SUSPEND else None


def _suspension(act: DemonstrationAct) -> Suspension | None:
    return Suspension(act.detail) if act.act is Act.SUSPEND else None


def _clerk(office: str) -> Actor:
    return _person(f"clerk-{office}", office, Role.CLERK)


def _person(username: str, office: str, role: Role) -> Actor:
    return Actor(0, username, "演示", office, frozenset({role}))
