"""Inspections at the desk: received records, their flags, and decisions on held ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.catalogue.checklists import ChecklistAnswer, ChecklistItem
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.inspecting.inspection import Filter, Flag, GivenAnswer, Inspection, InspectionState
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError, RuleError
from licence_qr.services.files.kept import Files
from licence_qr.services.inspecting.arrival import Arrival
from licence_qr.services.inspecting.document import read_inspection
from licence_qr.services.inspecting.effects import Counting, InspectionEffects
from licence_qr.services.inspecting.receive import answer_until, note, unanswered
from licence_qr.services.inspecting.second_officer import names
from licence_qr.services.inspecting.validate import in_whose_place, judge, place_drawn
from licence_qr.services.register import access, things
from licence_qr.services.register.access import DECIDE_INSPECTIONS, MAKE_INSPECTIONS, READ_INSPECTIONS, READ_ORDERS
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import confirmations, inspections, rectifications
from licence_qr.store.inspecting.confirmations import Confirmation
from licence_qr.store.inspecting.inspections import Listed, StoredInspection, StoredPhoto
from licence_qr.store.inspecting.rectifications import OpenOrder, Order
from licence_qr.store.register import codes, entities, history, permits
from licence_qr.store.register.permits import StoredPermit
from licence_qr.wording.text import Text

PER_PAGE = 50
MAX_REASON_CHARS = 500
_FIRST = (ChecklistAnswer.NO, ChecklistAnswer.NA, ChecklistAnswer.YES)  # failed items come first
# A record with one of these flags has nothing to take effect on, or lacks the two officers required by law.
NEVER_COUNTS = frozenset(flag for flag in Flag if flag.holds and not flag.implausible) - {
    Flag.SECOND_OFFICER_UNCONFIRMED,
    Flag.SECOND_OFFICER_OBJECTS,
    Flag.CONTENT_CONFLICT,
    Flag.CODE_UNKNOWN,
    Flag.CODE_OF_OTHER_BUSINESS,
    Flag.NOT_SETTLED,
}


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """One page of the list, the newest visit first. ``held`` counts all held ones of the office, whatever the
    filter."""

    lines: tuple[Listed, ...]
    total: int
    page: int
    held: int

    @property
    def pages(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One item of a checklist with its answer; ``photos`` are positions among those of the visit."""

    item: ChecklistItem | None
    given: GivenAnswer
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnsweredList:
    """One answered checklist; ``name`` is its id if the catalogue no longer has it."""

    name: Text
    version: str
    items: tuple[AnsweredItem, ...]


@dataclass(frozen=True, slots=True)
class InspectionView:
    """One inspection as shown to the office. Names of officers and findings are internal.

    Names are those of the day (``PastNames``). ``officers`` are two each: of the officer, and of the absent officer of the
    draw in whose place they went, or None. ``others`` are other contents received under the same id. ``may_handle``: it is
    held, and the reader may decide on it. ``handled_by`` is the name of who decided on it, or None. ``answers`` are those of
    the second officer, with the officer's name; ``until`` is when their time ends if they have not answered, and
    ``may_answer`` whether the reader is that officer.
    """

    stored: StoredInspection
    visit: Inspection
    holder_name: str
    address: str
    permit: StoredPermit | None
    officers: tuple[tuple[Text, Text | None], ...]
    handled_by: Text | None
    lists: tuple[AnsweredList, ...]
    photos: tuple[StoredPhoto, ...]
    order: Order | None
    others: tuple[StoredInspection, ...]
    may_handle: bool
    may_count: bool
    answers: tuple[tuple[Text, Confirmation], ...]
    until: datetime | None
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Handled:
    """What a decision on a held record led to: the kinds of events of the business, and the version of the code that it
    makes, or None."""

    kinds: frozenset[EventKind]
    version: int | None


