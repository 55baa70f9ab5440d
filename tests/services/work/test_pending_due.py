"""Until when a permit that was applied for is to be decided, in the work list: as its clock says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from shipped import CATALOGUE
from work_register import add_permit

from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import DueStep, TaskKind
from licence_qr.services.work.work_list import WorkFilter, WorkList
from licence_qr.store.database.connections import Database
from licence_qr.store.lifecycle import procedures
from licence_qr.store.lifecycle.procedures import Extension, Written
from licence_qr.store.register import permits

NOW, TODAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC), date(2026, 11, 23)
CLERK = Actor(1, "clerk", "窗口", "baishiyi", frozenset({Role.CLERK}))


def seen(work: WorkList) -> list[tuple[TaskKind, str, date | None]]:
    return [(x.task.kind, x.task.subject, x.task.due_on) for x in work.everything(CLERK, WorkFilter(), NOW)]


def test_a_pending_application_is_due_as_its_clock_says(database: Database) -> None:
    work = WorkList(database, CATALOGUE)
    key = add_permit(database, 1, state="pending", permit_no=None)
    assert seen(work) == [(TaskKind.PERMIT_PENDING, f"permit/{key}", date(2026, 12, 21))]
    with database.write() as tx:
        stored = permits.get(tx, key)
        assert stored is not None
        written = Written(f"permit/{key}", stored.uscc, "clerk", NOW)
        procedures.add_pause(tx, Pause(PauseKind.HEARING, TODAY, None, "听证"), written)
    assert seen(work) == [(TaskKind.PERMIT_PENDING, f"permit/{key}", None)]
    assert work.everything(CLERK, WorkFilter(), NOW)[0].left.step is DueStep.UNDATED
    with database.write() as tx:
        procedures.end_pause(tx, 1, TODAY + timedelta(days=6))
        procedures.extend(tx, Extension(10, "局长", "案情复杂"), written)
    assert seen(work) == [(TaskKind.PERMIT_PENDING, f"permit/{key}", date(2027, 1, 8))]
