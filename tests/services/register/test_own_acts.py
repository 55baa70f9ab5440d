"""What somebody does to the own account again and again is counted, for each account, kind and day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from people import enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.register.own_acts import OWN_ACTS
from licence_qr.store.register import history, traces

PASSWORD = "only-for-these-tests"
LIMITS = Path(__file__).parents[3] / "docs" / "running" / "limits.md"
Act = Callable[[Actor, datetime], object]


@pytest.fixture
def two(services: Services, now: datetime) -> list[Actor]:
    for name in ("wang", "li"):
        services.accounts.create(name, f"{name}（示例）", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    return [actor for actor in map(services.accounts.user, ("wang", "li")) if actor]


def left(services: Services) -> int:
    with services.database.read() as tx:
        return len(history.everything(tx)) + len(traces.everything(tx))


def refused(act: Act, actor: Actor, now: datetime) -> object:
    with pytest.raises(AccessError, match="own_act_throttled") as refusal:
        act(actor, now)
    return refusal.value.facts["minutes"]


def test_calendar_and_devices_ten_times_a_day_each(services: Services, two: list[Actor], now: datetime) -> None:
    wang, li = two
    acts: tuple[Act, ...] = (services.sessions.forget_devices, services.calendar_feeds.renew)
    for act in acts:
        before = left(services)
        for _ in range(OWN_ACTS.most):
            act(wang, now)
        assert refused(act, wang, now) == 144
        assert left(services) == before + OWN_ACTS.most
        act(li, now)
    for act in acts:
        act(wang, now + timedelta(minutes=144))


def test_the_address_made_last_still_opens_the_calendar(services: Services, two: list[Actor], now: datetime) -> None:
    addresses = [services.calendar_feeds.renew(two[1], now) for _ in range(OWN_ACTS.most)]
    refused(services.calendar_feeds.renew, two[1], now)
    assert services.calendar_feeds.reader(addresses[-1], now) == two[1]


def test_recovery_codes_ten_times_a_day(services: Services, two: list[Actor], now: datetime) -> None:
    wang = two[0]
    _, codes = enrol_app(services, wang, PASSWORD, now)

    def renew(actor: Actor, at: datetime) -> None:
        nonlocal codes
        codes = services.second_factors.renew_codes(actor, Proof(PASSWORD, codes[0]), "192.0.2.7", at)

    for _ in range(OWN_ACTS.most):
        renew(wang, now)
    refused(renew, wang, now)


def test_the_page_of_limits_says_so() -> None:
    assert (OWN_ACTS.most, OWN_ACTS.seconds) == (10, 24 * 3600)
    assert "ten times a day each" in " ".join(LIMITS.read_text(encoding="utf-8").split())