@dataclass(frozen=True, slots=True)
class InspectionsDesk:
    """Inspections of an office. Its clerks decide on held ones, unless they took part in the visit."""

    database: Database
    catalogue: Catalogue
    effects: InspectionEffects
    files: Files

    def list(self, actor: Actor, wanted: Filter, page: int) -> InspectionPage:
        """The inspections of the reader's office, or for an auditor of all. Raises AccessError ``role_not_allowed``."""
        office, page = access.office_bound(actor, READ_INSPECTIONS), max(1, page)
        with self.database.read() as tx:
            lines = inspections.page(tx, office, wanted, PER_PAGE, (page - 1) * PER_PAGE)
            total = inspections.count(tx, office, wanted)
            held = inspections.count(tx, office, Filter(state=InspectionState.HELD))
        return InspectionPage(lines, total, page, held)

    def orders(self, actor: Actor) -> tuple[OpenOrder, ...]:
        """The open rectification orders of the reader's office, or for an auditor of all, by due day. Raises AccessError."""
        office = access.office_bound(actor, READ_ORDERS)
        with self.database.read() as tx:
            return rectifications.open_ones(tx, office)

    def order(self, actor: Actor, order_id: int) -> Order:
        """A rectification order of the reader's office. Raises NotFoundError ``thing_not_found``, AccessError."""
        access.demand(actor, READ_ORDERS)
        with self.database.read() as tx:
            order = rectifications.get(tx, order_id)
        if order is None:
            raise things.not_found(things.ORDER)
        access.demand(actor, READ_ORDERS, order.office)
        return order

    def get(self, actor: Actor, key: int, now: datetime) -> InspectionView:
        """One inspection. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            stored = _own(tx, actor, key)
            visit, people = read_inspection(inspections.text(tx, key)), PastNames(tx)
            photos = inspections.photos(tx, key)
            business = entities.get(tx, stored.uscc)
            places = {place.premises_no: place.address for place in entities.premises_of(tx, stored.uscc)}
            may_handle = _may_handle(actor, stored)
            others = _others(tx, stored)
            return InspectionView(
                stored=stored,
                visit=visit,
                holder_name=business.entity.holder_name if business else "",
                address=places.get(stored.premises_no, business.entity.domicile if business else ""),
                permit=permits.get(tx, stored.permit_id) if stored.permit_id is not None else None,
                officers=_officers(tx, people, stored, visit),
                handled_by=people.words(stored.handled_by, stored.handled_at) if stored.handled_at else None,
                lists=self._lists(visit, photos),
                photos=photos,
                order=rectifications.of_inspection(tx, key),
                others=others,
                may_handle=may_handle,
                may_count=may_handle
                and not NEVER_COUNTS.intersection(stored.flags)
                and not _counted(others)
                and not self._waits(stored, now),
                answers=tuple(
                    (people.words(each.username, each.at), each)
                    for each in confirmations.of_subject(tx, f"inspection/{key}")
                ),
                until=answer_until(self.catalogue, stored) if unanswered(stored) else None,
                may_answer=unanswered(stored) and names(actor, stored) and access.may(actor, MAKE_INSPECTIONS),
            )

    def text(self, actor: Actor, key: int) -> bytes:
        """The bytes that the phone sent. Raises as ``get``."""
        with self.database.read() as tx:
            _own(tx, actor, key)
            return inspections.text(tx, key)

    def photo(self, actor: Actor, key: int, position: int) -> bytes:
        """One cleaned photograph (JPEG). Raises as ``get``, and NotFoundError ``photo_not_found`` or ``file_deleted``,
        RegisterError ``file_missing`` or ``file_damaged``."""
        with self.database.read() as tx:
            _own(tx, actor, key)
            found = next((each for each in inspections.photos(tx, key) if each.position == position), None)
            if found is None or found.file is None:
                raise NotFoundError("photo_not_found")
            return self.files.read(tx, found.file)

    def handle(
        self, actor: Actor, key: int, decision: str, reason: str, now: datetime, *, only_try: bool = False
    ) -> Handled:
        """Decide on a held inspection: ``count`` lets it take effect, ``set_aside`` keeps it without effect.
        ``only_try``: refuse what would be refused, and keep nothing.

        Raises InputError ``decision_not_offered``, ``reason_missing`` or ``text_too_long``; ConflictError
        ``inspection_handled_before``; RuleError ``inspection_cannot_count`` or ``second_officer_has_time``; AccessError
        ``inspection_handled_by_officer``; what the use cases of its effects raise; NotFoundError.
        """
        access.demand(actor, DECIDE_INSPECTIONS)
        if decision not in {"count", "set_aside"}:
            raise InputError("decision_not_offered", field="decision")
        why = _reason(reason)
        with self.database.trial() if only_try else self.database.write() as tx:
            stored = _own(tx, actor, key)
            if stored.state is not InspectionState.HELD:
                raise ConflictError("inspection_handled_before")
            if actor.is_involved({stored.officer, stored.second_officer}):
                raise AccessError("inspection_handled_by_officer")
            before = history.revision(tx, stored.uscc), codes.latest_version(tx, stored.uscc)
            state = InspectionState.SET_ASIDE
            if decision == "count":
                if self._waits(stored, now):
                    raise RuleError("second_officer_has_time")
                self._count(tx, stored, now)
                state = InspectionState.COUNTED
            inspections.settle(tx, key, state, stored.flags)
            inspections.handle(tx, key, actor.username, now, why)
            if not {Flag.BUSINESS_UNKNOWN, Flag.OTHER_OFFICE}.intersection(stored.flags):
                note(tx, _own(tx, actor, key), actor, why, now)
            kinds = frozenset(EventKind(row["event"]) for row in history.since(tx, stored.uscc, before[0]))
            version = codes.latest_version(tx, stored.uscc)
            return Handled(kinds, version if version != before[1] else None)

    def _waits(self, stored: StoredInspection, now: datetime) -> bool:
        """Whether the second officer may still answer: the desk does not let it count before."""
        return unanswered(stored) and now <= answer_until(self.catalogue, stored)

    def _count(self, tx: Transaction, stored: StoredInspection, now: datetime) -> None:
        """Let it take effect in the name of its officer, by the register as it is now."""
        visit = read_inspection(inspections.text(tx, stored.key))
        officer = accounts.user_by_name(tx, stored.officer)
        if officer is None or _counted(_others(tx, stored)):
            raise RuleError("inspection_cannot_count")
        arrival = Arrival(visit, officer.actor, stored.device_time, stored.received_at)
        judged = judge(tx, self.catalogue, arrival)
        if NEVER_COUNTS.intersection(judged.flags):
            raise RuleError("inspection_cannot_count")
        self.effects.apply(
            Counting(
                tx=tx,
                key=stored.key,
                visit=visit,
                judged=judged,
                actor=in_whose_place(tx, officer.actor, judged.drawn, stored.visited_on),
                visited_on=stored.visited_on,
                now=now,
            )
        )

    def _lists(self, visit: Inspection, photos: tuple[StoredPhoto, ...]) -> tuple[AnsweredList, ...]:
        positions = {photo.sent_sha256: photo.position for photo in photos}
        found = []
        for list_id, version in visit.checklists:
            known = self.catalogue.inspection_rules.checklist(list_id, version)
            given = sorted((a for a in visit.answers if a.checklist == list_id), key=lambda a: _FIRST.index(a.answer))
            items = tuple(
                AnsweredItem(known.item(each.item) if known else None, each, tuple(positions[p] for p in each.photos))
                for each in given
            )
            found.append(AnsweredList(known.name if known else Text(list_id, list_id), version, items))
        return tuple(found)


def _own(tx: Transaction, actor: Actor, key: int) -> StoredInspection:
    access.demand(actor, READ_INSPECTIONS)
    stored = inspections.get(tx, key)
    if stored is None:
        raise things.not_found(things.INSPECTION)
    access.demand(actor, READ_INSPECTIONS, stored.office)
    return stored


def _may_handle(actor: Actor, stored: StoredInspection) -> bool:
    involved = {stored.officer, stored.second_officer}
    allowed = access.may(actor, DECIDE_INSPECTIONS, stored.office)
    return stored.state is InspectionState.HELD and allowed and not actor.is_involved(involved)


def _others(tx: Transaction, stored: StoredInspection) -> tuple[StoredInspection, ...]:
    """What else its officer has sent under its id."""
    officer = accounts.user_by_name(tx, stored.officer)
    usernames = officer.actor.usernames if officer else {stored.officer}
    sent = inspections.contents(tx, stored.id, stored.office, usernames)
    return tuple(each for each in sent if each.key != stored.key)


def _counted(others: Iterable[StoredInspection]) -> bool:
    return any(each.state is InspectionState.COUNTED for each in others)


def _officers(
    tx: Transaction, people: PastNames, stored: StoredInspection, visit: Inspection
) -> tuple[tuple[Text, Text | None], ...]:
    drawn, at = place_drawn(tx, visit), stored.received_at
    found: list[tuple[Text, Text | None]] = []
    for username in filter(None, (stored.officer, stored.second_officer)):
        user = accounts.user_by_name(tx, username)
        officer = in_whose_place(tx, user.actor, drawn, stored.visited_on) if user else None
        absent = people.words(officer.behalf.username, at) if officer and officer.behalf else None
        found.append((people.words(username, at), absent))
    return tuple(found)


def _reason(text: str) -> str:
    reason = plain_line(text)
    if not reason:
        raise InputError("reason_missing", field="reason")
    return demand_length(reason, MAX_REASON_CHARS, "reason")
