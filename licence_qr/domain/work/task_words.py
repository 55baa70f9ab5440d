"""Wording of tasks, for pages and mails: the name of each kind, and a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.work.tasks import TaskKind, TimeLeft
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

KIND: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text("一般程序待办", "Standard procedure: decision due"),
    TaskKind.PERMIT_EXPIRING: Text("许可将到期", "Permits expiring"),
    TaskKind.RENEWAL_TO_DECIDE: Text("延续待决定", "Renewals to decide"),
    TaskKind.REVIEW_DUE: Text("两年复核", "Reviews due"),
    TaskKind.FOLLOW_UP_DUE: term("inspection.commitment_checks"),
    TaskKind.RECTIFICATION_DUE: Text("限期整改", "Rectifications due"),
    TaskKind.PROPOSAL_TO_DECIDE: Text("待我决定", "Proposals to decide"),
    TaskKind.PROPOSAL_OF_MINE: term("progress.mine"),
    TaskKind.DRAWN_INSPECTION: term("inspection.random_inspections"),
    TaskKind.VISIT_TO_CONFIRM: Text("待我确认的检查", "Visits that name you"),
    TaskKind.INSPECTION_HELD: Text("检查记录待处理", "Inspection records to review"),
    TaskKind.REPORT_TO_CONTACT: Text("反映待联系", "Reports: contact"),
    TaskKind.REPORT_TO_ANSWER: Text("反映待答复", "Reports: answer"),
    TaskKind.REPORT_TO_CALL_BACK: Text("反映待回访", "Reports: call back"),
    TaskKind.RATING_TO_MEND: term("progress.to_put_right"),
    TaskKind.ROLES_TO_CONFIRM: Text("待我确认的角色", "Roles to confirm"),
    TaskKind.RESET_TO_CONFIRM: Text("待我确认的重设", "Resets to confirm"),
}
HINT: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text(
        "现场核查后决定准予或者不予许可。", "Inspect the premises, then grant or refuse the permit."
    ),
    TaskKind.PERMIT_EXPIRING: Text(
        "提醒持证人按期申请延续；已经过期的，办理注销。",
        "Remind the holder to apply for renewal in time. Cancel permits that have expired.",
    ),
    TaskKind.RENEWAL_TO_DECIDE: Text(
        "届满前没有决定的，视为准予延续。", "If there is no decision before expiry, the permit is deemed renewed."
    ),
    TaskKind.REVIEW_DUE: Text("许可证到了复核期限。", "Review the permit by the due date."),
    TaskKind.FOLLOW_UP_DUE: Text(
        "许可后由两名人员到现场核查承诺。", "Two officers inspect on site whether the commitment has been met."
    ),
    TaskKind.RECTIFICATION_DUE: Text(
        "到期复查是否整改。", "Recheck by the deadline whether the problems have been rectified."
    ),
    TaskKind.PROPOSAL_TO_DECIDE: Text(
        "由提出人以外的审批人员决定。", "A decision maker other than the proposer decides."
    ),
    TaskKind.PROPOSAL_OF_MINE: Text(
        "等待另一人决定，可以收回。", "Awaiting another person’s decision. You can retract it."
    ),
    TaskKind.DRAWN_INSPECTION: Text("按抽签结果检查并公布。", "Inspect as drawn and publish the result."),
    TaskKind.VISIT_TO_CONFIRM: Text(
        "您是第二名检查人员：看过记录后确认，或者提出异议。",
        "You are the second officer. Read the record, then confirm it or object.",
    ),
    TaskKind.INSPECTION_HELD: Text(
        "手机传来的记录有疑问，由人判断是否采用。",
        "A record sent from a phone needs review. Decide whether to accept it.",
    ),
    TaskKind.REPORT_TO_CONTACT: Text("按时联系反映人。", "Contact the reporter by the due date."),
    TaskKind.REPORT_TO_ANSWER: Text("按时答复反映人。", "Answer the reporter by the due date."),
    TaskKind.REPORT_TO_CALL_BACK: Text("按时回访反映人。", "Call the reporter back by the due date."),
    TaskKind.RATING_TO_MEND: Text("按时整改并回访评价人。", "Put things right and call back by the due date."),
    TaskKind.ROLES_TO_CONFIRM: Text(
        "您是第二人：核实本人确需这些角色后确认，或者不予授予。",
        "You are the second person. Make sure that the roles are needed, then confirm or decline.",
    ),
    TaskKind.RESET_TO_CONFIRM: Text(
        "您是第二人：核实是本人丢失后确认，或者不予重设。",
        "You are the second person. Make sure that the owner has lost them, then confirm or decline.",
    ),
}


_EXPIRED = Text("许可已到期", "Permit expired")


def name_of(kind: TaskKind, left: TimeLeft) -> Text:
    """The name of one task; a permit that has expired is not called expiring."""
    return _EXPIRED if kind is TaskKind.PERMIT_EXPIRING and left.overdue else KIND[kind]


def days_left(kind: TaskKind | None, left: TimeLeft) -> Text:
    """The calendar days left, or since the task was due, in words."""
    if left.days is None:
        return term("progress.no_date")
    if left.days == 0:
        return Text("今天截止", "due today")
    if not left.overdue:
        return Text(f"还有 {left.days} 天", f"{counted(left.days, 'day')} left")
    days = -left.days
    if kind is TaskKind.PERMIT_EXPIRING:
        return Text(f"已到期 {days} 天", f"expired {counted(days, 'day')} ago")
    return Text(f"已逾期 {days} 天", f"overdue by {counted(days, 'day')}")


def counted(count: int, noun: str) -> str:
    """A number with its English noun, plural where needed."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
