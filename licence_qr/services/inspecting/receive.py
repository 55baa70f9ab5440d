"""Receive inspections from phones. A valid record is always stored, and only once however often it is sent.

No record takes effect on arrival: its second officer has to confirm it (``services.inspecting.second_officer``), and
where that is not enough a person at the desk decides (``services.inspecting.desk``).
docs/contributing/inspection-records.md is the contract with the phone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.domain.catalogue.grading import grade_short
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.inspection import Flag, Inspection, InspectionState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError
from licence_qr.services.files.kept import Files
from licence_qr.services.inspecting.arrival import Arrival
from licence_qr.services.inspecting.document import read_inspection
from licence_qr.services.inspecting.validate import Judged, in_whose_place, judge
from licence_qr.services.register import access, events
from licence_qr.services.register.access import MAKE_INSPECTIONS
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.photo_cleaning import clean
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.files import rows
from licence_qr.store.files.sealing import SealedFile
from licence_qr.store.inspecting import inspections, rectifications
from licence_qr.store.inspecting.inspections import StoredInspection, StoredPhoto
from licence_qr.store.register import permits

# Flags of records that are not written into a history: no such business, or one of another office.
NOT_OURS = frozenset({Flag.BUSINESS_UNKNOWN, Flag.OTHER_OFFICE})
# Other bytes under the same id are a fault, seen rarely and not again and again.
MOST_CONTENTS = 5


def answer_until(catalogue: Catalogue, stored: StoredInspection) -> datetime:
    """Until when the second officer can confirm a record: so many hours after its arrival, by the figure of that day."""
    rules = catalogue.life_rules_on(local_date(stored.received_at))
    return stored.received_at + timedelta(hours=rules.second_officer_hours)


def unanswered(stored: StoredInspection) -> bool:
    """Whether the record is held and its second officer has said nothing."""
    return stored.state is InspectionState.HELD and Flag.SECOND_OFFICER_UNCONFIRMED in stored.flags


@dataclass(frozen=True, slots=True)
class InspectionReceipt:
    """What the phone is told of one content. ``order`` is the number of the order to rectify that it gave,
    ``grade`` its grade as within a sentence, empty where it gave none. ``confirm_until``: until when the second officer can
    confirm it, None where nobody is waited for."""

    stored: StoredInspection
    photos: tuple[StoredPhoto, ...]
    order: int | None
    grade: Text
    confirm_until: datetime | None

    @property
    def complete(self) -> bool:
        """Whether all its photographs have arrived."""
        return not any(photo.missing for photo in self.photos)


@dataclass(frozen=True, slots=True)
class Inspections:
    """Receives inspections. Only the officer who made one can send it."""

    database: Database
    catalogue: Catalogue
    files: Files

    def receive(
        self, actor: Actor, inspection_id: str, body: bytes, device_time: datetime | None, now: datetime
    ) -> tuple[InspectionReceipt, bool]:
        """Store ``body``, held for its second officer; return the receipt and whether it is new.

        The same bytes again give the same receipt. Other bytes under the same id from the same officer are stored in
        addition and held, at most ``MOST_CONTENTS``: ConflictError ``inspection_contents_full``. Those of another officer
        are another visit.
        Raises InputError ``inspection_unreadable`` or ``inspection_too_large``; AccessError ``role_not_allowed``,
        ``inspection_other_officer``, ``other_office``; RegisterError.
        """
        visit = read_inspection(body)
        if visit.id != inspection_id:
            raise InputError("inspection_unreadable", field="id", where="id", why="not the id of the address")
        _own(actor, visit)
        digest = hashlib.sha256(body).hexdigest()
        with self.database.write() as tx:
            earlier = inspections.contents(tx, visit.id, actor.office, actor.usernames)
            same = next((each for each in earlier if each.content_sha256 == digest), None)
            if same is not None:
                return self._receipt(tx, same), False
            if len(earlier) >= MOST_CONTENTS:
                raise ConflictError("inspection_contents_full", limit=MOST_CONTENTS)
            key = self._keep(tx, Arrival(visit, actor, device_time, now), digest, body, earlier)
            return self._receipt(tx, _known(tx, key)), True

    def receipt(self, actor: Actor, inspection_id: str, digest: str) -> InspectionReceipt:
        """The receipt of a stored content. Raises NotFoundError ``inspection_not_found``, AccessError."""
        with self.database.read() as tx:
            return self._receipt(tx, _sent(tx, actor, inspection_id, digest))

    def receive_photo(
        self, actor: Actor, inspection_id: str, digest: str, sha256: str, data: bytes, now: datetime
    ) -> tuple[InspectionReceipt, bool]:
        """Clean and store one announced photograph; return the receipt and whether it is new.

        Raises NotFoundError ``inspection_not_found`` or ``photo_not_announced``; InputError ``photo_differs`` (not the
        announced bytes), or those of ``photo_cleaning.clean``: the photograph is then recorded as refused; AccessError;
        RegisterError.
        """
        with self.database.read() as tx:
            stored = _sent(tx, actor, inspection_id, digest)
            photo = _announced(tx, stored, sha256)
            if not photo.missing:
                return self._receipt(tx, stored), False
        if len(data) != photo.length or hashlib.sha256(data).hexdigest() != sha256:
            raise InputError("photo_differs", field="photo")
        kept = self._cleaned(stored.key, photo.position, data, now)
        with self.database.write() as tx:
            if not _announced(tx, stored, sha256).missing:  # sent twice at once
                return self._receipt(tx, stored), False
            inspections.keep_photo(tx, stored.key, photo.position, rows.add(tx, kept, now), now)
            return self._receipt(tx, stored), True

    def _cleaned(self, key: int, position: int, data: bytes, now: datetime) -> SealedFile:
        """Clean a photograph and put its file on the disk before any row names it."""
        try:
            photo = clean(data)
        except InputError as refusal:
            with self.database.write() as tx:
                inspections.refuse_photo(tx, key, position, refusal.code, now)
            raise
        return self.files.put(photo.jpeg)

    def _keep(
        self, tx: Transaction, arrival: Arrival, digest: str, body: bytes, earlier: tuple[StoredInspection, ...]
    ) -> int:
        judged = judge(tx, self.catalogue, arrival)
        flags = judged.flags
        if earlier:
            flags = (Flag.CONTENT_CONFLICT, *flags)
            for each in earlier:
                inspections.settle(tx, each.key, each.state, with_flag(each.flags, Flag.CONTENT_CONFLICT))
        visit = arrival.visit
        key = inspections.add(tx, _row(arrival, judged, digest, flags), body, visit.photos)
        if not NOT_OURS.intersection(flags):
            officer = in_whose_place(tx, arrival.actor, judged.drawn, arrival.visited_on)
            note(tx, _known(tx, key), officer, "", arrival.now)
        return key

    def _receipt(self, tx: Transaction, stored: StoredInspection) -> InspectionReceipt:
        order = rectifications.of_inspection(tx, stored.key)
        permit = permits.get(tx, stored.permit_id) if stored.permit_id is not None else None
        scale = self.catalogue.scale(permit.permit.permit_type) if permit else None
        grade = grade_short(scale, stored.grade)
        return InspectionReceipt(
            stored=stored,
            photos=inspections.photos(tx, stored.key),
            order=order.order_id if order else None,
            grade=grade,
            confirm_until=answer_until(self.catalogue, stored) if unanswered(stored) else None,
        )


def note(tx: Transaction, stored: StoredInspection, actor: Actor, reason: str, now: datetime) -> None:
    """Record the state of an inspection in the history of the business."""
    after = {
        "purpose": stored.purpose.value,
        "outcome": stored.outcome.value,
        "score": stored.score,
        "grade": stored.grade,
        "record": stored.state.value,
        "flags": list(stored.flags),
        "officers": [stored.officer, *filter(None, [stored.second_officer])],
        "content_sha256": stored.content_sha256,
    }
    new = NewEvent(
        at=now,
        by=actor,
        kind=EventKind.INSPECTED,
        uscc=stored.uscc,
        subject=f"inspection/{stored.id}",
        reason=reason,
        after=after,
        effective_on=stored.visited_on,
    )
    events.write(tx, new)


def with_flag(flags: tuple[Flag, ...], flag: Flag) -> tuple[Flag, ...]:
    """``flags`` and ``flag``, which is added at the end unless it is there."""
    return flags if flag in flags else (*flags, flag)


def _own(actor: Actor, visit: Inspection) -> None:
    access.demand(actor, MAKE_INSPECTIONS)
    if visit.officer != actor.username:
        raise AccessError("inspection_other_officer")
    access.demand(actor, MAKE_INSPECTIONS, visit.office)


def _sent(tx: Transaction, actor: Actor, inspection_id: str, digest: str) -> StoredInspection:
    """A content that ``actor`` has sent; those of others are not found, so that nothing is revealed."""
    access.demand(actor, MAKE_INSPECTIONS)
    mine = inspections.contents(tx, inspection_id, actor.office, {actor.username})
    found = next((each for each in mine if each.content_sha256 == digest), None)
    if found is None:
        raise NotFoundError("inspection_not_found")
    return found


def _announced(tx: Transaction, stored: StoredInspection, sha256: str) -> StoredPhoto:
    photo = next((each for each in inspections.photos(tx, stored.key) if each.sent_sha256 == sha256), None)
    if photo is None:
        raise NotFoundError("photo_not_announced")
    return photo


def _known(tx: Transaction, key: int) -> StoredInspection:
    stored = inspections.get(tx, key)
    if stored is None:
        raise AssertionError("an inspection was kept and is not there")
    return stored


def _row(arrival: Arrival, judged: Judged, digest: str, flags: tuple[Flag, ...]) -> StoredInspection:
    visit = arrival.visit
    return StoredInspection(
        key=0,
        id=visit.id,
        content_sha256=digest,
        received_at=arrival.now,
        device_time=arrival.device_time,
        office=arrival.actor.office,
        officer=arrival.actor.username,
        second_officer=visit.second_officer or "",
        purpose=visit.purpose,
        uscc=visit.subject.uscc,
        premises_no=visit.subject.premises_no,
        permit_id=judged.permit.permit_id if judged.permit else None,
        visited_on=arrival.visited_on,
        outcome=visit.outcome,
        score=judged.score.percent,
        grade=judged.score.grade,
        state=InspectionState.HELD,
        flags=flags,
    )
