"""The words of the history: what happened, and which fields of it a page shows.

``FIELDS`` is an allow-list: what a later event may carry besides is not shown before somebody has named it here.
"""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.text import Text

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
    EventKind.PERMIT_REVIEWED: Text("复核", "Review"),
    EventKind.PERMIT_CHECKED: Text("现场核查", "Inspected on site"),
    EventKind.PERMIT_GRADED: Text("卫生信誉度等级评定", "Hygiene grade set"),
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
    EventKind.RECTIFICATION_ORDERED: Text("责令限期整改", "Rectification ordered"),
    EventKind.RECTIFICATION_CLOSED: Text("整改办结", "Rectification order closed"),
}

# In the order of the page.
FIELDS: Mapping[str, Text] = {
    "name": Text("名称", "Name"),
    "entity_type": Text("类型", "Type"),
    "principal": Text("负责人", "Person in charge"),
    "registered_capital": Text("注册资本", "Registered capital"),
    "domicile": Text("住所", "Registered address"),
    "business_scope": Text("经营范围", "Business scope"),
    "term_to": Text("营业期限至", "Term ends on"),
    "address": Text("地址", "Address"),
    "area_m2": Text("营业面积（平方米）", "Area (m²)"),
    "closed_on": Text("停用日期", "Closing date"),
    "permit_no": Text("许可证号", "Permit number"),
    "items": Text("许可项目", "Permitted activities"),
    "kinds": Text("场所类别", "Types of place"),
    "mode": Text("办理方式", "Procedure"),
    "issuing_authority": Text("发证机关", "Issuing authority"),
    "handling_office": Text("受理机构", "Handling office"),
    "period.first": Text("有效期自", "Valid from"),
    "period.last": Text("有效期至", "Valid to"),
    "issued_on": Text("签发日期", "Issued on"),
    "state": Text("状态", "Status"),
    "state_since": Text("现状态生效日期", "Status effective from"),
    "ended_by": Text("此前的决定", "Earlier decision"),
    "dormant_until": Text("歇业至", "Dormant until"),
    "renewal_applied_on": Text("延续申请日期", "Renewal applied for on"),
    "reviewed_on": Text("复核日期", "Review date"),
    "grade": Text("卫生信誉度等级", "Hygiene grade"),
    "graded_on": Text("评定日期", "Graded on"),
    "score": Text("得分", "Score"),
    "follow_up_due": Text("现场核查期限", "On-site inspection due"),
    "checked_on": Text("现场核查日期", "On-site inspection date"),
    "purpose": Text("检查类型", "Purpose"),
    "outcome": Text("结果", "Outcome"),
    "fault": Text("认定的情形", "Reason for failing"),
    "rectify_by": Text("整改期限", "Rectification deadline"),
    "due_on": Text("整改期限", "Rectification deadline"),
    "officers": Text("检查人员", "Officers"),
    "record": Text("检查记录", "Inspection record"),
    "act": Text("拟作处理", "Proposed action"),
    "cause": Text("原因", "Cause"),
    "kind": Text("类别", "Kind"),
    "since": Text("起始日期", "Start date"),
    "until": Text("截止日期", "End date"),
    "lifted_on": Text("移出日期", "Removed on"),
    "code_number": Text("编号", "Code number"),
    "version": Text("版本", "Version"),
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
