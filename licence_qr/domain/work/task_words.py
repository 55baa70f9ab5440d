"""What there is to do, in words: the name of each kind of task, and a sentence on it. Pages and mails say the same."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.text import Text
from licence_qr.domain.work.tasks import TaskKind

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
    TaskKind.INSPECTION_HELD: Text("检查记录待处理", "Inspection records held"),
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
    TaskKind.INSPECTION_HELD: Text(
        "手机传来的记录有疑问，由人判断是否采用。", "Something about what a phone sent is doubtful: a person decides."
    ),
    TaskKind.REPORT_TO_CONTACT: Text("按时联系反映人。", "Whoever reported is contacted by the day."),
    TaskKind.REPORT_TO_ANSWER: Text("按时答复并回访。", "Answered by the day, then called back."),
    TaskKind.RATING_TO_MEND: Text("按时整改并回访。", "Mended by the day, then called back."),
}
