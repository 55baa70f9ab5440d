"""Four eyes: one person proposes an act, another of the same office decides it and proves again who
they are.

Suspension, reinstatement and the three adverse ends (撤销, 吊销, 撤回) can be done only this way. Nobody decides their own
proposal, whatever their roles, nor one that follows from an inspection they took part in; nor either of somebody absent for
whom they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.acts import Act, Grounds, Rule, Subject
from licence_qr.domain.lifecycle.dates import decided_since, effective_day
from licence_qr.domain.lifecycle.details import ActRequest, Suspending
from licence_qr.domain.plain_text import length_faults, plain_text
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor
from licence_qr.errors import (
    ConflictError,
    InputError,
    InvalidApplication,
    RuleError,
)
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.lifecycle.credit_record import Consequence, add_within, settle_within
from licence_qr.services.lifecycle.obsolete_proposals import Seen, close_if_impossible, note, see
from licence_qr.services.lifecycle.perform import MAX_BASIS_CHARS, MAX_NUMBER_CHARS, MAX_REASON_CHARS, Life
from licence_qr.services.register import access, things
from licence_qr.services.register.access import DECIDE_PROPOSALS, READ_PROPOSALS
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.proposals import proposals
from licence_qr.store.proposals.proposals import NewProposal, StoredProposal
from licence_qr.store.register import history
from licence_qr.store.register.history import EventRow

# Events of a proposal are not changes of the business.
NO_CHANGE = frozenset(
    {
        EventKind.PROPOSED,
        EventKind.PROPOSAL_REFUSED,
        EventKind.PROPOSAL_WITHDRAWN,
        EventKind.PROPOSAL_CLOSED,
    }
)


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """An act to propose, from a form made at ``revision`` of the business.

    ``fault`` goes with annulling a permit: the credit record and the bar that follow once it is decided. ``suspension``
    goes with suspending one. ``origin`` and ``witnesses`` as in the store.
    """

    subject: Subject
    act: Act
    grounds: Grounds
    revision: int | None
    fault: Fault | None = None
    origin: str = ""
    witnesses: tuple[str, ...] = ()
    suspension: Suspension | None = None


@dataclass(frozen=True, slots=True)
class ProposalVerdict:
    """The decision of a decider. ``seen`` is the revision up to which the page showed changes of the business.

    ``confirmed``: the decider confirmed that they reviewed these changes. ``proof`` is checked, not stored.
    """

    approve: bool | None
    reason: str
    proof: Proof
    client: str
    seen: int
    confirmed: bool = False


def changes_since(tx: Transaction, uscc: str, revision: int) -> list[EventRow]:
    """The events of a business after ``revision``, without those of proposals; oldest first."""
    return [row for row in history.since(tx, uscc, revision) if row["event"] not in NO_CHANGE]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Proposals of one office are read and decided in that office only."""

    database: Database
    catalogue: Catalogue
    life: Life
    confirming: Confirming

    def propose(self, actor: Actor, wanted: ProposalRequest, now: datetime) -> int:
        """Open a proposal and return its number.

        Raises InvalidApplication with every field that is wrong; RuleError ``act_not_allowed``, ``act_unknown_here`` or
        ``act_needs_one``; ConflictError ``proposal_open_already`` or ``proposal_form_outdated``; AccessError;
        NotFoundError.
        """
        with self.database.write() as tx:
            return self.propose_within(tx, actor, wanted, now)

    def check_proposing(self, actor: Actor, wanted: ProposalRequest, now: datetime) -> None:
        """Raise what ``propose`` would raise; nothing is written."""
        with self.database.trial() as tx:
            self.propose_within(tx, actor, wanted, now)

    def propose_within(self, tx: Transaction, actor: Actor, wanted: ProposalRequest, now: datetime) -> int:
        """``propose`` in the caller's write transaction."""
        seen = see(tx, self.catalogue, wanted.subject, local_date(now))
        rule = _proposable(seen, wanted.act)
        access.demand(actor, access.of_act(rule))
        access.demand(actor, access.of_act(rule), *seen.offices)
        _demand_fields(wanted, seen, now)
        uscc = wanted.subject.uscc
        if wanted.revision is not None and changes_since(tx, uscc, wanted.revision):
            raise ConflictError("proposal_form_outdated", uscc=uscc)
        earlier = proposals.open_one(tx, uscc, wanted.subject.text, wanted.act.value)
        if earlier is not None:
            raise ConflictError("proposal_open_already", number=earlier.proposal_id)
        proposal_id = proposals.add(tx, _stored(wanted), actor, now)
        stored = _known(tx, proposal_id)
        note(tx, EventKind.PROPOSED, stored, actor, wanted.grounds.reason, now)
        proposals.set_revision(tx, proposal_id, history.revision(tx, uscc))
        if wanted.fault is not None and seen.permit is not None:
            add_within(tx, uscc, (seen.permit.permit_id, seen.permit.permit.permit_type), wanted.fault, proposal_id)
        return proposal_id

    def decide(self, actor: Actor, proposal_id: int, verdict: ProposalVerdict, now: datetime) -> ProposalState:
        """Approve and carry out, or refuse; return the new state.

        CLOSED if the act is no longer allowed; nothing is done then. Raises AccessError, also as ``Confirming.confirm``
        does; RuleError ``proposal_is_own``; ConflictError ``proposal_decided`` or
        ``proposal_business_changed`` (the business changed after the page was made, or its changes were not confirmed);
        InvalidApplication; NotFoundError; KeyStoreError.
        """
        verdict = replace(verdict, reason=plain_text(verdict.reason))
        with self.database.read() as tx:
            proposal = _decidable(tx, actor, proposal_id)
        _demand_verdict(verdict)
        if not verdict.proof.password:
            raise InvalidApplication([InputError("password_missing", field="password")])
        self.confirming.confirm(actor, verdict.proof, _decided(proposal, verdict), verdict.client, now)
        with self.database.write() as tx:
            proposal = _decidable(tx, actor, proposal_id)
            if verdict.approve:
                return self._approve(tx, actor, proposal, verdict, now)
            self._close(tx, proposal, ProposalState.REFUSED, actor, verdict.reason, now)
            note(tx, EventKind.PROPOSAL_REFUSED, proposal, actor, verdict.reason, now)
        return ProposalState.REFUSED

    def check_verdict(self, actor: Actor, proposal_id: int, verdict: ProposalVerdict) -> None:
        """Raise what ``decide`` would raise of the verdict, before the decider proves who they are."""
        with self.database.read() as tx:
            proposal = _decidable(tx, actor, proposal_id)
            _demand_verdict(replace(verdict, reason=plain_text(verdict.reason)))
            if verdict.approve:
                _demand_seen(tx, proposal, verdict)

    def _approve(
        self, tx: Transaction, actor: Actor, proposal: StoredProposal, verdict: ProposalVerdict, now: datetime
    ) -> ProposalState:
        if close_if_impossible(tx, self.catalogue, proposal, now):
            return ProposalState.CLOSED
        _demand_seen(tx, proposal, verdict)
        self._close(tx, proposal, ProposalState.APPROVED, actor, verdict.reason, now)
        self.life.perform_within(tx, _act_request(actor, proposal), now)
        return ProposalState.APPROVED

    def withdraw(self, actor: Actor, proposal_id: int, reason: str, now: datetime) -> None:
        """Retract one's own proposal, or that of an absent person for whom ``actor`` stands in.

        Raises RuleError ``proposal_not_own``, ConflictError ``proposal_decided``, InvalidApplication, AccessError,
        NotFoundError.
        """
        reason = plain_text(reason)
        _demand_reason(reason)
        with self.database.write() as tx:
            proposal = own_office(tx, actor, proposal_id)
            _demand_open(proposal)
            acting = actor.for_absent({proposal.proposed_by})
            if acting is actor and not actor.is_among({proposal.proposed_by}):
                raise RuleError("proposal_not_own", number=proposal_id)
            self._close(tx, proposal, ProposalState.WITHDRAWN, acting, reason, now)
            note(tx, EventKind.PROPOSAL_WITHDRAWN, proposal, acting, reason, now)

    def _close(
        self, tx: Transaction, proposal: StoredProposal, state: ProposalState, actor: Actor, why: str, now: datetime
    ) -> None:
        """Close the proposal and settle what depends on it. The second of two deciders gets ConflictError."""
        proposals.settle(tx, proposal.proposal_id, state, actor.username, why.strip(), now)
        annulled = state is ProposalState.APPROVED
        settle_within(tx, self.catalogue, Consequence(proposal, actor, annulled, now))


