"""Ratings of the service (政务服务“好差评”): five levels, voluntary, once per case; a bad one is mended and called back.

The law is 国办发〔2019〕51号: the three upper levels count as content; after a bad rating somebody looks into it, mends it
and calls the rater back in time. The clock counts working days as that of reports does (``domain.feedback.reports``).
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
LOWEST_CONTENT = 3  # this level and those above count as content

LEVELS: Mapping[int, Text] = {
    5: Text("非常满意", "Very satisfied"),
    4: Text("满意", "Satisfied"),
    3: Text("基本满意", "Fairly satisfied"),
    2: Text("不满意", "Dissatisfied"),
    1: Text("非常不满意", "Very dissatisfied"),
}


class RatingState(StrEnum):
    """How far the mending of a bad rating has come; a good one needs none."""

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
    NOT_SETTLED = "not_settled"  # called back, and the rater is still not content: mending goes on
    CLOSED = "closed"  # mended, but nobody could be called back


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
    """A reason to tick: data of the catalogue, in force for a time."""

    id: str
    name: Text
    praise: bool
    period: Period


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one rating that a decided case allows. Whoever holds ``code`` may give it; it says nothing of the applicant."""

    code: CodeId
    application_no: str
    office: str
    uscc: str
    decided_at: datetime

    @property
    def decided_on(self) -> date:
        """The day of the decision in Shanghai."""
        return local_date(self.decided_at)


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as the register keeps it. The clock runs from ``mend_from``; ``mend_due`` is None while no calendar tells
    it, and for a good one. ``text`` is empty once it has been deleted, on ``words_deleted_on``."""

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
        """The day of the rating in Shanghai."""
        return local_date(self.rated_at)

    @property
    def open(self) -> bool:
        """Whether somebody still has to mend or call back."""
        return self.state in {RatingState.OPEN, RatingState.MENDED}

    def overdue(self, today: date) -> bool:
        """Whether it should have been mended and called back before ``today``."""
        return self.open and self.mend_due is not None and self.mend_due < today


@dataclass(frozen=True, slots=True)
class MonthOfRatings:
    """How one office was rated in one month: ``counts`` by level. It holds no case and no name."""

    year: int
    month: int
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        """All ratings of the month."""
        return sum(self.counts.values())

    @property
    def content(self) -> int:
        """Those that count as content."""
        return sum(count for level, count in self.counts.items() if level >= LOWEST_CONTENT)


def is_bad(level: int) -> bool:
    """Whether a rating of this level is to be mended."""
    return level < LOWEST_CONTENT


def first_state(level: int) -> RatingState:
    """The state of a fresh rating."""
    return RatingState.OPEN if is_bad(level) else RatingState.NOTHING_TO_MEND


def allowed(state: RatingState) -> tuple[RatingStep, ...]:
    """The steps a rating in ``state`` allows, in the order they are offered."""
    return tuple(_NEXT[state])


def next_state(state: RatingState, step: RatingStep) -> RatingState:
    """The state after ``step``. Raises ConflictError ``step_not_allowed`` with what is allowed, in words."""
    return state_after(step, _NEXT[state], STEP_WORDS)


def parse_level(text: str, field: str = "level") -> int:
    """The level that was chosen. Raises InputError ``rating_level_missing``."""
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
