"""The order of the task list: what may never stand below what, for any tasks on any day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.work.order import NEAR_DAYS, REMINDERS, place
from licence_qr.domain.work.tasks import CLOCKED, ROLES_OF, Task, TaskKind
from licence_qr.domain.work.whose import AWAITED, DECISIONS, DOERS_OF, NOT_ASSIGNED, RECURRING, turn

TODAY = date(2026, 11, 30)


def task(kind: TaskKind, days: int | None, number: int = 0) -> Task:
    due = None if days is None else TODAY + timedelta(days=days)
    return Task(kind, f"x/{number}", "baishiyi", "", "", "", due, ROLES_OF[kind])


def tasks(kinds: frozenset[TaskKind] = frozenset(TaskKind)) -> st.SearchStrategy[Task]:
    days = st.none() | st.integers(-400, 400)
    return st.builds(task, st.sampled_from(sorted(kinds)), days, st.integers(0, 9))


def late(one: Task) -> bool:
    return one.due_on is not None and one.due_on < TODAY


@given(tasks(DECISIONS - AWAITED), tasks(REMINDERS))
def test_a_decision_is_below_no_reminder_that_is_not_overdue(decision: Task, reminder: Task) -> None:
    if reminder.due_on is None or not late(reminder):
        assert place(decision, TODAY) < place(reminder, TODAY)


@given(st.lists(tasks(), min_size=1, max_size=30))
def test_a_decision_that_waits_is_never_last_before_anything_that_is_none(found: list[Task]) -> None:
    ordered = sorted(found, key=lambda each: place(each, TODAY))
    if ordered[-1].kind in DECISIONS:
        rest = [each for each in ordered if each.kind not in DECISIONS]
        near = TODAY + timedelta(days=NEAR_DAYS)
        assert all(late(each) or each.kind in CLOCKED or (each.due_on and each.due_on <= near) for each in rest)


@given(tasks(frozenset(TaskKind) - AWAITED), tasks())
def test_what_is_overdue_is_below_nothing_but_clocks_that_cannot_be_reckoned(one: Task, other: Task) -> None:
    if late(one) and not late(other) and not (other.due_on is None and other.kind in CLOCKED):
        assert place(one, TODAY) < place(other, TODAY)


@given(st.sampled_from(sorted(TaskKind)), st.integers(-400, 400), st.integers(-400, 400))
def test_of_one_kind_what_is_due_earlier_comes_first(kind: TaskKind, first: int, second: int) -> None:
    if first < second:
        assert place(task(kind, first), TODAY) < place(task(kind, second), TODAY)


@given(tasks(AWAITED), tasks(frozenset(TaskKind) - AWAITED))
def test_what_waits_for_somebody_else_comes_after_all_that_can_be_done(awaited: Task, other: Task) -> None:
    assert place(other, TODAY) < place(awaited, TODAY)


def test_every_kind_has_doers_and_the_sets_name_kinds_that_can_be() -> None:
    assert set(DOERS_OF) == set(TaskKind)
    assert all(DOERS_OF[kind] & ROLES_OF[kind] for kind in TaskKind)
    assert not DECISIONS & (AWAITED | REMINDERS) and AWAITED <= NOT_ASSIGNED


def test_a_task_that_comes_again_is_another_turn_and_a_due_day_that_moves_is_not() -> None:
    assert {turn(kind, TODAY) != turn(kind, TODAY + timedelta(days=1)) for kind in RECURRING} == {True}
    assert turn(TaskKind.REPORT_TO_ANSWER, TODAY) == turn(TaskKind.REPORT_TO_ANSWER, None) == ""
