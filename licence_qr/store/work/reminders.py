"""Reminders that were written: one for each task, due day and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.work.tasks import DueStep, Task
from licence_qr.store.database.connections import Transaction
from licence_qr.store.work.task_sources import TaskQuery
from licence_qr.store.work.tasks import NAMES, WITH_NAMES, all_of, steps_of, task_from

REMINDED = (DueStep.OVERDUE, DueStep.URGENT, DueStep.SOON, DueStep.NOTICE)


@dataclass(frozen=True, slots=True)
class Due:
    """A task at a step that nobody has been reminded of."""

    task: Task
    step: DueStep


def unwritten(tx: Transaction, question: TaskQuery, limit: int) -> tuple[Due, ...]:
    """The tasks without a reminder for their current step, the most urgent first.

    A step that has passed is not reminded of later. A new due day makes a task new.
    """
    tasks, steps = all_of(question), steps_of(question)
    rows = tx.all(
        f"""SELECT {WITH_NAMES} FROM (
            SELECT *, {steps.sql} AS step, '' AS assignee FROM ({tasks.sql}) WHERE due_on IS NOT NULL) t {NAMES}
        WHERE t.step IN ({", ".join("?" * len(REMINDED))}) AND NOT EXISTS (
            SELECT 1 FROM reminders r
            WHERE r.kind = t.kind AND r.subject = t.subject AND r.due_on = t.due_on AND r.step = t.step)
        ORDER BY t.due_on, t.kind, t.subject LIMIT ?""",
        (*steps.values, *tasks.values, *(step.value for step in REMINDED), limit),
    )
    return tuple(Due(task_from(row), DueStep(row["step"])) for row in rows)


def mark(tx: Transaction, written: Sequence[tuple[Due, str]], now: datetime) -> None:
    """Record reminders as written, each with its file name."""
    tx.run_many(
        "INSERT INTO reminders (kind, subject, due_on, step, office, file, written_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                due.task.kind.value,
                due.task.subject,
                due.task.due_on.isoformat() if due.task.due_on else "",
                due.step.value,
                due.task.office,
                file,
                now.isoformat(),
            )
            for due, file in written
        ],
    )


def is_marked(tx: Transaction, file: str) -> bool:
    """Whether the reminder with this file name is recorded as written."""
    return tx.one("SELECT 1 FROM reminders WHERE file = ?", (file,)) is not None
