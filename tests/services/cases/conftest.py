"""A hotel with a pool that serves food: its case has every kind of item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hotel_case import HotelCase

from licence_qr.bootstrap import Services
from licence_qr.domain.cases.case import items_asked
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Actor

ANSWERS = {"serves_food": True, "has_pool": True}


@pytest.fixture
def whole_application(services: Services, make_application: Any, now: datetime) -> Any:
    """Makes applications with every item of a hotel, by the rules of the day."""

    def make(serial: int = 1, answers: dict[str, bool] | None = None, **changes: Any) -> Any:
        facts, day = KnownFacts(("hotel",), answers or ANSWERS, None), local_date(now)
        needs = requirements(services.catalogue, "hotel", "baishiyi", facts, day)
        return replace(make_application(serial, **changes), answers=answers or ANSWERS, items=items_asked(needs))

    return make


@pytest.fixture
def hotel_case(services: Services, whole_application: Any, clerk: Actor, now: datetime) -> HotelCase:
    """The hotel, just issued."""
    pair = services.issuance.issue(whole_application(), clerk, "key", now)
    return HotelCase(services, pair.uscc, pair.code.address.rpartition("/")[2], now)


@pytest.fixture
def typed_certificate(now: datetime) -> dict[str, str]:
    """A certificate as it is typed."""
    day = local_date(now)
    last = date(day.year + 3, day.month, day.day)
    return {"permit_no": "渝演消安检〔2026〕第17号", "issued_on": day.isoformat(), "valid_to": last.isoformat()}
