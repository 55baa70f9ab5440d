"""The task list: one SELECT over all sources, so that SQL does filters, order and pages."""

from __future__ import annotations

from datetime import date, timedelta

from licence_qr.domain.work.tasks import CLOCKED, ROLES_OF, DueStep, Task, TaskKind
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import entities
from licence_qr.store.work.task_sources import SOURCES, TaskQuery, TaskSelect

# The owner of the account that a request is about.
_OWNER = """(SELECT u.display_name FROM users u WHERE u.user_id = CASE
    WHEN t.subject LIKE 'grant/%' THEN
        (SELECT user_id FROM role_grants WHERE grant_id = CAST(substr(t.subject, 7) AS INTEGER))
    WHEN t.subject LIKE 'reset/%' THEN
        (SELECT user_id FROM factor_resets WHERE reset_id = CAST(substr(t.subject, 7) AS INTEGER)) END)"""
# The holder's name and the place of each task ``t``, looked up for the lines of a page alone.
WITH_NAMES = f"""t.*, coalesce({entities.HOLDER_NAME}, {_OWNER}, '') AS holder_name,
    coalesce(p.address, e.domicile, '') AS address"""
NAMES = (
    "LEFT JOIN entities e ON e.uscc = t.uscc LEFT JOIN premises p ON p.uscc = t.uscc AND p.premises_no = t.premises_no"
)
_NOBODY = "'' AS named"
_CLOCKED = ", ".join(f"'{kind.value}'" for kind in sorted(CLOCKED))
_RANK = f"CASE WHEN due_on IS NOT NULL THEN 1 WHEN kind IN ({_CLOCKED}) THEN 0 ELSE 2 END"


def all_of(q: TaskQuery) -> TaskSelect:
    """The union of all sources asked for."""
    columns = "subject, office, uscc, premises_no, due_on"
    parts = [(kind, source(q)) for kind in q.kinds for source in SOURCES.get(kind, ())]
    if not parts or not q.offices:
        return TaskSelect(
            f"SELECT '' AS kind, {', '.join(f'NULL AS {name}' for name in columns.split(', '))}, '' AS named WHERE 0",
            (),
        )
    sql = " UNION ALL ".join(
        f"SELECT '{kind.value}' AS kind, {columns}, {'named' if part.named else _NOBODY} FROM ({part.sql})"
        for kind, part in parts
    )
    return TaskSelect(sql, tuple(value for _, part in parts for value in part.values))


def steps_of(q: TaskQuery) -> TaskSelect:
    """An SQL expression for the step of each task, as in ``domain.work.tasks.due_step``."""
    notice, soon, urgent = (q.today + timedelta(days=days) for days in q.rules.expiring_days)
    sql = (
        f"CASE WHEN due_on IS NULL THEN '{DueStep.UNDATED}' WHEN due_on < ? THEN '{DueStep.OVERDUE}'"
        f" WHEN due_on <= ? THEN '{DueStep.URGENT}' WHEN due_on <= ? THEN '{DueStep.SOON}'"
        f" WHEN due_on <= ? THEN '{DueStep.NOTICE}' ELSE '{DueStep.LATER}' END"
    )
    return TaskSelect(sql, tuple(day.isoformat() for day in (q.today, urgent, soon, notice)))


def counts(tx: Transaction, q: TaskQuery) -> dict[tuple[TaskKind, DueStep], int]:
    """The number of tasks by kind and step, without zeros."""
    tasks, steps = all_of(q), steps_of(q)
    rows = tx.all(
        f"SELECT kind, {steps.sql} AS step, count(*) AS many FROM ({tasks.sql}) GROUP BY kind, step",
        (*steps.values, *tasks.values),
    )
    return {(TaskKind(row["kind"]), DueStep(row["step"])): int(row["many"]) for row in rows}


def listed(
    tx: Transaction, q: TaskQuery, step: DueStep | None, limit: int, offset: int = 0, *, after: Task | None = None
) -> tuple[Task, ...]:
    """``limit`` tasks after the first ``offset``, the most urgent first; with ``after``, of those that come after it.

    Ordered by due day. Tasks whose due day cannot be computed come first, tasks without one last.
    """
    tasks, steps = all_of(q), steps_of(q)
    place = f"({_RANK}, coalesce(due_on, ''), kind, subject)"
    order = f"ORDER BY {place[1:-1]}"
    conditions = ["1"]
    values: list[object] = [*tasks.values]
    if step:
        conditions.append(f"{steps.sql} = ?")
        values += [*steps.values, step.value]
    if after:
        conditions.append(f"{place} > (?, ?, ?, ?)")
        values += _place(after)
    rows = tx.all(
        f"SELECT {WITH_NAMES} FROM (SELECT * FROM ({tasks.sql}) WHERE {' AND '.join(conditions)} {order}"
        f" LIMIT ? OFFSET ?) t {NAMES} {order}",
        (*values, limit, offset),
    )
    return tuple(task_from(row) for row in rows)


def _place(task: Task) -> tuple[object, ...]:
    """The place of a task in the order of ``listed``."""
    rank = 1 if task.due_on else 0 if task.kind in CLOCKED else 2
    return rank, task.due_on.isoformat() if task.due_on else "", task.kind.value, task.subject


def task_from(row: Row) -> Task:
    """Read a task from a row with its column names."""
    kind = TaskKind(row["kind"])
    return Task(
        kind=kind,
        subject=row["subject"],
        office=row["office"],
        uscc=row["uscc"] or "",
        holder_name=row["holder_name"],
        address=row["address"],
        due_on=date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        roles=ROLES_OF[kind],
        named=tuple(filter(None, row["named"].split(","))),
    )
