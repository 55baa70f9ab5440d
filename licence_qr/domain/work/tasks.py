"""Tasks of the task list, and how urgent each is."""

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
    """Kind of task."""

    PERMIT_PENDING = "permit_pending"  # applied for in the standard procedure, not decided
    PERMIT_EXPIRING = "permit_expiring"
    RENEWAL_TO_DECIDE = "renewal_to_decide"
    REVIEW_DUE = "review_due"  # 复核
    FOLLOW_UP_DUE = "follow_up_due"  # 告知承诺核查: check after the grant
    RECTIFICATION_DUE = "rectification_due"  # 责令限期整改
    PROPOSAL_TO_DECIDE = "proposal_to_decide"
    PROPOSAL_OF_MINE = "proposal_of_mine"
    DRAWN_INSPECTION = "drawn_inspection"  # 双随机
    VISIT_TO_CONFIRM = "visit_to_confirm"  # a visit that names the person as its second officer
    INSPECTION_HELD = "inspection_held"  # a record from a phone that a person has to decide on
    REPORT_TO_CONTACT = "report_to_contact"
    REPORT_TO_ANSWER = "report_to_answer"
    REPORT_TO_CALL_BACK = "report_to_call_back"  # answered; closed once the reporter was called back
    RATING_TO_MEND = "rating_to_mend"  # 差评
    RATING_TO_CALL_BACK = "rating_to_call_back"  # put right; closed once whoever rated was called back
    ROLES_TO_CONFIRM = "roles_to_confirm"  # a request for roles that takes a second person
    RESET_TO_CONFIRM = "reset_to_confirm"  # a request to reset second factors, likewise
    # Items of cases: of the officers of their authority, and of the window that took the application.
    ITEM_TO_TAKE = "item_to_take"  # sent on, and nobody has taken it yet
    ITEM_TO_DECIDE = "item_to_decide"
    ITEM_AWAITED = "item_awaited"  # the applicant has to bring more (补正)
    MORE_TO_TELL = "more_to_tell"  # tell the applicant what the authority asks for
    REFUSAL_TO_TELL = "refusal_to_tell"
    CARD_TO_HAND_OVER = "card_to_hand_over"  # granted: the next version of the card is for the holder


OVERSEEING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
_DESK = OVERSEEING | {Role.CLERK, Role.DECIDER}
_FIELD = OVERSEEING | {Role.INSPECTOR}
# The roles whose work each kind is. Supervisors and auditors see what waits for others: they propose nothing, and see of
# ratings the figures alone.
ROLES_OF: Mapping[TaskKind, frozenset[Role]] = {
    TaskKind.PERMIT_PENDING: _DESK,
    TaskKind.PERMIT_EXPIRING: _DESK,
    TaskKind.RENEWAL_TO_DECIDE: _DESK,
    TaskKind.REVIEW_DUE: _DESK | _FIELD,
    TaskKind.FOLLOW_UP_DUE: _FIELD | {Role.DECIDER},
    TaskKind.RECTIFICATION_DUE: _FIELD | {Role.DECIDER},
    TaskKind.PROPOSAL_TO_DECIDE: OVERSEEING | {Role.DECIDER},
    TaskKind.PROPOSAL_OF_MINE: frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER}),
    TaskKind.DRAWN_INSPECTION: _FIELD,
    TaskKind.VISIT_TO_CONFIRM: frozenset({Role.INSPECTOR}),
    TaskKind.INSPECTION_HELD: OVERSEEING | {Role.CLERK},
    TaskKind.REPORT_TO_CONTACT: _DESK | _FIELD,
    TaskKind.REPORT_TO_ANSWER: _DESK | _FIELD,
    TaskKind.REPORT_TO_CALL_BACK: _DESK | _FIELD,
    TaskKind.RATING_TO_MEND: frozenset({Role.CLERK, Role.DECIDER}),
    TaskKind.RATING_TO_CALL_BACK: frozenset({Role.CLERK, Role.DECIDER}),
    TaskKind.ROLES_TO_CONFIRM: frozenset({Role.ADMIN, Role.AUDITOR}),
    TaskKind.RESET_TO_CONFIRM: frozenset({Role.ADMIN, Role.SUPERVISOR}),
    TaskKind.ITEM_TO_TAKE: OVERSEEING | {Role.DECIDER},
    TaskKind.ITEM_TO_DECIDE: OVERSEEING | {Role.DECIDER},
    TaskKind.ITEM_AWAITED: OVERSEEING | {Role.DECIDER},
    TaskKind.MORE_TO_TELL: OVERSEEING | {Role.CLERK},
    TaskKind.REFUSAL_TO_TELL: OVERSEEING | {Role.CLERK},
    TaskKind.CARD_TO_HAND_OVER: OVERSEEING | {Role.CLERK},
}
# About people, not businesses: in no mail to an office, and in no calendar that an address alone opens.
OF_PEOPLE = frozenset({TaskKind.ROLES_TO_CONFIRM, TaskKind.RESET_TO_CONFIRM})
# Kinds with a time limit in working days. Without a calendar their due day is unknown, so they are listed first.
CLOCKED = frozenset(
    {
        TaskKind.REPORT_TO_CONTACT,
        TaskKind.REPORT_TO_ANSWER,
        TaskKind.REPORT_TO_CALL_BACK,
        TaskKind.RATING_TO_MEND,
        TaskKind.RATING_TO_CALL_BACK,
    }
)


