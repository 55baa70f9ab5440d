"""Words for the bar that an annulment brings, and for the outcome of a decision."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.web.shell.words import Tone
from licence_qr.wording.text import Text

_BROKEN = Text(
    "记入信用记录：承诺未兑现。不限制再次申请，但不能再走告知承诺。",
    "Entered in the credit record: commitment not fulfilled. The business can apply again, but cannot use"
    " notify and commit.",
)
_BARRED = Text(
    "记入信用记录，限制再次申请这一许可，且不能再走告知承诺。",
    "Entered in the credit record. A new application for this permit is barred, and the business cannot use"
    " notify and commit.",
)
CREDIT: Mapping[Fault, Text] = {
    Fault.UNMET: _BROKEN,
    Fault.REFUSED: _BROKEN,
    Fault.FALSE_STATEMENT: _BARRED,
    Fault.DECEIT: _BARRED,
}

# What the decider reads after the press.
OUTCOME_TOLD: Mapping[ProposalState, Text] = {
    ProposalState.APPROVED: Text("已同意并办理。", "Approved and carried out."),
    ProposalState.REFUSED: Text("已决定不同意，没有办理。", "Refused. Nothing was changed."),
    ProposalState.CLOSED: Text(
        "这件事已不能办理，提议已关闭，没有办理。",
        "The action is no longer possible. The proposal is closed and nothing was changed.",
    ),
}

TONES: Mapping[ProposalState, Tone] = {
    ProposalState.OPEN: Tone.CARE,
    ProposalState.APPROVED: Tone.GOOD,
    ProposalState.REFUSED: Tone.BAD,
    ProposalState.WITHDRAWN: Tone.PLAIN,
    ProposalState.CLOSED: Tone.PLAIN,
}
