"""The standard procedure (一般程序, 先核查后许可) of a permit that is pending at a window, or an item at its authority.

Visits to the premises, days that do not count, and the extension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.cases.case import AT_THE_AUTHORITY
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.clock import DecisionClock, Pause, PauseKind
from licence_qr.domain.lifecycle.dates import figures_of_application
from licence_qr.domain.lifecycle.visits import GrantVisit, GrantVisitOutcome, newest_visit
from licence_qr.domain.names import name_key, written_username
from licence_qr.domain.plain_text import length_faults, plain_line, plain_text
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import PermitState
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.register import access, events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing import before_grant
from licence_qr.store.accounts import accounts
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.lifecycle import procedures
from licence_qr.store.lifecycle.procedures import Extension, StoredPause, Written
from licence_qr.store.register import entities, permits
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

MAX_WORDS_CHARS = 500
_FINDINGS = Text("核查情况", "Findings of the visit")
MAX_NAME_CHARS = 50
_SUBJECT = re.compile(r"(permit|item)/([1-9][0-9]{0,17})")
_BETWEEN_NAMES = re.compile(r"[,，、;；\n]")
_NOT_OPEN = "procedure_not_open"
_OFFICER, _APPROVER = Text("核查人员姓名", "Name of an officer"), Text("批准延长的负责人", "Head who approved it")


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A permit or item that somebody applied for. ``offices`` decide about it; ``waits``: it is not decided yet."""

    subject: str
    uscc: str
    premises_no: int
    permit_type: str
    offices: tuple[str, ...]
    accepted: date
    waits: bool


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """How an application stands. ``visits`` are those recorded last first; ``officers_needed`` 0: none is needed.

    ``refusal`` says why its reader may not grant it yet. ``names`` are the names of officers by their user names.
    """

    applied: Awaiting
    holder_name: str
    address: str
    clock: DecisionClock
    visits: tuple[GrantVisit, ...]
    pauses: tuple[StoredPause, ...]
    extension: Extension | None
    extension_days: int
    officers_needed: int
    refusal: LicenceQRError | None
    names: Mapping[str, str]

    @property
    def newest(self) -> GrantVisit | None:
        """The visit that counts."""
        return newest_visit(reversed(self.visits))


@dataclass(frozen=True, slots=True)
class TypedVisit:
    """A visit as somebody recorded it: ``officers`` are user names or names, in one text."""

    visited_on: date
    officers: str
    outcome: GrantVisitOutcome
    words: str


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """Somebody writes down something of one application, in one transaction."""

    tx: Transaction
    uscc: str
    subject: str
    by: Actor
    at: datetime

    @property
    def written(self) -> Written:
        """For the tables."""
        return Written(self.subject, self.uscc, self.by.username, self.at)

    def note(self, kind: EventKind, reason: str, **after: object) -> None:
        """Append to the history."""
        new = NewEvent(
            kind=kind,
            subject=self.subject,
            at=self.at,
            by=self.by,
            office=self.by.office,
            uscc=self.uscc,
            reason=reason,
            after=after,
        )
        events.write(self.tx, new)


