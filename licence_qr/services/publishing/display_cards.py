"""Prints of the newest code of a business: symbol and display card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import NotFoundError, RuleError
from licence_qr.printing.canvas import Sheet
from licence_qr.printing.card import CardContent, card_for
from licence_qr.printing.qr import Symbol, make_symbol, min_size_mm, to_png, to_svg
from licence_qr.printing.sheets import card_pdf as draw_card
from licence_qr.services.publishing.lookup import Lookup
from licence_qr.services.register import access, events
from licence_qr.services.register.access import READ_BUSINESSES
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing.sign_record import Coding, demand_signed
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode

CodeForm = Literal["png", "svg"]


@dataclass(frozen=True, slots=True)
class Prints:
    """Any signed-in person may print what any phone may see; who printed a card or saved a code is written down."""

    database: Database
    coding: Coding
    lookup: Lookup
    host: str

    def symbol(self, uscc: str) -> Symbol:
        """The symbol of the newest code. Raises NotFoundError ``business_not_found``, KeyStoreError
        ``code_being_signed``."""
        with self.database.read() as tx:
            code = _newest(tx, uscc)
        return make_symbol(self.coding.issued(code).address)

    def code(self, actor: Actor, uscc: str, form: CodeForm) -> bytes:
        """The symbol to be shown on a page, quiet zone included: ``png`` with 8 pixels a module, or ``svg`` in UTF-8 at its
        smallest permitted size. Raises NotFoundError ``business_not_found``."""
        access.demand(actor, READ_BUSINESSES)
        symbol = self.symbol(uscc)
        return to_png(symbol) if form == "png" else to_svg(symbol, min_size_mm(symbol.version)).encode("utf-8")

    def code_file(self, actor: Actor, uscc: str, form: CodeForm, now: datetime) -> bytes:
        """``code`` to be taken away as a file, which is written down. Raises as ``code``."""
        content = self.code(actor, uscc, form)
        told = {"uscc": uscc}
        taken = NewEvent(
            kind=EventKind.EXPORTED, subject=f"export/code.{form}", uscc=uscc, at=now, by=actor, after=told
        )
        events.write_of_reader(self.database, taken)
        return content

    def card(self, actor: Actor, uscc: str, now: datetime) -> CardContent:
        """The content of the display card. Raises NotFoundError ``business_not_found``, RuleError
        ``card_of_ended_licence``, KeyStoreError ``code_being_signed``."""
        access.demand(actor, READ_BUSINESSES)
        with self.database.read() as tx:
            code = _newest(tx, uscc)
            page = self.lookup.of_business(tx, code, now)
        if page.licence.state.ended:
            raise RuleError("card_of_ended_licence", uscc=uscc)
        return card_for(page, self.host, make_symbol(self.coding.issued(code).address))

    def card_pdf(self, actor: Actor, uscc: str, size: str, now: datetime) -> bytes:
        """The display card (亮证牌) as PDF on ``A4`` or ``A5``. Raises PrintError when a text cannot be printed.

        Raises NotFoundError ``sheet_size_unknown`` for any other size, since it comes from a URL.
        """
        try:
            sheet = Sheet(size)
        except ValueError:
            raise NotFoundError("sheet_size_unknown", size=size) from None
        drawn = draw_card(self.card(actor, uscc, now), sheet)
        self._note_print(uscc, sheet.value, actor, now)
        return drawn

    def card_page(self, actor: Actor, uscc: str, now: datetime) -> CardContent:
        """``card`` as a page that is printed from the browser. Raises as ``card``."""
        content = self.card(actor, uscc, now)
        self._note_print(uscc, "page", actor, now)
        return content

    def _note_print(self, uscc: str, size: str, actor: Actor, now: datetime) -> None:
        told = {"size": size}
        printed = NewEvent(kind=EventKind.CARD_PRINTED, subject=f"card/{uscc}", uscc=uscc, at=now, by=actor, after=told)
        events.write_of_reader(self.database, printed)


def _newest(tx: Transaction, uscc: str) -> StoredCode:
    demand_signed(tx, uscc)
    code = codes.newest_of_business(tx, uscc)
    if code is None:
        raise NotFoundError("business_not_found", uscc=uscc)
    return code
