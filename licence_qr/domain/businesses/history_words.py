"""The words of the history: what happened, and which fields of it a page shows.

``FIELDS`` is an allow-list: what a later event may carry besides is not shown before somebody has named it here.
"""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.catalogue.grading import graded_words
from licence_qr.domain.register.events import EventKind
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

EVENTS: Mapping[EventKind, Text] = {
    EventKind.LICENCE_GRANTED: Text("准予登记，颁发营业执照", "Licence granted"),
    EventKind.LICENCE_IMPORTED: Text("从部门台账导入营业执照", "Licence imported from department records"),
    EventKind.LICENCE_CHANGED: Text("变更登记事项", "Registered details changed"),
    EventKind.LICENCE_STATE_CHANGED: Text("登记状态变化", "Licence status changed"),
    EventKind.LICENCE_REPRINTED: Text("补发亮证牌", "Display card replaced"),
    EventKind.PREMISES_ADDED: Text("增加经营场所", "Premises added"),
    EventKind.PREMISES_CHANGED: Text("经营场所事项变更", "Premises changed"),
    EventKind.PREMISES_CLOSED: Text("停用经营场所", "Premises closed"),
    EventKind.PERMIT_APPLIED: Text("受理许可申请", "Permit application accepted"),
    EventKind.PERMIT_GRANTED: Text("准予许可", "Permit granted"),
    EventKind.PERMIT_REFUSED: Text("不予许可", "Permit refused"),
    EventKind.PERMIT_IMPORTED: Text("从部门台账导入许可", "Permit imported from department records"),
    EventKind.PERMIT_CHANGED: Text("许可事项变更", "Permit changed"),
    EventKind.PERMIT_STATE_CHANGED: Text("许可状态变化", "Permit status changed"),
    EventKind.RENEWAL_APPLIED: Text("申请延续", "Renewal applied for"),
    EventKind.RENEWAL_REFUSED: Text("不予延续", "Renewal refused"),
    EventKind.PERMIT_RENEWED: Text("准予延续", "Permit renewed"),
    EventKind.PERMIT_DEEMED_RENEWED: Text("逾期未作决定，视为准予延续", "Deemed renewed (no decision before expiry)"),
    EventKind.PERMIT_REVIEWED: term("record.review"),
    EventKind.PERMIT_CHECKED: term("inspection.on_site"),
    EventKind.PERMIT_GRADED: graded_words(None),
    EventKind.CODE_ISSUED: Text("签发新版二维码", "New code version signed"),
    EventKind.ROW_DECIDED: Text("裁定导入的数据", "Import conflict resolved"),
    EventKind.MARK_SET: Text("列入名录或加注标记", "Listed or marked"),
    EventKind.MARK_LIFTED: Text("移出名录或取消标记", "Delisted or mark removed"),
    EventKind.PROPOSED: Text("提出提议，待审批", "Proposal made, awaiting decision"),
    EventKind.PROPOSAL_REFUSED: Text("提议未获同意", "Proposal refused"),
    EventKind.PROPOSAL_WITHDRAWN: Text("收回提议", "Proposal retracted"),
    EventKind.PROPOSAL_CLOSED: Text("提议已无法办理，自动关闭", "Proposal closed: no longer possible"),
    EventKind.FOLLOW_UP_RECORDED: Text("告知承诺现场核查", "Commitment checked on site"),
    EventKind.CREDIT_RECORDED: Text("记入信用记录", "Entered in the credit record"),
    EventKind.INSPECTED: Text("现场检查", "Inspection made"),
    EventKind.RECTIFICATION_ORDERED: term("inspection.rectification_ordered"),
    EventKind.RECTIFICATION_CLOSED: Text("整改办结", "Rectification order closed"),
    EventKind.DRAW_ANNOUNCED: Text("公布抽查名单", "Draw announced"),
    EventKind.DRAW_SETTLED: Text("完成随机抽取", "Draw carried out"),
    EventKind.DRAW_CALLED_OFF: Text("抽查作废", "Draw void"),
    EventKind.REPORT_HANDLED: Text("办理群众反映", "Report handled"),
    EventKind.RATING_HANDLED: Text("办理评价", "Rating handled"),
    EventKind.ACCOUNT_OPENED: Text("开通账户", "Account created"),
    EventKind.ACCOUNT_CLOSED: Text("停用账户", "Account disabled"),
    EventKind.PASSWORD_SET: Text("更换密码", "Password replaced"),
    EventKind.SIGNED_IN: Text("已登录", "Signed in"),
    EventKind.SIGN_IN_REFUSED: Text("登录未成功", "Sign-in refused"),
    EventKind.SIGN_IN_LOCKED: Text("多次登录未成功，暂停登录", "Sign-in paused after too many attempts"),
    EventKind.CALENDAR_OPENED: Text("生成日历订阅地址", "Calendar address created"),
    EventKind.CALENDAR_CLOSED: Text("停用日历订阅地址", "Calendar address stopped"),
    EventKind.KEY_ADDED: Text("增加密钥", "Key added"),
    EventKind.KEY_ROTATED: Text("更换密钥", "Key rotated"),
    EventKind.KEY_RETIRED: Text("密钥退役", "Key retired"),
    EventKind.KEY_COMPROMISED: Text("密钥泄露", "Key compromised"),
    EventKind.EXPORTED: Text("导出数据", "Data exported"),
    EventKind.CARD_PRINTED: Text("已打印亮证牌", "Display card printed"),
}