@dataclass(frozen=True, slots=True)
class Procedures:
    """For those who decide: clerks and inspectors of the window, or deciders of the authority's own office. ``only_try``:
    refuse what would be refused, and keep nothing."""

    database: Database
    catalogue: Catalogue

    def view(self, actor: Actor, subject: str, now: datetime) -> ProcedureView:
        """How it stands. Raises NotFoundError, AccessError; RuleError ``procedure_not_open`` of a permit that was decided,
        for it says no more when it was accepted."""
        today = local_date(now)
        with self.database.read() as tx:
            applied = self._applied(tx, actor, subject, today)
            if not applied.waits and subject.startswith("permit/"):
                raise RuleError(_NOT_OPEN)
            rules = figures_of_application(self.catalogue, applied.permit_type, applied.accepted, today)
            visits = procedures.visits(tx, subject)
            premises = entities.premises_of(tx, applied.uscc)
            return ProcedureView(
                applied=applied,
                holder_name=entities.holder_name(tx, applied.uscc) or "",
                address=next((p.address for p in premises if p.premises_no == applied.premises_no), ""),
                clock=self._clock(tx, applied, today),
                visits=tuple(reversed(visits)),
                pauses=tuple(reversed(procedures.pauses(tx, subject))),
                extension=procedures.extension(tx, subject),
                extension_days=rules.extension_working_days,
                officers_needed=before_grant.officers_needed(self.catalogue, applied.permit_type, today),
                refusal=before_grant.refusal(tx, self.catalogue, subject, applied.permit_type, today, actor),
                names={name: _display_name(tx, name) for visit in visits for name in visit.officers},
            )

    def record_visit(
        self, actor: Actor, subject: str, typed: TypedVisit, now: datetime, *, only_try: bool = False
    ) -> None:
        """Record a visit. Raises InvalidApplication of what was typed, RuleError ``procedure_not_open``, NotFoundError,
        AccessError."""
        today = local_date(now)
        with self.database.trial() if only_try else self.database.write() as tx:
            applied = self._open(tx, actor, subject, today)
            visit = _visit(tx, actor, applied, typed, today)
            needed = max(before_grant.officers_needed(self.catalogue, applied.permit_type, today), 1)
            if visit.count < needed:
                raise InvalidApplication([InputError("visit_officers_too_few", field="officers", needed=needed)])
            write_visit(ProcedureStep(tx, applied.uscc, subject, actor, now), visit)

    def pause(self, actor: Actor, subject: str, pause: Pause, now: datetime, *, only_try: bool = False) -> None:
        """Record days that do not count. Raises InvalidApplication, RuleError, NotFoundError, AccessError."""
        today, reason = local_date(now), plain_text(pause.reason)
        with self.database.trial() if only_try else self.database.write() as tx:
            applied = self._open(tx, actor, subject, today)
            faults = [*_pause_faults(pause, applied, today), *_words_faults(reason, "reason")]
            if faults:
                raise InvalidApplication(faults)
            pause_within(ProcedureStep(tx, applied.uscc, subject, actor, now), replace(pause, reason=reason))

    def resume(self, actor: Actor, subject: str, pause_id: int, now: datetime, *, only_try: bool = False) -> None:
        """The pause ends today. Raises RuleError ``pause_not_open``, ``procedure_not_open``, NotFoundError, AccessError."""
        with self.database.trial() if only_try else self.database.write() as tx:
            applied = self._open(tx, actor, subject, local_date(now))
            found = next((each for each in procedures.pauses(tx, subject) if each.pause_id == pause_id), None)
            if found is None or found.pause.last is not None:
                raise RuleError("pause_not_open")
            _end(ProcedureStep(tx, applied.uscc, subject, actor, now), found)

    def extend(
        self, actor: Actor, subject: str, approved_by: str, reason: str, now: datetime, *, only_try: bool = False
    ) -> None:
        """The head of the authority has agreed to a later decision. Raises InvalidApplication; RuleError
        ``extended_already``, ``extension_too_late``, ``procedure_not_open``; NotFoundError, AccessError."""
        head, why, today = plain_line(approved_by), plain_text(reason), local_date(now)
        faults = [] if head else [InputError("approver_missing", field="approved_by")]
        faults += [*length_faults(head, MAX_NAME_CHARS, "approved_by", _APPROVER), *_words_faults(why, "reason")]
        if faults:
            raise InvalidApplication(faults)
        with self.database.trial() if only_try else self.database.write() as tx:
            applied = self._open(tx, actor, subject, today)
            if procedures.extension(tx, subject) is not None:
                raise RuleError("extended_already")
            clock = self._clock(tx, applied, today)
            if clock.late:
                raise RuleError("extension_too_late", due=clock.due.isoformat() if clock.due else "—")
            rules = figures_of_application(self.catalogue, applied.permit_type, applied.accepted, today)
            days = rules.extension_working_days
            step = ProcedureStep(tx, applied.uscc, subject, actor, now)
            procedures.extend(tx, Extension(days, head, why), step.written)
            step.note(EventKind.CLOCK_EXTENDED, why, extended_by=days, approved_by=head)

    def _clock(self, tx: Transaction, applied: Awaiting, today: date) -> DecisionClock:
        kind, accepted = applied.permit_type, applied.accepted
        return before_grant.clock_of(tx, self.catalogue, applied.subject, kind, accepted, today)

    def _open(self, tx: Transaction, actor: Actor, subject: str, today: date) -> Awaiting:
        applied = self._applied(tx, actor, subject, today)
        if not applied.waits:
            raise RuleError(_NOT_OPEN)
        return applied

    def _applied(self, tx: Transaction, actor: Actor, subject: str, today: date) -> Awaiting:
        found = _SUBJECT.fullmatch(subject)
        if found is None:
            raise things.not_found(things.APPLICATION)
        of_permit = found[1] == "permit"
        right = access.ACT_ON_PERMITS if of_permit else access.DECIDE_ITEMS
        access.demand(actor, right)
        key = int(found[2])
        applied = self._of_permit(tx, key, today) if of_permit else self._of_item(tx, key, today)
        access.demand(actor, right, *applied.offices)
        return applied

    def _of_permit(self, tx: Transaction, permit_id: int, today: date) -> Awaiting:
        stored = permits.get(tx, permit_id)
        if stored is None:
            raise things.not_found(things.PERMIT)
        permit = stored.permit
        licence = entities.get(tx, stored.uscc)
        offices = (permit.handling_office, *((licence.office,) if licence else ()))
        accepted = permit.state_since or today
        subject = f"permit/{permit_id}"
        return Awaiting(
            subject=subject,
            uscc=stored.uscc,
            premises_no=permit.premises_no,
            permit_type=permit.permit_type,
            offices=offices,
            accepted=accepted,
            waits=permit.state is PermitState.PENDING,
        )

    def _of_item(self, tx: Transaction, item_id: int, today: date) -> Awaiting:
        stored = items.get(tx, item_id)
        if stored is None:
            raise things.not_found(things.ITEM)
        item, own = stored.item, self.catalogue.own_office(stored.item.authority, today)
        return Awaiting(
            subject=f"item/{item_id}",
            uscc=item.uscc,
            premises_no=item.premises_no,
            permit_type=item.permit_type,
            offices=(own.id if own else "",),
            accepted=accepted_day(tx, item.application_no, today),
            waits=item.state in AT_THE_AUTHORITY,
        )


