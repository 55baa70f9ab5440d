"""What a grave act does, said before it is proposed and again before it is decided; and the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.acts import Act, Rule, SubjectKind
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.text import Text
from licence_qr.web.shell.words import Tone


@dataclass(frozen=True, slots=True)
class EffectWords:
    """Three sentences: what becomes of the licence or permit, of the code on the wall, of the public page."""

    subject: Text
    code: Text
    page: Text


_L, _P = SubjectKind.LICENCE, SubjectKind.PERMIT
_TURNS = Text(
    "照牌不换；每一版照牌在状态名单里的这一项马上变为“失效”；离线核验更新名单后显示该许可已失效。",
    "No new print. The entry in the status list turns to invalid at once for every print, offline checks with it.",
)
_ALL_TURN = Text(
    "照牌不换；每一版照牌和全部许可在状态名单里马上变为“失效”。",
    "No new print. Every print and all permits turn to invalid in the status list at once.",
)

EFFECTS: Mapping[tuple[SubjectKind, Act], EffectWords] = {
    (_L, Act.ANNUL): EffectWords(
        Text(
            "登记视为自始无效，名下全部许可一并终止，不能恢复。",
            "The registration is void from the start and all its permits end with it, for good.",
        ),
        _ALL_TURN,
        Text(
            "公众页面显示“执照已失效（已撤销）”。",
            "The public page says that the licence is no longer valid: annulled.",
        ),
    ),
    (_L, Act.REVOKE): EffectWords(
        Text(
            "执照自生效之日起吊销，名下全部许可一并终止；之后还要办理注销。",
            "The licence is revoked from the day named and all its permits end with it; cancelling it comes afterwards.",
        ),
        _ALL_TURN,
        Text(
            "公众页面显示“执照已失效（吊销，未注销）”。",
            "The public page says that the licence is no longer valid: revoked.",
        ),
    ),
    (_P, Act.SUSPEND): EffectWords(
        Text(
            "许可暂停，期间不得经营许可项目；有效期不延长，可以恢复。",
            "The permit rests and may not be used; its last day stays, and it can be reinstated.",
        ),
        Text(
            "照牌不换；状态名单里的这一项马上变为“暂停”。",
            "No new print; its entry in the status list turns to suspended at once.",
        ),
        Text("公众页面显示“停业整顿”和起始日期。", "The public page says suspended, and since when."),
    ),
    (_P, Act.REINSTATE): EffectWords(
        Text("许可恢复有效，编号和有效期不变。", "The permit is in force again; its number and period stay."),
        Text(
            "照牌不换；状态名单里的这一项马上恢复为“有效”。",
            "No new print; its entry in the status list turns back to valid at once.",
        ),
        Text("公众页面恢复显示“有效”。", "The public page says in force again."),
    ),
    (_P, Act.ANNUL): EffectWords(
        Text(
            "许可视为自始无效，不能恢复；之后还要办理注销。执照不受影响。",
            "The permit is void from the start, for good; cancelling it comes afterwards. The licence stays.",
        ),
        _TURNS,
        Text("公众页面显示“已撤销”和决定日期。", "The public page says annulled, and when it was decided."),
    ),
    (_P, Act.REVOKE): EffectWords(
        Text(
            "许可自生效之日起吊销，不能恢复；之后还要办理注销。执照不受影响。",
            "The permit is revoked from the day named, for good; cancelling it comes afterwards. The licence stays.",
        ),
        _TURNS,
        Text("公众页面显示“已吊销”和日期。", "The public page says revoked, and since when."),
    ),
    (_P, Act.WITHDRAW): EffectWords(
        Text(
            "许可自生效之日起撤回，不能恢复；造成的损失依法补偿。执照不受影响。",
            "The permit is withdrawn from the day named, for good; losses are compensated by law. The licence stays.",
        ),
        _TURNS,
        Text("公众页面显示“已撤回”和日期。", "The public page says withdrawn, and since when."),
    ),
}

_BROKEN = Text(
    "记入信用记录：承诺未兑现。不限制再次申请，但不能再走告知承诺。",
    "An entry in the credit record: the promise did not hold. A new application is open, notify-and-commit is not.",
)
_BARRED = Text(
    "记入信用记录，限制再次申请这一许可，且不能再走告知承诺。",
    "An entry in the credit record; a new application for this permit is barred, and notify-and-commit closed.",
)
CREDIT: Mapping[Fault, Text] = {
    Fault.UNMET: _BROKEN,
    Fault.REFUSED: _BROKEN,
    Fault.FALSE_STATEMENT: _BARRED,
    Fault.DECEIT: _BARRED,
}

# What the decider reads after the press.
OUTCOME_TOLD: Mapping[ProposalState, Text] = {
    ProposalState.APPROVED: Text("已同意并办理。", "Approved and done."),
    ProposalState.REFUSED: Text("已决定不同意，没有办理。", "Refused; nothing was done."),
    ProposalState.CLOSED: Text(
        "这件事已不能办理，提议已关闭，没有办理。",
        "It can no longer be done: the proposal is closed, nothing was done.",
    ),
}

TONES: Mapping[str, Tone] = {
    "open": Tone.CARE,
    "approved": Tone.GOOD,
    "refused": Tone.BAD,
    "withdrawn": Tone.PLAIN,
    "closed": Tone.PLAIN,
}


def effects_of(rule: Rule) -> EffectWords:
    """The sentences of an act that needs four eyes."""
    return EFFECTS[rule.kind, rule.act]
