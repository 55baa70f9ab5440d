"""Limits in memory: bounded whatever networks ask, one for each network, and right for threads that ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.register.rate_limits import Limit
from licence_qr.errors import AccessError, NotFoundError
from licence_qr.services.register.look_ups import LookUps, MemoryThrottle

LIMIT = Limit("any", most=3, seconds=60)
NOW = datetime.fromisoformat("2026-11-23T02:30:00+00:00")


def look(look_ups: LookUps, client: str, *, there: bool, at: datetime = NOW) -> str:
    """How a look-up from that address is answered."""
    try:
        with look_ups.counted(client, at):
            if not there:
                raise NotFoundError("not_there")
    except (AccessError, NotFoundError) as refused:
        return refused.code
    return "found"


@given(st.lists(st.integers(0, 40), max_size=300), st.integers(1, 10))
def test_no_more_networks_are_kept_than_said_whoever_asks(asked: list[int], most: int) -> None:
    throttle = MemoryThrottle(LIMIT, most)
    for n, subject in enumerate(asked):
        throttle.take(str(subject), NOW + timedelta(seconds=n))
        assert len(throttle) <= most


def test_the_network_that_was_quiet_longest_is_forgotten() -> None:
    throttle = MemoryThrottle(LIMIT, 2)
    for subject in ("a", "b", "a", "a", "c"):
        assert throttle.take(subject, NOW) == 0
    assert throttle.take("a", NOW) == 1  # still known; the minutes until a try is back
    assert throttle.take("b", NOW) == 0


def test_what_is_there_is_found_after_any_number_of_misses_and_misses_are_limited() -> None:
    look_ups = LookUps(Limit("found", 5, 60), LIMIT, "too_many")
    assert [look(look_ups, "10.0.0.1", there=False) for _ in range(5)] == ["not_there"] * 3 + ["too_many"] * 2
    assert [look(look_ups, "10.0.0.1", there=True) for _ in range(6)] == ["found"] * 5 + ["too_many"]
    assert look(look_ups, "10.0.0.2", there=False) == "not_there"
    assert look(look_ups, "10.0.0.1", there=False, at=NOW + timedelta(seconds=20)) == "not_there"


def test_an_ipv6_customer_is_one_network() -> None:
    look_ups = LookUps(LIMIT, LIMIT, "too_many")
    assert [look(look_ups, f"2001:db8::{n:x}", there=False) for n in range(4)] == ["not_there"] * 3 + ["too_many"]
    assert look(look_ups, "2001:db8:0:1::1", there=False) == "not_there"


def test_a_mistake_that_asks_for_nothing_is_not_counted() -> None:
    look_ups = LookUps(LIMIT, LIMIT, "too_many")
    for _ in range(10):
        with pytest.raises(ValueError, match="mistyped"), look_ups.counted("10.0.0.1", NOW):
            raise ValueError("mistyped")
    assert look(look_ups, "10.0.0.1", there=False) == "not_there"


def test_threads_that_ask_at_once_share_one_bucket() -> None:
    throttle = MemoryThrottle(Limit("any", most=100, seconds=6000), 10)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: throttle.take("a", NOW), range(400)))
    assert answers.count(0) == 100
