"""Days and periods: four years less a day, both ends included, in Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.dates import Period, add_months, local_date
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState, PermitStatus, status_list_value, status_on
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError

days = st.dates(date(1950, 1, 1), date(2190, 12, 31))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 23), date(2030, 11, 22)),
        (date(2026, 1, 1), date(2029, 12, 31)),
        (date(2024, 2, 29), date(2028, 2, 28)),
        (date(2026, 3, 1), date(2030, 2, 28)),
    ],
)
def test_a_hygiene_permit_runs_four_years_less_a_day(first, last):
    assert Period.of_months(first, 48) == Period(first, last)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 2, date(2027, 1, 23)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_months_are_added_as_people_count_them(day, months, later):
    assert add_months(day, months) == later


@given(day=days, months=st.integers(-600, 100))
def test_adding_months_lands_in_that_month_and_never_after_the_day(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(first=days, length=st.integers(0, 4000), offset=st.integers(-5000, 5000))
def test_both_ends_of_a_period_are_included(first, length, offset):
    period = Period(first, first + timedelta(days=length))
    assert period.days == length + 1
    day = first + timedelta(days=offset)
    assert (day in period) == (0 <= offset <= length)
    assert (day in Period(first, None)) == (offset >= 0)


def test_a_period_without_end_has_no_length():
    assert Period(date(2026, 1, 1), None).days is None


@given(first=days, length=st.integers(1, 4000))
def test_a_period_that_ends_before_it_begins_is_refused(first, length):
    with pytest.raises(InputError) as refused:
        Period(first, first - timedelta(days=length))
    assert refused.value.code == "dates_out_of_order"


@pytest.mark.parametrize(
    "written",
    ["2026-W48-1", "2026W481", "2026-W48", "2026-327", "2026327", "+2026-11-23"],
)
def test_weeks_and_numbered_days_are_no_dates(written):
    with pytest.raises(InputError) as refused:
        read_date(written)
    assert refused.value.code == "date_unreadable"


def test_the_day_is_that_of_shanghai():
    assert local_date(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert local_date(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)


def permit(**changes):
    facts = {"state": PermitState.EFFECTIVE, "period": Period(date(2026, 1, 1), date(2026, 12, 31))} | changes
    return Permit("hygiene_permit", "1", 1, (), "", "", "", None, mode=GrantMode.GENERAL, **facts)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2025, 12, 31), PermitStatus.NOT_YET_VALID),
        (date(2026, 1, 1), PermitStatus.EFFECTIVE),
        (date(2026, 10, 2), PermitStatus.EFFECTIVE),
        (date(2026, 10, 3), PermitStatus.EXPIRING_SOON),
        (date(2026, 12, 31), PermitStatus.EXPIRING_SOON),
        (date(2027, 1, 1), PermitStatus.EXPIRED),
    ],
)
def test_the_calendar_decides_the_status_of_an_effective_permit(day, status):
    assert status_on(permit(), day) is status


@given(day=days, state=st.sampled_from([s for s in PermitState if s is not PermitState.EFFECTIVE]))
def test_what_an_office_decided_wins_over_the_calendar(day, state):
    status = status_on(permit(state=state), day)
    assert status.value == state.value
    assert not status.in_force


def test_a_permit_without_end_never_expires_and_one_without_period_is_pending():
    assert status_on(permit(period=Period(date(2026, 1, 1), None)), date(2199, 1, 1)) is PermitStatus.EFFECTIVE
    assert status_on(permit(period=None), date(2026, 6, 1)) is PermitStatus.PENDING


def test_the_status_list_says_valid_invalid_or_suspended():
    by_value = {value: {s.value for s in PermitStatus if status_list_value(s) == value} for value in (0, 1, 2)}
    assert by_value[2] == {"suspended"}
    assert by_value[1] == {"annulled", "revoked", "withdrawn", "cancelled"}
