"""Words of the task list: what there is to do, how near it is, and which page a task leads to."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.lifecycle.acts import SubjectKind
from licence_qr.domain.work.task_words import HINT as HINT
from licence_qr.domain.work.task_words import KIND as KIND
from licence_qr.domain.work.task_words import name_of
from licence_qr.domain.work.tasks import CLOCKED, DueStep, Task, TaskKind
from licence_qr.domain.work.tasks import OF_PEOPLE as OF_PEOPLE
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.desk.words import days_words as days_words
from licence_qr.web.desk.words import working_days_words as working_days_words
from licence_qr.web.shell.language import t
from licence_qr.web.shell.security import current_actor, roles_of
from licence_qr.web.shell.words import Tone
from licence_qr.wording.terms import term

_TONE = {DueStep.OVERDUE: Tone.BAD, DueStep.URGENT: Tone.CARE}


def step_words(step: DueStep, rules: LifeRules) -> str:
    """A step in words, with the days of the rules in force."""
    notice, soon, urgent = rules.expiring_days
    words = {
        DueStep.OVERDUE: term("progress.overdue"),
        DueStep.URGENT: Text(f"{urgent} 天内", f"Within {urgent} days"),
        DueStep.SOON: Text(f"{urgent + 1} 至 {soon} 天", f"{urgent + 1} to {soon} days"),
        DueStep.NOTICE: Text(f"{soon + 1} 至 {notice} 天", f"{soon + 1} to {notice} days"),
        DueStep.LATER: Text(f"{notice} 天以后", f"After {notice} days"),
        DueStep.UNDATED: Text("没有日期", "No date"),
    }[step]
    return t(words.zh, words.en)


def tone_of(line: WorkLine) -> Tone:
    """The sign and colour of a line; an unknown end of a time limit is a question."""
    if line.left.step is DueStep.UNDATED and line.task.kind in CLOCKED:
        return Tone.UNKNOWN
    return _TONE.get(line.left.step, Tone.PLAIN)


def task_words(line: WorkLine) -> str:
    """The name of the task of a line."""
    name = name_of(line.task.kind, line.left)
    return t(name.zh, name.en)


# The page of a subject, and the name of its key in the address. Whoever may not open it is shown the business.
_PAGES = {
    "proposal": ("desk.proposals.show_proposal", "number"),
    "inspection": ("desk.inspections.show_inspection", "key"),
    "named-check": ("desk.follow_ups_named.show_named", "named_id"),
    "rectification": ("desk.inspections.show_order", "order_id"),
    "drawn": ("desk.inspection_draws.show_drawn", "drawn_id"),
    "report": ("desk.reports.show_report", "report_id"),
    "grant": ("desk.people_roles.show_grant", "grant_id"),
    "reset": ("desk.people_resets.show_reset", "reset_id"),
    "rating": ("desk.ratings.show_rating", "rating_id"),
}
_CHECK = ("desk.follow_ups.show_follow_up", "permit_id")
_CHECKED = {TaskKind.FOLLOW_UP_DUE, TaskKind.RECTIFICATION_DUE}


def task_address(task: Task) -> str:
    """The page on which the task is dealt with, as far as the person signed in may open it."""
    room, _, key = task.subject.partition("/")
    page = _CHECK if room == SubjectKind.PERMIT and task.kind in _CHECKED else _PAGES.get(room)
    if page is not None and roles_of(current_app.view_functions[page[0]]) & current_actor().roles:
        endpoint, name = page
        values: dict[str, Any] = {name: int(key)}
        return url_for(endpoint, **values)
    return url_for("desk.businesses.show_business", uscc=task.uscc)
