"""The task list: one SELECT over all sources, so that SQL does filters, order and pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from licence_qr.domain.work.order import REMINDERS, Band, near, place
from licence_qr.domain.work.tasks import CLOCKED, ROLES_OF, DueStep, Task, TaskKind
from licence_qr.domain.work.whose import AWAITED, DECISIONS, Whose
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import entities
from licence_qr.store.work.assignments import assignee_on
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
_PLACE = "band, coalesce(due_on, ''), kind, subject"


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


@dataclass(frozen=True, slots=True)
class TaskPart:
    """Which of the tasks: at one step, of one reader or not; None for any."""

    step: DueStep | None = None
    whose: Whose | None = None


def counts(tx: Transaction, q: TaskQuery) -> dict[tuple[TaskKind, DueStep, Whose], int]:
    """The number of tasks by kind, step and whose they are, without zeros."""
    tasks, steps, mine = held(q), steps_of(q), whose_of(q)
    rows = tx.all(
        f"SELECT kind, {steps.sql} AS step, {mine.sql} AS whose, count(*) AS many FROM ({tasks.sql})"
        " GROUP BY kind, step, whose",
        (*steps.values, *mine.values, *tasks.values),
    )
    return {(TaskKind(row["kind"]), DueStep(row["step"]), Whose(row["whose"])): int(row["many"]) for row in rows}


def listed(
    tx: Transaction, q: TaskQuery, part: TaskPart, limit: int, offset: int = 0, *, after: Task | None = None
) -> tuple[Task, ...]:
    """``limit`` tasks after the first ``offset``, in the order of ``domain.work.order``; with ``after``, of those that come
    after it."""
    tasks, bands = held(q), band_of(q)
    conditions = ["1"]
    values: list[object] = [*bands.values, *tasks.values]
    for wanted, said in ((part.step, steps_of(q)), (part.whose, whose_of(q))):
        if wanted:
            conditions.append(f"{said.sql} = ?")
            values += [*said.values, wanted.value]
    if after:
        conditions.append(f"({_PLACE}) > (?, ?, ?, ?)")
        values += place(after, q.today)
    rows = tx.all(
        f"SELECT {WITH_NAMES} FROM (SELECT * FROM (SELECT *, {bands.sql} AS band FROM ({tasks.sql}))"
        f" WHERE {' AND '.join(conditions)} ORDER BY {_PLACE} LIMIT ? OFFSET ?) t {NAMES} ORDER BY {_PLACE}",
        (*values, limit, offset),
    )
    return tuple(task_from(row) for row in rows)


def found(tx: Transaction, q: TaskQuery, subject: str) -> Task | None:
    """The one task of ``q``, which asks for one kind, about ``subject``; None where there is none."""
    tasks = held(q)
    row = tx.one(
        f"SELECT {WITH_NAMES} FROM (SELECT * FROM ({tasks.sql}) WHERE subject = ?) t {NAMES}", (*tasks.values, subject)
    )
    return task_from(row) if row else None


def held(q: TaskQuery) -> TaskSelect:
    """``all_of``, each with the user name of who has taken it or was given it."""
    tasks, assignee = all_of(q), assignee_on(q.today)
    return TaskSelect(f"SELECT x.*, {assignee.sql} AS assignee FROM ({tasks.sql}) x", (*assignee.values, *tasks.values))


def whose_of(q: TaskQuery) -> TaskSelect:
    """An SQL expression for whose each task is to the reader, as in ``domain.work.whose``."""
    own = sorted({*q.usernames, *q.standing_in})
    holder = "CASE WHEN named <> '' THEN named ELSE assignee END"
    is_own = " OR ".join([f"instr(',' || ({holder}) || ',', ',' || ? || ',') > 0"] * len(own)) or "0"
    sql = (
        f"CASE WHEN ({holder}) <> '' THEN CASE WHEN NOT ({is_own}) THEN '{Whose.OTHERS}'"
        f" WHEN kind IN ({_among(AWAITED)}) THEN '{Whose.AWAITED}' ELSE '{Whose.MINE}' END"
        f" WHEN kind IN ({_among(q.own_decisions)}) THEN '{Whose.MINE}' ELSE '{Whose.FREE}' END"
    )
    return TaskSelect(sql, tuple(own))


def band_of(q: TaskQuery) -> TaskSelect:
    """An SQL expression for the band of each task, as in ``domain.work.order``."""
    sql = (
        f"CASE WHEN kind IN ({_among(AWAITED)}) THEN {Band.AWAITED:d}"
        f" WHEN due_on IS NULL THEN CASE WHEN kind IN ({_among(CLOCKED)}) THEN {Band.CLOCK_UNKNOWN:d}"
        f" WHEN kind IN ({_among(DECISIONS)}) THEN {Band.DECISION:d} ELSE {Band.UNDATED:d} END"
        f" WHEN due_on < ? THEN {Band.OVERDUE:d}"
        f" WHEN due_on <= ? AND kind NOT IN ({_among(REMINDERS)}) THEN {Band.NEAR:d}"
        f" WHEN kind IN ({_among(DECISIONS)}) THEN {Band.DECISION:d} ELSE {Band.DATED:d} END"
    )
    return TaskSelect(sql, (q.today.isoformat(), near(q.today).isoformat()))


def _among(kinds: Collection[TaskKind]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in sorted(kinds)) or "''"


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
        assignee=row["assignee"],
    )
