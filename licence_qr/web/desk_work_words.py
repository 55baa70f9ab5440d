"""Words of the work list: what there is to do, how near it is, and which page a task leads to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for

from licence_qr.domain.catalogue import Text
from licence_qr.domain.life_rules import LifeRules
from licence_qr.domain.tasks import CLOCKED, DueStep, Task, TaskKind, TimeLeft
from licence_qr.services.work_list import Line
from licence_qr.web.language import t
from licence_qr.web.words import Tone

KIND: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text("一般程序待办", "Pending on the general path"),
    TaskKind.PERMIT_EXPIRING: Text("许可将到期", "Permits expiring"),
    TaskKind.RENEWAL_TO_DECIDE: Text("延续待决定", "Renewals to decide"),
    TaskKind.REVIEW_DUE: Text("两年复核", "Reviews due"),
    TaskKind.FOLLOW_UP_DUE: Text("承诺后核查", "Checks after a commitment"),
    TaskKind.RECTIFICATION_DUE: Text("限期整改", "Rectifications due"),
    TaskKind.PROPOSAL_TO_DECIDE: Text("待我决定", "Proposals to decide"),
    TaskKind.PROPOSAL_OF_MINE: Text("我提出的", "My own proposals"),
    TaskKind.DRAWN_INSPECTION: Text("双随机检查", "Drawn inspections"),
    TaskKind.REPORT_TO_CONTACT: Text("反映待联系", "Reports: contact"),
    TaskKind.REPORT_TO_ANSWER: Text("反映待答复", "Reports: answer"),
    TaskKind.RATING_TO_MEND: Text("差评待整改", "Bad ratings to mend"),
}
HINT: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text(
        "现场核查后决定准予或者不予许可。", "Granted or refused once the premises were seen."
    ),
    TaskKind.PERMIT_EXPIRING: Text(
        "提醒持证人按期申请延续；已经过期的，办理注销。",
        "The holder applies for renewal in time; what has expired is closed (注销).",
    ),
    TaskKind.RENEWAL_TO_DECIDE: Text(
        "届满前没有决定的，视为准予延续。", "What is not decided before the end counts as renewed."
    ),
    TaskKind.REVIEW_DUE: Text("许可证到了复核的时候。", "The permit is to be reviewed by the day."),
    TaskKind.FOLLOW_UP_DUE: Text("许可后由两名人员到现场核查承诺。", "Officers check on the spot what was promised."),
    TaskKind.RECTIFICATION_DUE: Text("到期复查是否整改。", "By the day it is checked whether it was put right."),
    TaskKind.PROPOSAL_TO_DECIDE: Text("由提出人以外的审批人员决定。", "Decided by somebody else than its proposer."),
    TaskKind.PROPOSAL_OF_MINE: Text("等待另一人决定，可以撤回。", "Waits for another person; it can be withdrawn."),
    TaskKind.DRAWN_INSPECTION: Text("按抽签结果检查并公布。", "Inspected as drawn, and published."),
    TaskKind.REPORT_TO_CONTACT: Text("按时联系反映人。", "Whoever reported is contacted by the day."),
    TaskKind.REPORT_TO_ANSWER: Text("按时答复并回访。", "Answered by the day, then called back."),
    TaskKind.RATING_TO_MEND: Text("按时整改并回访。", "Mended by the day, then called back."),
}
_TONE = {DueStep.OVERDUE: Tone.BAD, DueStep.URGENT: Tone.CARE}


def step_words(step: DueStep, rules: LifeRules) -> str:
    """A step in words, with the days of the rules in force."""
    notice, soon, urgent = rules.expiring_days
    words = {
        DueStep.OVERDUE: Text("已逾期", "Overdue"),
        DueStep.URGENT: Text(f"{urgent} 天内", f"Within {urgent} days"),
        DueStep.SOON: Text(f"{urgent + 1} 至 {soon} 天", f"{urgent + 1} to {soon} days"),
        DueStep.NOTICE: Text(f"{soon + 1} 至 {notice} 天", f"{soon + 1} to {notice} days"),
        DueStep.LATER: Text(f"{notice} 天以后", f"After {notice} days"),
        DueStep.UNDATED: Text("没有日期", "Without a date"),
    }[step]
    return t(words.zh, words.en)


def tone_of(line: Line) -> Tone:
    """The sign and colour of a line; an unknown end of a time limit is a question."""
    if line.left.step is DueStep.UNDATED and line.task.kind in CLOCKED:
        return Tone.UNKNOWN
    return _TONE.get(line.left.step, Tone.PLAIN)


def days_words(left: TimeLeft) -> str:
    """How long there is in calendar days, in words that say "overdue" themselves."""
    if left.days is None:
        return t("没有日期", "no date")
    if left.days == 0:
        return t("今天到期", "due today")
    if left.overdue:
        return t(f"已逾期 {-left.days} 天", f"overdue by {_many(-left.days, 'day')}")
    return t(f"还有 {left.days} 天", f"{_many(left.days, 'day')} left")


def working_days_words(left: TimeLeft) -> str:
    """The same in working days; says so where a year without a calendar lies between. Empty without a date."""
    if left.days is None:
        return ""
    if left.working_days is None:
        return t("工作日未知：该年安排尚未公布", "working days not known: no calendar for that year yet")
    count = abs(left.working_days)
    return t(f"{count} 个工作日", _many(count, "working day"))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def task_address(task: Task) -> str:
    """The page on which the task is dealt with."""
    return url_for("desk.businesses.show_business", uscc=task.uscc)
