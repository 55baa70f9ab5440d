"""Absences at the desk: who may read them, and who records, corrects and ends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.accounts.absences import Absence, AbsenceDetails, AbsenceFilter, AbsenceState
from licence_qr.domain.dates import day_in_words, local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.absences import rules
from licence_qr.services.accounts.absences.book import AbsenceBook, known, state_of
from licence_qr.services.register import access, events
from licence_qr.services.register.access import MANAGE_ABSENCES, READ_ABSENCES
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import absences, accounts, persons
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.wording.text import Text

PAGE_ABSENCES = 50
EXPORT_PART = 500
_NOBODY = Text("无人代办，按姓名交办的事项仍归本人", "nobody stands in: what waits by name stays with this person")
_UNFIT = Text(
    "代办人已不在同一窗口或没有所需角色，不能代办", "the substitute is no longer in this office or lacks the roles"
)


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """An absence as it stands today. ``entered_by`` is a name of then (``PastNames``). ``told`` is what should be looked
    at; ``was`` is carried by the forms that change it. ``mine``: the reader is the absent person; ``for_reader``: the reader
    stands in."""

    absence: Absence
    person: Person
    substitute: Person | None
    entered_by: Text
    state: AbsenceState
    told: tuple[Text, ...]
    was: str
    mine: bool
    for_reader: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """One page of absences; ``page`` counts from 1."""

    absences: tuple[AbsenceView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class OwnAbsences:
    """The reader's own absences, and those in which they stand in; none that are over."""

    mine: tuple[AbsenceView, ...]
    stood_in: tuple[AbsenceView, ...]


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """Whose absence is to be recorded, and who can stand in; ``usernames`` of their accounts tell namesakes apart, by
    person."""

    person: Person
    candidates: tuple[Person, ...]
    usernames: Mapping[int, tuple[str, ...]]
    mine: bool


