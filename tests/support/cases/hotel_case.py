"""A business with a case, as tests of items look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.bootstrap import Services
from licence_qr.domain.cases.case import CaseItem
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.publishing.public_page import PublicPage
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.store.cases import items as stored_items


@dataclass(frozen=True)
class HotelCase:
    """The services, the business, and who deals with its items."""

    services: Services
    uscc: str
    digits: str
    at: datetime

    def items(self) -> dict[str, CaseItem]:
        """The items by permit type, the newest of each."""
        with self.services.database.read() as tx:
            return {each.item.permit_type: each.item for each in stored_items.of_business(tx, self.uscc)}

    def item_id(self, permit_type: str) -> int:
        """The key of the newest item of one type."""
        with self.services.database.read() as tx:
            found = stored_items.of_business(tx, self.uscc)
        return next(each.item_id for each in reversed(found) if each.item.permit_type == permit_type)

    def visited(self, permit_type: str, officer: Actor, outcome: GrantVisitOutcome = GrantVisitOutcome.PASSED) -> None:
        """The premises were visited today for an item, by two people of the authority who do not decide."""
        visit = TypedVisit(local_date(self.at), "核查员甲\n核查员乙", outcome, "现场符合要求")
        self.services.procedures.record_visit(officer, f"item/{self.item_id(permit_type)}", visit, self.at)

    def page(self) -> PublicPage:
        """What whoever scans the first print sees."""
        return self.services.lookup.scan(self.digits, self.at)


def officer(office: str, username: str = "") -> Actor:
    """An officer of an authority's own office."""
    name = username or f"officer-{office}"
    return Actor(50 + len(name), name, "经办人", office, frozenset({Role.DECIDER}))
