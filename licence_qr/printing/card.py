"""What a display card (亮证牌) says, apart from how it looks. The PDF sheets and the print page both start from here."""

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
# What a card may claim; a state that is new to the register stays off it until somebody has decided otherwise.
_ON_A_CARD = {
    PermitStatus.EFFECTIVE,
    PermitStatus.EXPIRING_SOON,
    PermitStatus.NOT_YET_VALID,
    PermitStatus.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class CardPermit:
    """One permit on the card. ``valid_to`` None is without end; ``address`` is empty where the card has only one."""

    name: Text
    number: str
    items: str
    authority: str
    valid_to: date | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything a display card says.

    ``name`` is empty for an individual business (个体工商户) that never took one; then the card names its
    ``operator`` (经营者). ``host`` is the bare host of the address in the symbol, with a port where it has one.
    ``code_number`` is written as under the symbol, with hyphens. ``specimen`` marks the card 样张 / SPECIMEN.
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
        """The name of the business, or its operator where it has none."""
        return self.name or f"经营者：{self.operator}"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that varies from card to card, with the name of its field; permits are counted from 1."""
        yield "title", self.title.zh
        yield "title_en", self.title.en
        yield "name", self.name
        yield "operator", self.operator
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
    """The card of a business as its public page stands now, for the newest version of its code.

    Permits that are pending, refused, expired or ended are left out: a card on the wall must not claim them. ``symbol`` is
    that of the newest version; this is not checked, nor whether the licence still stands.
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
