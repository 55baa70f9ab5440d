"""The time limit within which an application is decided: working days, less those of pauses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.catalogue.loader import load_catalogue
from licence_qr.domain.lifecycle.clock import DecisionClock, Pause, PauseKind, clock_on
from licence_qr.domain.working_days import WorkingCalendar

FIRST = date(2026, 1, 1)
CALENDAR = load_catalogue().working_calendar
KNOWN = st.integers(0, 200).map(lambda days: FIRST + timedelta(days=days))
LIMITS = st.integers(1, 30)


@st.composite
def pauses(draw: st.DrawFn, *, open_too: bool = True) -> tuple[Pause, ...]:
    """Any pauses: beside, over and within each other, of holidays alone, still lasting."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first = draw(KNOWN)
        lasts = draw(st.integers(0, 40))
        last = None if open_too and draw(st.booleans()) else first + timedelta(days=lasts)
        found.append(Pause(draw(st.sampled_from(PauseKind)), first, last))
    return tuple(found)


def on(day: date, accepted: date, limit: int, stops: tuple[Pause, ...] = ()) -> DecisionClock:
    return clock_on(day, accepted, limit, stops, CALENDAR)


def hearing(first: date, last: date | None) -> Pause:
    return Pause(PauseKind.HEARING, first, last)


@given(KNOWN, KNOWN, LIMITS)
def test_without_pauses_it_is_that_working_day_after_acceptance(day: date, accepted: date, limit: int) -> None:
    clock = on(day, accepted, limit)
    counted = max(CALENDAR.between(accepted, day), 0)
    assert clock.due == CALENDAR.after(accepted, limit)
    assert (clock.used, clock.left, clock.late) == (
        min(counted, limit),
        max(limit - counted, 0),
        max(counted - limit, 0),
    )
    assert not clock.provisional and not clock.paused


@given(KNOWN, KNOWN, LIMITS, pauses())
def test_no_figure_is_ever_negative_and_they_add_up(
    day: date, accepted: date, limit: int, stops: tuple[Pause, ...]
) -> None:
    clock = on(day, accepted, limit, stops)
    assert min(clock.used, clock.left, clock.late) >= 0
    assert clock.used + clock.left == limit
    assert clock.late == 0 or (clock.left == 0 and clock.due is not None and clock.due < day)


@given(KNOWN, KNOWN, LIMITS, pauses())
def test_without_one_of_the_pauses_the_last_day_is_never_later(
    day: date, accepted: date, limit: int, stops: tuple[Pause, ...]
) -> None:
    clock = on(day, accepted, limit, stops)
    for place in range(len(stops)):
        fewer = on(day, accepted, limit, (*stops[:place], *stops[place + 1 :]))
        assert clock.due is None or (fewer.due is not None and fewer.due <= clock.due)
        assert fewer.used >= clock.used and fewer.late >= clock.late


@given(KNOWN, KNOWN, LIMITS, pauses())
def test_neither_the_order_of_pauses_nor_saying_one_twice_matters(
    day: date, accepted: date, limit: int, stops: tuple[Pause, ...]
) -> None:
    clock = on(day, accepted, limit, stops)
    again = on(day, accepted, limit, (*reversed(stops), *stops))
    assert (clock.used, clock.due, clock.late) == (again.used, again.due, again.late)


@given(KNOWN, KNOWN, LIMITS, pauses(open_too=False))
def test_the_last_day_is_a_working_day_and_the_same_whenever_it_is_asked(
    day: date, accepted: date, limit: int, stops: tuple[Pause, ...]
) -> None:
    due = on(day, accepted, limit, stops).due
    assert due is not None and CALENDAR.is_working_day(due) and not any(due in pause for pause in stops)
    assert on(due, accepted, limit, stops).left == 0 and on(due, accepted, limit, stops).late == 0
    assert on(accepted, accepted, limit, stops).due == due


def test_a_pause_on_holidays_alone_changes_nothing() -> None:
    accepted, spring = date(2026, 2, 9), hearing(date(2026, 2, 15), date(2026, 2, 23))
    assert on(accepted, accepted, 10, (spring,)).due == on(accepted, accepted, 10).due


def test_while_a_pause_lasts_nobody_knows_the_last_day() -> None:
    accepted, asked = date(2026, 3, 2), hearing(date(2026, 3, 5), None)
    clock = on(date(2026, 3, 20), accepted, 20, (asked,))
    assert (clock.used, clock.left, clock.due, clock.paused) == (2, 18, None, (PauseKind.HEARING,))
    ended = on(date(2026, 3, 20), accepted, 20, (hearing(date(2026, 3, 5), date(2026, 3, 19)),))
    assert (ended.used, ended.left, ended.paused) == (3, 17, ())


def test_a_pause_after_the_last_day_takes_nothing_back() -> None:
    accepted = date(2026, 3, 2)
    due = on(accepted, accepted, 5).due
    assert due == date(2026, 3, 9)
    late = on(date(2026, 3, 20), accepted, 5, (hearing(date(2026, 3, 11), None),))
    assert (late.due, late.late) == (due, 1)


@pytest.mark.parametrize("calendar", [WorkingCalendar(), CALENDAR])
def test_beyond_the_calendar_weekdays_are_counted_and_it_says_so(calendar: WorkingCalendar) -> None:
    accepted = date(2033, 1, 3)  # a Monday; no year near it has a calendar
    clock = clock_on(accepted, accepted, 20, (), calendar)
    assert (clock.due, clock.provisional) == (date(2033, 1, 31), True)


def test_figures_of_a_century_end() -> None:
    clock = on(date(2026, 6, 1), date(1950, 1, 2), 20, (hearing(date(1950, 1, 3), date(2026, 5, 31)),))
    assert (clock.used, clock.provisional) == (1, False)
