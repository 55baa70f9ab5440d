"""Traces go at the end of their time, by the dated figure, and how many went stays."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role, at_console
from licence_qr.services.audit import keeping
from licence_qr.services.audit.readings import ShownData
from licence_qr.store.register import history, traces

READER = Actor(7, "wang", "王示例", "baishiyi", frozenset({Role.CLERK}))
BY = at_console("keeper")


def left_and_told(services: Services) -> tuple[list[str], list[tuple[str, object]]]:
    """The subjects of the traces that are left, and what the history says about those that are not."""
    with services.database.read() as tx:
        left = [row["subject"] for row in traces.everything(tx)]
        events = [row for row in history.everything(tx) if row["event"] == EventKind.TRACES_DELETED]
    return left, [(row["actor"], json.loads(row["after"])) for row in events]


def test_what_is_older_than_three_years_goes_and_is_counted(
    services: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_DELETED_AT_ONCE", 2)
    years = (4 * 366, 4 * 365, 3 * 366 + 1, 3 * 365 - 1, 1)
    for days in years:
        services.readings.seen(READER, ShownData(f"business/{days}", ("name",)), now - timedelta(days=days))
    assert services.trace_keeping.sweep(BY, now) == 3
    left, told = left_and_told(services)
    assert left == ["business/1094", "business/1"]
    assert [(actor, says["deleted"]) for actor, says in told] == [("console:keeper", 2), ("console:keeper", 1)]  # type: ignore[index]
    assert services.trace_keeping.sweep(BY, now) == 0
    assert left_and_told(services) == (left, told)


def test_nothing_goes_before_the_three_years_that_the_law_asks_for(services: Services, now: datetime) -> None:
    """Personal Information Protection Law, article 56."""
    services.readings.seen(READER, ShownData("business/1", ("name",)), now)
    assert services.trace_keeping.sweep(BY, now + timedelta(days=3 * 365)) == 0
    assert services.trace_keeping.sweep(BY, now + timedelta(days=3 * 366 + 1)) == 1
