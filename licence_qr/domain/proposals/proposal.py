"""Proposals: what one person proposes and another decides (four eyes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.lifecycle.acts import RULES, Act, SubjectKind
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

PAGE_LINES = 25


class ProposalState(StrEnum):
    """The state of a proposal. All but OPEN are final."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by its proposer
    CLOSED = "closed"  # the act is no longer allowed, because of another act


STATE_WORDS: Mapping[ProposalState, Text] = {
    ProposalState.OPEN: term("progress.awaiting_decision"),
    ProposalState.APPROVED: Text("已同意", "approved"),
    ProposalState.REFUSED: Text("未获同意", "refused"),
    ProposalState.WITHDRAWN: Text("提出人已收回", "retracted by the proposer"),
    ProposalState.CLOSED: Text("已自动关闭", "closed automatically"),
}

# The acts that need four eyes, of a licence and of a permit alike.
FOUR_EYES: Mapping[Act, Text] = {
    rule.act: rule.brief
    for kind in (SubjectKind.PERMIT, SubjectKind.LICENCE)
    for rule in RULES
    if rule.kind is kind and rule.brief
}


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """Filter for proposals. ``state`` None: all; ``closed``: all but the open ones, whatever ``state`` is.

    ``act`` and ``proposed_by`` (a user name) empty: any. ``page`` counts from 1.
    """

    state: ProposalState | None = None
    closed: bool = False
    act: str = ""
    proposed_by: str = ""
    page: int = 1
