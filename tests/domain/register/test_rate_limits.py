"""Buckets of tries: never more than they hold, back in time, and told to the minute when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.register.rate_limits import Limit, microseconds

NOW = microseconds(datetime(2026, 11, 23, 2, 30, tzinfo=UTC))
LIMITS = st.builds(Limit, st.just("any"), most=st.integers(1, 700), seconds=st.integers(1, 86_400))
SECOND = 1_000_000


def each(limit: Limit) -> int:
    """The microseconds after which one try comes back."""
    return limit.seconds * SECOND // limit.most


def passed(limit: Limit, instants: list[int]) -> list[int]:
    """The instants of those tries that the limit lets pass."""
    full_at, found = 0, []
    for instant in instants:
        if limit.left(full_at, instant):
            full_at = limit.taken(full_at, instant)
            found.append(instant)
    return found


@given(LIMITS, st.integers(0, 50))
def test_a_full_bucket_gives_as_many_tries_at_once_as_it_holds(limit: Limit, beyond: int) -> None:
    assert len(passed(limit, [NOW] * (limit.most + beyond))) == limit.most


@given(LIMITS, st.lists(st.integers(0, 40 * SECOND), max_size=60))
def test_no_stretch_of_time_sees_more_than_a_bucket_and_what_came_back_in_it(limit: Limit, gaps: list[int]) -> None:
    instants, instant = [], NOW
    for gap in gaps:
        instant += gap
        instants.append(instant)
    found = passed(limit, instants)
    for first, start in enumerate(found):
        for last in range(first, len(found)):
            assert last - first + 1 <= limit.most + (found[last] - start) // each(limit)


@given(LIMITS, st.integers(0, 800), st.integers(0, 86_400 * SECOND))
def test_the_minutes_that_are_told_are_enough_and_one_less_is_not(limit: Limit, tries: int, later: int) -> None:
    full_at = 0
    for _ in range(min(tries, limit.most)):
        full_at = limit.taken(full_at, NOW)
    instant = NOW + later
    minutes = limit.minutes(full_at, instant)
    assert (minutes == 0) == (limit.left(full_at, instant) > 0)
    assert minutes <= limit.seconds // 60 + 1
    assert limit.left(full_at, instant + minutes * 60 * SECOND) > 0
    if minutes > 1:
        assert limit.left(full_at, instant + (minutes - 1) * 60 * SECOND) == 0


@given(LIMITS, st.integers(0, 5))
def test_a_try_that_is_given_back_was_none(limit: Limit, before: int) -> None:
    full_at = 0
    for _ in range(min(before, limit.most - 1)):
        full_at = limit.taken(full_at, NOW)
    assert limit.left(limit.given_back(limit.taken(full_at, NOW)), NOW) == limit.left(full_at, NOW)


@given(LIMITS)
def test_giving_back_what_came_back_meanwhile_leaves_no_more_than_a_full_bucket(limit: Limit) -> None:
    later = NOW + 2 * limit.seconds * SECOND
    full_at = limit.given_back(limit.taken(0, NOW))
    assert limit.left(full_at, later) == limit.most
    assert limit.taken(full_at, later) == later + each(limit)


@given(LIMITS, st.floats(0, 1))
def test_a_try_that_waited_for_its_turn_finds_an_empty_bucket_empty(limit: Limit, waited: float) -> None:
    full_at = 0
    for _ in range(limit.most):
        full_at = limit.taken(full_at, NOW)
    before = NOW - int(waited * limit.most * each(limit))
    assert limit.left(full_at, before) == 0


@given(LIMITS, st.integers(2, 10_000))
def test_a_clock_that_was_set_back_keeps_nobody_out(limit: Limit, times: int) -> None:
    ahead = limit.taken(0, NOW + times * limit.most * each(limit))
    assert limit.left(ahead, NOW) == limit.most
    assert limit.taken(ahead, NOW) == NOW + each(limit)


def test_an_instant_is_counted_exactly() -> None:
    instant = datetime(2026, 11, 23, 2, 30, 0, 123_457, tzinfo=UTC)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(instant)) == instant