def content_of(proposal: StoredProposal, revision: int) -> ActContent:
    """What a decider confirms: the act of this proposal, as shown at ``revision`` of the history of the business."""
    content = proposal.content
    day = content.effective_on.isoformat() if content.effective_on else ""
    said = (content.reason, content.legal_basis, content.document_no, day, content.suspension or "")
    subject = f"proposal {proposal.proposal_id}: {content.uscc} {content.subject}"
    return ActContent(content.act, subject, canonical_json(said), revision)


def _demand_seen(tx: Transaction, proposal: StoredProposal, verdict: ProposalVerdict) -> None:
    """Raise ConflictError ``proposal_business_changed`` unless the decider confirmed the newest changes."""
    changed = changes_since(tx, proposal.content.uscc, proposal.content.revision)
    if changed and not (verdict.confirmed and verdict.seen >= changed[-1]["seq"]):
        raise ConflictError("proposal_business_changed", number=proposal.proposal_id)


def _decided(proposal: StoredProposal, verdict: ProposalVerdict) -> ActContent:
    """The same with the decision and its reason: a confirmation of one decision serves no other."""
    answer = "approve" if verdict.approve else "refuse"
    typed = (("verdict", answer), ("reason", verdict.reason))
    return replace(content_of(proposal, verdict.seen), typed=typed)


