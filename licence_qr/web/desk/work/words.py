"""Words of the task list: what there is to do, how near it is, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import day_in_words, day_of_year_in_words
from licence_qr.domain.roles import Role
from licence_qr.domain.work.order import NEAR_DAYS
from licence_qr.domain.work.task_words import HINT as HINT
from licence_qr.domain.work.task_words import KIND as KIND
from licence_qr.domain.work.task_words import name_of
from licence_qr.domain.work.tasks import CLOCKED, DueStep
from licence_qr.domain.work.tasks import OF_PEOPLE as OF_PEOPLE
from licence_qr.domain.work.whose import AWAITED, Whose, assignable, may_do
from licence_qr.services.register import access
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.desk.words import days_words as days_words
from licence_qr.web.desk.words import working_days_words as working_days_words
from licence_qr.web.desk.work.acts import business_address as business_address
from licence_qr.web.desk.work.acts import button_of as button_of
from licence_qr.web.shell.language import t
from licence_qr.web.shell.security import current_actor
from licence_qr.web.shell.words import Tone
from licence_qr.wording.terms import term

WHOSE: Mapping[Whose, Text] = {
    Whose.MINE: Text("我的", "Mine"),
    Whose.FREE: Text("未领的", "Nobody’s yet"),
    Whose.OTHERS: Text("同事的", "Colleagues’"),
    Whose.AWAITED: Text("我等别人", "I wait for others"),
}


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
    if line.left.overdue:
        return Tone.BAD
    return Tone.CARE if line.left.days is not None and line.left.days <= NEAR_DAYS else Tone.PLAIN


def task_words(line: WorkLine) -> str:
    """The name of the task of a line."""
    name = name_of(line.task.kind, line.left)
    return t(name.zh, name.en)


def due_words(line: WorkLine) -> str:
    """The days left or overdue, or that a decision waits without a date."""
    return days_words(line.left, line.task.kind) if line.left.days is not None else _undated(line)


def _undated(line: WorkLine) -> str:
    if line.task.kind in CLOCKED:
        return t("期限待定", "no date yet")
    if line.task.kind in AWAITED:
        return t("等别人", "with somebody else")
    return t("等着办", "to do now")


def short_day(line: WorkLine) -> str:
    """The due day, without its year where that is the one of today; empty without a due day."""
    due, days = line.task.due_on, line.left.days
    if due is None or days is None:
        return ""
    this_year = (due - timedelta(days=days)).year == due.year
    words = day_of_year_in_words(due) if this_year else day_in_words(due)
    return t(words.zh, words.en)


def may_take(line: WorkLine) -> bool:
    """Whether whoever is signed in can take the task."""
    actor = current_actor()
    return may_do(line.task.kind, actor) and access.may(actor, access.HAND_OVER_TASKS, line.task.office)


def may_hand_over(line: WorkLine) -> bool:
    """Whether whoever is signed in can give the task to somebody: a doer, or the supervisor of the office."""
    actor = current_actor()
    right = access.may(actor, access.HAND_OVER_TASKS, line.task.office)
    return right and (may_do(line.task.kind, actor) or Role.SUPERVISOR in actor.roles)


def can_be_handed(line: WorkLine) -> bool:
    """Whether the task can be taken, or given to somebody, on the list."""
    return assignable(line.task.kind)
