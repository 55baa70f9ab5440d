"""Reports at the desk: contact, answer, call back, close, or pass on. Steps cannot be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback.reports import Report, ReportState, ReportStep, allowed, next_state
from licence_qr.domain.feedback.steps import step_not_allowed
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError, NotFoundError
from licence_qr.services.feedback.reports import Clock, Reports
from licence_qr.services.feedback.steps import ShownStep, chosen_step, shown_steps, words_of_step, write_step
from licence_qr.services.register import access, things
from licence_qr.services.register.access import HANDLE_REPORTS, PASS_ON_REPORTS, READ_REPORTS
from licence_qr.store.database.connections import Transaction
from licence_qr.store.feedback import reports
from licence_qr.store.feedback.reports import ListedReport, ReportEvent
from licence_qr.wording.text import Text

_PASSING_ON = frozenset({ReportStep.REASSIGNED, ReportStep.NOTED})
_LEAST_TELLING = 5  # shortest contact that is searched for in an answer


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the list: a report, or the first of ``alike`` many from one network, of whom ``contacts`` left one.

    ``further``: on the last line about its business, how many lines about it the list leaves out.
    """

    report: Report
    kind: Text
    holder_name: str
    overdue: bool
    alike: int = 1
    contacts: int = 0
    further: int = 0


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report as ``actor`` may see it.

    ``contact`` is empty if it is deleted or not for them. Once ``words_gone``, text and place of the report and the
    texts of its steps are empty too, and no step can be taken. ``alike``: the number of reports from its network on that
    day about the same business, including itself.
    """

    report: Report
    kind: Text
    holder_name: str
    address: str
    contact: str
    photo: bool
    photo_left_out: bool
    alike: int
    words_gone: bool
    clocks: tuple[Clock, ...]
    steps: tuple[ShownStep[ReportEvent], ...]
    allowed: tuple[ReportStep, ...]


@dataclass(frozen=True, slots=True)
class ReportAct:
    """A step requested at the desk. ``office`` is the one a report is passed on to."""

    step: str
    text: str
    revision: int
    office: str = ""


@dataclass(frozen=True, slots=True)
class DismissAlike:
    """Dismissing a group: the ids of the reports that were ``shown``, and of those to be ``kept``."""

    shown: frozenset[int]
    kept: frozenset[int]
    text: str


@dataclass(frozen=True, slots=True)
class ReportsDesk:
    """The reports of an office. Clerks, inspectors and deciders see their own office's, a supervisor those of every
    office, to pass them on, and an auditor to read them."""

    reports: Reports

    def list(
        self, actor: Actor, now: datetime, *, closed: bool = False, about: str | None = None
    ) -> tuple[ReportLine, ...]:
        """Open reports, overdue ones first, or those closed last. ``about``: only open reports about this business; empty:
        about none.

        Many reports from one network, or about one business, are grouped, so that the others keep their lines
        (``domain.feedback.alike``). Raises AccessError ``role_not_allowed``.
        """
        office, today = access.office_bound(actor, READ_REPORTS), local_date(now)
        with self.reports.database.read() as tx:
            found = (
                tuple(map(ListedReport, reports.closed_ones(tx, office)))
                if closed
                else reports.open_ones(tx, office, today, about)
            )
            return tuple(self._line(tx, each, today) for each in found)

    def alike(self, actor: Actor, report_id: int, now: datetime) -> tuple[ReportLine, ...]:
        """The open reports from the same network as this one, oldest first.

        Raises NotFoundError ``thing_not_found``, AccessError.
        """
        today = local_date(now)
        with self.reports.database.read() as tx:
            found = reports.alike(tx, _own(tx, actor, report_id))
            return tuple(self._line(tx, ListedReport(each), today) for each in found)

    def dismiss_alike(self, actor: Actor, report_id: int, act: DismissAlike, now: datetime) -> int:
        """Dismiss the reports of a group that were ``shown`` and not ``kept``, in one transaction; return how many.

        Reports that have been answered in the meantime are not changed. Raises InputError (``report_step_text_missing``,
        ``text_too_long``), NotFoundError ``thing_not_found``, AccessError.
        """
        text, dismissed = words_of_step(act.text), 0
        with self.reports.database.write() as tx:
            chosen = _own(tx, actor, report_id)
            access.demand(actor, HANDLE_REPORTS, chosen.office)
            for report in reports.alike(tx, chosen):
                if report.report_id not in act.shown - act.kept or ReportStep.DISMISSED not in allowed(report.state):
                    continue
                step = ReportAct(ReportStep.DISMISSED.value, text, report.revision)
                changed = self._after(report, ReportStep.DISMISSED, step, local_date(now))
                _record(tx, changed, ReportEvent(now, actor.username, actor.office, ReportStep.DISMISSED, text), actor)
                dismissed += 1
            self.reports.purge_expired(tx, now)
        return dismissed

    def get(self, actor: Actor, report_id: int, now: datetime) -> ReportFile:
        """One report. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.reports.database.read() as tx:
            return self._file(tx, actor, _own(tx, actor, report_id), local_date(now))

    def photo(self, actor: Actor, report_id: int, now: datetime) -> bytes:
        """The photograph as JPEG. Raises NotFoundError ``report_photo_not_found``, AccessError, RegisterError
        ``file_missing`` or ``file_damaged``."""
        with self.reports.database.read() as tx:
            report = _own(tx, actor, report_id)
            may_read = self._may_read_private(actor, report, local_date(now))
            file = reports.private(tx, report_id).file if may_read else None
            if file is None:
                raise NotFoundError("report_photo_not_found")
            return self.reports.files.read(tx, file)

    def act(self, actor: Actor, report_id: int, act: ReportAct, now: datetime) -> Report:
        """Take one step, in one transaction with its event.

        Raises InputError (``report_step_missing``, ``report_step_text_missing``, ``text_too_long``,
        ``report_office_missing``, ``answer_names_contact``), ConflictError ``changed_meanwhile`` (somebody else took a
        step since the form was made) or ``step_not_allowed``, NotFoundError, AccessError.
        """
        step, text = chosen_step(ReportStep, act.step), words_of_step(act.text)
        with self.reports.database.write() as tx:
            report = _own(tx, actor, report_id)
            if report.revision != act.revision:
                raise ConflictError("changed_meanwhile", thing_zh=things.REPORT.zh, thing_en=things.REPORT.en)
            _demand(tx, actor, report, step, text)
            changed = self._after(report, step, act, local_date(now))
            details = {"from": report.office, "to": changed.office} if step is ReportStep.REASSIGNED else None
            _record(tx, changed, ReportEvent(now, actor.username, actor.office, step, text, details), actor)
            self.reports.purge_expired(tx, now)
        return changed

    def _after(self, report: Report, step: ReportStep, act: ReportAct, today: date) -> Report:
        if not self.reports.retention.keeps_words(
            report, today
        ):  # a later note would have no day on which it is deleted
            raise step_not_allowed()
        state = next_state(report, step)
        closed_on = today if state is ReportState.CLOSED and report.closed_on is None else report.closed_on
        changed = replace(report, state=state, closed_on=closed_on)
        if step is ReportStep.NOT_SETTLED:  # the time limit for the answer starts again today
            changed = self.reports.dated(replace(changed, answer_from=today, answer_due=None))
        if step is not ReportStep.REASSIGNED:
            return changed
        if act.office not in self.reports.catalogue.windows or act.office == report.office:
            raise InputError("report_office_missing", field="office")
        return replace(changed, office=act.office)

    def _file(self, tx: Transaction, actor: Actor, report: Report, today: date) -> ReportFile:
        readable = self._may_read_private(actor, report, today)
        words_gone = not self.reports.retention.keeps_words(report, today)
        private = reports.private(tx, report.report_id)
        events = reports.events(tx, report.report_id)
        shown = self._readable(report, today)
        holder_name, address = self.reports.holder(tx, shown)
        return ReportFile(
            report=shown,
            kind=self.reports.kind_name(report.kind),
            holder_name=holder_name,
            address=address,
            contact=private.contact if readable else "",
            photo=readable and private.file is not None,
            photo_left_out=self.reports.photo_left_out(tx, report, today),
            alike=reports.count_alike(tx, report),
            words_gone=words_gone,
            clocks=self.reports.clocks(report, events, today),
            steps=shown_steps(tx, map(_without_words, events) if words_gone else events),
            allowed=() if words_gone else _open_steps(actor, report),
        )

    def _line(self, tx: Transaction, listed: ListedReport, today: date) -> ReportLine:
        report = self._readable(listed.report, today)
        kind, holder_name = self.reports.kind_name(report.kind), self.reports.holder(tx, report)[0]
        return ReportLine(
            report=report,
            kind=kind,
            holder_name=holder_name,
            overdue=report.overdue(today),
            alike=listed.alike,
            contacts=listed.contacts,
            further=listed.further,
        )

    def _readable(self, report: Report, today: date) -> Report:
        """The report, without its texts from the day on which they are due for deletion."""
        return report if self.reports.retention.keeps_words(report, today) else replace(report, text="", place="")

    def _may_read_private(self, actor: Actor, report: Report, today: date) -> bool:
        """Whether ``actor`` handles it and the contact is still kept; the deletion itself may happen later."""
        return access.may(actor, HANDLE_REPORTS, report.office) and self.reports.retention.keeps_contact(report, today)