# In the order of the page.
FIELDS: Mapping[str, Text] = {
    "name": term("field.name"),
    "entity_type": term("field.type"),
    "principal": term("field.person_in_charge"),
    "registered_capital": term("field.registered_capital"),
    "domicile": term("field.registered_address"),
    "business_scope": term("field.business_scope"),
    "term_to": term("field.term_ends_on"),
    "address": term("field.address"),
    "area_m2": term("field.area"),
    "closed_on": term("field.closing_date"),
    "permit_no": term("field.permit_number"),
    "items": term("field.permitted_activities"),
    "kinds": term("field.types_of_place"),
    "mode": term("field.procedure"),
    "issuing_authority": term("field.issuing_authority"),
    "handling_office": term("field.handling_office"),
    "period.first": term("field.valid_from"),
    "period.last": term("field.valid_to"),
    "issued_on": term("field.issued_on"),
    "state": term("field.status"),
    "state_since": Text("现状态生效日期", "Status effective from"),
    "ended_by": Text("此前的决定", "Earlier decision"),
    "dormant_until": term("field.dormant_until"),
    "renewal_applied_on": term("field.renewal_applied_for_on"),
    "reviewed_on": term("field.review_date"),
    "grade": term("field.grade"),
    "graded_on": term("field.graded_on"),
    "score": term("field.score"),
    "follow_up_due": term("inspection.on_site_due"),
    "checked_on": Text("现场核查日期", "On-site inspection date"),
    "purpose": term("inspection.purpose"),
    "outcome": term("field.outcome"),
    "fault": term("inspection.reason_for_failing"),
    "rectify_by": term("inspection.rectification_deadline"),
    "due_on": term("inspection.rectification_deadline"),
    "officers": term("inspection.officers"),
    "record": term("inspection.record"),
    "act": Text("拟作处理", "Proposed action"),
    "cause": Text("原因", "Cause"),
    "kind": Text("类别", "Kind"),
    "since": term("field.start_date"),
    "until": term("field.end_date"),
    "lifted_on": term("field.removed_on"),
    "code_number": term("field.code_number"),
    "version": term("field.version"),
}

# What is no public fact, at least not before something comes of it: for the offices that deal with the business alone.
INNER_EVENTS = frozenset(
    {
        EventKind.ROW_DECIDED,
        EventKind.PROPOSED,
        EventKind.PROPOSAL_REFUSED,
        EventKind.PROPOSAL_WITHDRAWN,
        EventKind.PROPOSAL_CLOSED,
        EventKind.FOLLOW_UP_RECORDED,
        EventKind.CREDIT_RECORDED,
        EventKind.RECTIFICATION_ORDERED,
        EventKind.RECTIFICATION_CLOSED,
    }
)
# Fields that hold user names.
PEOPLE = frozenset({"officers"})

# What is said of something new: enough to tell it apart.
INTRODUCED = (
    "name",
    "principal",
    "domicile",
    "address",
    "permit_no",
    "items",
    "period.first",
    "period.last",
    "purpose",
    "outcome",
    "score",
    "grade",
    "fault",
    "rectify_by",
    "due_on",
    "checked_on",
    "officers",
    "record",
    "act",
    "cause",
    "kind",
    "since",
    "until",
    "code_number",
    "version",
)
