"""Proposals as shown on pages: the act, its proposer, changes since, and who may decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.acts import STATE_NAMES, Act, Grounds, Rule, Subject, rule
from licence_qr.domain.proposals.proposal import ProposalFilter, ProposalState
from licence_qr.domain.register.permit import SUSPENSION_STATUS, Suspension
from licence_qr.domain.roles import SYSTEM, Actor
from licence_qr.errors import RuleError
from licence_qr.services.lifecycle.obsolete_proposals import Seen, see
from licence_qr.services.proposals.decide import changes_since, content_of, may_decide, own_office
from licence_qr.services.register import access
from licence_qr.services.register.access import READ_PROPOSALS
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.proposals import proposals
from licence_qr.store.proposals.proposals import StoredProposal
from licence_qr.store.register import entities, history
from licence_qr.wording.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The subject of a proposal, in words. ``address`` is that of the premises, or the domicile for the licence."""

    subject: Subject
    holder_name: str
    what: Text
    permit_no: str
    address: str
    state: Text
    granted_on: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The data of a form to propose an act that is allowed today.

    ``open_number`` is the id of a proposal that is already open, or None; ``figures`` are the life-cycle figures of
    today.
    """

    about: About
    rule: Rule
    figures: LifeRules
    revision: int
    open_number: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """Further effects of annulment: the entry in the credit record, and the end date of a bar if decided today."""

    fault: Fault
    until: date | None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One line of the list, with names as they were (``PastNames``); internal. ``mine``: the reader proposed it.
    ``for_absent``: the name of the absent proposer for whom the reader stands in, or empty; ``on_behalf_of``: that of the
    proposer for whom somebody retracted it, or None."""

    number: int
    act: Text
    about: About
    state: ProposalState
    proposed_by: Text
    proposed_at: datetime
    decided_by: Text | None
    decided_at: datetime | None
    mine: bool
    mine_to_decide: bool
    for_absent: str
    on_behalf_of: Text | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal.

    ``refused_now`` is why its act is not allowed today, or None; ``changed`` is the number of events since, up to
    ``revision``; ``closed_state`` is the state that closed it, in words; ``content`` is what a decider confirms.
    """

    line: ProposalLine
    rule: Rule
    grounds: Grounds
    decision: str
    closed_state: Text | None
    origin: str
    since: int
    changed: int
    revision: int
    refused_now: RuleError | None
    bar: Bar | None
    suspension: Suspension | None
    content: ActContent


@dataclass(frozen=True, slots=True)
class ProposalReading:
    """Reads proposals, only for people of their own office."""

    database: Database
    catalogue: Catalogue

    def prepare(self, actor: Actor, uscc: str, subject: str, act: str, now: datetime) -> Preview:
        """The data of a form for this act.

        Raises RuleError ``act_not_allowed``, ``act_unknown_here`` or ``act_needs_one``, InputError
        ``life_subject_unknown``, AccessError, NotFoundError.
        """
        asked = Subject.parse(uscc, subject)
        with self.database.read() as tx:
            seen = see(tx, self.catalogue, asked, local_date(now))
            found = seen.rule(_act(act, asked))
            if not found.four_eyes:
                raise RuleError("act_needs_one", act_zh=found.name.zh, act_en=found.name.en)
            access.demand(actor, access.of_act(found))
            access.demand(actor, access.of_act(found), *seen.offices)
            earlier = proposals.open_one(tx, uscc, asked.text, act)
            number = earlier.proposal_id if earlier else None
            figures = self.catalogue.life_rules_on(local_date(now))
            return Preview(self._about(tx, seen), found, figures, history.revision(tx, uscc), number)

    def list(self, actor: Actor, wanted: ProposalFilter, now: datetime) -> tuple[tuple[ProposalLine, ...], int]:
        """One page of the proposals that ``actor`` may read, and their total. Raises AccessError ``role_not_allowed``."""
        office = access.office_bound(actor, READ_PROPOSALS)
        with self.database.read() as tx:
            found, total = proposals.search(tx, office, wanted)
            names = PastNames(tx)
            return tuple(self._line(tx, names, actor, each, local_date(now)) for each in found), total

    def get(self, actor: Actor, number: int, now: datetime) -> ProposalView:
        """One proposal. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            proposal = own_office(tx, actor, number)
            content, day = proposal.content, local_date(now)
            subject = Subject.parse(content.uscc, content.subject)
            seen = see(tx, self.catalogue, subject, day)
            is_open = proposal.state is ProposalState.OPEN
            closed = proposal.state is ProposalState.CLOSED
            return ProposalView(
                line=self._line(tx, PastNames(tx), actor, proposal, day),
                rule=rule(subject.kind, Act(content.act)),
                grounds=Grounds(content.reason, content.legal_basis, content.document_no, content.effective_on),
                decision="" if closed else proposal.decision,
                closed_state=STATE_NAMES[subject.kind, proposal.decision] if closed else None,
                origin=content.origin,
                since=content.revision,
                changed=len(changes_since(tx, content.uscc, content.revision)) if is_open else 0,
                revision=history.revision(tx, content.uscc),
                refused_now=_refusal(seen, Act(content.act)) if is_open else None,
                bar=self._bar(tx, number, day),
                suspension=content.suspension,
                content=content_of(proposal, history.revision(tx, content.uscc)),
            )

    def _bar(self, tx: Transaction, number: int, day: date) -> Bar | None:
        entry = credit_record.of_proposal(tx, number)
        if entry is None:
            return None
        if entry.barred is not None:
            return Bar(entry.fault, entry.barred.last)
        months = entry.fault.bar_months(self.catalogue.life_rules_on(day))
        return Bar(entry.fault, Period.of_months(day, months).last if months and entry.decided_on is None else None)

    def _line(
        self, tx: Transaction, names: PastNames, actor: Actor, proposal: StoredProposal, day: date
    ) -> ProposalLine:
        content = proposal.content
        subject = Subject.parse(content.uscc, content.subject)
        absent = actor.stands_in_for({proposal.proposed_by})
        return ProposalLine(
            number=proposal.proposal_id,
            act=rule(subject.kind, Act(content.act)).name,
            about=self._about(tx, see(tx, self.catalogue, subject, day)),
            state=proposal.state,
            proposed_by=names.words(proposal.proposed_by, proposal.proposed_at),
            proposed_at=proposal.proposed_at,
            decided_by=_decided_by(names, proposal),
            decided_at=proposal.decided_at,
            mine=actor.is_among({proposal.proposed_by}),
            mine_to_decide=proposal.state is ProposalState.OPEN and may_decide(actor, proposal),
            for_absent=absent.name if absent else "",
            on_behalf_of=_retracted_for(tx, names, proposal),
        )

    def _about(self, tx: Transaction, seen: Seen) -> About:
        entity, held = seen.holder.entity, seen.permit
        state = STATE_NAMES[seen.subject.kind, seen.state]
        if held is None:
            name = term("record.licence_document")
            return About(
                subject=seen.subject,
                holder_name=entity.holder_name,
                what=name,
                permit_no="",
                address=entity.domicile,
                state=state,
                granted_on=entity.established_on,
            )
        known = self.catalogue.permit_types.get(held.permit.permit_type)
        name = known.name if known else Text(held.permit.permit_type, held.permit.permit_type)
        places = {p.premises_no: p.address for p in entities.premises_of(tx, held.uscc)}
        address = places.get(held.permit.premises_no, "")
        permit = held.permit
        if permit.suspension:
            state = SUSPENSION_STATUS[permit.suspension]
        return About(
            subject=seen.subject,
            holder_name=entity.holder_name,
            what=name,
            permit_no=permit.permit_no,
            address=address,
            state=state,
            granted_on=permit.issued_on,
        )


def _act(text: str, subject: Subject) -> Act:
    try:
        return Act(text)
    except ValueError:
        raise RuleError("act_unknown_here", act=text[:40], kind=subject.kind.value) from None


def _refusal(seen: Seen, act: Act) -> RuleError | None:
    try:
        seen.rule(act)
    except RuleError as refused:
        return refused
    return None


def _decided_by(names: PastNames, proposal: StoredProposal) -> Text | None:
    """Who decided, or None: nobody yet, or the program."""
    decided_at = proposal.decided_at
    by_itself = not proposal.decided_by or proposal.decided_by == SYSTEM
    return None if by_itself or decided_at is None else names.words(proposal.decided_by, decided_at)


def _retracted_for(tx: Transaction, names: PastNames, proposal: StoredProposal) -> Text | None:
    """The proposer, if a substitute retracted it for them: nobody else retracts what another person proposed."""
    decider = accounts.user_by_name(tx, proposal.decided_by) if proposal.state is ProposalState.WITHDRAWN else None
    own = decider is None or decider.actor.is_among({proposal.proposed_by})
    return None if own else names.words(proposal.proposed_by, proposal.decided_at or proposal.proposed_at)