def _record(tx: Transaction, changed: Report, event: ReportEvent, actor: Actor) -> None:
    """Store a report after a step, and the step."""
    reports.update(tx, changed)
    reports.note(tx, changed.report_id, event)
    write_step(tx, EventKind.REPORT_HANDLED, f"report/{changed.report_id}", event.step, actor, event.at)


def _own(tx: Transaction, actor: Actor, report_id: int) -> Report:
    access.demand(actor, READ_REPORTS)
    report = reports.get(tx, report_id)
    if report is None:
        raise things.not_found(things.REPORT)
    access.demand(actor, READ_REPORTS, report.office)
    return report


def _demand(tx: Transaction, actor: Actor, report: Report, step: ReportStep, text: str) -> None:
    access.demand(actor, _right_to(step), report.office)
    contact = reports.private(tx, report.report_id).contact
    if step is ReportStep.ANSWERED and len(contact) >= _LEAST_TELLING and contact in text:
        raise InputError("answer_names_contact", field="text")


def _open_steps(actor: Actor, report: Report) -> tuple[ReportStep, ...]:
    return tuple(step for step in allowed(report.state) if access.may(actor, _right_to(step), report.office))


def _without_words(event: ReportEvent) -> ReportEvent:
    """A step without its text, except an answer, which the reporter has too."""
    return event if event.step is ReportStep.ANSWERED else replace(event, text="")


def _right_to(step: ReportStep) -> access.Right:
    """The right for a step. A supervisor who is also a clerk handles reports of the own office."""
    return PASS_ON_REPORTS if step in _PASSING_ON else HANDLE_REPORTS