def own_office(tx: Transaction, actor: Actor, proposal_id: int) -> StoredProposal:
    """A proposal, if ``actor`` may read it. Raises NotFoundError ``thing_not_found``, AccessError."""
    access.demand(actor, READ_PROPOSALS)
    proposal = _known(tx, proposal_id)
    access.demand(actor, READ_PROPOSALS, proposal.office)
    return proposal


def may_decide(actor: Actor, proposal: StoredProposal) -> bool:
    """Whether ``actor`` is a decider of the office who neither proposed it nor was involved in what led to it, and stands
    in, or stood in that day, for nobody who did or was."""
    involved = {proposal.proposed_by, *proposal.content.witnesses}
    return access.may(actor, DECIDE_PROPOSALS, proposal.office) and not actor.is_involved(involved)


def _known(tx: Transaction, proposal_id: int) -> StoredProposal:
    found = proposals.get(tx, proposal_id)
    if found is None:
        raise things.not_found(things.PROPOSAL)
    return found


def _decidable(tx: Transaction, actor: Actor, proposal_id: int) -> StoredProposal:
    proposal = own_office(tx, actor, proposal_id)
    access.demand(actor, DECIDE_PROPOSALS, proposal.office)
    _demand_open(proposal)
    if not may_decide(actor, proposal):
        raise RuleError("proposal_is_own", number=proposal_id)
    return proposal


def _demand_open(proposal: StoredProposal) -> None:
    if proposal.state is not ProposalState.OPEN:
        raise ConflictError("proposal_decided", number=proposal.proposal_id)


def _proposable(seen: Seen, act: Act) -> Rule:
    rule = seen.rule(act)
    if not rule.four_eyes:
        raise RuleError("act_needs_one", act_zh=rule.name.zh, act_en=rule.name.en)
    return rule


def _stored(wanted: ProposalRequest) -> NewProposal:
    grounds = wanted.grounds.plain()
    return NewProposal(
        uscc=wanted.subject.uscc,
        subject=wanted.subject.text,
        act=wanted.act.value,
        reason=grounds.reason,
        legal_basis=grounds.legal_basis,
        document_no=grounds.document_no,
        effective_on=grounds.effective_on,
        revision=0,
        origin=wanted.origin,
        witnesses=wanted.witnesses,
        suspension=wanted.suspension,
    )


def _act_request(actor: Actor, proposal: StoredProposal) -> ActRequest:
    content = proposal.content
    return ActRequest(
        subject=Subject.parse(content.uscc, content.subject),
        act=Act(content.act),
        grounds=Grounds(content.reason, content.legal_basis, content.document_no, content.effective_on),
        actor=actor,
        details=Suspending(content.suspension) if content.act == Act.SUSPEND else None,
        proposed_by=proposal.proposed_by,
    )


def _demand_fields(wanted: ProposalRequest, seen: Seen, now: datetime) -> None:
    problems = tuple(_field_faults(wanted, seen, now))
    if problems:
        raise InvalidApplication(problems)


def _field_faults(wanted: ProposalRequest, seen: Seen, now: datetime) -> Iterator[InputError]:
    grounds = wanted.grounds.plain()
    first = decided_since(seen.permit.permit) if seen.permit else seen.holder.decided_since
    for name, most in (("reason", MAX_REASON_CHARS), ("legal_basis", MAX_BASIS_CHARS)):
        if not getattr(grounds, name).strip():
            yield InputError("grounds_missing", field=name)
        yield from length_faults(getattr(grounds, name), most, name)
    yield from length_faults(grounds.document_no, MAX_NUMBER_CHARS, "document_no")
    if wanted.act is Act.SUSPEND and wanted.suspension is None:
        yield InputError("suspension_missing", field="suspension")
    try:
        effective_day(grounds.effective_on, first, local_date(now))
    except InputError as wrong:
        yield wrong


def _demand_verdict(verdict: ProposalVerdict) -> None:
    problems = []
    if verdict.approve is None:
        problems.append(InputError("verdict_missing", field="verdict"))
    if verdict.approve is False and not verdict.reason.strip():
        problems.append(InputError("refusal_reason_missing", field="reason"))
    problems += length_faults(verdict.reason, MAX_REASON_CHARS, "reason")
    if problems:
        raise InvalidApplication(problems)


def _demand_reason(reason: str) -> None:
    problems = [] if reason.strip() else [InputError("withdrawal_reason_missing", field="reason")]
    problems += length_faults(reason, MAX_REASON_CHARS, "reason")
    if problems:
        raise InvalidApplication(problems)
