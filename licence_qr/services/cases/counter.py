"""The items of a business at the counter: where each stands, and what the applicant has brought for one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.cases.case import CaseItem, ItemStanding, ItemState, current_items, standing
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.permit import Permit, PermitStatus, status_on
from licence_qr.domain.roles import Actor
from licence_qr.services.cases import steps
from licence_qr.services.cases.shown import CAN_BE_SHOWN
from licence_qr.services.cases.steps import ItemCase
from licence_qr.services.register import access, things
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Database
from licence_qr.store.register import permits


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One item of a business as its reader sees it, with the permit or filing that it came to and the status of the day.

    ``note``, what was asked of the applicant or why it was refused, is empty for readers of other offices. ``records``: the
    reader may record a certificate that is shown; ``passes_on``: that the applicant has brought what was asked for.
    """

    item_id: int
    item: CaseItem
    permit_type: Text
    authority: Text
    standing: ItemStanding
    permit: Permit | None
    status: PermitStatus | None
    note: str
    records: bool
    passes_on: bool

    @property
    def waits_elsewhere(self) -> bool:
        """Whether nothing is recorded yet, and the applicant is the one to bring it."""
        return self.item.state is ItemState.OPEN


@dataclass(frozen=True, slots=True)
class CounterItems:
    """Where items stand is open to every office; what was asked of the applicant is not."""

    database: Database
    catalogue: Catalogue

    def of_business(self, actor: Actor, uscc: str, now: datetime) -> tuple[ItemLine, ...]:
        """The newest item of each type at each of the premises; empty for a business that never applied here."""
        access.demand(actor, access.READ_BUSINESSES)
        with self.database.read() as tx:
            found = items.of_business(tx, uscc)
            held = {each.permit_id: each.permit for each in permits.of_business(tx, uscc)}
        keys = {each.item: each.item_id for each in found}
        lines = current_items(each.item for each in found)
        return tuple(self._line(actor, keys[each], each, held.get(each.permit_id or 0), now) for each in lines)

    def passed_on(self, actor: Actor, item_id: int, now: datetime) -> None:
        """What was asked for more is there: the authority goes on. Raises NotFoundError, AccessError, RuleError
        ``item_not_waiting``."""
        access.demand(actor, access.PASS_ON_ITEMS)
        with self.database.write() as tx:
            stored = items.get(tx, item_id)
            if stored is None:
                raise things.not_found(things.ITEM)
            access.demand(actor, access.PASS_ON_ITEMS, stored.item.office)
            case = ItemCase(tx, self.catalogue, stored, actor, now)
            if case.item.state is not ItemState.MORE_ASKED:
                raise steps.not_waiting(case)
            steps.change(case, replace(case.item, state=ItemState.TAKEN))
            steps.start_clock(case)

    def _line(self, actor: Actor, item_id: int, item: CaseItem, permit: Permit | None, now: datetime) -> ItemLine:
        known, day = self.catalogue.permit_types.get(item.permit_type), local_date(now)
        own = self.catalogue.own_office(item.authority, day)
        offices = (item.office, *((own.id,) if own else ()))
        status = status_on(permit, day) if permit else None
        return ItemLine(
            item_id=item_id,
            item=item,
            permit_type=known.name if known else Text(item.permit_type, item.permit_type),
            authority=self.catalogue.authorities[item.authority].name,
            standing=standing(item, (status, permit.mode) if permit and status else None),
            permit=permit,
            status=status,
            note=item.note if access.may(actor, access.READ_INTERNAL_HISTORY, *offices) else "",
            records=item.state in CAN_BE_SHOWN and access.may(actor, access.RECORD_SHOWN, item.office),
            passes_on=item.state is ItemState.MORE_ASKED and access.may(actor, access.PASS_ON_ITEMS, item.office),
        )
