"""The items of a case (事项): every permit or filing that the trade needs, and where it stands on a day.

An application is a case. Its list stays with the business: an item that a later application asks for again takes the place
of the one before. What an item is waiting for stands in its own state until there is a permit or a filing on the register,
whose row then says the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.model import ItemMode, Requirement, RequirementAction, Text
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.wording.states import state
from licence_qr.wording.terms import term


class ItemState(StrEnum):
    """What is recorded of an item."""

    NOT_NEEDED = "not_needed"  # 不需要
    OPEN = "open"  # nothing is recorded: it is to be applied for, or filed, elsewhere
    SENT = "sent"  # 已推送: with the authority that decides, where nobody has taken it yet
    TAKEN = "taken"  # 部门办理中
    MORE_ASKED = "more_asked"  # 待补正: the applicant has to bring more
    REFUSED = "refused"  # 不予许可
    ON_REGISTER = "on_register"  # a permit or filing on the register says where it stands


def _as_standing(name: str) -> Text:
    saying = state(f"standing.{name}")
    return Text(saying.zh, saying.en)


ITEM_STATE_WORDS: Mapping[ItemState, Text] = {
    ItemState.NOT_NEEDED: _as_standing("not_needed"),
    ItemState.OPEN: _as_standing("not_recorded"),
    ItemState.SENT: Text("已推送，待部门接收", "sent, not taken yet"),
    ItemState.TAKEN: Text("部门办理中", "being handled by the authority"),
    ItemState.MORE_ASKED: Text("待申请人补正", "waiting for the applicant"),
    ItemState.REFUSED: term("status.refused"),
    ItemState.ON_REGISTER: Text("已有许可或备案", "a permit or filing is registered"),
}

# Somebody is at work on it.
AT_THE_AUTHORITY = frozenset({ItemState.SENT, ItemState.TAKEN, ItemState.MORE_ASKED})
# What an authority has done of which the window tells the applicant; a permit comes with the next version of the card.
TOLD = (ItemState.MORE_ASKED, ItemState.REFUSED, ItemState.ON_REGISTER)


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One item as the application's answers led to it, before anything is decided."""

    permit_type: str
    authority: str
    action: RequirementAction
    mode: ItemMode
    reason: Text


def items_asked(needs: Iterable[Requirement]) -> tuple[ItemRequest, ...]:
    """The items of all that may concern a trade. The licence is none: it is what the others belong to."""
    return tuple(
        ItemRequest(need.permit_type.id, need.authority.id, need.action, need.mode, need.reason)
        for need in needs
        if not need.permit_type.licence
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """One item of a business at one of its premises. ``permit_id`` is the row of the permit or filing, once there is one.

    ``office`` took the application; ``authority`` decides, or is the one to ask. ``state_since`` is the day of the newest
    step. ``assignee`` is the user name of the officer who has taken it; ``note`` what was asked of the applicant, or why it
    was refused: neither is public.
    """

    application_no: str
    uscc: str
    premises_no: int
    permit_type: str
    authority: str
    office: str
    action: RequirementAction
    mode: ItemMode
    reason: Text
    state: ItemState
    state_since: date
    permit_id: int | None = None
    assignee: str = ""
    note: str = ""


class ItemStanding(StrEnum):
    """Where an item stands on a day, as anybody may know."""

    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"  # its permit says why: expired, suspended, ended
    FILED = "filed"
    BEING_DECIDED = "being_decided"
    NOT_RECORDED = "not_recorded"  # here: whoever wants to know asks the authority
    NOT_NEEDED = "not_needed"


def standing(item: CaseItem, permit: tuple[PermitStatus, GrantMode] | None) -> ItemStanding:
    """Where ``item`` stands; ``permit`` is the status on the day, and the mode, of its permit or filing, if it has one.

    A refused application concerns the applicant alone: for everybody else the permit is not on record here.
    """
    if permit is not None:
        status, mode = permit
        if status is PermitStatus.REFUSED:
            return ItemStanding.NOT_RECORDED
        if status is PermitStatus.PENDING:
            return ItemStanding.BEING_DECIDED
        if not status.in_force:
            return ItemStanding.NOT_IN_FORCE
        return ItemStanding.FILED if mode is GrantMode.FILING else ItemStanding.IN_FORCE
    if item.state is ItemState.NOT_NEEDED:
        return ItemStanding.NOT_NEEDED
    return ItemStanding.BEING_DECIDED if item.state in AT_THE_AUTHORITY else ItemStanding.NOT_RECORDED


def current_items(items: Iterable[CaseItem]) -> tuple[CaseItem, ...]:
    """The newest item of each permit type at each of the premises; ``items`` from the oldest on."""
    newest: dict[tuple[int, str], CaseItem] = {}
    for item in items:
        newest[item.premises_no, item.permit_type] = item
    return tuple(newest.values())
