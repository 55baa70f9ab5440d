"""Working days: the announced calendars count rightly, and a year without one is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import RuleError

CALENDAR = CATALOGUE.working_calendar
KNOWN = st.dates(date(2004, 1, 1), date(2026, 12, 31))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def span(month: int, first: int, last: int) -> set[date]:
    return set(days(date(2026, month, first), date(2026, month, last)))


# The announcement for 2026, written down from the text of the notice of 4 November 2025.
OFF_2026 = (
    span(1, 1, 3) | span(2, 15, 23) | span(4, 4, 6) | span(5, 1, 5) | span(6, 19, 21) | span(9, 25, 27) | span(10, 1, 7)
)
MADE_UP_2026 = {date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}


def test_every_day_of_2026_is_what_was_announced():
    for day in days(date(2026, 1, 1), date(2026, 12, 31)):
        expected = day in MADE_UP_2026 or (day.weekday() < 5 and day not in OFF_2026)
        assert CALENDAR.is_working_day(day) == expected, day


def test_spring_festival_2024_was_off_from_the_10th_to_the_17th_and_made_up_on_two_sundays():
    assert [d.day for d in days(date(2024, 2, 4), date(2024, 2, 18)) if not CALENDAR.is_working_day(d)] == [
        *range(10, 18)
    ]


def test_national_day_2025_was_off_for_eight_days_and_made_up_before_and_after():
    off = [d for d in days(date(2025, 9, 28), date(2025, 10, 11)) if not CALENDAR.is_working_day(d)]
    assert off == days(date(2025, 10, 1), date(2025, 10, 8))
    assert date(2025, 9, 28).weekday() == 6 and date(2025, 10, 11).weekday() == 5


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 23), 2, date(2026, 11, 25)),  # a plain week
        (date(2026, 11, 26), 2, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # Friday to a Sunday with work
        (date(2026, 9, 30), 5, date(2026, 10, 13)),  # over National Day, the made-up Saturday counts
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # over the new year
        (date(2026, 2, 13), 3, date(2026, 2, 25)),  # Spring Festival between
        (date(2026, 10, 3), 0, date(2026, 10, 3)),  # none: the day itself, off or not
    ],
)
def test_a_time_limit_ends_on_its_last_working_day(day, count, due):
    assert CALENDAR.after(day, count) == due


@given(KNOWN, st.integers(0, 60))
def test_counting_back_what_was_counted_on_gives_the_same_number(day, count):
    try:
        due = CALENDAR.after(day, count)
    except RuleError:
        assert day > date(2026, 9, 1)
        return
    assert CALENDAR.between(day, due) == count
    assert count == 0 or CALENDAR.is_working_day(due)


@given(KNOWN, KNOWN, KNOWN)
def test_the_count_grows_with_time_and_adds_up(one, two, three):
    first, middle, last = sorted((one, two, three))
    assert 0 <= CALENDAR.between(first, middle) <= CALENDAR.between(first, last) <= (last - first).days
    assert CALENDAR.between(first, middle) + CALENDAR.between(middle, last) == CALENDAR.between(first, last)
    assert CALENDAR.between(last, first) == -CALENDAR.between(first, last)


@given(KNOWN, KNOWN)
def test_a_count_is_the_number_of_working_days_one_by_one(one, two):
    first, last = min(one, two), max(one, two)
    last = min(last, first + timedelta(days=400))
    one_by_one = sum(CALENDAR.is_working_day(d) for d in days(first, last)[1:])
    assert CALENDAR.between(first, last) == one_by_one


@pytest.mark.parametrize(
    ("ask", "year"),
    [
        (lambda: CALENDAR.is_working_day(date(2027, 1, 4)), 2027),
        (lambda: CALENDAR.is_working_day(date(2003, 12, 31)), 2003),
        (lambda: CALENDAR.after(date(2026, 12, 30), 2), 2027),
        (lambda: CALENDAR.after(date(2030, 5, 1), 1), 2030),
        (lambda: CALENDAR.between(date(2026, 12, 1), date(2027, 1, 4)), 2027),
        (lambda: CALENDAR.between(date(2027, 1, 4), date(2026, 12, 1)), 2027),
        (lambda: WorkingCalendar().after(date(2026, 11, 23), 1), 2026),
    ],
)
def test_a_year_without_a_calendar_is_refused_and_named(ask, year):
    with pytest.raises(RuleError) as refused:
        ask()
    assert (refused.value.code, refused.value.facts) == ("working_days_unknown", {"year": year})


def test_a_gap_between_known_years_is_not_jumped_over():
    gap = WorkingCalendar(years=frozenset({2024, 2026}))
    with pytest.raises(RuleError) as refused:
        gap.after(date(2024, 12, 31), 1)
    assert refused.value.facts == {"year": 2025}
    with pytest.raises(RuleError):
        gap.between(date(2024, 12, 31), date(2026, 1, 2))


def test_what_does_not_reach_into_the_unknown_year_is_counted():
    assert CALENDAR.after(date(2026, 12, 30), 1) == date(2026, 12, 31)
    assert CALENDAR.between(date(2026, 12, 31), date(2026, 12, 31)) == 0
    assert CALENDAR.after(date(2003, 12, 31), 1) == date(2004, 1, 2)


def test_a_negative_count_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.after(date(2026, 11, 23), -1)
