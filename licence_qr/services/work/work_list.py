"""The task list of a person: tasks for their roles in their office, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.tasks import OVERSEEING, DueStep, Task, TaskKind, TimeLeft, time_left
from licence_qr.domain.work.whose import Whose, may_do, whose
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.work.pending_due import dated
from licence_qr.services.work.questions import offices_of, question
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import assignments, tasks
from licence_qr.store.work.task_sources import TaskQuery
from licence_qr.store.work.tasks import TaskPart

PAGE_LINES = 25
MOST_EXPORTED = 100_000
EXPORT_PART = 2000  # lines that are read at once; each part costs a look at all tasks


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Filter for the list. ``office`` is only for auditors; ``page`` counts from 1; ``doable`` leaves out
    what the reader may see and not do, unless they only oversee."""

    kind: TaskKind | None = None
    step: DueStep | None = None
    whose: Whose | None = None
    office: str = ""
    page: int = 1
    doable: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Which lines of those that are selected: ``limit`` after the first ``offset``, or after a task."""

    limit: int
    offset: int = 0
    after: Task | None = None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A task and the time left today. ``people`` are the names of those whose task it is, none where nobody has it.
    ``for_absent`` is the name of the absent person whose task it is, where the reader stands in for them, and empty
    otherwise."""

    task: Task
    left: TimeLeft
    whose: Whose = Whose.FREE
    people: tuple[str, ...] = ()
    for_absent: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of tasks by kind, step and whose they are, without a filter."""

    each: Mapping[tuple[TaskKind, DueStep, Whose], int]
    kinds: tuple[TaskKind, ...]

    def of(self, kind: TaskKind | None = None, step: DueStep | None = None, whose: Whose | None = None) -> int:
        """The number of tasks of that kind and step, and of whom; None stands for all."""
        return sum(
            n for (k, s, w), n in self.each.items() if kind in (None, k) and step in (None, s) and whose in (None, w)
        )

    @property
    def waiting(self) -> int:
        """The number of those that wait for the reader, and not for somebody else first."""
        return self.of(whose=Whose.MINE)


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
            return self._counts(tx, dated(tx, self._catalogue, self._question(actor, WorkFilter(), local_date(now))))

    def show(self, actor: Actor, work_filter: WorkFilter, now: datetime) -> WorkPage:
        """One page of tasks for ``actor``; a page beyond the last gives the last."""
        today = local_date(now)
        asked = self._question(actor, work_filter, today)
        with self._database.read() as tx:
            asked = dated(tx, self._catalogue, asked)
            counts = self._counts(tx, asked)
            total = counts.of(work_filter.kind, work_filter.step, work_filter.whose)
            pages = max(1, -(-total // PAGE_LINES))
            work_filter = replace(work_filter, page=min(max(1, work_filter.page), pages))
            span = Span(PAGE_LINES, (work_filter.page - 1) * PAGE_LINES)
            lines = self._lines(tx, actor, asked, work_filter, span)
        return WorkPage(work_filter, counts, lines, total, pages, asked.rules)

    def everything(
        self, actor: Actor, work_filter: WorkFilter, now: datetime, most: int = EXPORT_PART
    ) -> tuple[WorkLine, ...]:
        """The ``most`` most urgent lines that ``work_filter`` selects, ignoring its page."""
        asked = self._question(actor, work_filter, local_date(now))
        with self._database.read() as tx:
            return self._lines(tx, actor, dated(tx, self._catalogue, asked), work_filter, Span(most))

    def export(self, actor: Actor, work_filter: WorkFilter, form: str, now: datetime) -> Iterator[WorkLine]:
        """All lines that ``work_filter`` selects, ignoring its page, for a file of the given format; at most
        ``MOST_EXPORTED``, the most urgent first. Who exports how many is recorded before the first.

        They are read in parts when they are asked for, each in a transaction of its own: few are held at once, and a slow
        download holds up nobody. What is done meanwhile is missing from a later part; no line comes twice.

        Raises AccessError; RegisterError, also between lines.
        """
        asked, wanted = self._question(actor, work_filter, local_date(now)), work_filter
        with self._database.read() as tx:
            asked = dated(tx, self._catalogue, asked)
            lines = min(MOST_EXPORTED, self._counts(tx, asked).of(wanted.kind, wanted.step, wanted.whose))
        taken = NewEvent(
            kind=EventKind.EXPORTED,
            subject=f"export/work.{form}",
            at=now,
            by=actor,
            after={"lines": lines},
        )
        events.write_of_reader(self._database, taken)
        return islice(self._parts(actor, asked, work_filter), MOST_EXPORTED)

    def offices(self, actor: Actor) -> tuple[str, ...]:
        """The offices whose tasks ``actor`` may see: their own, or all for an auditor."""
        return offices_of(self._catalogue, actor)

    def _question(self, actor: Actor, work_filter: WorkFilter, today: date) -> TaskQuery:
        return question(self._catalogue, actor, today, work_filter.office)

    def _counts(self, tx: Transaction, asked: TaskQuery) -> Counts:
        return Counts(tasks.counts(tx, asked), asked.kinds)

    def _parts(self, actor: Actor, asked: TaskQuery, work_filter: WorkFilter) -> Iterator[WorkLine]:
        last: Task | None = None
        while True:
            with self._database.read() as tx:
                part = self._lines(tx, actor, asked, work_filter, Span(EXPORT_PART, after=last))
            yield from part
            if len(part) < EXPORT_PART:
                return
            last = part[-1].task

    def _lines(
        self, tx: Transaction, actor: Actor, asked: TaskQuery, work_filter: WorkFilter, span: Span
    ) -> tuple[WorkLine, ...]:
        kinds = tuple(each for each in asked.kinds if work_filter.kind in (None, each))
        if work_filter.doable and not actor.roles & OVERSEEING:
            kinds = tuple(each for each in kinds if may_do(each, actor))
        part = TaskPart(work_filter.step, work_filter.whose)
        found = tasks.listed(tx, replace(asked, kinds=kinds), part, span.limit, span.offset, after=span.after)
        names = assignments.names(tx, (name for task in found for name in task.whose))
        calendar, today = self._catalogue.working_calendar, asked.today
        return tuple(
            WorkLine(
                task=task,
                left=time_left(task.due_on, today, calendar, asked.rules),
                whose=whose(task, actor),
                people=tuple(names.get(name, name) for name in task.whose),
                for_absent=absent.name if absent else "",
            )
            for task, absent in ((task, actor.stands_in_for(task.whose)) for task in found)
        )
