"""Whoever reads personal data or searches for somebody leaves a trace, and waits for nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from queueing import somebody_writes

from licence_qr.bootstrap import Services
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.register.events import TRACES, EventKind
from licence_qr.domain.roles import Actor, Role, Via
from licence_qr.errors import RegisterError
from licence_qr.services.audit import readings
from licence_qr.services.audit.readings import SAME_READING, RecentReadings, ShownData
from licence_qr.store.register import history, pending_events, traces

READER = Actor(7, "wang", "王示例", "baishiyi", frozenset({Role.CLERK}), 3, via=Via("s1", "Firefox", "192.0.2.1"))
PAGE = ShownData("business/91500107M000001A9R", ("name", "domicile"), "91500107M000001A9R")


@pytest.fixture
def pair(services: Services, make_application: Any, clerk: Actor, now: datetime) -> IssuedPair:
    return services.issuance.issue(make_application(), clerk, "key", now)


def told(services: Services) -> list[dict[str, Any]]:
    with services.database.read() as tx:
        return [row | {"says": json.loads(row["after"])} for row in traces.everything(tx)]


def test_it_says_who_saw_which_fields_of_whom_through_what(services: Services, now: datetime) -> None:
    services.readings.seen(READER, PAGE, now)
    [row] = told(services)
    shown = ("event", "actor", "person_id", "session", "device", "network", "office", "uscc", "subject", "says")
    assert [row[each] for each in shown] == [
        "data_seen", "wang", 3, "s1", "Firefox", "192.0.2.1", "baishiyi", PAGE.uscc, PAGE.subject,
        {"fields": ["name", "domicile"]},
    ]  # fmt: skip


def test_the_same_again_within_minutes_is_one_trace_and_anything_else_another(
    services: Services, now: datetime
) -> None:
    services.readings.seen(READER, PAGE, now)
    services.readings.seen(READER, PAGE, now + SAME_READING - timedelta(seconds=1))
    assert len(told(services)) == 1
    for other in (
        (READER, PAGE, now + SAME_READING),
        (replace(READER, username="li"), PAGE, now),
        (READER.coming(Via("s2", "Firefox", "192.0.2.9")), PAGE, now),
        (READER, replace(PAGE, fields=("name",)), now),
        (READER, replace(PAGE, subject="history/91500107M000001A9R"), now),
    ):
        before = len(told(services))
        services.readings.seen(*other)
        assert len(told(services)) == before + 1, other


def test_what_is_remembered_is_bounded(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_MOST_REMEMBERED", 3)
    recent = RecentReadings()
    noted = [(f"user-{number}", "", "", ()) for number in range(5)]
    for reading in noted:
        recent.note(reading, now)
    assert [recent.has(reading, now) for reading in noted] == [False, False, True, True, True]


def test_reading_gives_a_business_no_new_revision(services: Services, pair: IssuedPair, now: datetime) -> None:
    with services.database.read() as tx:
        before = history.revision(tx, pair.uscc), history.newest_at(tx)
    services.readings.seen(READER, replace(PAGE, uscc=pair.uscc), now + timedelta(hours=1))
    with services.database.read() as tx:
        assert (history.revision(tx, pair.uscc), history.newest_at(tx)) == before


def test_who_reads_while_another_process_writes_is_written_down_with_the_next_write(
    services: Services, now: datetime
) -> None:
    with somebody_writes(services.database):
        services.readings.seen(READER, PAGE, now)
        services.readings.seen(READER, PAGE, now)
        assert told(services) == []
    assert len(list(pending_events.folder(services.database.path).iterdir())) == 1
    with services.database.write():
        pass
    [row] = told(services)
    assert (row["at"], row["subject"], row["says"]["fields"]) == (now.isoformat(), PAGE.subject, ["name", "domicile"])


@pytest.mark.parametrize("kind", [EventKind.DATA_SEEN, EventKind.PASSWORD_SET])
def test_whether_an_event_that_waited_is_there_is_found_by_an_index(services: Services, kind: EventKind) -> None:
    table = "traces" if kind in TRACES else "history"
    with services.database.read() as tx:
        plan = tx.all(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE at = ? AND salt = ?", ("", b""))  # noqa: S608
    assert [row["detail"] for row in plan] == [f"SEARCH {table} USING INDEX {table}_by_time (at=?)"]


def test_nobody_changes_a_trace(services: Services, now: datetime) -> None:
    services.readings.seen(READER, PAGE, now)
    with pytest.raises(RegisterError, match="traces are not changed"), services.database.write() as tx:
        tx.run("UPDATE traces SET actor = 'another'")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (("13800001234", "138 0000-1234", "+86 138-0000-1234"[4:], "１３８００００１２３４"), "telephone"),
        (("023-68001234", "(023)68001234", "02368001234"), "telephone"),
        (("50010719900307123x", "500107 19900307 123X"), "identity_number"),
        (("91500107M000090139", "91500107-M000090139"), "credit_code"),
        (("示例客栈", "示例 客栈"), "words"),
    ],
)
def test_a_search_tells_its_kind_and_a_mark_and_never_what_was_typed(
    services: Services, now: datetime, typed: tuple[str, ...], kind: str
) -> None:
    for each in typed:
        services.readings.searched(READER, each, 2, now)
    rows = told(services)
    assert {row["subject"] for row in rows} == {f"search/{kind}"}
    assert {(row["says"]["mark"], row["says"]["found"]) for row in rows} == {(services.readings.mark(typed[0]), 2)}
    with services.database.read() as tx:
        stored = repr([tuple(row) for row in tx.all("SELECT * FROM traces")])
    assert not any(each in stored for each in typed)


def test_the_mark_of_another_number_or_installation_is_another(services: Services) -> None:
    elsewhere = replace(services.readings, secret=b"another installation")
    marks = {
        services.readings.mark("13800001234"),
        services.readings.mark("13800001235"),
        elsewhere.mark("13800001234"),
    }
    assert len(marks) == 3
    assert repr(services.web_secret) not in repr(services.readings)
