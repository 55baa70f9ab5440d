"""Problems that people report about a business (群众反映): states, steps and time limits.

Time limits are counted in working days. The day of receipt is never counted, whatever the hour (行政许可法 第八十二条: the
day on which a period starts is left out). A report sent on Friday night, Saturday or Sunday has Monday as its first
day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.feedback.steps import state_after
from licence_qr.domain.identifiers import CodeId, parse_code_number
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import InputError, RuleError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

MOST_TEXT = 2000  # characters
MOST_PLACE = 200


class ReportState(StrEnum):
    """How far a report has come."""

    RECEIVED = "received"
    CONTACTED = "contacted"
    ANSWERED = "answered"
    CLOSED = "closed"


class ReportStep(StrEnum):
    """One step in handling a report. Each is kept with who took it and when."""

    RECEIVED = "received"
    CONTACTED = "contacted"  # the reporter was contacted; where no contact was left, the report was taken up
    ANSWERED = "answered"  # shown to whoever holds the receipt number
    CALLED_BACK = "called_back"  # and the matter is settled
    NOT_SETTLED = "not_settled"  # called back, and the reporter is dissatisfied: another answer is due
    CLOSED = "closed"  # answered, but nobody could be called back
    DISMISSED = "dismissed"  # not a report: advertising, abuse, a duplicate
    REASSIGNED = "reassigned"
    NOTED = "noted"
    DATES_SET = "dates_set"  # a calendar that was missing has arrived


STEP_WORDS: Mapping[ReportStep, Text] = {
    ReportStep.RECEIVED: term("field.received_on"),
    ReportStep.CONTACTED: Text("已联系", "Contacted"),
    ReportStep.ANSWERED: Text("已答复", "Answered"),
    ReportStep.CALLED_BACK: term("progress.called_back"),
    ReportStep.NOT_SETTLED: term("progress.called_back_open"),
    ReportStep.CLOSED: term("progress.not_called_back"),
    ReportStep.DISMISSED: Text("不予处理", "Dismissed"),
    ReportStep.REASSIGNED: Text("转办", "Passed on"),
    ReportStep.NOTED: term("field.notes"),
    ReportStep.DATES_SET: Text("期限已确定", "Dates set"),
}

_NEXT: Mapping[ReportState, Mapping[ReportStep, ReportState]] = {
    ReportState.RECEIVED: {
        ReportStep.CONTACTED: ReportState.CONTACTED,
        ReportStep.ANSWERED: ReportState.ANSWERED,
        ReportStep.NOTED: ReportState.RECEIVED,
        ReportStep.REASSIGNED: ReportState.RECEIVED,
        ReportStep.DISMISSED: ReportState.CLOSED,
    },
    ReportState.CONTACTED: {
        ReportStep.ANSWERED: ReportState.ANSWERED,
        ReportStep.NOTED: ReportState.CONTACTED,
        ReportStep.REASSIGNED: ReportState.CONTACTED,
        ReportStep.DISMISSED: ReportState.CLOSED,
    },
    ReportState.ANSWERED: {
        ReportStep.CALLED_BACK: ReportState.CLOSED,
        ReportStep.NOT_SETTLED: ReportState.CONTACTED,
        ReportStep.CLOSED: ReportState.CLOSED,
        ReportStep.NOTED: ReportState.ANSWERED,
    },
    ReportState.CLOSED: {ReportStep.NOTED: ReportState.CLOSED},
}


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A subject of reports: an entry of the catalogue, with dates."""

    id: str
    name: Text
    note: Text | None
    period: Period


@dataclass(frozen=True, slots=True)
class Report:
    """A report as stored, without contact and photo: they are stored separately and deleted earlier.

    ``uscc`` and ``code_id`` are empty when the code was not in the register; ``place`` then says where it is displayed.
    ``contact_left``: whether the reporter wanted to be called, also after the contact has been deleted. The time limit
    for the answer runs from ``answer_from``; a due day is None while its year has no calendar. Reports from one network
    have the same ``network_mark`` (``domain.feedback.alike``). It is emptied on ``words_deleted_on``, like ``text`` and
    ``place``.
    """

    report_id: int
    number: CodeId
    kind: str
    text: str
    uscc: str
    place: str
    code_id: CodeId | None
    office: str
    received_at: datetime
    contact_days: int
    contact_due: date | None
    answer_days: int
    answer_from: date
    answer_due: date | None
    contact_left: bool
    has_photo: bool
    state: ReportState
    closed_on: date | None
    revision: int
    words_deleted_on: date | None = None
    network_mark: str = ""

    @property
    def received_on(self) -> date:
        """The day of receipt in Asia/Shanghai."""
        return local_date(self.received_at)

    @property
    def due_on(self) -> date | None:
        """The day by which the next step is due; None when closed, or when its year has no calendar."""
        if self.state is ReportState.CLOSED:
            return None
        return self.contact_due if self.state is ReportState.RECEIVED else self.answer_due

    def overdue(self, today: date) -> bool:
        """Whether the next step was due before ``today``."""
        return self.due_on is not None and self.due_on < today


def allowed(state: ReportState) -> tuple[ReportStep, ...]:
    """The steps a report in ``state`` allows, in the order they are offered."""
    return tuple(_NEXT[state])


def next_state(report: Report, step: ReportStep) -> ReportState:
    """The state after ``step``. An answer closes a report without a contact: nobody can be called back.

    Raises ConflictError ``step_not_allowed``, which names what is allowed.
    """
    found = state_after(step, _NEXT[report.state], STEP_WORDS)
    if step is ReportStep.ANSWERED and not report.contact_left:
        return ReportState.CLOSED
    return found


def due_day(calendar: WorkingCalendar, start: date, days: int) -> tuple[date | None, int | None]:
    """The last day of ``days`` working days from ``start`` and None; or None and the year that has no calendar."""
    try:
        return calendar.after(start, days), None
    except RuleError as unknown:
        year = unknown.facts.get("year")
        return None, year if isinstance(year, int) else None


def parse_receipt_number(text: str, field: str = "number") -> CodeId:
    """Read a receipt number as a person types it. Raises InputError ``receipt_number_wrong``."""
    try:
        return parse_code_number(text, field)
    except InputError as error:
        raise InputError("receipt_number_wrong", field=field) from error
