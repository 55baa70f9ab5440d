"""Reports and ratings: when their clocks run out, and which step may follow which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback import ratings
from licence_qr.domain.feedback.ratings import RatingState, RatingStep
from licence_qr.domain.feedback.reports import (
    Report,
    ReportState,
    ReportStep,
    allowed,
    due_day,
    next_state,
    parse_receipt_number,
)
from licence_qr.domain.feedback.retention import closed_before, is_kept
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.plain_text import demand_length, plain_line, plain_text
from licence_qr.errors import ConflictError, InputError

CALENDAR = CATALOGUE.working_calendar
REPORT = Report(
    report_id=1,
    number=CodeId(bytes(10)),
    kind="other",
    text="示例",
    uscc="",
    place="示例路1号",
    code_id=None,
    office="baishiyi",
    received_at=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    contact_days=2,
    contact_due=date(2026, 11, 25),
    answer_days=5,
    answer_from=date(2026, 11, 23),
    answer_due=date(2026, 11, 30),
    contact_left=True,
    has_photo=False,
    state=ReportState.RECEIVED,
    closed_on=None,
    revision=1,
)


@pytest.mark.parametrize(
    ("received", "contact", "answer"),
    [
        (date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 30)),  # Monday: Wednesday, the next Monday
        (date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 4)),  # Friday: Monday is the first day
        (date(2026, 11, 28), date(2026, 12, 1), date(2026, 12, 4)),  # Saturday: the same
        (date(2026, 11, 29), date(2026, 12, 1), date(2026, 12, 4)),  # Sunday: the same
        (date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 13)),  # seven days off, then Saturday with work
        (date(2025, 9, 26), date(2025, 9, 29), date(2025, 10, 10)),  # Sunday 28 September 2025 was worked
        (date(2025, 10, 4), date(2025, 10, 10), date(2025, 10, 14)),  # a Saturday of the holidays, a worked one after
    ],
)
def test_the_clock_counts_working_days_and_not_the_day_of_receipt(received: date, contact: date, answer: date) -> None:
    assert due_day(CALENDAR, received, 2) == (contact, None)
    assert due_day(CALENDAR, received, 5) == (answer, None)


def test_the_hour_of_receipt_decides_nothing_but_the_day_in_shanghai_does() -> None:
    morning, night = datetime(2026, 11, 23, 1, tzinfo=UTC), datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    assert local_date(morning) == local_date(night) == replace(REPORT, received_at=night).received_on
    assert replace(REPORT, received_at=datetime(2026, 11, 23, 16, tzinfo=UTC)).received_on == date(2026, 11, 24)


def test_a_year_without_calendar_is_named_and_not_guessed() -> None:
    assert due_day(CALENDAR, date(2099, 1, 5), 2) == (None, 2099)
    last = max(CALENDAR.years)
    assert due_day(CALENDAR, date(last, 12, 31), 5) == (None, last + 1)


@pytest.mark.parametrize(
    ("state", "left", "due", "over"),
    [
        (ReportState.RECEIVED, date(2026, 11, 25), date(2026, 11, 25), date(2026, 11, 26)),
        (ReportState.CONTACTED, date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 1)),
        (ReportState.ANSWERED, date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 1)),
    ],
)
def test_a_report_is_overdue_from_the_day_after_the_one_it_is_due(
    state: ReportState, left: date, due: date, over: date
) -> None:
    report = replace(REPORT, state=state)
    assert report.due_on == due
    assert not report.overdue(left)
    assert report.overdue(over)


def test_what_is_closed_is_never_overdue() -> None:
    report = replace(REPORT, state=ReportState.CLOSED, closed_on=date(2026, 11, 24))
    assert report.due_on is None
    assert not report.overdue(date(2030, 1, 1))


def test_contact_and_photo_may_be_looked_at_for_thirty_days_after_the_end() -> None:
    days = CATALOGUE.life_rules_on(date(2026, 12, 24)).citizen_contact_kept_days
    closed = replace(REPORT, state=ReportState.CLOSED, closed_on=date(2026, 11, 24))
    assert is_kept(REPORT.closed_on, days, date(2030, 1, 1))
    assert is_kept(closed.closed_on, days, date(2026, 12, 24))
    assert not is_kept(closed.closed_on, days, date(2026, 12, 25))


@given(st.dates(date(2021, 1, 1), date(2040, 1, 1)), st.integers(1, 4000), st.dates(date(2021, 1, 1), date(2040, 1, 1)))
def test_what_may_not_be_looked_at_is_what_is_deleted(closed_on: date, days: int, today: date) -> None:
    assert is_kept(closed_on, days, today) is not (closed_on < closed_before(days, today))


def test_a_step_that_does_not_fit_says_which_do() -> None:
    with pytest.raises(ConflictError, match="step_not_allowed") as refused:
        next_state(REPORT, ReportStep.CALLED_BACK)
    assert "已联系" in str(refused.value.facts["allowed_zh"])
    assert "Contacted" in str(refused.value.facts["allowed_en"])


def test_an_answer_closes_a_report_whose_reporter_left_no_contact() -> None:
    assert next_state(REPORT, ReportStep.ANSWERED) is ReportState.ANSWERED
    assert next_state(replace(REPORT, contact_left=False), ReportStep.ANSWERED) is ReportState.CLOSED


@given(st.lists(st.sampled_from(ReportStep), max_size=30), st.booleans())
def test_whatever_is_tried_a_closed_report_takes_nothing_but_notes(steps: list[ReportStep], contact_left: bool) -> None:
    report = replace(REPORT, contact_left=contact_left)
    for step in steps:
        try:
            state = next_state(report, step)
        except ConflictError:
            assert step not in allowed(report.state)
            continue
        assert step in allowed(report.state)
        if report.state is ReportState.CLOSED:
            assert (step, state) == (ReportStep.NOTED, ReportState.CLOSED)
        report = replace(report, state=state)


def test_every_state_that_is_not_closed_can_be_closed() -> None:
    for state in set(ReportState) - {ReportState.CLOSED}:
        found = {next_state(replace(REPORT, state=state, contact_left=False), step) for step in allowed(state)}
        assert ReportState.CLOSED in found, state


@pytest.mark.parametrize("level", ratings.LEVELS)
def test_the_two_lowest_levels_are_to_be_mended(level: int) -> None:
    assert ratings.is_bad(level) == (level <= 2)
    assert (ratings.first_state(level) is RatingState.OPEN) == (level <= 2)


def test_mending_comes_before_calling_back_and_goes_on_when_the_rater_is_not_content() -> None:
    with pytest.raises(ConflictError, match="step_not_allowed"):
        ratings.next_state(RatingState.OPEN, RatingStep.CALLED_BACK)
    assert ratings.next_state(RatingState.OPEN, RatingStep.MENDED) is RatingState.MENDED
    assert ratings.next_state(RatingState.MENDED, RatingStep.NOT_SETTLED) is RatingState.OPEN
    assert ratings.next_state(RatingState.MENDED, RatingStep.CALLED_BACK) is RatingState.CLOSED


def test_a_good_rating_takes_no_step() -> None:
    assert ratings.allowed(RatingState.NOTHING_TO_MEND) == ()


@pytest.mark.parametrize("text", ["", "0", "6", "5 ", "非常满意", "1\x00", "-1", "²"])
def test_a_level_is_one_of_five(text: str) -> None:
    with pytest.raises(InputError, match="rating_level_missing"):
        ratings.parse_level(text)


def test_a_receipt_number_is_read_as_people_type_it() -> None:
    number = CodeId(bytes(range(10)))
    assert parse_receipt_number(f"  {number.number.lower().replace('-', ' ')}") == number
    assert ratings.parse_rating_code(number.number.replace("0", "O")) == number


@pytest.mark.parametrize(
    "text", ["", "A3C5", "A3C5-HR4R-BV67-YR21-Y", "A3C5-HR4R-BV67-YR2U-Z", "A" * 10_000, "\x00" * 17]
)
def test_a_mistyped_number_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="receipt_number_wrong"):
        parse_receipt_number(text)
    with pytest.raises(InputError, match="rating_code_wrong"):
        ratings.parse_rating_code(text)


def test_null_bytes_and_characters_that_turn_the_text_are_dropped_and_lines_stay() -> None:
    assert plain_text(" 第一行\r\n第\x00二\u202e行\u2066\x1b[31m\ufeff \r第三行\n") == "第一行\n第二行[31m \n第三行"
    assert plain_line("138 0000\n1234\t") == "138 0000 1234"
    assert plain_text("\ud800") == ""
    assert plain_text("\u200b\u2060\u00ad\u200d") == ""  # nothing to be seen is nothing said
    assert plain_text("甲\u2028乙") == "甲\n乙"
    assert plain_text("示例\U00031350") == "示例\U00031350"  # of names newer than the tables at hand
    assert plain_text("e\x00\u0301") == "é"  # composed after what stood between is gone


@given(st.text())
def test_plain_text_is_done_in_one_go_and_can_be_stored(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once
    once.encode("utf-8")
    assert "\0" not in once


def test_too_many_characters_are_refused_with_both_figures() -> None:
    assert demand_length("字" * 10, 10, "text") == "字" * 10
    with pytest.raises(InputError, match="text_too_long") as refused:
        demand_length("字" * 11, 10, "text")
    label = {"label_zh": "内容", "label_en": "Text"}
    assert (refused.value.field, refused.value.facts) == ("text", {"length": 11, "limit": 10, **label})


def test_a_month_of_ratings_knows_its_share() -> None:
    month = ratings.MonthOfRatings(2026, 11, {5: 3, 3: 1, 2: 1, 1: 1})
    assert (month.total, month.content) == (6, 4)


@given(st.dates(date(2020, 1, 1), date(2026, 11, 30)), st.integers(1, 15))
def test_a_due_day_is_a_working_day_after_the_start(start: date, days: int) -> None:
    due, unknown = due_day(CALENDAR, start, days)
    assert due is not None and unknown is None
    assert CALENDAR.is_working_day(due)
    assert due >= start + timedelta(days=days)
