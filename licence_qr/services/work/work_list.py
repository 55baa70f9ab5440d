"""The task list of a person: tasks for their roles in their office, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.dates import review_terms
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.tasks import DueStep, Task, TaskKind, TimeLeft, kinds_of, time_left
from licence_qr.services.register import access, events
from licence_qr.services.register.access import Right
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import tasks
from licence_qr.store.work.task_sources import TaskQuery

PAGE_LINES = 25
MOST_EXPORTED = 100_000
_NO_OFFICE = ""
EXPORT_PART = 2000  # lines that are read at once; each part costs a look at all tasks


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Filter for the list. ``office`` is only for auditors; ``page`` counts from 1."""

    kind: TaskKind | None = None
    step: DueStep | None = None
    office: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A task and the time left today. ``for_absent`` is the name of the absent person whose task it is, where the reader
    stands in for them, and empty otherwise."""

    task: Task
    left: TimeLeft
    for_absent: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of tasks by kind and step, without a filter."""

    each: Mapping[tuple[TaskKind, DueStep], int]
    kinds: tuple[TaskKind, ...]

    def of(self, kind: TaskKind | None = None, step: DueStep | None = None) -> int:
        """The number of tasks of that kind and step; None stands for all."""
        return sum(n for (k, s), n in self.each.items() if kind in (None, k) and step in (None, s))


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of the list. ``rules`` are the figures that define the steps."""

    work_filter: WorkFilter
    counts: Counts
    lines: tuple[WorkLine, ...]
    total: int
    pages: int
    rules: LifeRules


class WorkList:
    """The task list and its export. Only the export is recorded."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    def counts(self, actor: Actor, now: datetime) -> Counts:
        """The number of tasks for ``actor``."""
        with self._database.read() as tx:
            return self._counts(tx, self._question(actor, WorkFilter(), local_date(now)))

    def show(self, actor: Actor, work_filter: WorkFilter, now: datetime) -> WorkPage:
        """One page of tasks for ``actor``; a page beyond the last gives the last."""
        today = local_date(now)
        question = self._question(actor, work_filter, today)
        with self._database.read() as tx:
            counts = self._counts(tx, question)
            total = counts.of(work_filter.kind, work_filter.step)
            pages = max(1, -(-total // PAGE_LINES))
            work_filter = replace(work_filter, page=min(max(1, work_filter.page), pages))
            lines = self._lines(
                tx, actor, question, work_filter, PAGE_LINES, offset=(work_filter.page - 1) * PAGE_LINES
            )
        return WorkPage(work_filter, counts, lines, total, pages, question.rules)

    def everything(
        self, actor: Actor, work_filter: WorkFilter, now: datetime, most: int = EXPORT_PART
    ) -> tuple[WorkLine, ...]:
        """The ``most`` most urgent lines that ``work_filter`` selects, ignoring its page."""
        question = self._question(actor, work_filter, local_date(now))
        with self._database.read() as tx:
            return self._lines(tx, actor, question, work_filter, most)

    def export(self, actor: Actor, work_filter: WorkFilter, form: str, now: datetime) -> Iterator[WorkLine]:
        """All lines that ``work_filter`` selects, ignoring its page, for a file of the given format; at most
        ``MOST_EXPORTED``, the most urgent first. Who exports how many is recorded before the first.

        They are read in parts when they are asked for, each in a transaction of its own: few are held at once, and a slow
        download holds up nobody. What is done meanwhile is missing from a later part; no line comes twice.

        Raises AccessError; RegisterError, also between lines.
        """
        question = self._question(actor, work_filter, local_date(now))
        with self._database.read() as tx:
            lines = min(MOST_EXPORTED, self._counts(tx, question).of(work_filter.kind, work_filter.step))
        taken = NewEvent(
            kind=EventKind.EXPORTED,
            subject=f"export/work.{form}",
            at=now,
            by=actor,
            after={"lines": lines},
        )
        events.write_of_reader(self._database, taken)
        return islice(self._parts(actor, question, work_filter), MOST_EXPORTED)

    def offices(self, actor: Actor) -> tuple[str, ...]:
        """The offices whose tasks ``actor`` may see: their own, or all for an auditor."""
        bound = access.office_bound(actor, access.SEE_WORK)
        return tuple(self._catalogue.offices) if bound is None else (bound,)

    def _question(self, actor: Actor, work_filter: WorkFilter, today: date) -> TaskQuery:
        offices, own = self.offices(actor), (actor.username, *sorted(actor.others))
        asked = work_filter.office if work_filter.office in offices else ""
        standing_in = tuple(sorted(name for each in actor.cover.stands_for for name in each.usernames))
        passed_on = actor.cover.away is not None and bool(actor.cover.away.substitute)
        return TaskQuery(
            today=today,
            offices=(asked,) if asked else offices,
            kinds=kinds_of(actor),
            usernames=own,
            rules=self._catalogue.life_rules_on(today),
            reviews=review_terms(self._catalogue, today),
            unassigned=access.may(actor, access.READ_REPORTS, _NO_OFFICE) and not work_filter.office,
            holding=(*(() if passed_on else own), *standing_in),
            stood_in_for=tuple(sorted(actor.cover.stood_in_for)),
            resets_in=_confirmed_in(actor, access.CONFIRM_RESETS, asked),
            roles_in=_confirmed_in(actor, access.CONFIRM_ROLES, asked),
        )

    def _counts(self, tx: Transaction, question: TaskQuery) -> Counts:
        return Counts(tasks.counts(tx, question), question.kinds)

    def _parts(self, actor: Actor, question: TaskQuery, work_filter: WorkFilter) -> Iterator[WorkLine]:
        last: Task | None = None
        while True:
            with self._database.read() as tx:
                part = self._lines(tx, actor, question, work_filter, EXPORT_PART, after=last)
            yield from part
            if len(part) < EXPORT_PART:
                return
            last = part[-1].task

    def _lines(
        self,
        tx: Transaction,
        actor: Actor,
        question: TaskQuery,
        work_filter: WorkFilter,
        limit: int,
        *,
        offset: int = 0,
        after: Task | None = None,
    ) -> tuple[WorkLine, ...]:
        kinds = (
            question.kinds if work_filter.kind is None else tuple(k for k in question.kinds if k is work_filter.kind)
        )
        found = tasks.listed(tx, replace(question, kinds=kinds), work_filter.step, limit, offset, after=after)
        calendar, today = self._catalogue.working_calendar, question.today
        return tuple(
            WorkLine(task, time_left(task.due_on, today, calendar, question.rules), absent.name if absent else "")
            for task, absent in ((task, actor.stands_in_for(task.named)) for task in found)
        )


def _confirmed_in(actor: Actor, right: Right, asked: str) -> tuple[str, ...] | None:
    """The offices whose requests ``actor`` may confirm, or of these the one that is ``asked`` for; None: of all."""
    if not access.may(actor, right):
        return ()
    bound = access.office_bound(actor, right)
    if bound is None:
        return (asked,) if asked else None
    return (bound,) if asked in {"", bound} else ()
