"""Ratings of the service (政务服务“好差评”): five levels, voluntary, one per case.

By 国办发〔2019〕51号 the three upper levels count as satisfied. After a poor rating the office must look into the matter,
remedy it and call back in time. The time limit is counted in working days, as for reports
(``domain.feedback.reports``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.feedback.steps import state_after
from licence_qr.domain.identifiers import CodeId, parse_code_number
from licence_qr.errors import InputError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

MOST_TEXT = 1000  # characters
LOWEST_CONTENT = 3  # this level and those above count as satisfied

LEVELS: Mapping[int, Text] = {
    5: Text("非常满意", "Very satisfied"),
    4: Text("满意", "Satisfied"),
    3: Text("基本满意", "Fairly satisfied"),
    2: Text("不满意", "Dissatisfied"),
    1: Text("非常不满意", "Very dissatisfied"),
}


class RatingState(StrEnum):
    """How far the remedy of a poor rating has come; other ratings need none."""

    NOTHING_TO_MEND = "nothing_to_mend"
    OPEN = "open"
    MENDED = "mended"
    CLOSED = "closed"


class RatingStep(StrEnum):
    """One thing that happened to a rating."""

    RATED = "rated"
    NOTED = "noted"
    MENDED = "mended"
    CALLED_BACK = "called_back"
    NOT_SETTLED = "not_settled"  # called back, and the rater is still dissatisfied: the case stays open
    CLOSED = "closed"  # remedied, but nobody could be called back


STEP_WORDS: Mapping[RatingStep, Text] = {
    RatingStep.RATED: Text("收到评价", "Rating received"),
    RatingStep.NOTED: term("field.notes"),
    RatingStep.MENDED: Text("已整改", "Put right"),
    RatingStep.CALLED_BACK: term("progress.called_back"),
    RatingStep.NOT_SETTLED: term("progress.called_back_open"),
    RatingStep.CLOSED: term("progress.not_called_back"),
}

_NEXT: Mapping[RatingState, Mapping[RatingStep, RatingState]] = {
    RatingState.NOTHING_TO_MEND: {},
    RatingState.OPEN: {RatingStep.MENDED: RatingState.MENDED, RatingStep.NOTED: RatingState.OPEN},
    RatingState.MENDED: {
        RatingStep.CALLED_BACK: RatingState.CLOSED,
        RatingStep.NOT_SETTLED: RatingState.OPEN,
        RatingStep.CLOSED: RatingState.CLOSED,
        RatingStep.NOTED: RatingState.MENDED,
    },
    RatingState.CLOSED: {RatingStep.NOTED: RatingState.CLOSED},
}


@dataclass(frozen=True, slots=True)
class RatingReason:
    """A reason that a rater can tick: an entry of the catalogue, with dates."""

    id: str
    name: Text
    praise: bool
    period: Period


@dataclass(frozen=True, slots=True)
class Invitation:
    """The right to rate one decided case, for whoever holds ``code``. It says nothing about the applicant."""

    code: CodeId
    application_no: str
    office: str
    uscc: str
    decided_at: datetime

    @property
    def decided_on(self) -> date:
        """The day of the decision in Asia/Shanghai."""
        return local_date(self.decided_at)


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as stored.

    The time limit runs from ``mend_from``; ``mend_due`` is None for ratings that need no remedy and while the year has
    no calendar. ``text`` is emptied on ``words_deleted_on``.
    """

    rating_id: int
    application_no: str
    uscc: str
    office: str
    level: int
    reasons: tuple[str, ...]
    text: str
    rated_at: datetime
    mend_days: int
    mend_from: date
    mend_due: date | None
    state: RatingState
    closed_on: date | None
    revision: int
    words_deleted_on: date | None = None

    @property
    def rated_on(self) -> date:
        """The day of the rating in Asia/Shanghai."""
        return local_date(self.rated_at)

    @property
    def open(self) -> bool:
        """Whether a remedy or a call-back is still due."""
        return self.state in {RatingState.OPEN, RatingState.MENDED}

    def overdue(self, today: date) -> bool:
        """Whether the remedy and call-back were due before ``today``."""
        return self.open and self.mend_due is not None and self.mend_due < today


@dataclass(frozen=True, slots=True)
class MonthOfRatings:
    """Ratings of one office in one month: ``counts`` by level, without cases or names."""

    year: int
    month: int
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        """All ratings of the month."""
        return sum(self.counts.values())

    @property
    def content(self) -> int:
        """The number that count as satisfied."""
        return sum(count for level, count in self.counts.items() if level >= LOWEST_CONTENT)


def is_bad(level: int) -> bool:
    """Whether a rating of this level must be remedied."""
    return level < LOWEST_CONTENT


def first_state(level: int) -> RatingState:
    """The state of a new rating."""
    return RatingState.OPEN if is_bad(level) else RatingState.NOTHING_TO_MEND


def allowed(state: RatingState) -> tuple[RatingStep, ...]:
    """The steps a rating in ``state`` allows, in the order they are offered."""
    return tuple(_NEXT[state])


def next_state(state: RatingState, step: RatingStep) -> RatingState:
    """The state after ``step``. Raises ConflictError ``step_not_allowed`` with what is allowed, in words."""
    return state_after(step, _NEXT[state], STEP_WORDS)


def parse_level(text: str, field: str = "level") -> int:
    """Read the chosen level. Raises InputError ``rating_level_missing``."""
    chosen = next((level for level in LEVELS if str(level) == text), None)
    if chosen is None:
        raise InputError("rating_level_missing", field=field)
    return chosen


def parse_rating_code(text: str, field: str = "code") -> CodeId:
    """Read a rating code as a person types it. Raises InputError ``rating_code_wrong``."""
    try:
        return parse_code_number(text, field)
    except InputError as error:
        raise InputError("rating_code_wrong", field=field) from error
