"""What the window tells applicants of items that it has sent on: more is needed, refused, or granted with a new card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.cases.case import CaseItem
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.services.register import access, events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.store.cases import items, tellings
from licence_qr.store.cases.tellings import Telling
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import entities


@dataclass(frozen=True, slots=True)
class ToTell:
    """One item with what is to be told of it last, whom it concerns, and the telephone number given with the application,
    empty where there is none."""

    item_id: int
    item: CaseItem
    telling: Telling
    holder_name: str
    phone: str

    @property
    def done(self) -> bool:
        """Whether it was told, or is out of date."""
        return self.telling.ended_at is not None


@dataclass(frozen=True, slots=True)
class Tellings:
    """Clerks of the window that took the application tell its applicant."""

    database: Database

    def of_item(self, actor: Actor, item_id: int) -> ToTell:
        """What is to be told of one item. Raises NotFoundError, AccessError."""
        access.demand(actor, access.TELL_APPLICANTS)
        with self.database.read() as tx:
            return _found(tx, actor, item_id)

    def told(self, actor: Actor, item_id: int, telling_id: int, now: datetime) -> None:
        """The applicant was told, or handed the card. Once more, it changes nothing.

        Raises NotFoundError, AccessError, RuleError ``telling_out_of_date`` where the authority has done more since.
        """
        access.demand(actor, access.TELL_APPLICANTS)
        with self.database.write() as tx:
            found = _found(tx, actor, item_id)
            if found.telling.telling_id != telling_id:
                raise RuleError("telling_out_of_date")
            if found.done:
                return
            tellings.end(tx, item_id, now)
            new = NewEvent(
                kind=EventKind.APPLICANT_TOLD,
                subject=f"item/{item_id}",
                at=now,
                by=actor,
                office=actor.office,
                uscc=found.item.uscc,
                after={"permit_type": found.item.permit_type, "state": found.telling.state.value},
            )
            events.write(tx, new)


def _found(tx: Transaction, actor: Actor, item_id: int) -> ToTell:
    stored, telling = items.get(tx, item_id), tellings.newest(tx, item_id)
    if stored is None:
        raise things.not_found(things.ITEM)
    access.demand(actor, access.TELL_APPLICANTS, stored.item.office)
    holder = entities.get(tx, stored.item.uscc)
    if telling is None or holder is None:
        raise things.not_found(things.ITEM)
    return ToTell(item_id, stored.item, telling, holder.entity.holder_name, holder.contact_phone)
