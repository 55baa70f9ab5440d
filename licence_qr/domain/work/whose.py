"""Whose a task is: who may do it, who can be given it, and which tasks wait for one person before all others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import Task, TaskKind

_CLERKS = frozenset({Role.CLERK})
_DECIDERS = frozenset({Role.DECIDER})
_INSPECTORS = frozenset({Role.INSPECTOR})
_OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
_HANDLERS = _OFFICERS | _DECIDERS
# The roles that can do what each kind asks. Others who see it, see what waits for these.
DOERS_OF: Mapping[TaskKind, frozenset[Role]] = {
    TaskKind.PERMIT_PENDING: _CLERKS,
    TaskKind.PERMIT_EXPIRING: _CLERKS,
    TaskKind.RENEWAL_TO_DECIDE: _CLERKS,
    TaskKind.REVIEW_DUE: _OFFICERS,
    TaskKind.FOLLOW_UP_DUE: _INSPECTORS,
    TaskKind.RECTIFICATION_DUE: _INSPECTORS,
    TaskKind.PROPOSAL_TO_DECIDE: _DECIDERS,
    TaskKind.PROPOSAL_OF_MINE: _HANDLERS,
    TaskKind.DRAWN_INSPECTION: _INSPECTORS,
    TaskKind.VISIT_TO_CONFIRM: _INSPECTORS,
    TaskKind.INSPECTION_HELD: _CLERKS,
    TaskKind.REPORT_TO_CONTACT: _HANDLERS,
    TaskKind.REPORT_TO_ANSWER: _HANDLERS,
    TaskKind.REPORT_TO_CALL_BACK: _HANDLERS,
    TaskKind.RATING_TO_MEND: _CLERKS | _DECIDERS,
    TaskKind.RATING_TO_CALL_BACK: _CLERKS | _DECIDERS,
    TaskKind.ROLES_TO_CONFIRM: frozenset({Role.ADMIN, Role.AUDITOR}),
    TaskKind.RESET_TO_CONFIRM: frozenset({Role.ADMIN, Role.SUPERVISOR}),
    TaskKind.ITEM_TO_TAKE: _DECIDERS,
    TaskKind.ITEM_TO_DECIDE: _DECIDERS,
    TaskKind.ITEM_AWAITED: _DECIDERS,
    TaskKind.MORE_TO_TELL: _CLERKS,
    TaskKind.REFUSAL_TO_TELL: _CLERKS,
    TaskKind.CARD_TO_HAND_OVER: _CLERKS,
}
# Somebody waits for a decision that is the reader's to make.
DECISIONS = frozenset(
    {
        TaskKind.PERMIT_PENDING,
        TaskKind.RENEWAL_TO_DECIDE,
        TaskKind.PROPOSAL_TO_DECIDE,
        TaskKind.VISIT_TO_CONFIRM,
        TaskKind.INSPECTION_HELD,
        TaskKind.ROLES_TO_CONFIRM,
        TaskKind.RESET_TO_CONFIRM,
        TaskKind.ITEM_TO_TAKE,
        TaskKind.ITEM_TO_DECIDE,
    }
)
# Nothing can be done before somebody else has acted: a decider, or the applicant.
AWAITED = frozenset({TaskKind.PROPOSAL_OF_MINE, TaskKind.ITEM_AWAITED})
# Nobody can be given them: they name whose they are, or are every reader's own; an item is taken on its own page.
NOT_ASSIGNED = AWAITED | {
    TaskKind.DRAWN_INSPECTION,
    TaskKind.VISIT_TO_CONFIRM,
    TaskKind.ROLES_TO_CONFIRM,
    TaskKind.RESET_TO_CONFIRM,
    TaskKind.ITEM_TO_TAKE,
    TaskKind.ITEM_TO_DECIDE,
}
# The same task comes again with another due day: who had it the last time does not have it the next.
RECURRING = frozenset(
    {
        TaskKind.PERMIT_EXPIRING,
        TaskKind.RENEWAL_TO_DECIDE,
        TaskKind.REVIEW_DUE,
        TaskKind.FOLLOW_UP_DUE,
        TaskKind.RECTIFICATION_DUE,
    }
)


class Whose(StrEnum):
    """Whose a task is, to one reader."""

    MINE = "mine"  # given to the reader, or theirs to decide while nobody has taken it
    FREE = "free"  # nobody's yet, in the office
    OTHERS = "others"  # a colleague has it
    AWAITED = "awaited"  # the reader's, and somebody else has to act first


def whose(task: Task, actor: Actor) -> Whose:
    """Whose ``task`` is to ``actor``."""
    held = task.whose
    if held:
        if not actor.is_among(held) and actor.stands_in_for(held) is None:
            return Whose.OTHERS
        return Whose.AWAITED if task.kind in AWAITED else Whose.MINE
    return Whose.MINE if task.kind in own_decisions(actor) else Whose.FREE


def own_decisions(actor: Actor) -> frozenset[TaskKind]:
    """The kinds of decision that are those of ``actor`` to make as long as nobody has taken them."""
    return frozenset(kind for kind in DECISIONS if DOERS_OF[kind] & actor.roles)


def may_do(kind: TaskKind, actor: Actor) -> bool:
    """Whether the roles of ``actor`` can do what the kind asks."""
    return bool(DOERS_OF[kind] & actor.roles)


def assignable(kind: TaskKind) -> bool:
    """Whether a task of this kind can be taken and handed over on the list."""
    return kind not in NOT_ASSIGNED


def turn(kind: TaskKind, due_on: date | None) -> str:
    """Which turn of a task an assignment is about: the due day of what comes again, else empty, since a due day may move."""
    return due_on.isoformat() if kind in RECURRING and due_on else ""
