"""The content of a display card (亮证牌), for the PDF sheets and the print page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.publishing.public_page import PublicPage, PublicPermit
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.printing.qr import Symbol
from licence_qr.wording.terms import term

TITLE = term("record.service")
# Statuses that a card may show; a new status is not shown unless it is added here.
_ON_A_CARD = {
    PermitStatus.EFFECTIVE,
    PermitStatus.EXPIRING_SOON,
    PermitStatus.NOT_YET_VALID,
    PermitStatus.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class CardPermit:
    """One permit on the card. ``valid_to`` None: no expiry date; ``address`` is empty if the card has only one."""

    name: Text
    number: str
    items: str
    authority: str
    valid_to: date | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class CardContent:
    """The content of a display card.

    ``name`` is empty for an individual business (个体工商户) without one; the card then names its ``operator`` (经营者).
    ``host`` is the host of the address in the symbol, with a port if it has one. ``code_number`` is written with
    hyphens, as under the symbol. ``specimen`` marks the card 样张 / SPECIMEN.
    """

    name: str
    operator: str
    uscc: str
    addresses: tuple[str, ...]
    licence_authority: str
    licence_issued_on: date
    permits: tuple[CardPermit, ...]
    host: str
    code_number: str
    version: int
    printed_on: date
    symbol: Symbol
    specimen: bool
    office: str = ""
    title: Text = TITLE

    @property
    def headline(self) -> str:
        """The name of the business, or of its operator if it has none."""
        return self.name or f"经营者：{self.operator}"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that is drawn and varies from card to card, with its field name; permits count from 1.

        The operator is not drawn beside a name.
        """
        yield "title", self.title.zh
        yield ("name", self.name) if self.name else ("operator", self.operator)
        yield "uscc", self.uscc
        for number, address in enumerate(self.addresses, start=1):
            yield f"address {number}", address
        yield "licence_authority", self.licence_authority
        for number, permit in enumerate(self.permits, start=1):
            yield f"permit {number} name", permit.name.zh
            yield f"permit {number} name_en", permit.name.en
            yield f"permit {number} number", permit.number
            yield f"permit {number} items", permit.items
            yield f"permit {number} authority", permit.authority
            yield f"permit {number} address", permit.address
        yield "host", self.host
        yield "code_number", self.code_number
        yield "office", self.office


def card_for(page: PublicPage, host: str, symbol: Symbol) -> CardContent:
    """The card of a business by its public page, for the newest version of its code.

    Permits that are pending, refused, expired or ended are left out. Not checked: that ``symbol`` is that of the newest
    version, and that the licence is in force.
    """
    licence = page.licence
    shown = [permit for permit in page.permits if permit.status in _ON_A_CARD]
    return CardContent(
        name=licence.name,
        operator=licence.principal,
        uscc=licence.uscc,
        addresses=page.addresses,
        licence_authority=licence.authority.zh,
        licence_issued_on=licence.issued_on,
        permits=tuple(_card_permit(permit, len(page.addresses) > 1) for permit in shown),
        host=host,
        code_number=page.code_number,
        version=page.newest_version,
        printed_on=page.newest_printed_on,
        symbol=symbol,
        specimen=page.specimen,
        office=shown[0].office.zh if shown else "",
    )


def _card_permit(permit: PublicPermit, with_address: bool) -> CardPermit:
    return CardPermit(
        name=permit.permit_type,
        number=permit.permit_no,
        items=permit.items,
        authority=permit.authority.zh,
        valid_to=permit.valid_to,
        address=permit.address if with_address else "",
    )
