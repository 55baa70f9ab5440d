"""Check a record from a phone against the register, before it has any effect.

Nothing is refused: an inspection took place, and its record is stored in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.checklists import ChecklistAnswer, ChecklistItem, Score, score
from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CodeId, parse_code_number
from licence_qr.domain.inspecting.inspection import Flag, Inspection, InspectionPurpose
from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.domain.register.permit import PermitState
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, RuleError
from licence_qr.services.inspecting.arrival import CLOCK_TOLERANCE, Arrival
from licence_qr.services.inspecting.plausible import doubts
from licence_qr.services.register import access
from licence_qr.store.accounts import absences, accounts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.inspecting import draws, rectifications
from licence_qr.store.inspecting.draws import Drawn
from licence_qr.store.inspecting.rectifications import Order
from licence_qr.store.register import codes, entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit

_STANDING = frozenset({PermitState.EFFECTIVE, PermitState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Judged:
    """The result: flags in order, the score, and business, permit, order and drawn place if they are known and match.

    Effects use these values and do not read them again.
    """

    flags: tuple[Flag, ...]
    business: StoredEntity | None
    permit: StoredPermit | None
    score: Score
    order: Order | None
    drawn: Drawn | None


def judge(tx: Transaction, catalogue: Catalogue, arrival: Arrival) -> Judged:
    """Check a record against the register as it is now.

    A second officer who is fit is flagged as not having confirmed: whether they have, ``second_officer`` knows.
    """
    visit = arrival.visit
    business, permit, about_business = _business(tx, arrival)
    items, about_lists = _items(catalogue, visit)
    scored = score(items, _rules(catalogue, arrival), catalogue.scale(permit.permit.permit_type) if permit else None)
    order, about_order = _order(tx, visit)
    drawn, about_draw = _drawn(tx, visit, permit)
    # Without a permit that the register knows nobody can say by which scale the phone has graded.
    differs = visit.shown_score != scored.percent or (permit is not None and visit.shown_grade != scored.grade)
    flags = (
        *about_business,
        *_code(tx, visit),
        *_second_officer(tx, arrival),
        *(about_lists or _kinds(catalogue, visit, permit)),
        *about_order,
        *about_draw,
        *_clock(arrival),
        *([Flag.SCORE_DIFFERS] if differs and not about_lists else []),
        *doubts(tx, catalogue, _rules(catalogue, arrival), arrival),
    )
    return Judged(flags, business, permit, scored, order, drawn)


def in_whose_place(tx: Transaction, officer: Actor, drawn: Drawn | None, day: date) -> Actor:
    """``officer`` of a visit on ``day``; where they went in the place of an absent officer of the draw, acting for that
    person."""
    cover = absences.cover_of(tx, officer.person_id, day)
    return officer.on_duty(cover).for_absent(drawn.officers if drawn else ())


def place_drawn(tx: Transaction, visit: Inspection) -> Drawn | None:
    """The drawn place that a record names, or None."""
    named = visit.drawn if visit.purpose is InspectionPurpose.DRAWN else None
    return draws.drawn(tx, named) if named is not None else None


def _rules(catalogue: Catalogue, arrival: Arrival) -> LifeRules:
    """The figures of the day of the visit, or of today if there are none for that day."""
    try:
        return catalogue.life_rules_on(arrival.visited_on)
    except RuleError:
        return catalogue.life_rules_on(local_date(arrival.now))


def _business(tx: Transaction, arrival: Arrival) -> tuple[StoredEntity | None, StoredPermit | None, tuple[Flag, ...]]:
    subject = arrival.visit.subject
    business = entities.get(tx, subject.uscc)
    permit = permits.by_number(tx, subject.permit_no) if subject.permit_no else None
    if permit is not None and (permit.uscc, permit.permit.premises_no) != (subject.uscc, subject.premises_no):
        permit = None
    places = {premises.premises_no: premises.open for premises in entities.premises_of(tx, subject.uscc)} or {0: True}
    if business is None or subject.premises_no not in places or bool(subject.permit_no) != (permit is not None):
        return business, permit, (Flag.BUSINESS_UNKNOWN,)
    found = []
    standing = permit is None or permit.permit.state in _STANDING
    if business.state.ended or not (standing and places[subject.premises_no]):
        found.append(Flag.BUSINESS_ENDED)
    if arrival.actor.office not in {business.office, permit.permit.handling_office if permit else ""}:
        found.append(Flag.OTHER_OFFICE)
    return business, permit, tuple(found)


def _code(tx: Transaction, visit: Inspection) -> tuple[Flag, ...]:
    subject = visit.subject
    if not subject.code_number:
        return ()
    code_id = _code_id(subject.code_number)
    newest = codes.newest(tx, code_id) if code_id else None
    if newest is None:
        return (Flag.CODE_UNKNOWN,)
    if newest.uscc != subject.uscc:
        return (Flag.CODE_OF_OTHER_BUSINESS,)
    if subject.code_version is None or subject.code_version == newest.version:
        return ()
    return (Flag.CODE_SUPERSEDED if subject.code_version < newest.version else Flag.CODE_UNKNOWN,)


def _code_id(number: str) -> CodeId | None:
    try:
        return parse_code_number(number)
    except InputError:
        return None


def _second_officer(tx: Transaction, arrival: Arrival) -> tuple[Flag, ...]:
    name, actor = arrival.visit.second_officer, arrival.actor
    if name is None:
        return (Flag.SECOND_OFFICER_MISSING,)
    user = accounts.user_by_name(tx, name)
    fit = user is not None and not user.disabled and access.may(user.actor, access.MAKE_INSPECTIONS, actor.office)
    other = fit and not actor.is_among({name})
    return (Flag.SECOND_OFFICER_UNCONFIRMED if other else Flag.SECOND_OFFICER_UNFIT,)


def _items(
    catalogue: Catalogue, visit: Inspection
) -> tuple[list[tuple[ChecklistItem, ChecklistAnswer]], tuple[Flag, ...]]:
    """The known items with their answers, and a flag unless every item is answered exactly once."""
    rules = catalogue.inspection_rules
    lists = {found.id: found for found in (rules.checklist(*named) for named in visit.checklists) if found}
    known: dict[str, tuple[ChecklistItem, ChecklistAnswer]] = {}
    right = len(lists) == len(visit.checklists)
    for given in visit.answers:
        item = lists[given.checklist].item(given.item) if given.checklist in lists else None
        if item is None or given.name in known or (item.always and given.answer is ChecklistAnswer.NA):
            right = False
            continue
        known[given.name] = item, given.answer
    wanted = {f"{each.id}/{item.id}" for each in lists.values() for item in each.items}
    complete = visit.purpose is InspectionPurpose.RECHECK or set(known) == wanted
    return list(known.values()), () if right and complete else (Flag.CHECKLIST_UNKNOWN,)


def _kinds(catalogue: Catalogue, visit: Inspection, permit: StoredPermit | None) -> tuple[Flag, ...]:
    """A flag if a list does not apply to the permit or its kinds of place, so that its score would be meaningless."""
    if permit is None:
        return ()
    found = (catalogue.inspection_rules.checklist(*named) for named in visit.checklists)
    fits = all(each is None or each.fits(permit.permit.permit_type, permit.permit.kinds) for each in found)
    return () if fits else (Flag.CHECKLIST_UNKNOWN,)


def _order(tx: Transaction, visit: Inspection) -> tuple[Order | None, tuple[Flag, ...]]:
    if visit.order is None:
        return None, ()
    order = rectifications.get(tx, visit.order)
    if order is None or (order.uscc, order.premises_no) != (visit.subject.uscc, visit.subject.premises_no):
        return None, (Flag.ORDER_UNKNOWN,)
    return order, () if order.state is OrderState.OPEN else (Flag.ORDER_CLOSED,)


def _drawn(tx: Transaction, visit: Inspection, permit: StoredPermit | None) -> tuple[Drawn | None, tuple[Flag, ...]]:
    if visit.purpose is not InspectionPurpose.DRAWN:
        return None, ()
    drawn = place_drawn(tx, visit)
    if drawn is None or permit is None or drawn.permit_id != permit.permit_id:
        return None, (Flag.DRAWN_UNKNOWN,)
    return drawn, () if drawn.inspection_key is None else (Flag.DRAWN_UNKNOWN,)


def _clock(arrival: Arrival) -> tuple[Flag, ...]:
    sent_at = arrival.device_time or arrival.now
    found = []
    if arrival.visit.finished_at - sent_at > CLOCK_TOLERANCE:
        found.append(Flag.IN_FUTURE)
    if arrival.skew:
        found.append(Flag.CLOCK_WRONG)
    return tuple(found)
