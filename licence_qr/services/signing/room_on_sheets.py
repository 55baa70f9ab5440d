"""Whether the display card has room and letters for what is about to be recorded: asked before numbers are given.

A number that was given, and a code that was signed, stay; a card that cannot be printed would be noticed too late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.cases.case import CaseItem
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.publishing.public_page import FoundBy
from licence_qr.domain.publishing.publish import FoundCode, LicenceLife, Print, publish
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.errors import InputError, InvalidApplication, PrintError
from licence_qr.printing.card import card_for
from licence_qr.printing.preflight import FONT_MISSING, check_fonts, faults, text_fault
from licence_qr.printing.qr import Symbol
from licence_qr.services.register.record import held_by, items_of_business
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import register_kind

# The texts of a card, by the field of a form in which they are typed; others are of the catalogue and the settings.
_FIELDS = {
    "name": "name",
    "operator": "principal",
    "address": "premises_address",
    "permit address": "premises_address",
    "permit items": "permitted_items",
}
_UNSIGNED, _NO_NUMBER = Symbol((), 1, ""), CodeId(bytes(CODE_ID_BYTES)).number


@dataclass(frozen=True, slots=True)
class RoomOnSheets:
    """``host``: the host of the address in the symbol, which is printed beside it."""

    catalogue: Catalogue
    host: str

    def faults(
        self, tx: Transaction, record: CombinedRecord, state: LicenceState, now: datetime
    ) -> tuple[InputError, ...]:
        """What of a business cannot be printed on its card, each with its field in the forms; nothing for an ended
        licence, which has no card. The items of its trade are asked for as they stand now.

        Raises PrintError ``font_missing`` where the machine can print no card at all; but in a demonstration register,
        whose cards are specimens, that is no obstacle.
        """
        try:
            return tuple(map(_of_form, self._faults(record, LicenceLife(state, items=_items(tx, record)), now)))
        except PrintError as missing:
            if missing.code == FONT_MISSING and register_kind.is_demonstration(tx):
                return ()
            raise

    def demand_fonts(self, tx: Transaction) -> None:
        """Raise PrintError ``font_missing`` where the machine can print no card at all, but not in a demonstration."""
        if not register_kind.is_demonstration(tx):
            check_fonts()

    def demand(self, tx: Transaction, record: CombinedRecord, state: LicenceState, now: datetime) -> None:
        """Raise InvalidApplication with ``faults``, and as that does."""
        if found := self.faults(tx, record, state, now):
            raise InvalidApplication(found)

    def _faults(self, record: CombinedRecord, life: LicenceLife, now: datetime) -> Iterator[PrintError]:
        newest = Print(1, local_date(now))
        code = FoundCode(number=_NO_NUMBER, scanned=newest, newest=newest, found_by=FoundBy.NUMBER)
        page = publish(self.catalogue, record, life, code, now, specimen=False)
        if not page.licence.state.ended:
            yield from faults(card_for(page, self.host, _UNSIGNED))


def _items(tx: Transaction, record: CombinedRecord) -> tuple[tuple[CaseItem, Permit | None], ...]:
    """The items that the register holds of a business, at the premises of ``record``, which may come from a file."""
    uscc, known = record.entity.uscc, {each.premises_no for each in record.premises}
    found = items_of_business(tx, uscc, held_by(tx, uscc))
    return tuple(each for each in found if each[0].premises_no in known)


def faults_of_application(application: Application) -> tuple[InputError, ...]:
    """The texts of an application that no card can show, also those of permits that are granted later.

    Nothing where the machine can print no card at all: that is said when something is issued.
    """
    entity = application.entity
    items = (permit.items for permit in application.permits)
    return _faults_of(entity.name, entity.principal, application.premises_address, *items)


def faults_of_fields(fields: Mapping[str, str]) -> tuple[InputError, ...]:
    """The same of what was typed into a form so far, which may be no application yet."""
    wanted = ("name", "principal", "premises_address", "permitted_items")
    return _faults_of(*(fields.get(name, "").strip() for name in wanted))


def faults_of_certificate(permit_no: str, items: str) -> tuple[InputError, ...]:
    """The same of a permit that another authority numbers."""
    texts = (("permit_no", "permit 1 number", permit_no), ("permitted_items", "permit 1 items", items))
    try:
        found = ((field, text_fault(place, text)) for field, place, text in texts)
        return tuple(_at(field, fault) for field, fault in found if fault is not None)
    except PrintError:
        return ()


def _faults_of(name: str, principal: str, address: str, *items: str) -> tuple[InputError, ...]:
    holder = ("name", name) if name else ("operator", principal)
    texts = [holder, ("address", address), *((f"permit {n} items", text) for n, text in enumerate(items, start=1))]
    try:
        return tuple(_of_form(fault) for field, text in texts if (fault := text_fault(field, text)))
    except PrintError:
        return ()


def _of_form(fault: PrintError) -> InputError:
    """The same at the field of the form, so that it stands beside what was typed."""
    kind = " ".join(word for word in str(fault.facts["field"]).split() if not word.isdigit())
    return _at(_FIELDS.get(kind, ""), fault)


def _at(field: str, fault: PrintError) -> InputError:
    facts = {name: value for name, value in fault.facts.items() if name != "field"}
    return InputError(fault.code, field=field, **facts)
