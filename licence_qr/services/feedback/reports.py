"""Reports of citizens: sent without signing in, and followed by a receipt number.

There is no session that another site could abuse; the register is what must be protected. A report is never refused
because of what others sent as long as there is room: reports from one network are marked, and the desk shows them as a
group (``domain.feedback.alike``). What is limited, and when, is in ``services.feedback.intake``. A form makes one report
however often it is sent, and a receipt number has 80 random bits and a limit on lookups.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback.alike import network_mark
from licence_qr.domain.feedback.contact import parse_contact
from licence_qr.domain.feedback.reports import (
    MOST_PLACE,
    MOST_TEXT,
    Report,
    ReportKind,
    ReportState,
    ReportStep,
    due_day,
    parse_receipt_number,
)
from licence_qr.domain.feedback.retention import Deleted
from licence_qr.domain.feedback.room import RoomLeft
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId, parse_code_number
from licence_qr.domain.plain_text import length_faults, plain_line, plain_text
from licence_qr.domain.roles import CITIZEN, SYSTEM
from licence_qr.errors import ConflictError, InputError, InvalidApplication, NotFoundError
from licence_qr.services.feedback.intake import Intake
from licence_qr.services.feedback.purging import Retention, purge_all
from licence_qr.services.files.kept import Files
from licence_qr.services.register import look_ups
from licence_qr.services.register.look_ups import LookUps
from licence_qr.store.database.batches import write_each
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.feedback import reports
from licence_qr.store.feedback.reports import Private, ReportEvent
from licence_qr.store.files import rows
from licence_qr.store.register import codes, entities, permits
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class ReportSubject:
    """The business a report is about, in facts that are public."""

    code_id: CodeId | None
    uscc: str
    holder_name: str
    address: str
    office: str


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report as typed. Without a ``number``, ``place`` says where the code is and ``office`` which office is
    meant."""

    form_id: str
    kind: str
    text: str
    contact: str
    photo: bytes | None
    number: str = ""
    place: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One time limit: met on a day, due on a day, or unknown because ``unknown_year`` has no calendar."""

    step: ReportStep
    done_on: date | None
    due_on: date | None
    unknown_year: int | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """What the office answered."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """What the holder of a receipt number is shown: no contact, internal text or name of an officer.

    ``calls_back``: a contact was left. ``about`` is the business, empty if the register has none. ``photo_left_out``: a
    photograph was sent and not stored.
    """

    number: str
    kind: Text
    about: str
    office: str
    received_at: datetime
    state: ReportState
    dismissed: bool
    calls_back: bool
    clocks: tuple[Clock, ...]
    answers: tuple[ReportAnswer, ...]
    closed_on: date | None
    photo_left_out: bool


def _by_number() -> LookUps:
    return look_ups.for_visitors("receipt number", "too_many_receipt_lookups")


@dataclass(frozen=True, slots=True)
class Reports:
    """``kinds`` are all that were ever offered; which are offered depends on the day. ``secret`` keys the marks of
    networks."""

    database: Database
    catalogue: Catalogue
    kinds: tuple[ReportKind, ...]
    secret: bytes = field(repr=False)
    intake: Intake
    files: Files
    looked_up: LookUps = field(default_factory=_by_number, compare=False)

    def kinds_on(self, day: date) -> tuple[ReportKind, ...]:
        """The kinds of report offered on ``day``."""
        return tuple(kind for kind in self.kinds if day in kind.period)

    def kind_name(self, kind_id: str) -> Text:
        """The name of a kind of report, also if it is no longer offered."""
        return next((kind.name for kind in self.kinds if kind.id == kind_id), Text(kind_id, kind_id))

    @property
    def retention(self) -> Retention:
        """How long contacts (with photo) and texts are kept."""
        return Retention(self.catalogue)

    def room(self) -> RoomLeft:
        """The room left for reports, for the top of the form."""
        with self.database.read() as tx:
            return self.intake.room(tx)

    def promise(self, day: date) -> tuple[int, int]:
        """Working days until the reporter is contacted, and until they are answered."""
        rules = self.catalogue.life_rules_on(day)
        return rules.report_contact_working_days, rules.report_answer_working_days

    def subject(self, number: str, client: str, now: datetime) -> ReportSubject:
        """The business with this code number, for the top of the form.

        Raises InputError (number mistyped), AccessError ``too_many_receipt_lookups``, NotFoundError
        ``code_not_in_register``.
        """
        with self.looked_up.counted(client, now):
            return self.known_subject(number)

    def known_subject(self, number: str) -> ReportSubject:
        """``subject`` without a limit, for somebody who was already given a form for this number."""
        with self.database.read() as tx:
            return self._subject(tx, parse_code_number(number))

    def send(self, sent: SentReport, client: str, now: datetime) -> CodeId:
        """Store a report and return its receipt number. The same form with the same content is the same report.

        Raises InvalidApplication with every problem of the fields, InputError ``photo_…``, ConflictError
        ``report_form_used`` (the form made another report before), NotFoundError ``code_not_in_register``, and while
        room is short AccessError as ``Intake.demand``.
        """
        sent, code_id = self._checked(sent, local_date(now)), parse_code_number(sent.number) if sent.number else None
        mark = self._mark(sent, code_id, client, now)
        with self.database.read() as tx:
            earlier = _sent_before(tx, sent)
            if earlier is not None:
                return earlier
            with_photo = self.intake.demand(tx, sent.text, mark, client, now)
        cleaned = self.intake.photo(sent.photo, client, now) if with_photo else None
        photo = self.files.put(cleaned) if cleaned else None
        with self.database.write() as tx:
            earlier = _sent_before(tx, sent)
            if earlier is not None:
                return earlier
            report = self._fresh(tx, sent, code_id, mark, now)
            file = rows.add(tx, photo, now) if photo else None
            report_id = reports.add(tx, report, sent.form_id, Private(sent.contact, file))
            reports.note(tx, report_id, ReportEvent(now, CITIZEN, "", ReportStep.RECEIVED))
            self.purge_expired(tx, now)
        return report.number

    def receipt(self, number: str, client: str, now: datetime) -> ReportReceipt:
        """The progress of a report.

        Raises InputError ``receipt_number_wrong``, AccessError ``too_many_receipt_lookups``, NotFoundError
        ``receipt_not_found``.
        """
        receipt_number = parse_receipt_number(number)
        with self.looked_up.counted(client, now), self.database.read() as tx:
            report = reports.by_number(tx, receipt_number)
            if report is None:
                raise NotFoundError("receipt_not_found")
            return self._receipt(tx, report, local_date(now))

    def purge_expired(self, tx: Transaction, now: datetime) -> Deleted:
        """Delete expired data. Part of every write."""
        deleted = self.retention.purge(tx, reports.CASES, local_date(now))
        if deleted.contacts:
            tx.after_commit(self.files.finish_deletions, None)
        return deleted

    def sweep(self, now: datetime) -> Deleted:
        """For start-up and the daily sweep: set due days for which there is now a calendar, and ``purge_expired`` until
        nothing is left, all in short transactions. While room is short, the contents of dismissed floods are deleted as
        well."""
        with self.database.read() as tx:
            undated = reports.undated(tx)
        write_each(self.database, undated, lambda tx, report_id: self._set_dates(tx, report_id, now))
        deleted = purge_all(self.database, lambda tx: self.purge_expired(tx, now))
        if self.room() is RoomLeft.ENOUGH:
            return deleted
        floods = purge_all(self.database, lambda tx: Deleted(words=reports.sweep_dismissed_floods(tx, local_date(now))))
        self.files.finish_deletions()
        return deleted + floods

    def holder(self, tx: Transaction, report: Report) -> tuple[str, str]:
        """Name and address of the business by the register now, or the place as typed."""
        stored = entities.get(tx, report.uscc) if report.uscc else None
        if stored is None:
            return report.place, ""
        return stored.entity.holder_name, _address(tx, report.uscc, stored.entity.domicile)

    def _subject(self, tx: Transaction, code_id: CodeId) -> ReportSubject:
        code = codes.newest(tx, code_id)
        stored = entities.get(tx, code.uscc) if code else None
        if code is None or stored is None:
            raise NotFoundError("code_not_in_register")
        offices = [stored.office, *(held.permit.handling_office for held in permits.of_business(tx, code.uscc))]
        office = next((each for each in offices if each in self.catalogue.windows), "")
        address = _address(tx, code.uscc, stored.entity.domicile)
        return ReportSubject(code_id, code.uscc, stored.entity.holder_name, address, office)

    def _mark(self, sent: SentReport, code_id: CodeId | None, client: str, now: datetime) -> str:
        about = code_id.number if code_id else f"office {sent.office}"
        return network_mark(self.secret, about, client, local_date(now))

    def _checked(self, sent: SentReport, day: date) -> SentReport:
        """The report with cleaned texts. Raises InvalidApplication with every problem, in the order of the form."""
        problems: list[InputError] = []
        place, text, contact = plain_line(sent.place), plain_text(sent.text), ""
        if sent.kind not in {kind.id for kind in self.kinds_on(day)}:
            problems.append(InputError("report_kind_missing", field="kind"))
        problems += length_faults(place, MOST_PLACE, "place")
        if not sent.number and not place:
            problems.append(InputError("report_place_missing", field="place"))
        if not sent.number and sent.office not in self.catalogue.windows:
            problems.append(InputError("report_office_missing", field="office"))
        problems += length_faults(text, MOST_TEXT, "text")
        if not text:
            problems.append(InputError("report_text_missing", field="text"))
        try:
            contact = parse_contact(sent.contact)
        except InputError as problem:
            problems.append(problem)
        if problems:
            raise InvalidApplication(problems)
        return replace(sent, place=place, text=text, contact=contact)

    def _fresh(self, tx: Transaction, sent: SentReport, code_id: CodeId | None, mark: str, now: datetime) -> Report:
        about = self._subject(tx, code_id) if code_id else ReportSubject(None, "", "", "", sent.office)
        contact_days, answer_days = self.promise(local_date(now))
        report = Report(
            report_id=0,
            number=CodeId(secrets.token_bytes(CODE_ID_BYTES)),
            kind=sent.kind,
            text=sent.text,
            uscc=about.uscc,
            place="" if code_id else sent.place,
            code_id=code_id,
            office=about.office,
            received_at=now,
            contact_days=contact_days,
            contact_due=None,
            answer_days=answer_days,
            answer_from=local_date(now),
            answer_due=None,
            contact_left=bool(sent.contact),
            has_photo=sent.photo is not None,
            state=ReportState.RECEIVED,
            closed_on=None,
            revision=1,
            network_mark=mark,
        )
        return self.dated(report)

    def _set_dates(self, tx: Transaction, report_id: int, now: datetime) -> None:
        report = reports.get(tx, report_id)
        dated = self.dated(report) if report and report.closed_on is None else report
        if dated and dated != report:
            reports.update(tx, dated)
            reports.note(tx, report_id, ReportEvent(now, SYSTEM, "", ReportStep.DATES_SET))

    def dated(self, report: Report) -> Report:
        """The report with its due days; missing ones are computed if there is a calendar."""
        calendar = self.catalogue.working_calendar
        contact = report.contact_due or due_day(calendar, report.received_on, report.contact_days)[0]
        answer = report.answer_due or due_day(calendar, report.answer_from, report.answer_days)[0]
        return replace(report, contact_due=contact, answer_due=answer)

    def _receipt(self, tx: Transaction, report: Report, today: date) -> ReportReceipt:
        events = reports.events(tx, report.report_id)
        steps = {event.step for event in events}
        answers = tuple(ReportAnswer(local_date(e.at), e.text) for e in events if e.step is ReportStep.ANSWERED)
        return ReportReceipt(
            number=report.number.number,
            kind=self.kind_name(report.kind),
            about=self.holder(tx, report)[0] if report.uscc else "",
            office=report.office,
            received_at=report.received_at,
            state=report.state,
            dismissed=ReportStep.DISMISSED in steps,
            calls_back=report.contact_left,
            clocks=() if ReportStep.DISMISSED in steps else self.clocks(report, events, today),
            answers=answers,
            closed_on=report.closed_on,
            photo_left_out=self.photo_left_out(tx, report, today),
        )

    def photo_left_out(self, tx: Transaction, report: Report, today: date) -> bool:
        """Whether a photograph was sent and not stored; False after the time for which it would have been kept."""
        return (
            report.has_photo
            and self.retention.keeps_contact(report, today)
            and reports.private(tx, report.report_id).file is None
        )

    def clocks(self, report: Report, events: tuple[ReportEvent, ...], today: date) -> tuple[Clock, ...]:
        """The time limits of one report: contact, answer, and call-back if a contact was left."""
        first = next((e for e in events if e.step in {ReportStep.CONTACTED, ReportStep.ANSWERED}), None)
        unsettled = [n for n, event in enumerate(events) if event.step is ReportStep.NOT_SETTLED]
        lately = events[unsettled[-1] + 1 :] if unsettled else events
        ended = {ReportStep.CALLED_BACK, ReportStep.CLOSED}
        answered = next((e for e in lately if e.step is ReportStep.ANSWERED), None)
        called = next((e for e in lately if e.step in ended), None)
        found = [
            self._clock(
                ReportStep.CONTACTED, first, (report.received_on, report.contact_days, report.contact_due), today
            ),
            self._clock(
                ReportStep.ANSWERED, answered, (report.answer_from, report.answer_days, report.answer_due), today
            ),
        ]
        if report.contact_left:
            run = (report.answer_from, report.answer_days, report.answer_due)
            step = called.step if called else ReportStep.CALLED_BACK
            found.append(self._clock(step, called, run, today))
        return tuple(found)

    def _clock(
        self, step: ReportStep, done: ReportEvent | None, run: tuple[date, int, date | None], today: date
    ) -> Clock:
        start, days, due = run
        if done is not None:
            return Clock(step, local_date(done.at), due, None, overdue=False)
        told, unknown_year = (due, None) if due else due_day(self.catalogue.working_calendar, start, days)
        return Clock(step, None, told, unknown_year, overdue=told is not None and told < today)


def _sent_before(tx: Transaction, sent: SentReport) -> CodeId | None:
    """The receipt number of the report that this form made. Raises ConflictError if the content differs."""
    earlier = reports.by_form(tx, sent.form_id)
    if earlier is None:
        return None
    said = (earlier.kind, earlier.text, earlier.contact_left, earlier.has_photo)
    if said != (sent.kind, sent.text, bool(sent.contact), sent.photo is not None):
        raise ConflictError("report_form_used")
    return earlier.number


def _address(tx: Transaction, uscc: str, domicile: str) -> str:
    """The address of the business: that of its first open premises, else its domicile."""
    return next((premises.address for premises in entities.premises_of(tx, uscc) if premises.open), domicile)