def accepted_day(tx: Transaction, application_no: str, today: date) -> date:
    """The day on which an application was accepted."""
    at = procedures.accepted_on(tx, application_no)
    return local_date(at) if at else today


def write_visit(step: ProcedureStep, visit: GrantVisit) -> None:
    """Add a visit and its event."""
    procedures.add_visit(step.tx, visit, step.written)
    told = {
        "visited_on": visit.visited_on.isoformat(),
        "visit": visit.outcome.value,
        "officers": list(visit.officers),
        "named": "、".join(visit.named),
    }
    step.note(EventKind.VISIT_RECORDED, visit.words, **told)


def pause_within(step: ProcedureStep, pause: Pause) -> None:
    """Add a pause and its event. Raises RuleError ``pause_open_already``."""
    known = (each.pause for each in procedures.pauses(step.tx, step.subject))
    if pause.last is None and any(each.kind is pause.kind and each.last is None for each in known):
        raise RuleError("pause_open_already")
    procedures.add_pause(step.tx, pause, step.written)
    ends = {"paused_to": pause.last.isoformat()} if pause.last else {}
    told = {"pause": pause.kind.value, "paused_from": pause.first.isoformat(), **ends}
    step.note(EventKind.CLOCK_PAUSED, pause.reason, **told)


def end_pauses_within(step: ProcedureStep, kind: PauseKind) -> None:
    """End the open pause of one kind, if there is one."""
    for each in procedures.pauses(step.tx, step.subject):
        if each.pause.kind is kind and each.pause.last is None:
            _end(step, each)


