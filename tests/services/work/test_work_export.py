"""The task list as a file: read part by part, so that neither many tasks nor a slow download hold up anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from shipped import CATALOGUE
from work_register import add_permit

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import DueStep, TaskKind
from licence_qr.services.work import work_list
from licence_qr.services.work.work_list import WorkFilter, WorkLine, WorkList
from licence_qr.store.database.connections import Database
from licence_qr.store.lifecycle import procedures
from licence_qr.store.lifecycle.procedures import Written
from licence_qr.store.register import traces

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLERK = Actor(1, "someone", "示例", "baishiyi", frozenset({Role.CLERK}))
PART = 3


@pytest.fixture
def work(database: Database, monkeypatch: pytest.MonkeyPatch) -> WorkList:
    """A list of ten permits that expire, two on each day, which is read in parts of three."""
    monkeypatch.setattr(work_list, "EXPORT_PART", PART)
    for serial in range(10):
        add_permit(
            database, serial, valid_from="2023-01-01", valid_to=due(serial).isoformat(), reviewed_on="2026-06-01"
        )
    return WorkList(database, CATALOGUE)


def due(serial: int) -> date:
    return date(2026, 11, 23) + timedelta(days=serial // 2 + 1)


def export(work: WorkList, **work_filter: object) -> Iterator[WorkLine]:
    return work.export(CLERK, WorkFilter(**work_filter), "csv", NOW)


def end_permit(database: Database, line: WorkLine) -> None:
    with database.write() as tx:
        tx.run("UPDATE permits SET state = 'cancelled' WHERE permit_id = ?", (line.task.subject.partition("/")[2],))


@pytest.mark.parametrize("work_filter", [{}, {"step": DueStep.URGENT}, {"kind": TaskKind.PERMIT_EXPIRING}, {"page": 2}])
def test_the_parts_together_are_the_whole_list_in_its_order(work: WorkList, work_filter: dict[str, object]) -> None:
    whole = work.everything(CLERK, WorkFilter(**work_filter), NOW, 100)
    assert len(whole) >= 10
    assert tuple(export(work, **work_filter)) == whole


def test_what_is_done_during_the_download_moves_no_other_line(work: WorkList, database: Database) -> None:
    whole = work.everything(CLERK, WorkFilter(kind=TaskKind.PERMIT_EXPIRING), NOW, 100)
    lines = export(work, kind=TaskKind.PERMIT_EXPIRING)
    got = [next(lines) for _ in range(PART)]
    for done in (0, 5):  # one that was sent, and one that is still to come
        end_permit(database, whole[done])
    got += lines
    assert [line.task.subject for line in got] == [line.task.subject for n, line in enumerate(whole) if n != 5]


def test_an_unfinished_download_keeps_no_transaction_open(work: WorkList, database: Database) -> None:
    lines = export(work)
    next(lines)
    with database.write():  # a thread has one connection: an open reader on it would refuse this
        pass
    assert len(list(lines)) >= 9


def test_who_exports_how_many_is_recorded_before_the_first_line_and_there_is_a_most(
    work: WorkList, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_list, "MOST_EXPORTED", 4)
    lines = export(work)
    with database.read() as tx:
        *_, last = traces.everything(tx)
    assert (last["subject"], json.loads(last["after"])) == ("export/work.csv", {"lines": 4})
    assert len(list(lines)) == 4


def test_undated_tasks_come_in_parts_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_list, "EXPORT_PART", PART)
    for serial in range(8):
        add_permit(database, serial, state="pending", permit_no=None)
    with database.write() as tx:
        for row in tx.all("SELECT permit_id, uscc FROM permits"):
            hearing = Pause(PauseKind.HEARING, local_date(NOW), None, "听证")
            procedures.add_pause(tx, hearing, Written(f"permit/{row['permit_id']}", row["uscc"], "clerk", NOW))
    work = WorkList(database, CATALOGUE)
    whole = work.everything(CLERK, WorkFilter(), NOW, 100)
    assert {line.left.step for line in whole} == {DueStep.UNDATED} and len(whole) >= 8
    assert tuple(export(work)) == whole
