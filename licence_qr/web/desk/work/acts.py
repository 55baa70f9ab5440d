"""Which page each task is dealt with on, and what its button says. Whoever may not do it there is led to where they can read
about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from licence_qr.domain.lifecycle.acts import Act, SubjectKind, rule
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.task_words import SHOW, act_of, has_expired
from licence_qr.domain.work.tasks import Task, TaskKind
from licence_qr.domain.work.whose import may_do
from licence_qr.services.register import access
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.shell.security import current_actor, roles_of
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class ActPage:
    """A page by its endpoint and the values of its address; ``act`` is the act on a permit that it is the form of."""

    endpoint: str
    values: Mapping[str, Any]
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class ActButton:
    """Where the button of a line leads, and its words. ``does``: to the act, and not only to where it can be read."""

    words: Text
    address: str
    does: bool


def _permit_act(act: Act) -> Callable[[Task], ActPage]:
    def page(task: Task) -> ActPage:
        values = {"uscc": task.uscc, "permit_id": _key(task), "act": act.value}
        return ActPage("desk.businesses_life.show_permit_act", values, act)

    return page


def _named(endpoint: str, name: str) -> Callable[[Task], ActPage]:
    return lambda task: ActPage(endpoint, {name: _key(task)})


_CHECK = _named("desk.follow_ups.show_follow_up", "permit_id")
_ORDER = _named("desk.inspections.show_order", "order_id")
_VISIT = _named("desk.inspections.show_inspection", "key")
_NAMED_CHECK = _named("desk.follow_ups_named.show_named", "named_id")
_PROPOSAL = _named("desk.proposals.show_proposal", "number")
_REPORT = _named("desk.reports.show_report", "report_id")
_RATING = _named("desk.ratings.show_rating", "rating_id")
_ITEM = _named("desk.items.show_item", "item_id")
_TELL = _named("desk.businesses_tellings.show_telling", "item_id")


def _record(task: Task) -> ActPage:
    return (_NAMED_CHECK if _room(task) == "named-check" else _VISIT)(task)


def _rectified(task: Task) -> ActPage:
    return (_CHECK if _room(task) == SubjectKind.PERMIT else _ORDER)(task)


PAGES: Mapping[TaskKind, Callable[[Task], ActPage]] = {
    TaskKind.PERMIT_PENDING: _permit_act(Act.GRANT),
    TaskKind.PERMIT_EXPIRING: _permit_act(Act.APPLY_RENEWAL),
    TaskKind.RENEWAL_TO_DECIDE: _permit_act(Act.RENEW),
    TaskKind.REVIEW_DUE: _permit_act(Act.REVIEW),
    TaskKind.FOLLOW_UP_DUE: _CHECK,
    TaskKind.RECTIFICATION_DUE: _rectified,
    TaskKind.PROPOSAL_TO_DECIDE: _PROPOSAL,
    TaskKind.PROPOSAL_OF_MINE: _PROPOSAL,
    TaskKind.DRAWN_INSPECTION: _named("desk.inspection_draws.show_drawn", "drawn_id"),
    TaskKind.VISIT_TO_CONFIRM: _record,
    TaskKind.INSPECTION_HELD: _record,
    TaskKind.REPORT_TO_CONTACT: _REPORT,
    TaskKind.REPORT_TO_ANSWER: _REPORT,
    TaskKind.REPORT_TO_CALL_BACK: _REPORT,
    TaskKind.RATING_TO_MEND: _RATING,
    TaskKind.RATING_TO_CALL_BACK: _RATING,
    TaskKind.ROLES_TO_CONFIRM: _named("desk.people_roles.show_grant", "grant_id"),
    TaskKind.RESET_TO_CONFIRM: _named("desk.people_resets.show_reset", "reset_id"),
    TaskKind.ITEM_TO_TAKE: _ITEM,
    TaskKind.ITEM_TO_DECIDE: _ITEM,
    TaskKind.ITEM_AWAITED: _ITEM,
    TaskKind.MORE_TO_TELL: _TELL,
    TaskKind.REFUSAL_TO_TELL: _TELL,
    TaskKind.CARD_TO_HAND_OVER: _TELL,
}
_EXPIRED = _permit_act(Act.CANCEL)


def page_of(line: WorkLine) -> ActPage:
    """The page of the act; an expired permit is cancelled, not renewed."""
    task = line.task
    return (_EXPIRED if has_expired(task.kind, line.left) else PAGES[task.kind])(task)


def button_of(line: WorkLine) -> ActButton | None:
    """The button of a line for whoever is signed in; None where there is no page they may read."""
    actor, page = current_actor(), page_of(line)
    if _opens(actor, page) and (may_do(line.task.kind, actor) or page.act is None):
        does = may_do(line.task.kind, actor)
        words = act_of(line.task.kind, line.left) if does else SHOW
        return ActButton(words, url_for(page.endpoint, **page.values), does)
    address = business_address(line.task)
    return ActButton(SHOW, address, does=False) if address else None


def business_address(task: Task) -> str:
    """The page of the business of a task; empty where it has none, or the reader may not see it."""
    known = bool(task.uscc and task.holder_name) and access.may(current_actor(), access.READ_BUSINESSES)
    return url_for("desk.businesses.show_business", uscc=task.uscc) if known else ""


def _opens(actor: Actor, page: ActPage) -> bool:
    """Whether ``actor`` may open the page, and do the act it is the form of."""
    if page.act is not None and not access.may(actor, access.of_act(rule(SubjectKind.PERMIT, page.act))):
        return False
    return bool(roles_of(current_app.view_functions[page.endpoint]) & actor.roles)


def _room(task: Task) -> str:
    return task.subject.partition("/")[0]


def _key(task: Task) -> int:
    return int(task.subject.rpartition("/")[2])
