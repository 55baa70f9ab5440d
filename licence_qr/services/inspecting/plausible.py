"""Visits that can hardly have happened as recorded: told to the second officer before that one confirms.

None of it proves anything, so the confirmation lets them count; the flag stays for the desk to see. The figures are dated
rules (``catalogue/life_rules.toml``), and which findings want a photograph the checklists say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.inspecting.inspection import Flag, Inspection
from licence_qr.services.inspecting.arrival import Arrival
from licence_qr.services.inspecting.document import read_inspection
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.inspecting import inspections
from licence_qr.store.register import entities

_DAY = timedelta(days=1)  # a visit lasts a day at most, so one that matters began or ended within it


@dataclass(frozen=True, slots=True)
class _Stay:
    """Where officers were, and from when to when by the corrected clock."""

    visit: Inspection
    address: str
    begun: datetime
    ended: datetime

    def gap(self, other: _Stay) -> timedelta:
        """The time between two stays; negative where they overlap."""
        return max(self.begun, other.begun) - min(self.ended, other.ended)


def doubts(tx: Transaction, catalogue: Catalogue, rules: LifeRules, arrival: Arrival) -> tuple[Flag, ...]:
    """What makes a record implausible, by the figures ``rules`` of its day."""
    visit, found = arrival.visit, []
    if visit.finished_at - visit.started_at < timedelta(seconds=rules.visit_item_seconds * len(visit.answers)):
        found.append(Flag.ANSWERED_TOO_FAST)
    if _without_photo(catalogue, visit):
        found.append(Flag.FINDING_WITHOUT_PHOTO)
    here = _stay(tx, arrival)
    if here is None:
        return tuple(found)
    beside = {flag for other in _others(tx, arrival) if (flag := _against(here, other, rules))}
    return (*found, *(flag for flag in Flag if flag in beside))


def _without_photo(catalogue: Catalogue, visit: Inspection) -> bool:
    """Whether a finding has no photograph although its item wants one."""
    versions = dict(visit.checklists)
    for given in visit.findings:
        checklist = catalogue.inspection_rules.checklist(given.checklist, versions.get(given.checklist, ""))
        item = checklist.item(given.item) if checklist else None
        if item is not None and item.photo and not given.photos:
            return True
    return False


def _against(here: _Stay, other: _Stay, rules: LifeRules) -> Flag | None:
    """What another stay of an officer says against this one. Two permits of one place may be inspected together."""
    gap, one, two = here.gap(other), here.visit.subject, other.visit.subject
    if (one.uscc, one.premises_no) == (two.uscc, two.premises_no):
        again = one.permit_no == two.permit_no and gap < timedelta(minutes=rules.visit_again_minutes)
        return Flag.SAME_PLACE_AGAIN if again else None
    if gap < timedelta():
        return Flag.VISITS_OVERLAP
    apart = here.address != other.address and gap < timedelta(minutes=rules.visit_apart_minutes)
    return Flag.VISITS_TOO_CLOSE if apart else None


def _others(tx: Transaction, arrival: Arrival) -> Iterator[_Stay]:
    """The other visits of the two officers, by any account of theirs, about the same time."""
    names = {arrival.actor.username, *arrival.actor.others}
    second = accounts.user_by_name(tx, arrival.visit.second_officer or "")
    if second is not None:
        names |= {second.actor.username, *second.actor.others}
    try:
        days = arrival.visited_on - _DAY, arrival.visited_on + _DAY
    except OverflowError:
        return
    for stored in inspections.of_officers(tx, arrival.actor.office, sorted(names), days):
        if stored.id != arrival.visit.id:
            visit = read_inspection(inspections.text(tx, stored.key))
            stay = _stay(tx, Arrival(visit, arrival.actor, stored.device_time, stored.received_at))
            if stay is not None:
                yield stay


def _stay(tx: Transaction, arrival: Arrival) -> _Stay | None:
    span, subject = arrival.span, arrival.visit.subject
    if span is None:
        return None
    places = {place.premises_no: place.address for place in entities.premises_of(tx, subject.uscc)}
    return _Stay(arrival.visit, places.get(subject.premises_no, subject.uscc), *span)
