"""The register sorts the list as the domain says, in few statements, however many tasks there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from shipped import CATALOGUE
from work_register import add_permit

from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.order import band, place
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.services.work.work_list import WorkFilter, WorkList
from licence_qr.store.database.connections import Transaction
from licence_qr.store.work import tasks

NOW, TODAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC), date(2026, 11, 23)
CLERK = Actor(1, "someone", "示例", "baishiyi", frozenset({Role.CLERK}))
FEW = 3  # what waits for a decision, counts, and lines


@pytest.fixture
def work(database) -> WorkList:
    return WorkList(database, CATALOGUE)


def test_the_register_and_the_domain_order_alike(database, work):
    """Every kind on many days, by the expressions that sort the list."""
    asked = work._question(CLERK, WorkFilter(), TODAY)
    bands = tasks.band_of(asked)
    sql = f"SELECT {bands.sql} AS band FROM (SELECT ? AS kind, ? AS due_on)"  # noqa: S608
    with database.read() as tx:
        for kind in TaskKind:
            for days in (None, -400, -1, 0, 1, 3, 4, 30, 90):
                due = None if days is None else TODAY + timedelta(days=days)
                told = tx.one(sql, (*bands.values, kind.value, due and due.isoformat()))["band"]
                assert told == band(kind, due, TODAY), (kind, days)


def test_the_lines_come_in_the_order_of_the_domain(database, work):
    for serial, days in enumerate((-40, -2, 0, 2, 5, 40, 88)):
        last = (TODAY + timedelta(days=days)).isoformat()
        renewal = {"renewal_applied_on": "2026-09-01"} if serial % 2 else {}
        add_permit(database, serial, valid_from="2025-06-01", valid_to=last, **renewal)
    add_permit(database, 90, state="pending", permit_no=None)
    found = [line.task for line in work.everything(CLERK, WorkFilter(), NOW)]
    assert len(found) > 5 and found == sorted(found, key=lambda each: place(each, TODAY))
    assert found[-1].kind is TaskKind.PERMIT_EXPIRING


def test_a_page_takes_few_statements(database, work, monkeypatch):
    for serial in range(60):
        add_permit(database, serial, valid_from="2025-06-01", valid_to="2026-12-01")
    asked: list[str] = []
    for name in ("all", "one"):
        plain = getattr(Transaction, name)

        def counted(self, sql, values=(), plain=plain):
            asked.append(sql)
            return plain(self, sql, values)

        monkeypatch.setattr(Transaction, name, counted)
    work.show(CLERK, WorkFilter(), NOW)
    assert 0 < len(asked) <= FEW
