"""The order of the task list: a decision that waits is never below a reminder, and nothing overdue is below what is not.

The bands, from the top: clocks that cannot be reckoned; what is overdue; what is due within ``NEAR_DAYS``, apart from
reminders; decisions; everything else with a due day, reminders among them; what has no due day; what waits for somebody
else. Within a band the earlier due day is first, and a decision without one before those that have one.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum

from licence_qr.domain.work.tasks import CLOCKED, Task, TaskKind
from licence_qr.domain.work.whose import AWAITED, DECISIONS

NEAR_DAYS = 3
# The calendar says that something comes; until it is overdue, nobody waits for the office.
REMINDERS = frozenset({TaskKind.PERMIT_EXPIRING, TaskKind.REVIEW_DUE})


class Band(IntEnum):
    """Where a task stands, before its due day is looked at."""

    CLOCK_UNKNOWN = 0
    OVERDUE = 1
    NEAR = 2
    DECISION = 3
    DATED = 4
    UNDATED = 5
    AWAITED = 6


Place = tuple[int, str, str, str]


def band(kind: TaskKind, due_on: date | None, today: date) -> Band:
    """The band of a task."""
    if kind in AWAITED:
        return Band.AWAITED
    if due_on is None:
        return Band.CLOCK_UNKNOWN if kind in CLOCKED else Band.DECISION if kind in DECISIONS else Band.UNDATED
    if due_on < today:
        return Band.OVERDUE
    if kind not in REMINDERS and due_on <= near(today):
        return Band.NEAR
    return Band.DECISION if kind in DECISIONS else Band.DATED


def place(task: Task, today: date) -> Place:
    """The place of ``task`` in the list: no two tasks have the same."""
    due = task.due_on.isoformat() if task.due_on else ""
    return band(task.kind, task.due_on, today), due, task.kind.value, task.subject


def near(today: date) -> date:
    """The last day that is near."""
    return today + timedelta(days=NEAR_DAYS)
