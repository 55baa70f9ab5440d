"""The content of a display card (亮证牌), for the PDF sheets and the print page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing import sayings
from licence_qr.domain.publishing.public_page import PublicItem, PublicPage, PublicPermit
from licence_qr.domain.register.permit import GrantMode, PermitStatus
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
# Of these the end date says enough.
_IN_FORCE = {PermitStatus.EFFECTIVE, PermitStatus.EXPIRING_SOON}
_SHOWN = Text("出示登记，不在这里决定", "as shown, not decided here")


@dataclass(frozen=True, slots=True)
class CardPermit:
    """One permit on the card. ``valid_to`` None: no expiry date; ``address`` is empty if the card has only one.

    ``state`` is None for a permit that was decided here and was in force when the card was printed.
    """

    name: Text
    number: str
    items: str
    authority: str
    valid_to: date | None
    address: str = ""
    state: Text | None = None


@dataclass(frozen=True, slots=True)
class CardItem:
    """One item (事项) that the trade needs and no permit on the card covers: where it stood on the day of printing.

    ``words`` are those of the scan page for ``standing``; ``address`` is empty if the card has only one.
    """

    name: Text
    standing: ItemStanding
    words: Text
    authority: str
    since: date
    address: str = ""


@dataclass(frozen=True, slots=True)
class CardContent:
    """The content of a display card.

    ``name`` is empty for an individual business (个体工商户) without one; the card then names its ``operator`` (经营者).
    ``host`` is the host of the address in the symbol, with a port if it has one. ``code_number`` is written with
    hyphens, as under the symbol. ``specimen`` marks the card 样张 / SPECIMEN. ``version_on`` is the day of the version,
    ``printed_on`` that of this print: where the permits and ``items`` stand is what was true then.
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
    version_on: date
    printed_on: date
    symbol: Symbol
    specimen: bool
    office: str = ""
    title: Text = TITLE
    items: tuple[CardItem, ...] = ()

    def on_half_a_page(self, rows: int) -> tuple[int, int]:
        """How many permits and items are shown where ``rows`` permits have room, of which each takes that of two items.

        The first permit, then what is needed besides, then further permits: as on the sheets.
        """
        items = min(len(self.items), 2 * (rows - min(1, len(self.permits))))
        return min(len(self.permits), rows - (items + 1) // 2), items

    @staticmethod
    def counted(permits: int, items: int) -> str:
        """The line for what is not drawn: permits, and what is needed besides, which nobody may take for granted."""
        if not items:
            return f"另有 {permits} 项许可，扫码查看 · {permits} more: scan the code" if permits else ""
        zh = f"另有 {permits} 项许可，另还需要 {items} 项" if permits else f"还需要 {items} 项许可或备案"
        en = f"{permits} more permits, {items} more needed" if permits else f"{items} more needed"
        return f"{zh}，扫码查看 · {en}: scan the code"

    @property
    def headline(self) -> str:
        """The name of the business, or of its operator if it has none."""
        return self.name or f"经营者：{self.operator}"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that is drawn and varies from card to card, with its field name; permits and items count from 1.

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
        for number, item in enumerate(self.items, start=1):
            yield f"item {number} name", item.name.zh
            yield f"item {number} name_en", item.name.en
            yield f"item {number} authority", item.authority
            yield f"item {number} address", item.address
        yield "host", self.host
        yield "code_number", self.code_number
        yield "office", self.office


def card_for(page: PublicPage, host: str, symbol: Symbol) -> CardContent:
    """The card of a business by its public page, for the newest version of its code.

    Permits that are pending, refused, expired or ended are left out, but not the items that they stand for. Not checked:
    that ``symbol`` is that of the newest version, and that the licence is in force.
    """
    licence = page.licence
    several = len(page.addresses) > 1
    shown = [permit for permit in page.permits if permit.status in _ON_A_CARD]
    covered = {permit.permit_no for permit in shown if permit.permit_no}
    return CardContent(
        name=licence.name,
        operator=licence.principal,
        uscc=licence.uscc,
        addresses=page.addresses,
        licence_authority=licence.authority.zh,
        licence_issued_on=licence.issued_on,
        permits=tuple(_card_permit(permit, several) for permit in shown),
        host=host,
        code_number=page.code_number,
        version=page.newest_version,
        version_on=page.newest_printed_on,
        printed_on=local_date(page.checked_at),
        symbol=symbol,
        specimen=page.specimen,
        office=shown[0].office.zh if shown else "",
        items=tuple(_card_item(item, several) for item in page.items if item.permit_no not in covered),
    )


def _card_permit(permit: PublicPermit, with_address: bool) -> CardPermit:
    return CardPermit(
        name=permit.permit_type,
        number=permit.permit_no,
        items=permit.items,
        authority=permit.authority.zh,
        valid_to=permit.valid_to,
        address=permit.address if with_address else "",
        state=_state(permit),
    )


def _state(permit: PublicPermit) -> Text | None:
    """What is said of a permit beside its number and end: that it is not in force, or was not decided here."""
    if permit.status not in _IN_FORCE:
        said = sayings.permit_status(permit)
    elif permit.mode is GrantMode.FILING:
        said = sayings.standing(ItemStanding.FILED)
    else:
        return _SHOWN if permit.mode is GrantMode.SHOWN else None
    return Text(said.zh, said.en)


def _card_item(item: PublicItem, with_address: bool) -> CardItem:
    said = sayings.item_standing(item)
    return CardItem(
        name=item.permit_type,
        standing=item.standing,
        words=Text(said.zh, said.en),
        authority=item.authority.zh,
        since=item.since,
        address=item.address if with_address else "",
    )
