"""Four-eyes acts that a department's file asks for: suspend a permit, or end it or a licence adversely.

A file does not prove where it comes from, and one person chose it. So taking such an act over from it is a proposal
like any other: the register does not change until another person has decided (docs/trade/four-eyes.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.lifecycle.acts import Act, Grounds, Rule, Subject, rule
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import Permit, PermitState, Suspension
from licence_qr.domain.roles import Actor
from licence_qr.services.proposals.decide import ProposalRequest, Proposals
from licence_qr.store.database.connections import Transaction
from licence_qr.store.proposals import proposals
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit

_PERMIT_ACTS: Mapping[PermitState, Act] = {
    PermitState.SUSPENDED: Act.SUSPEND,
    PermitState.ANNULLED: Act.ANNUL,
    PermitState.REVOKED: Act.REVOKE,
    PermitState.WITHDRAWN: Act.WITHDRAW,
}
# For "revoked, then cancelled" only the revocation takes two people.
_LICENCE_ACTS: Mapping[LicenceState, Act] = {
    LicenceState.ANNULLED: Act.ANNUL,
    LicenceState.REVOKED_NOT_CANCELLED: Act.REVOKE,
    LicenceState.REVOKED_CANCELLED: Act.REVOKE,
}
_STANDING = frozenset({PermitState.EFFECTIVE, PermitState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A four-eyes act that a file asks for."""

    subject: Subject
    act: Act
    suspension: Suspension | None = None

    @property
    def rule(self) -> Rule:
        """Its entry in the table of acts."""
        return rule(self.subject.kind, self.act)


def asked_of_permit(stored: StoredPermit, told: Permit) -> Asked | None:
    """What a file asks for that tells ``told`` of a permit; None for what one person may take over."""
    act = _PERMIT_ACTS.get(told.state) if stored.permit.state in _STANDING else None
    return Asked(Subject(stored.uscc, stored.permit_id), act, told.suspension) if act else None


def asked_of_licence(stored: StoredEntity, told: LicenceState) -> Asked | None:
    """The act that the state ``told`` of a licence asks for; None if one person may take it over."""
    act = None if stored.state.ended else _LICENCE_ACTS.get(told)
    return Asked(Subject(stored.entity.uscc), act) if act else None


def since(tx: Transaction, asked: Asked) -> dict[str, str]:
    """The progress of the act, which is part of the question.

    So an answer opens one proposal only: if a file says the same again after that proposal was decided, there is a new
    question.
    """
    last = proposals.last_one(tx, asked.subject.uscc, asked.subject.text, asked.act.value)
    return {"proposal": f"{last.proposal_id} {last.state.value}" if last else ""}


def propose(
    tx: Transaction, use_case: Proposals, asked: Asked, actor: Actor, why: tuple[str, str], now: datetime
) -> int:
    """Propose the act in the transaction of the decision; return the id of this proposal, or of an open one.

    ``why`` is the reason of the decision and what led to it (``question/<id>``). Raises what ``Proposals.propose``
    does.
    """
    earlier = proposals.open_one(tx, asked.subject.uscc, asked.subject.text, asked.act.value)
    if earlier is not None:
        return earlier.proposal_id
    reason, origin = why
    grounds = Grounds(reason, asked.rule.basis.zh)
    wanted = ProposalRequest(asked.subject, asked.act, grounds, None, origin=origin, suspension=asked.suspension)
    return use_case.propose_within(tx, actor, wanted, now)