def _end(step: ProcedureStep, found: StoredPause) -> None:
    last = max(local_date(step.at), found.pause.first)
    procedures.end_pause(step.tx, found.pause_id, last)
    told = {"pause": found.pause.kind.value, "paused_to": last.isoformat()}
    step.note(EventKind.CLOCK_RESUMED, "", **told)


def _visit(tx: Transaction, actor: Actor, applied: Awaiting, typed: TypedVisit, today: date) -> GrantVisit:
    """What was typed, as a visit. Raises InvalidApplication with all faults."""
    faults: list[InputError] = []
    words, day = plain_text(typed.words), typed.visited_on
    faults += _day_faults(day, applied, today, "visited_on")
    officers, named, of_names = _officers(tx, actor.office, typed.officers)
    faults += of_names
    if typed.outcome is GrantVisitOutcome.NOT_PASSED and not words:
        faults.append(InputError("visit_words_missing", field="words"))
    faults += length_faults(words, MAX_WORDS_CHARS, "words", _FINDINGS)
    if faults:
        raise InvalidApplication(faults)
    return GrantVisit(day, officers, named, typed.outcome, words)


def _officers(tx: Transaction, office: str, typed: str) -> tuple[tuple[str, ...], tuple[str, ...], list[InputError]]:
    """User names, other names, and what is wrong with them. A name of one account of the office is that account, however it
    is spelt."""
    written = list(filter(None, map(plain_line, _BETWEEN_NAMES.split(typed))))
    if not written:
        return (), (), [InputError("visit_officers_missing", field="officers")]
    faults = [fault for name in written for fault in length_faults(name, MAX_NAME_CHARS, "officers", _OFFICER)]
    colleagues = [user.actor for user in accounts.everybody(tx) if user.actor.office == office]
    officers, named, people = [], [], []
    for name in written:
        known = accounts.user_by_name(tx, name)
        alike = [known.actor] if known else [each for each in colleagues if _is_name_of(each, name)]
        if len({each.person_id for each in alike}) == 1:
            officers.append(alike[0].username)
            people.append(str(alike[0].person_id or alike[0].username))
        else:
            named.append(name)
            people.append(f"name {name_key(name)}")
    twice = next((name for name, person in zip(written, people, strict=True) if people.count(person) > 1), None)
    if twice:
        faults.append(InputError("visit_officer_twice", field="officers", found=twice))
    return tuple(officers), tuple(named), faults


def _is_name_of(colleague: Actor, written: str) -> bool:
    """Whether that is the name or the user name of ``colleague``, as people write them."""
    return name_key(written) == name_key(colleague.display_name) or (
        written_username(written).casefold() == colleague.username.casefold()
    )


def _pause_faults(pause: Pause, applied: Awaiting, today: date) -> list[InputError]:
    faults = _day_faults(pause.first, applied, today, "first")
    if pause.last is None:
        return faults
    if pause.last < pause.first:
        facts = {"found": pause.last.isoformat(), "first": pause.first.isoformat()}
        return [*faults, InputError("pause_ends_before_start", field="last", **facts)]
    return [*faults, *_day_faults(pause.last, applied, today, "last")]


def _day_faults(day: date, applied: Awaiting, today: date, field: str) -> list[InputError]:
    if day > today:
        return [InputError("procedure_day_in_future", field=field, found=day.isoformat(), today=today.isoformat())]
    if day < applied.accepted:
        facts = {"found": day.isoformat(), "accepted": applied.accepted.isoformat()}
        return [InputError("procedure_day_too_early", field=field, **facts)]
    return []


def _words_faults(words: str, field: str) -> list[InputError]:
    if not words:
        return [InputError("pause_reason_missing", field=field)]
    return list(length_faults(words, MAX_WORDS_CHARS, field, term("field.reason")))


def _display_name(tx: Transaction, username: str) -> str:
    user = accounts.user_by_name(tx, username)
    return user.actor.display_name if user else username
