"""A certificate of another authority that is shown at the counter (出示登记): recorded as shown, not decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.cases.case import ItemState
from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor
from licence_qr.services.cases import steps
from licence_qr.services.cases.steps import ItemCase
from licence_qr.services.register import access, things
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.cases import items
from licence_qr.store.cases.items import StoredItem
from licence_qr.store.database.connections import Database, Transaction

# An item that somebody decides here gets its permit by that decision.
CAN_BE_SHOWN = frozenset({ItemState.OPEN, ItemState.SENT, ItemState.REFUSED})


@dataclass(frozen=True, slots=True)
class ShownCertificates:
    """The window that took the application records what the applicant shows."""

    database: Database
    catalogue: Catalogue
    coding: Coding

    def item(self, actor: Actor, item_id: int) -> StoredItem:
        """The item to which a certificate is recorded. Raises NotFoundError, AccessError."""
        access.demand(actor, access.RECORD_SHOWN)
        with self.database.read() as tx:
            stored = items.get(tx, item_id)
        if stored is None:
            raise things.not_found(things.ITEM)
        access.demand(actor, access.RECORD_SHOWN, stored.item.office)
        return stored

    def check(self, actor: Actor, item_id: int, certificate: Certificate, now: datetime) -> None:
        """Raise what ``record`` would raise of the item and its number, before anything is written."""
        access.demand(actor, access.RECORD_SHOWN)
        with self.database.read() as tx:
            steps.demand_joinable(self._case(tx, actor, item_id, now), certificate)

    def record(self, actor: Actor, item_id: int, certificate: Certificate, now: datetime) -> None:
        """Record it: its permit joins the record, marked as shown, and the code's next version shows it.

        Raises RuleError ``item_not_waiting``, ``licence_ended``, ``item_premises_closed``, ``permit_no_taken``;
        InvalidApplication where the card has no room for it; KeyStoreError, NotFoundError, AccessError.
        """
        access.demand(actor, access.RECORD_SHOWN)
        with self.database.write() as tx:
            case = self._case(tx, actor, item_id, now)
            steps.join(case, certificate, GrantMode.SHOWN, actor.office)
            self.coding.issue_code(tx, case.item.uscc, now, actor, actor.office)

    def _case(self, tx: Transaction, actor: Actor, item_id: int, now: datetime) -> ItemCase:
        stored = items.get(tx, item_id)
        if stored is None:
            raise things.not_found(things.ITEM)
        access.demand(actor, access.RECORD_SHOWN, stored.item.office)
        case = ItemCase(tx, self.catalogue, stored, actor, now)
        if stored.item.state not in CAN_BE_SHOWN:
            raise steps.not_waiting(case)
        return case
