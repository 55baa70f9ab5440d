"""Work that waits for somebody, on one list whatever it comes from; and how urgent it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import RuleError


class TaskKind(StrEnum):
    """What there is to do."""

    PERMIT_PENDING = "permit_pending"  # applied for on the standard procedure, not decided
    PERMIT_EXPIRING = "permit_expiring"
    RENEWAL_TO_DECIDE = "renewal_to_decide"
    REVIEW_DUE = "review_due"  # 复核
    FOLLOW_UP_DUE = "follow_up_due"  # 告知承诺 inspection after the grant
    RECTIFICATION_DUE = "rectification_due"  # 责令限期整改
    PROPOSAL_TO_DECIDE = "proposal_to_decide"
    PROPOSAL_OF_MINE = "proposal_of_mine"
    DRAWN_INSPECTION = "drawn_inspection"  # 双随机
    INSPECTION_HELD = "inspection_held"  # came from a phone with something doubtful about it
    REPORT_TO_CONTACT = "report_to_contact"
    REPORT_TO_ANSWER = "report_to_answer"
    REPORT_TO_CALL_BACK = "report_to_call_back"  # answered; closed once the reporter was called back
    RATING_TO_MEND = "rating_to_mend"  # 差评


_DESK = frozenset({Role.CLERK, Role.DECIDER, Role.ADMIN})
_FIELD = frozenset({Role.INSPECTOR, Role.ADMIN})
# Whose work each kind is. An administrator oversees all of it, but proposes nothing and so has nothing of their own.
ROLES_OF: Mapping[TaskKind, frozenset[Role]] = {
    TaskKind.PERMIT_PENDING: _DESK,
    TaskKind.PERMIT_EXPIRING: _DESK,
    TaskKind.RENEWAL_TO_DECIDE: _DESK,
    TaskKind.REVIEW_DUE: _DESK | _FIELD,
    TaskKind.FOLLOW_UP_DUE: _FIELD | {Role.DECIDER},
    TaskKind.RECTIFICATION_DUE: _FIELD | {Role.DECIDER},
    TaskKind.PROPOSAL_TO_DECIDE: frozenset({Role.DECIDER}),
    TaskKind.PROPOSAL_OF_MINE: frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER}),
    TaskKind.DRAWN_INSPECTION: _FIELD,
    TaskKind.INSPECTION_HELD: frozenset({Role.CLERK}),
    TaskKind.REPORT_TO_CONTACT: _DESK | _FIELD,
    TaskKind.REPORT_TO_ANSWER: _DESK | _FIELD,
    TaskKind.REPORT_TO_CALL_BACK: _DESK | _FIELD,
    TaskKind.RATING_TO_MEND: frozenset({Role.CLERK, Role.DECIDER}),
}
# Kinds whose time limit runs in working days: without a calendar it is not known when they are due, so they come first.
CLOCKED = frozenset(
    {TaskKind.REPORT_TO_CONTACT, TaskKind.REPORT_TO_ANSWER, TaskKind.REPORT_TO_CALL_BACK, TaskKind.RATING_TO_MEND}
)


def kinds_of(actor: Actor) -> tuple[TaskKind, ...]:
    """The kinds that are the work of ``actor``, in the order of the list's headings."""
    return tuple(kind for kind in TaskKind if ROLES_OF[kind] & actor.roles)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the work list.

    ``subject`` names the thing in its own room (``permit/17``, ``proposal/3``, ``report/5``); with ``kind`` it is
    unique. ``due_on`` None: no date is set, or no calendar of working days is known to reckon it by. ``roles`` may see it.
    """

    kind: TaskKind
    subject: str
    office: str
    uscc: str
    holder_name: str
    address: str
    due_on: date | None
    roles: frozenset[Role]


class DueStep(StrEnum):
    """How near the day is; the steps are those of the dated rules (90, 60 and 30 days)."""

    OVERDUE = "overdue"
    URGENT = "urgent"
    SOON = "soon"
    NOTICE = "notice"
    LATER = "later"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Days until a task is due, negative when it is overdue. ``working_days`` None: a year without a calendar lies between.

    Both are None for a task without a date.
    """

    step: DueStep
    days: int | None
    working_days: int | None

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.step is DueStep.OVERDUE


def due_step(days: int | None, rules: LifeRules) -> DueStep:
    """The step of a task that is due in ``days`` calendar days; the day itself is not overdue."""
    if days is None:
        return DueStep.UNDATED
    if days < 0:
        return DueStep.OVERDUE
    notice, soon, urgent = rules.expiring_days
    steps = ((urgent, DueStep.URGENT), (soon, DueStep.SOON), (notice, DueStep.NOTICE))
    return next((step for most, step in steps if days <= most), DueStep.LATER)


def time_left(due_on: date | None, today: date, calendar: WorkingCalendar, rules: LifeRules) -> TimeLeft:
    """How long there is until ``due_on``, counted from ``today``, which is not counted itself."""
    if due_on is None:
        return TimeLeft(DueStep.UNDATED, None, None)
    days = (due_on - today).days
    try:
        working_days: int | None = calendar.between(today, due_on)
    except RuleError:
        working_days = None
    return TimeLeft(due_step(days, rules), days, working_days)