@dataclass(frozen=True, slots=True)
class Absences:
    """People record their own absences; supervisors those of their office, administrators all. Auditors read all.

    A substitute reads the absences in which they stand in.
    """

    database: Database

    @property
    def book(self) -> AbsenceBook:
        """What is written down, for whoever has asked whether they may."""
        return AbsenceBook(self.database)

    def list(self, actor: Actor, wanted: AbsenceFilter, page: int, now: datetime) -> AbsencePage:
        """One page of the absences that ``wanted`` selects; a page beyond the last gives the last. Raises AccessError."""
        wanted, today = _bounded(actor, wanted), local_date(now)
        with self.database.read() as tx:
            total = absences.count(tx, wanted, today)
            pages = max(1, -(-total // PAGE_ABSENCES))
            page = min(max(1, page), pages)
            found = absences.page(tx, wanted, today, PAGE_ABSENCES, (page - 1) * PAGE_ABSENCES)
            names = PastNames(tx)
            return AbsencePage(tuple(_view(tx, names, actor, each, today) for each in found), total, page, pages)

    def export(self, actor: Actor, wanted: AbsenceFilter, form: str, now: datetime) -> Iterator[AbsenceView]:
        """All absences that ``wanted`` selects, read in parts; who exports how many is recorded first.

        Raises AccessError; RegisterError, also between lines.
        """
        wanted = _bounded(actor, wanted)
        with self.database.read() as tx:
            many = absences.count(tx, wanted, local_date(now))
        subject, told = f"export/absences.{form}", {"lines": many}
        taken = NewEvent(kind=EventKind.EXPORTED, subject=subject, at=now, by=actor, after=told)
        events.write_of_reader(self.database, taken)
        return self._parts(actor, wanted, local_date(now))

    def get(self, actor: Actor, absence_id: int, now: datetime) -> AbsenceView:
        """One absence. Raises AccessError, NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            absence = known(tx, absence_id)
            view = _view(tx, PastNames(tx), actor, absence, local_date(now))
        if not (view.mine or view.for_reader):
            _demand(actor, READ_ABSENCES, view.person)
        return view

    def own(self, actor: Actor, now: datetime) -> OwnAbsences:
        """What concerns ``actor``, today and later."""
        today = local_date(now)
        with self.database.read() as tx:
            names = PastNames(tx)
            mine, stood_in = (
                tuple(_view(tx, names, actor, each, today) for each in find(tx, actor.person_id, today))
                for find in (absences.from_day, absences.stood_in_by)
            )
        return OwnAbsences(mine, stood_in)

    def plan(self, actor: Actor, person_id: int) -> AbsencePlan:
        """What the form for an absence of this person offers. Raises AccessError, NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            person = _person(tx, actor, person_id)
            candidates = rules.candidates(tx, person, actor)
            usernames = {each.person_id: _usernames(tx, each) for each in candidates}
            return AbsencePlan(person, candidates, usernames, person.person_id == actor.person_id)

    def enter(self, actor: Actor, person_id: int, details: AbsenceDetails, now: datetime) -> int:
        """Record an absence and return its key. Raises AccessError, and as ``AbsenceBook.enter``."""
        with self.database.read() as tx:
            _person(tx, actor, person_id)
        return self.book.enter(person_id, details, actor, now)

    def change(self, actor: Actor, absence_id: int, details: AbsenceDetails, was: str, now: datetime) -> int:
        """Correct an absence and return its key. Raises AccessError, and as ``AbsenceBook.change``."""
        self._demand_of(actor, absence_id)
        return self.book.change(absence_id, details, actor, now, was)

    def end(self, actor: Actor, absence_id: int, was: str, now: datetime) -> None:
        """End an absence early. Raises AccessError, and as ``AbsenceBook.end``."""
        self._demand_of(actor, absence_id)
        self.book.end(absence_id, actor, now, was)

    def _demand_of(self, actor: Actor, absence_id: int) -> None:
        with self.database.read() as tx:
            _person(tx, actor, known(tx, absence_id).person_id)

    def _parts(self, actor: Actor, wanted: AbsenceFilter, today: date) -> Iterator[AbsenceView]:
        done = 0
        while True:
            with self.database.read() as tx:
                found = absences.page(tx, wanted, today, EXPORT_PART, done)
                names = PastNames(tx)
                part = [_view(tx, names, actor, each, today) for each in found]
            yield from part
            done += len(part)
            if len(part) < EXPORT_PART:
                return


def _usernames(tx: Transaction, person: Person) -> tuple[str, ...]:
    found = accounts.of_person(tx, person.person_id)
    return tuple(user.actor.username for user in found if not user.disabled)


def _person(tx: Transaction, actor: Actor, person_id: int) -> Person:
    """The person, if ``actor`` may record their absences: their own, or as supervisor or administrator."""
    own = 0 < person_id == actor.person_id
    if not own:
        access.demand(actor, MANAGE_ABSENCES)
    person = staff.known(tx, person_id)
    if not own:
        access.demand(actor, MANAGE_ABSENCES, person.office)
    return person


def _demand(actor: Actor, right: access.Right, person: Person) -> None:
    access.demand(actor, right)
    access.demand(actor, right, person.office)


def _bounded(actor: Actor, wanted: AbsenceFilter) -> AbsenceFilter:
    office = access.office_bound(actor, READ_ABSENCES)
    return wanted if office is None else replace(wanted, office=office)


def _view(tx: Transaction, names: PastNames, actor: Actor, absence: Absence, today: date) -> AbsenceView:
    person, named = staff.known(tx, absence.person_id), absence.details.substitute_id
    substitute = persons.get(tx, named) if named else None
    state, mine = absence.state_on(today), person.person_id == actor.person_id
    lasts = state in {AbsenceState.RUNNING, AbsenceState.COMING}
    return AbsenceView(
        absence=absence,
        person=person,
        substitute=substitute,
        entered_by=names.words(absence.entered_by, absence.entered_at),
        state=state,
        told=tuple(_told(tx, absence, person, substitute, today)) if lasts else (),
        was=state_of(absence),
        mine=mine,
        for_reader=substitute is not None and substitute.person_id == actor.person_id,
        may_change=lasts and (mine or access.may(actor, MANAGE_ABSENCES, person.office)),
    )


def _told(tx: Transaction, absence: Absence, person: Person, substitute: Person | None, today: date) -> Iterator[Text]:
    """Why what waits by name stays with the absent person, on some days or all."""
    if substitute is None:
        yield _NOBODY
        return
    if substitute.office != person.office or absences.lacking(tx, person, substitute):
        yield _UNFIT
    days = absence.details
    away = absences.within(tx, substitute.person_id, max(today, days.first_day), days.last_day)
    if away is not None:
        first, last = day_in_words(away.details.first_day), day_in_words(away.details.last_day)
        yield Text(
            f"代办人{first.zh}至{last.zh}也不在岗，那几天无人代办",
            f"the substitute is absent too, {first.en} to {last.en}: nobody stands in on those days",
        )
