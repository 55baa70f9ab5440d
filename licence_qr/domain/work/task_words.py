"""Wording of tasks, for pages and mails: the name of each kind, what is done about it, and a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licence_qr.domain.lifecycle.acts import Act, SubjectKind, rule
from licence_qr.domain.work.tasks import Task, TaskKind, TimeLeft
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

# What a task is called, also as the heading of all of its kind.
KIND: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text("一般程序待决定", "Standard procedure: decision due"),
    TaskKind.PERMIT_EXPIRING: Text("许可将到期", "Permit expiring"),
    TaskKind.RENEWAL_TO_DECIDE: Text("延续待决定", "Renewal to decide"),
    TaskKind.REVIEW_DUE: Text("许可待复核", "Permit to review"),
    TaskKind.FOLLOW_UP_DUE: Text("承诺待核查", "Commitment to check"),
    TaskKind.RECTIFICATION_DUE: Text("整改待复查", "Rectification to recheck"),
    TaskKind.PROPOSAL_TO_DECIDE: Text("提议待决定", "Proposal to decide"),
    TaskKind.PROPOSAL_OF_MINE: term("progress.mine"),
    TaskKind.DRAWN_INSPECTION: Text("抽中待检查", "Drawn: inspection to make"),
    TaskKind.VISIT_TO_CONFIRM: Text("检查待我确认", "Visit to confirm"),
    TaskKind.INSPECTION_HELD: Text("检查记录待处理", "Inspection record to review"),
    TaskKind.REPORT_TO_CONTACT: Text("反映待联系", "Reporter to contact"),
    TaskKind.REPORT_TO_ANSWER: Text("反映待答复", "Report to answer"),
    TaskKind.REPORT_TO_CALL_BACK: Text("反映待回访", "Reporter to call back"),
    TaskKind.RATING_TO_MEND: term("progress.to_put_right"),
    TaskKind.RATING_TO_CALL_BACK: Text("差评待回访", "Poor rating to call back"),
    TaskKind.ROLES_TO_CONFIRM: Text("待我确认的角色", "Roles to confirm"),
    TaskKind.RESET_TO_CONFIRM: Text("待我确认的重设", "Resets to confirm"),
    TaskKind.ITEM_TO_TAKE: Text("事项待接办", "Item to take"),
    TaskKind.ITEM_TO_DECIDE: Text("事项待决定", "Item to decide"),
    TaskKind.ITEM_AWAITED: Text("补正材料未到", "Item: applicant to bring more"),
    TaskKind.MORE_TO_TELL: Text("补正待告知", "Applicant to tell: more needed"),
    TaskKind.REFUSAL_TO_TELL: Text("不予许可待告知", "Applicant to tell: refused"),
    TaskKind.CARD_TO_HAND_OVER: Text("新牌待交付", "New card to hand over"),
}
# What is done about it, as on the button that leads there.
_DECIDE = Text("作决定", "Make the decision")
_CALLED = Text("登记回访", "Record the call")
_TELL = Text("告知申请人", "Tell the applicant")
SHOW = Text("查看", "Show")
_CONFIRM = Text("核实确认", "Check and confirm")
ACT: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: _DECIDE,
    TaskKind.PERMIT_EXPIRING: rule(SubjectKind.PERMIT, Act.APPLY_RENEWAL).name,
    TaskKind.RENEWAL_TO_DECIDE: _DECIDE,
    TaskKind.REVIEW_DUE: rule(SubjectKind.PERMIT, Act.REVIEW).name,
    TaskKind.FOLLOW_UP_DUE: Text("登记核查", "Record the check"),
    TaskKind.RECTIFICATION_DUE: Text("登记复查", "Record the recheck"),
    TaskKind.PROPOSAL_TO_DECIDE: _DECIDE,
    TaskKind.PROPOSAL_OF_MINE: SHOW,
    TaskKind.DRAWN_INSPECTION: Text("登记检查", "Record the inspection"),
    TaskKind.VISIT_TO_CONFIRM: Text("确认记录", "Confirm the record"),
    TaskKind.INSPECTION_HELD: Text("处理记录", "Review the record"),
    TaskKind.REPORT_TO_CONTACT: Text("联系反映人", "Contact the reporter"),
    TaskKind.REPORT_TO_ANSWER: Text("答复反映人", "Answer the reporter"),
    TaskKind.REPORT_TO_CALL_BACK: _CALLED,
    TaskKind.RATING_TO_MEND: Text("登记整改", "Record what was put right"),
    TaskKind.RATING_TO_CALL_BACK: _CALLED,
    TaskKind.ROLES_TO_CONFIRM: _CONFIRM,
    TaskKind.RESET_TO_CONFIRM: _CONFIRM,
    TaskKind.ITEM_TO_TAKE: Text("接办", "Take"),
    TaskKind.ITEM_TO_DECIDE: _DECIDE,
    TaskKind.ITEM_AWAITED: Text("看补正", "Check"),
    TaskKind.MORE_TO_TELL: _TELL,
    TaskKind.REFUSAL_TO_TELL: _TELL,
    TaskKind.CARD_TO_HAND_OVER: Text("交付新牌", "Hand over the card"),
}
HINT: Mapping[TaskKind, Text] = {
    TaskKind.PERMIT_PENDING: Text(
        "现场核查后决定准予或者不予许可。", "Inspect the premises, then grant or refuse the permit."
    ),
    TaskKind.PERMIT_EXPIRING: Text(
        "提醒持证人在期限以前申请延续：期限是按时申请的末日，过后是到期日；已经过期的，办理注销。",
        "Remind the holder to apply for renewal by the day given: the last to apply in time, and after it the day of expiry."
        " Cancel permits that have expired.",
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
    TaskKind.RATING_TO_CALL_BACK: Text(
        "已经整改，按时回访评价人。", "Things were put right. Call back by the due date."
    ),
    TaskKind.ROLES_TO_CONFIRM: Text(
        "您是第二人：核实本人确需这些角色后确认，或者不予授予。",
        "You are the second person. Make sure that the roles are needed, then confirm or decline.",
    ),
    TaskKind.RESET_TO_CONFIRM: Text(
        "您是第二人：核实是本人丢失后确认，或者不予重设。",
        "You are the second person. Make sure that the owner has lost them, then confirm or decline.",
    ),
    TaskKind.ITEM_TO_TAKE: Text(
        "窗口推送来的事项，还没有人接办。", "Sent on by a service centre. Nobody has taken it yet."
    ),
    TaskKind.ITEM_TO_DECIDE: Text(
        "审查后准予、不予许可，或者要求补正。", "Examine it, then grant, refuse or ask for more."
    ),
    TaskKind.ITEM_AWAITED: Text(
        "等申请人带来要补的材料。", "The applicant has been asked for more and has not brought it yet."
    ),
    TaskKind.MORE_TO_TELL: Text("把部门要求补正的内容告知申请人。", "Tell the applicant what the authority asks for."),
    TaskKind.REFUSAL_TO_TELL: Text(
        "把部门不予许可的理由告知申请人。", "Tell the applicant why the authority has refused."
    ),
    TaskKind.CARD_TO_HAND_OVER: Text(
        "部门已准予许可：打印新版亮证牌，交给持证人。",
        "The authority has granted the permit. Print the new display card and hand it to the holder.",
    ),
}


_EXPIRED = Text("许可已到期", "Permit expired")
_CANCEL = rule(SubjectKind.PERMIT, Act.CANCEL).name


def has_expired(kind: TaskKind, left: TimeLeft) -> bool:
    """Whether it is about a permit that has expired: there is nothing to remind the holder of any more."""
    return kind is TaskKind.PERMIT_EXPIRING and left.overdue


def name_of(kind: TaskKind, left: TimeLeft) -> Text:
    """The name of one task; a permit that has expired is not called expiring."""
    return _EXPIRED if has_expired(kind, left) else KIND[kind]


def name_on(task: Task, today: date) -> Text:
    """The name of one task on a day."""
    ended = task.due_on is not None and task.due_on < today
    return _EXPIRED if task.kind is TaskKind.PERMIT_EXPIRING and ended else KIND[task.kind]


def act_of(kind: TaskKind, left: TimeLeft) -> Text:
    """What is done about one task; a permit that has expired is cancelled, not renewed."""
    return _CANCEL if has_expired(kind, left) else ACT[kind]


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
    return Text(f"逾期 {days} 天", f"overdue by {counted(days, 'day')}")


def counted(count: int, noun: str) -> str:
    """A number with its English noun, plural where needed."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
