"""Where everything of a business stands, one line each: the licence, then permits and filings in the catalogue's order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import Period, day_in_words
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import PermitState, PermitStatus
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit
from licence_qr.services.cases.counter import ItemLine
from licence_qr.web.desk.cases.words import item_saying, mark_of, needed
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.words import LICENCE_STATE, Tone, permit_saying
from licence_qr.wording.terms import term

# Nothing more comes of these; they stand apart, folded.
ENDED = frozenset({PermitState.CANCELLED, PermitState.REFUSED})
_EXPIRING = PermitStatus.EXPIRING_SOON


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLine:
    """One line. ``mark`` is a class of static/desk/cases.css; ``lasts``: until when, or since when; ``item`` is that of a
    case, ``place`` where there are several premises, ``anchor`` the card below that says more."""

    name: Text
    words: Text
    tone: Tone
    mark: str
    number: str = ""
    lasts: Text | None = None
    todo: Text | None = None
    place: str = ""
    item: ItemLine | None = None
    anchor: str = ""


def state_lines(detail: BusinessDetail, items: Iterable[ItemLine]) -> tuple[StateLine, ...]:
    """The lines of the page of a business."""
    lines = needed(items)
    of_items = {line.item.permit_id for line in lines}
    held = [each for each in detail.permits if each.permit_id not in of_items and each.permit.state not in ENDED]
    order = {name: place for place, name in enumerate(catalogue().permit_types)}
    places = {place.premises_no: place.address for place in detail.premises if place.open}
    several = places if len(places) > 1 else {}
    found = [
        *((order.get(line.item.permit_type, len(order)), _of_item(line, detail.permits, several)) for line in lines),
        *((order.get(each.permit.permit_type, len(order)), _of_permit(each, several)) for each in held),
    ]
    return (licence_line(detail), *(line for _, line in sorted(found, key=lambda pair: pair[0])))


def licence_line(detail: BusinessDetail) -> StateLine:
    """The line of the licence."""
    saying, last = LICENCE_STATE[detail.state], detail.entity.term_to
    marks = {LicenceState.ACTIVE: "held", LicenceState.DORMANT: "attention"}
    return StateLine(
        name=term("record.licence_document"),
        words=Text(saying.zh, saying.en),
        tone=saying.tone,
        mark=marks.get(detail.state, "ended"),
        number=detail.entity.uscc,
        lasts=_until(Period(detail.entity.established_on, last)),
        anchor="licence",
    )


def _of_item(line: ItemLine, permits: tuple[HeldPermit, ...], places: dict[int, str]) -> StateLine:
    saying, permit = item_saying(line), line.permit
    shown = any(each.permit_id == line.item.permit_id for each in permits)
    since = day_in_words(line.item.state_since)
    return StateLine(
        name=line.permit_type,
        words=saying.words,
        tone=saying.tone,
        mark=saying.mark,
        number=permit.permit_no if permit else "",
        lasts=_lasts(permit.period, line.status)
        if permit and permit.period
        else Text(f"自{since.zh}起", f"since {since.en}"),
        todo=saying.todo,
        place=places.get(line.item.premises_no, ""),
        item=line,
        anchor=f"permit-{line.item.permit_id}" if shown else "",
    )


def _of_permit(held: HeldPermit, places: dict[int, str]) -> StateLine:
    saying = permit_saying(held.status, held.permit.suspension)
    return StateLine(
        name=held.permit_type,
        words=Text(saying.zh, saying.en),
        tone=saying.tone,
        mark=mark_of(held.status),
        number=held.permit.permit_no,
        lasts=_lasts(held.permit.period, held.status),
        place=places.get(held.permit.premises_no, ""),
        anchor=f"permit-{held.permit_id}",
    )


def _lasts(period: Period | None, status: PermitStatus | None) -> Text | None:
    """Until when the permit runs. Beside a suspension a bare day reads as its end; what has ended runs no more."""
    until = _until(period)
    if until is None or status is None or status.in_force or status is PermitStatus.EXPIRED:
        return until
    if mark_of(status) == "ended":
        return None
    return Text(f"许可证有效期{until.zh}", f"the permit runs {until.en}")


def _until(period: Period | None) -> Text | None:
    if period is None or period.last is None:
        return None
    last = day_in_words(period.last)
    return Text(f"至 {last.zh}", f"to {last.en}")
