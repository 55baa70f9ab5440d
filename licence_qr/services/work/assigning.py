"""Taking a task of the list, handing it to a colleague of the office, and putting it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import Task, TaskKind
from licence_qr.domain.work.whose import DOERS_OF, assignable, may_do
from licence_qr.errors import InputError, RuleError
from licence_qr.services.register import access, events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.services.work.pending_due import dated
from licence_qr.services.work.questions import question
from licence_qr.store.accounts import absences, accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import assignments, tasks
from licence_qr.store.work.task_sources import TaskQuery


@dataclass(frozen=True, slots=True)
class Assignable:
    """A task that can be handed over: who has it, and the colleagues who may do it and are there today."""

    task: Task
    assignee_name: str
    colleagues: tuple[Actor, ...]
    may_take: bool


@dataclass(frozen=True, slots=True)
class Assignments:
    """Who has which task. It decides nothing: whoever may do a task may do it, whoever has it."""

    database: Database
    catalogue: Catalogue

    def show(self, actor: Actor, kind: TaskKind, subject: str, now: datetime) -> Assignable:
        """One task with those to whom it can be given. Raises AccessError, NotFoundError."""
        access.demand(actor, access.HAND_OVER_TASKS)
        with self.database.read() as tx:
            task = self._task(tx, actor, kind, subject, now)
            names = assignments.names(tx, task.whose)
            colleagues = self._colleagues(tx, task, now)
        may_take = self._may_take(actor, kind) and not actor.is_among(task.whose)
        others = tuple(each for each in colleagues if not actor.is_same_person(each))
        return Assignable(task, names.get(task.assignee, ""), others, may_take)

    def take(self, actor: Actor, kind: TaskKind, subject: str, was: str, now: datetime) -> None:
        """Take a task; ``was`` is who had it when the list was read. Raises AccessError, NotFoundError, RuleError
        ``task_taken_meanwhile``."""
        access.demand(actor, access.HAND_OVER_TASKS)
        if not self._may_take(actor, kind):
            raise access.role_refused()
        with self.database.write() as tx:
            self._give(tx, actor, self._task(tx, actor, kind, subject, now), actor, was, now)

    def hand_over(self, actor: Actor, kind: TaskKind, subject: str, to: str, was: str, now: datetime) -> None:
        """Give a task to a colleague by user name, or put it back for everybody where ``to`` is empty.

        Raises AccessError, NotFoundError, InputError ``colleague_may_not``, RuleError ``task_taken_meanwhile``.
        """
        self._demand_handing(actor, kind)
        with self.database.write() as tx:
            task = self._task(tx, actor, kind, subject, now)
            found = [each for each in self._colleagues(tx, task, now) if each.username == to]
            if to and not found:
                raise InputError("colleague_may_not", field="to")
            self._give(tx, actor, task, found[0] if found else None, was, now)

    def _give(self, tx: Transaction, actor: Actor, task: Task, to: Actor | None, was: str, now: datetime) -> None:
        assignee = to.username if to else ""
        if task.assignee == assignee:
            return
        if task.assignee != was:
            names = assignments.names(tx, task.whose)
            raise RuleError("task_taken_meanwhile", assignee=names.get(task.assignee, "—"))
        if to is None:
            assignments.remove(tx, task)
        else:
            assignments.put(tx, task, to.user_id, now)
        new = NewEvent(
            kind=EventKind.TASK_ASSIGNED,
            subject=f"task/{task.kind}/{task.subject}",
            at=now,
            by=actor,
            office=task.office,
            before={"assignee": task.assignee},
            after={"assignee": assignee},
        )
        events.write(tx, new)

    def _task(self, tx: Transaction, actor: Actor, kind: TaskKind, subject: str, now: datetime) -> Task:
        task = tasks.found(tx, self._question(tx, actor, local_date(now), kind), subject) if assignable(kind) else None
        if task is None:
            raise things.not_found(things.TASK)
        access.demand(actor, access.HAND_OVER_TASKS, task.office)
        return task

    def _question(self, tx: Transaction, actor: Actor, day: date, kind: TaskKind) -> TaskQuery:
        return dated(tx, self.catalogue, question(self.catalogue, actor, day, kind=kind))

    def _demand_handing(self, actor: Actor, kind: TaskKind) -> None:
        """Whoever may do such a task hands it over, and a supervisor; whoever only sees it does not. Raises AccessError."""
        access.demand(actor, access.HAND_OVER_TASKS)
        if not (may_do(kind, actor) or Role.SUPERVISOR in actor.roles):
            raise access.role_refused()

    def _may_take(self, actor: Actor, kind: TaskKind) -> bool:
        return assignable(kind) and may_do(kind, actor)

    def _colleagues(self, tx: Transaction, task: Task, now: datetime) -> tuple[Actor, ...]:
        """Those of the office on whose own list the task stands, and who are there today."""
        day = local_date(now)
        known = {
            each.user_id: each
            for role in sorted(DOERS_OF[task.kind])
            for each in accounts.active_of_office(tx, task.office, role)
        }
        found = (each.on_duty(absences.cover_of(tx, each.person_id, day)) for each in known.values())
        return tuple(
            each
            for each in found
            if each.cover.away is None
            and tasks.found(tx, self._question(tx, each, day, task.kind), task.subject) is not None
        )
