"""Who has which task: taken, or given by a colleague. Rows of tasks that are over mean nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from licence_qr.domain.work.tasks import Task, TaskKind
from licence_qr.domain.work.whose import RECURRING, turn
from licence_qr.store.database.connections import Transaction
from licence_qr.store.work.task_sources import TaskSelect

_RECURRING = ", ".join(f"'{kind.value}'" for kind in sorted(RECURRING))


def assignee_on(day: date) -> TaskSelect:
    """An SQL expression for the user name of who has the task ``x``: an open account of its office, whose person is not
    absent on ``day``."""
    sql = f"""coalesce((SELECT u.username FROM task_assignments a JOIN users u ON u.user_id = a.user_id
        WHERE a.kind = x.kind AND a.subject = x.subject
        AND a.turn = CASE WHEN x.kind IN ({_RECURRING}) THEN coalesce(x.due_on, '') ELSE '' END
        AND u.disabled_at IS NULL AND u.office = x.office AND NOT EXISTS (SELECT 1 FROM absences b
            WHERE b.person_id = u.person_id AND b.retracted_at IS NULL AND b.first_day <= ? AND b.last_day >= ?)), '')"""
    return TaskSelect(sql, (day.isoformat(), day.isoformat()))


def put(tx: Transaction, task: Task, user_id: int, at: datetime) -> None:
    """Give ``task`` to an account."""
    tx.run(
        "INSERT INTO task_assignments (kind, subject, turn, user_id, assigned_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, subject, turn) DO UPDATE SET user_id = excluded.user_id, assigned_at = excluded.assigned_at",
        (*_key(task.kind, task.subject, task.due_on), user_id, at.isoformat()),
    )


def remove(tx: Transaction, task: Task) -> None:
    """Let nobody have ``task``."""
    tx.run(
        "DELETE FROM task_assignments WHERE kind = ? AND subject = ? AND turn = ?",
        _key(task.kind, task.subject, task.due_on),
    )


def names(tx: Transaction, usernames: Iterable[str]) -> Mapping[str, str]:
    """User name → the name of the person, of those that are known."""
    asked = sorted(set(usernames))
    if not asked:
        return {}
    rows = tx.all(f"SELECT username, display_name FROM users WHERE username IN ({', '.join('?' * len(asked))})", asked)
    return {row["username"]: row["display_name"] for row in rows}


def _key(kind: TaskKind, subject: str, due_on: date | None) -> tuple[str, str, str]:
    return kind.value, subject, turn(kind, due_on)
