"""Close proposals that can no longer be carried out because of another act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Rule, Subject, SubjectKind, check, source_of
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import status_on
from licence_qr.domain.roles import BY_ITSELF, Actor
from licence_qr.errors import NotFoundError, RuleError
from licence_qr.services.lifecycle.credit_record import Consequence, settle_within
from licence_qr.services.register import events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Transaction
from licence_qr.store.proposals import proposals
from licence_qr.store.proposals.proposals import NewProposal, StoredProposal
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject as stored: holder, permit (unless it is the licence), and today's state as in the table of acts.

    ``permit_type`` is None for the licence, and for a type that is not in the catalogue.
    """

    subject: Subject
    holder: StoredEntity
    permit: StoredPermit | None
    state: str
    permit_type: PermitType | None = None

    @property
    def offices(self) -> tuple[str, ...]:
        """The offices that deal with it, starting with that of the permit."""
        return (*([self.permit.permit.handling_office] if self.permit else []), self.holder.office)

    def rule(self, act: Act) -> Rule:
        """The entry of ``act`` in this state.

        Raises RuleError ``act_not_allowed``, ``act_not_of_permit_type`` or ``act_unknown_here``.
        """
        return check(self.subject.kind, act, self.state, self.permit_type)


def see(tx: Transaction, catalogue: Catalogue, subject: Subject, day: date) -> Seen:
    """Read a subject. Raises NotFoundError ``business_not_found`` or ``thing_not_found``."""
    holder = entities.get(tx, subject.uscc)
    if holder is None:
        raise NotFoundError("business_not_found", uscc=subject.uscc)
    if subject.permit_id is None:
        return Seen(subject, holder, None, source_of(SubjectKind.LICENCE, holder.state.value))
    stored = permits.get(tx, subject.permit_id)
    if stored is None or stored.uscc != subject.uscc:
        raise things.not_found(things.PERMIT)
    state = source_of(SubjectKind.PERMIT, status_on(stored.permit, day).value)
    return Seen(subject, holder, stored, state, catalogue.permit_types.get(stored.permit.permit_type))


def close_impossible(tx: Transaction, catalogue: Catalogue, uscc: str, now: datetime) -> int:
    """Close the open proposals of one business whose act is no longer allowed; return how many.

    Call this in the transaction of every act, so that nobody decides on something that has ended.
    """
    return sum(close_if_impossible(tx, catalogue, each, now) for each in proposals.open_of_business(tx, uscc))


def close_if_impossible(tx: Transaction, catalogue: Catalogue, proposal: StoredProposal, now: datetime) -> bool:
    """Close one open proposal unless its act is still allowed; the state that forbids it is stored as the reason."""
    content = proposal.content
    seen = see(tx, catalogue, Subject.parse(content.uscc, content.subject), local_date(now))
    try:
        seen.rule(Act(content.act))
    except RuleError:
        pass
    else:
        return False
    proposals.settle(tx, proposal.proposal_id, ProposalState.CLOSED, BY_ITSELF.username, seen.state, now)
    note(tx, EventKind.PROPOSAL_CLOSED, proposal, BY_ITSELF, "", now)
    settle_within(tx, catalogue, Consequence(proposal, BY_ITSELF, False, now))
    return True


def note(tx: Transaction, kind: EventKind, proposal: StoredProposal, actor: Actor, reason: str, now: datetime) -> None:
    """Append the event of a proposal, with both names, to the history of the business."""
    content = proposal.content
    new = NewEvent(
        at=now,
        by=actor,
        office=actor.office or proposal.office,
        kind=kind,
        uscc=content.uscc,
        subject=f"proposal/{proposal.proposal_id}",
        reason=reason,
        legal_basis=content.legal_basis,
        document_no=content.document_no,
        after={"act": content.act, "about": content.subject, **_decision(content)},
        proposed_by=proposal.proposed_by if kind is not EventKind.PROPOSED else "",
    )
    events.write(tx, new)


def _decision(content: NewProposal) -> dict[str, str]:
    return {"suspension": content.suspension.value} if content.suspension else {}
