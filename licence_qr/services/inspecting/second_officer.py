"""The second officer of a visit answers for its record: by its hash, with password and second factor, within a day.

Until then the record counts for nothing. Confirmed, it is judged again by the register as it is then and takes effect in the
name of its first officer, or waits for the desk if something else holds it. Objected to, only the desk can let it count.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.inspecting.inspection import Flag, InspectionState
from licence_qr.domain.inspecting.second_officer import MAX_OBJECTION_CHARS, OBJECTION, OfficersAnswer
from licence_qr.domain.plain_text import demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError, RuleError
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.arrival import Arrival
from licence_qr.services.inspecting.document import read_inspection
from licence_qr.services.inspecting.effects import Counting, InspectionEffects
from licence_qr.services.inspecting.receive import NOT_OURS, answer_until, note, unanswered
from licence_qr.services.inspecting.validate import in_whose_place, judge, place_drawn
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import MAKE_INSPECTIONS
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import confirmations, inspections
from licence_qr.store.inspecting.confirmations import Confirmation
from licence_qr.store.inspecting.inspections import Listed, StoredInspection


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """The answer of an officer to the content with this hash. ``proof`` is checked, not stored.

    ``reason`` goes with an objection; ``client`` is the remote address of the request, ``beside`` the user name of whoever
    is signed in there, if that is another.
    """

    content_sha256: str
    answer: OfficersAnswer | None
    reason: str = ""
    proof: Proof = field(default_factory=Proof, repr=False)
    client: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class NamedVisit:
    """A visit that names the reader as second officer, and until when they can confirm it."""

    line: Listed
    until: datetime


def names(actor: Actor, stored: StoredInspection) -> bool:
    """Whether ``actor`` is the second officer of the record, by any account, and not its first."""
    return actor.is_among({stored.second_officer}) and not actor.is_among({stored.officer})


@dataclass(frozen=True, slots=True)
class SecondOfficers:
    """Answers of second officers. Only the named person gives one: an active inspector of the office of the record."""

    database: Database
    catalogue: Catalogue
    effects: InspectionEffects
    confirming: Confirming

    def waiting(self, actor: Actor) -> tuple[NamedVisit, ...]:
        """The visits that wait for the answer of ``actor``, oldest arrival first. Raises AccessError."""
        access.demand(actor, MAKE_INSPECTIONS)
        with self.database.read() as tx:
            found = inspections.unanswered(tx, actor.office, (actor.username, *sorted(actor.others)))
        return tuple(NamedVisit(each, answer_until(self.catalogue, each.inspection)) for each in found)

    def answer(self, actor: Actor, key: int, given: AnswerRequest, now: datetime) -> InspectionState:
        """Record the answer of the signed-in ``actor`` and do what follows; return the state of the record.

        Raises InputError ``officers_answer_missing``, ``objection_missing`` or ``text_too_long``; AccessError, also
        ``inspection_names_another`` and as ``Confirming.confirm``; ConflictError ``inspection_handled_before`` or
        ``officer_answered_before``; RuleError ``other_content_confirmed`` or ``confirmed_too_late``; NotFoundError
        ``thing_not_found``.
        """
        content, given = answering(subject_of(key), given), whole(given)
        with self.database.read() as tx:
            self._open(tx, actor, key, given, now)
        self.confirming.confirm(actor, given.proof, content, given.client, now, beside=given.beside)
        with self.database.write() as tx:
            return self.answer_within(tx, actor, key, given, now)

    def answer_beside(
        self, actor: Actor, key: int, username: str, given: AnswerRequest, now: datetime
    ) -> InspectionState:
        """``answer`` of ``username`` on the device of ``actor``, the signed-in first officer, without a session.

        Only a code proves the second factor here, of an app or a recovery code: a passkey on this device is opened by the
        screen lock of its owner, who is the first officer. A user name that the record does not name is refused before any
        password is checked. Raises as ``answer``, and AccessError ``inspection_other_officer``.
        """
        access.demand(actor, MAKE_INSPECTIONS)
        with self.database.read() as tx:
            stored = _known(tx, actor, key)
            user = accounts.user_by_name(tx, username)
        if not actor.is_among({stored.officer}):
            raise AccessError("inspection_other_officer")
        if user is None:
            raise AccessError("inspection_names_another")
        beside = replace(given, proof=replace(given.proof, passkey=""), beside=actor.username)
        return self.answer(user.actor.coming(actor.via), key, beside, now)

    def beside(self, actor: Actor, inspection_id: str, digest: str) -> StoredInspection:
        """The record that ``actor`` has sent with this id and hash. Raises NotFoundError ``inspection_not_found``."""
        access.demand(actor, MAKE_INSPECTIONS)
        with self.database.read() as tx:
            mine = inspections.contents(tx, inspection_id, actor.office, actor.usernames)
            found = next((each for each in mine if each.content_sha256 == digest), None)
        if found is None:
            raise NotFoundError("inspection_not_found")
        return found

    def answer_within(
        self, tx: Transaction, actor: Actor, key: int, given: AnswerRequest, now: datetime
    ) -> InspectionState:
        """``answer`` in the caller's write transaction; the caller has made sure that it is ``actor`` who answers."""
        given = whole(given)
        stored = self._open(tx, actor, key, given, now)
        drawn = place_drawn(tx, read_inspection(inspections.text(tx, key)))
        officer = in_whose_place(tx, _officer(tx, actor, stored), drawn, stored.visited_on)
        _keep(tx, officer, stored, given, now)
        if given.answer is OfficersAnswer.OBJECTED:
            flags: tuple[Flag, ...] = tuple(
                Flag.SECOND_OFFICER_OBJECTS if flag is Flag.SECOND_OFFICER_UNCONFIRMED else flag
                for flag in stored.flags
            )
            state = InspectionState.HELD
        else:
            state, flags = self._confirmed(tx, stored, now)
        inspections.settle(tx, key, state, flags)
        if not NOT_OURS.intersection(flags):
            note(tx, replace(stored, state=state, flags=flags), officer, given.reason, now)
        return state

    def _open(self, tx: Transaction, actor: Actor, key: int, given: AnswerRequest, now: datetime) -> StoredInspection:
        """The record, if ``actor`` may give this answer to it now."""
        access.demand(actor, MAKE_INSPECTIONS)
        stored = _known(tx, actor, key)
        if not names(_officer(tx, actor, stored), stored):
            raise AccessError("inspection_names_another")
        if stored.state is not InspectionState.HELD:
            raise ConflictError("inspection_handled_before")
        if not unanswered(stored):
            raise ConflictError("officer_answered_before")
        if given.content_sha256 != stored.content_sha256:
            raise RuleError("other_content_confirmed")
        if given.answer is OfficersAnswer.CONFIRMED and now > answer_until(self.catalogue, stored):
            raise RuleError("confirmed_too_late")
        return stored

    def _confirmed(
        self, tx: Transaction, stored: StoredInspection, now: datetime
    ) -> tuple[InspectionState, tuple[Flag, ...]]:
        """Judge the record again and let it take effect, unless something else holds it."""
        visit = read_inspection(inspections.text(tx, stored.key))
        first = accounts.user_by_name(tx, stored.officer)
        if first is None:
            raise AssertionError("a record came from an account, and accounts are never deleted")
        judged = judge(tx, self.catalogue, Arrival(visit, first.actor, stored.device_time, stored.received_at))
        kept = [Flag.CONTENT_CONFLICT] if Flag.CONTENT_CONFLICT in stored.flags else []
        flags = (*kept, *(flag for flag in judged.flags if flag is not Flag.SECOND_OFFICER_UNCONFIRMED))
        if any(flag.holds and not flag.implausible for flag in flags):
            return InspectionState.HELD, flags
        counting = Counting(
            tx=tx,
            key=stored.key,
            visit=visit,
            judged=judged,
            actor=in_whose_place(tx, first.actor, judged.drawn, stored.visited_on),
            visited_on=stored.visited_on,
            now=now,
        )
        return self.effects.count(counting, flags)


