"""Refused tries: all are counted, with account, network and time, in few traces, however many strangers try."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import SYSTEM, Actor, Role, Via, at_console
from licence_qr.services.audit.trail import TrailFilter
from licence_qr.services.register import refusals
from licence_qr.services.register.refusals import GROUP_TIME
from licence_qr.store.register import traces

REFUSED = EventKind.SIGN_IN_REFUSED
AUDITOR = Actor(9, "auditor", "审计示例", "jinfeng", frozenset({Role.AUDITOR}))


def refuse(services: Services, at: datetime, user_id: int = 7, network: str = "192.0.2.7") -> None:
    with services.database.write() as tx:
        refusals.note(tx, REFUSED, user_id, Via(network=network), at)


def close(services: Services, at: datetime) -> None:
    with services.database.write() as tx:
        refusals.close(tx, at)


def told(services: Services) -> list[dict[str, Any]]:
    with services.database.read() as tx:
        return [row | {"says": json.loads(row["after"] or "null")} for row in traces.everything(tx)]


def waiting(services: Services) -> int:
    with services.database.read() as tx:
        [row] = tx.all("SELECT count(*) AS rows FROM refusals")
    return int(row["rows"])


def test_the_first_is_told_at_once_and_the_others_when_ten_minutes_are_over(services: Services, now: datetime) -> None:
    for second in range(100):
        refuse(services, now + timedelta(seconds=second))
    [first] = told(services)
    assert (first["actor"], first["subject"], first["network"], first["at"], first["says"]) == (
        SYSTEM, "account/7", "192.0.2.7", now.isoformat(), None,
    )  # fmt: skip
    close(services, now + GROUP_TIME - timedelta(seconds=1))
    assert len(told(services)) == 1
    close(services, now + GROUP_TIME)
    [_, further] = told(services)
    last = now + timedelta(seconds=99)
    assert (further["at"], further["says"]) == (last.isoformat(), {"times": 99, "since": now.isoformat()})
    assert (further["subject"], further["network"], waiting(services)) == ("account/7", "192.0.2.7", 0)


def test_one_alone_is_told_once(services: Services, now: datetime) -> None:
    refuse(services, now)
    close(services, now + GROUP_TIME)
    assert (len(told(services)), waiting(services)) == (1, 0)


@pytest.mark.parametrize("other", [{"user_id": 8}, {"network": "192.0.2.8"}])
def test_another_account_or_network_is_another_group(services: Services, now: datetime, other: dict[str, Any]) -> None:
    refuse(services, now)
    refuse(services, now, **other)
    assert len(told(services)) == 2


def test_all_day_from_everywhere_fills_neither_list_nor_disk_and_loses_no_try(
    services: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_TOLD_AT_ONCE", 5)
    tries = [(now + timedelta(minutes=minute), f"10.{minute}.0.{n}") for minute in range(60) for n in range(12)]
    for at, network in tries:
        refuse(services, at, 0, network)
    close(services, now + timedelta(hours=2))
    rows = told(services)
    assert len(rows) <= 7 * (5 + 1)
    single = [row["network"] for row in rows if row["says"] is None]
    together: dict[str, int] = {}
    for row in rows:
        together |= (row["says"] or {}).get("networks", {})
    assert sorted([*single, *together]) == sorted(network for _, network in tries)
    assert set(together.values()) == {1}
    assert sum(row["says"]["times"] if row["says"] else 1 for row in rows) == len(tries)


def test_a_try_whose_clock_read_earlier_joins_the_group(services: Services, now: datetime) -> None:
    """It waited for the others to write."""
    refuse(services, now)
    refuse(services, now - timedelta(seconds=5))
    assert (len(told(services)), waiting(services)) == (1, 1)


def test_a_clock_that_was_set_back_keeps_no_group_for_ever(services: Services, now: datetime) -> None:
    refuse(services, now + timedelta(days=300))
    refuse(services, now)
    assert (len(told(services)), waiting(services)) == (2, 1)


def test_the_daily_sweep_tells_what_is_over(services: Services, now: datetime) -> None:
    for _ in range(3):
        refuse(services, now)
    services.trace_keeping.sweep(at_console("keeper"), now + timedelta(days=1))
    assert [row["says"] and row["says"]["times"] for row in told(services)] == [None, 2]


def test_the_auditor_reads_how_many_and_from_where(
    services: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_TOLD_AT_ONCE", 1)
    for network in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"):
        refuse(services, now, 0, network)
    close(services, now + GROUP_TIME)
    lines = services.trail.page(AUDITOR, TrailFilter(kind=REFUSED)).lines
    assert sorted((line.times, line.network) for line in lines) == [
        (1, "192.0.2.1"), (2, "192.0.2.1"), (2, "192.0.2.2, 192.0.2.3"),
    ]  # fmt: skip