def kinds_of(actor: Actor) -> tuple[TaskKind, ...]:
    """The kinds that are the work of ``actor``, in the order of the headings of the list."""
    return tuple(kind for kind in TaskKind if ROLES_OF[kind] & actor.roles)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list.

    ``subject`` names what it is about (``permit/17``, ``proposal/3``, ``report/5``); with ``kind`` it is unique.
    ``holder_name`` is of the business, or of the person whose account it is.
    ``due_on`` None: no date is set, or its year has no calendar of working days. ``roles`` may see it;
    ``named`` are the user names of those whose task it is by its nature, empty where it is anybody's in these roles;
    ``assignee`` is that of who has taken it, or was given it, empty for nobody.
    """

    kind: TaskKind
    subject: str
    office: str
    uscc: str
    holder_name: str
    address: str
    due_on: date | None
    roles: frozenset[Role]
    named: tuple[str, ...] = ()
    assignee: str = ""

    @property
    def whose(self) -> tuple[str, ...]:
        """The user names of those whose task it is now; empty: of nobody yet."""
        return self.named or tuple(filter(None, (self.assignee,)))


class DueStep(StrEnum):
    """How near the due day is, by the steps of the life rules (90, 60 and 30 days)."""

    OVERDUE = "overdue"
    URGENT = "urgent"
    SOON = "soon"
    NOTICE = "notice"
    LATER = "later"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Days until a task is due, negative when it is overdue. ``working_days`` None: a year in between has no calendar.

    Both are None for a task without a date.
    """

    step: DueStep
    days: int | None
    working_days: int | None

    @property
    def overdue(self) -> bool:
        """Whether the due day has passed."""
        return self.step is DueStep.OVERDUE


def due_step(days: int | None, rules: LifeRules) -> DueStep:
    """The step of a task due in ``days`` calendar days. On the due day itself it is not overdue."""
    if days is None:
        return DueStep.UNDATED
    if days < 0:
        return DueStep.OVERDUE
    notice, soon, urgent = rules.expiring_days
    steps = ((urgent, DueStep.URGENT), (soon, DueStep.SOON), (notice, DueStep.NOTICE))
    return next((step for most, step in steps if days <= most), DueStep.LATER)


def time_left(due_on: date | None, today: date, calendar: WorkingCalendar, rules: LifeRules) -> TimeLeft:
    """The time left until ``due_on``; ``today`` is not counted."""
    if due_on is None:
        return TimeLeft(DueStep.UNDATED, None, None)
    days = (due_on - today).days
    try:
        working_days: int | None = calendar.between(today, due_on)
    except RuleError:
        working_days = None
    return TimeLeft(due_step(days, rules), days, working_days)