def subject_of(key: int) -> str:
    """By what the answers to a record are kept."""
    return f"inspection/{key}"


def asked_of(subject: str, content_sha256: str) -> ActContent:
    """What an officer is asked: to answer for the content of ``subject`` with this hash."""
    return ActContent("answer as an officer", subject, content_sha256)


def answering(subject: str, given: AnswerRequest) -> ActContent:
    """What an officer confirms: the answer given, with its reason as typed."""
    answer = given.answer.value if given.answer else ""
    typed = (("answer", answer), ("objection", given.reason))
    return replace(asked_of(subject, given.content_sha256), typed=typed)


def _known(tx: Transaction, actor: Actor, key: int) -> StoredInspection:
    """A record of the office of ``actor``."""
    stored = inspections.get(tx, key)
    if stored is None:
        raise things.not_found(things.INSPECTION)
    access.demand(actor, MAKE_INSPECTIONS, stored.office)
    return stored


def whole(given: AnswerRequest) -> AnswerRequest:
    """The answer with its reason on one line. Raises InputError where something is missing or too long."""
    reason = plain_line(given.reason) if given.answer is OfficersAnswer.OBJECTED else ""
    if given.answer is None:
        raise InputError("officers_answer_missing", field="answer")
    if given.answer is OfficersAnswer.OBJECTED and not reason:
        raise InputError("objection_missing", field="objection")
    return replace(given, reason=demand_length(reason, MAX_OBJECTION_CHARS, "objection", OBJECTION))


def _officer(tx: Transaction, actor: Actor, stored: StoredInspection) -> Actor:
    """The account as it is now: it may have been disabled, or lost its role, since the page was made."""
    user = accounts.user_by_name(tx, actor.username)
    officer = user.actor if user and not user.disabled else replace(actor, roles=frozenset())
    access.demand(officer, MAKE_INSPECTIONS, stored.office)
    return officer.coming(actor.via)


def _keep(tx: Transaction, officer: Actor, stored: StoredInspection, given: AnswerRequest, now: datetime) -> None:
    """Store the answer, and write it down with the session, device and network it came by."""
    if given.answer is None:
        raise AssertionError("a missing answer is refused before")
    subject, digest = subject_of(stored.key), stored.content_sha256
    kept = Confirmation(
        subject=subject,
        content_sha256=digest,
        person_id=officer.person_id,
        username=officer.username,
        answer=given.answer,
        reason=given.reason,
        at=now,
    )
    confirmations.add(tx, kept)
    known = not NOT_OURS.intersection(stored.flags)
    new = NewEvent(
        at=now,
        by=officer,
        kind=EventKind.SECOND_OFFICER_ANSWERED,
        uscc=stored.uscc if known else "",
        subject=f"inspection/{stored.id}",
        reason=given.reason,
        after={"answer": given.answer.value, "content_sha256": digest, "flags": list(stored.flags)},
        effective_on=stored.visited_on,
    )
    events.write(tx, new)
