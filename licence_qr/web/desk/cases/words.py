"""Where an item stands, as a line says it: state, tone, and what the applicant or the clerk does next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licence_qr.domain.cases.case import ITEM_STATE_WORDS, ItemStanding, ItemState
from licence_qr.domain.catalogue.model import ItemMode, RequirementAction, Text
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.services.cases.counter import ItemLine
from licence_qr.web.shell.words import Tone, permit_saying
from licence_qr.wording.states import state

_TONES = {
    ItemState.SENT: Tone.PLAIN,
    ItemState.TAKEN: Tone.PLAIN,
    ItemState.MORE_ASKED: Tone.CARE,
    ItemState.REFUSED: Tone.BAD,
    ItemState.OPEN: Tone.CARE,
    ItemState.NOT_NEEDED: Tone.PLAIN,
}
_MARKS = {
    ItemState.SENT: "sent",
    ItemState.TAKEN: "deciding",
    ItemState.MORE_ASKED: "attention",
    ItemState.REFUSED: "ended",
    ItemState.OPEN: "elsewhere",
    ItemState.NOT_NEEDED: "none",
}
_SHOWN = Text("凭出示的证件登记，不是本窗口决定的。", "Recorded from the certificate shown, not decided here.")


@dataclass(frozen=True, slots=True)
class ItemSaying:
    """The state of one item in words, and what is to be done; ``todo`` is None where nothing is. ``mark`` is the square
    that stands for the state (static/desk/cases.css); it never stands alone."""

    words: Text
    tone: Tone
    todo: Text | None
    mark: str


def item_saying(line: ItemLine) -> ItemSaying:
    """The words of one line."""
    if line.permit is not None and line.status is not None and line.item.state is ItemState.ON_REGISTER:
        saying = permit_saying(line.status, line.permit.suspension)
        if line.standing is ItemStanding.FILED:
            saying = state("standing.filed")
        words = Text(saying.zh, saying.en)
        mark = "filed" if line.standing is ItemStanding.FILED else mark_of(line.status)
        return ItemSaying(words, saying.tone, _SHOWN if line.permit.mode is GrantMode.SHOWN else None, mark)
    stands = line.item.state
    return ItemSaying(ITEM_STATE_WORDS[stands], _TONES[stands], _todo(line), _MARKS[stands])


def mark_of(status: PermitStatus) -> str:
    """The square of a permit."""
    if status.in_force:
        return "held"
    waits = {PermitStatus.PENDING: "deciding", PermitStatus.NOT_YET_VALID: "deciding"}
    alive = {PermitStatus.SUSPENDED: "attention", PermitStatus.EXPIRED: "attention"}
    return (waits | alive).get(status, "ended")


def _todo(line: ItemLine) -> Text | None:
    zh, en = line.authority.zh, line.authority.en
    match line.item.state:
        case ItemState.SENT:
            return Text(
                f"已推送{zh}，申请人不必另跑；结果并入同一个码。",
                f"Sent on to {en}. The applicant need not go there; the result appears under the same code.",
            )
        case ItemState.TAKEN:
            return Text(
                f"{zh}正在办理；结果并入同一个码。", f"{en} is handling it. The result appears under the same code."
            )
        case ItemState.MORE_ASKED:
            return Text(
                f"{zh}要求补正，请告知申请人；材料带来后在这里转交。",
                f"{en} asks for more. Tell the applicant, and pass it on here when they have brought it.",
            )
        case ItemState.REFUSED:
            return Text(
                f"{zh}决定不予许可，请把理由告知申请人。", f"{en} has refused it. Tell the applicant the reason."
            )
        case ItemState.OPEN if line.item.action is RequirementAction.FILE_ELSEWHERE:
            return Text(
                f"请申请人到{zh}备案；办好后带凭证来登记。",
                f"The applicant files this with {en}, and then shows the receipt here.",
            )
        case ItemState.OPEN:
            return Text(
                f"请申请人到{zh}申请；办好后带证来登记。",
                f"The applicant applies to {en}, and then shows the certificate here.",
            )
    return None


def needed(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    """The items that the trade needs, in the order of its list."""
    return tuple(line for line in lines if line.item.state is not ItemState.NOT_NEEDED)


def not_needed(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    """The others, which pages fold."""
    return tuple(line for line in lines if line.item.state is ItemState.NOT_NEEDED)


def missing(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    """The permits that the trade needs and the business does not have yet. A filing holds nobody up."""
    lacking = {ItemStanding.BEING_DECIDED, ItemStanding.NOT_RECORDED}
    return tuple(line for line in lines if line.standing in lacking and line.item.mode is not ItemMode.FILING)
