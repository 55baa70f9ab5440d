"""A case is opened: the items of an application enter the register, each where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.cases.case import AT_THE_AUTHORITY, CaseItem, ItemRequest, ItemState, current_items
from licence_qr.domain.catalogue.model import RequirementAction
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import PermitStatus, status_on
from licence_qr.domain.roles import Actor
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Transaction
from licence_qr.store.issuing import applications
from licence_qr.store.register import permits

_BEGINS: Mapping[RequirementAction, ItemState] = {
    RequirementAction.NOT_NEEDED: ItemState.NOT_NEEDED,
    RequirementAction.SENT_ON: ItemState.SENT,
}
# A permit that an item can stand for: asked for, or held.
_ALIVE = frozenset(
    {
        PermitStatus.PENDING,
        PermitStatus.NOT_YET_VALID,
        PermitStatus.EFFECTIVE,
        PermitStatus.EXPIRING_SOON,
        PermitStatus.SUSPENDED,
    }
)


@dataclass(frozen=True, slots=True)
class NewCase:
    """An application that has just been decided as far as its office decides: number, holder, premises, who, when."""

    application: Application
    application_no: str
    uscc: str
    premises_no: int
    by: Actor
    at: datetime

    @property
    def day(self) -> date:
        return local_date(self.at)


def open_case(tx: Transaction, case: NewCase) -> tuple[CaseItem, ...]:
    """Add the items that the application asks for, in its transaction, after its permits; returns those that are new.

    What an earlier application asked for and is being decided, filed or in force is not asked for twice. What one trade
    needs stays needed when the business applies for another that does not need it.
    """
    standing = _standing(tx, case)
    held = _held(tx, case)
    opened = []
    for request in case.application.items:
        before = standing.get(request.permit_type)
        item = _item(case, request, held.get(request.permit_type))
        if before is not None and (_goes_on(before, item) or _is_of_another_trade(tx, case, before, item)):
            continue
        opened.append(items.add(tx, item).item)
    if opened:
        new = NewEvent(
            kind=EventKind.CASE_OPENED,
            subject=f"case/{case.application_no}",
            at=case.at,
            by=case.by,
            office=case.application.office,
            uscc=case.uscc,
            after={"items": [{"permit_type": each.permit_type, "state": each.state.value} for each in opened]},
        )
        events.write(tx, new)
    return tuple(opened)


def _goes_on(before: CaseItem, item: CaseItem) -> bool:
    return before.state in AT_THE_AUTHORITY or (before.state, before.permit_id) == (item.state, item.permit_id)


def _is_of_another_trade(tx: Transaction, case: NewCase, before: CaseItem, item: CaseItem) -> bool:
    """Whether only a trade that does not need it says so: the one for which it was asked is carried on beside it."""
    if item.state is not ItemState.NOT_NEEDED or before.state is ItemState.NOT_NEEDED:
        return False
    return applications.trade_of(tx, before.application_no) != case.application.trade


def _standing(tx: Transaction, case: NewCase) -> Mapping[str, CaseItem]:
    """The newest item of each permit type at the premises."""
    known = current_items(stored.item for stored in items.of_business(tx, case.uscc))
    return {each.permit_type: each for each in known if each.premises_no == case.premises_no}


def _held(tx: Transaction, case: NewCase) -> Mapping[str, int]:
    """The newest permit of each type at the premises that is asked for or held."""
    return {
        stored.permit.permit_type: stored.permit_id
        for stored in permits.of_business(tx, case.uscc)
        if stored.permit.premises_no == case.premises_no and status_on(stored.permit, case.day) in _ALIVE
    }


def _item(case: NewCase, request: ItemRequest, permit_id: int | None) -> CaseItem:
    state = _BEGINS.get(request.action, ItemState.OPEN)
    if permit_id is not None and state is not ItemState.NOT_NEEDED:
        state = ItemState.ON_REGISTER
    return CaseItem(
        application_no=case.application_no,
        uscc=case.uscc,
        premises_no=case.premises_no,
        permit_type=request.permit_type,
        authority=request.authority,
        office=case.application.office,
        action=request.action,
        mode=request.mode,
        reason=request.reason,
        state=state,
        state_since=case.day,
        permit_id=permit_id if state is ItemState.ON_REGISTER else None,
    )
