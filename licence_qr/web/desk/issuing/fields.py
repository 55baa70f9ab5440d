"""The questions of an application, in the order a clerk asks them across the counter."""

from __future__ import annotations

from dataclasses import replace

from licence_qr.domain.catalogue.model import Catalogue, Text, Trade
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.field_names import ANSWER_PREFIX, FIELD_LABELS
from licence_qr.services.issuing.known import WHY_ANOTHER, WHY_HERE
from licence_qr.web.shell.forms import Button, Choice, Field, Section, Widget
from licence_qr.wording.terms import term

ENTITY_FORM_WORDS = {
    EntityForm.COMPANY: Text("公司", "Company"),
    EntityForm.INDIVIDUAL: Text("个体工商户", "Individual business"),
    EntityForm.COOPERATIVE: Text("农民专业合作社", "Farmers’ cooperative"),
    EntityForm.PARTNERSHIP: Text("合伙企业", "Partnership"),
    EntityForm.SOLE_PROPRIETORSHIP: Text("个人独资企业", "Sole proprietorship"),
    EntityForm.BRANCH: Text("分支机构", "Branch"),
}
# As it is usually printed. Of a branch it depends on what it is a branch of.
ENTITY_TYPES = {
    EntityForm.COMPANY: "有限责任公司",
    EntityForm.INDIVIDUAL: "个体工商户",
    EntityForm.COOPERATIVE: "农民专业合作社",
    EntityForm.PARTNERSHIP: "普通合伙企业",
    EntityForm.SOLE_PROPRIETORSHIP: "个人独资企业",
}
YES_NO = (Choice("yes", Text("是", "Yes")), Choice("no", Text("否", "No")))


def trade_field(catalogue: Catalogue) -> Field:
    """Which trade it is."""
    return Field(
        "trade",
        FIELD_LABELS["trade"],
        widget=Widget.RADIOS,
        choices=tuple(Choice(trade.id, trade.name) for trade in catalogue.trades.values()),
    )


def place_fields(catalogue: Catalogue, trade: Trade) -> tuple[Field, ...]:
    """What decides the permits of ``trade``: kinds of place, its yes/no questions, the area."""
    kinds = Field(
        "kinds",
        FIELD_LABELS["kinds"],
        hint=Text("可多选。", "Select all that apply."),
        widget=Widget.CHECKBOXES,
        choices=tuple(
            Choice(kind.id, kind.name, kind.note) for kind in (catalogue.kinds[kind_id] for kind_id in trade.kinds)
        ),
    )
    questions = tuple(
        Field(ANSWER_PREFIX + question.id, question.text, widget=Widget.RADIOS, choices=YES_NO)
        for question in trade.questions
    )
    area = Field(
        "area_m2",
        FIELD_LABELS["area_m2"],
        hint=Text("整数，例如 120。", "A whole number, for example 120."),
        characters=6,
        inputmode="numeric",
        optional=True,
    )
    return ((kinds,) if trade.kinds else ()) + questions + (area,)


# The facts of the licence whose questions are the same for every trade.
_LICENCE_FACTS = (
    Field(
        "entity_form",
        FIELD_LABELS["entity_form"],
        widget=Widget.RADIOS,
        choices=tuple(Choice(form.value, words) for form, words in ENTITY_FORM_WORDS.items()),
    ),
    Field(
        "name",
        FIELD_LABELS["name"],
        Text("个体工商户没有起名的可不填。", "Leave empty if an individual business has no name."),
    ),
    Field(
        "principal",
        FIELD_LABELS["principal"],
        Text(
            "有读卡器的，光标放在这里读身份证，姓名和号码各归各位。",
            "With a card reader: put the cursor here and read the identity card.",
        ),
        characters=20,
    ),
    Field(
        "principal_id_number",
        FIELD_LABELS["principal_id_number"],
        Text("18 位。加密保存，不公开。", "18 characters. Kept encrypted, not published."),
        characters=20,
        optional=True,
    ),
    Field(
        "entity_type",
        FIELD_LABELS["entity_type"],
        Text("随主体形式带出，可改。", "As printed. Follows the legal form until you change it."),
        characters=30,
    ),
    Field(
        "registered_capital",
        FIELD_LABELS["registered_capital"],
        Text("例如：壹拾万元整。个体工商户不填。", "As printed. Leave empty for an individual business."),
        characters=20,
        optional=True,
    ),
    Field(
        "established_on",
        FIELD_LABELS["established_on"],
        Text("例如 2026-11-23。", "For example 2026-11-23."),
        characters=12,
    ),
    Field(
        "term_to",
        FIELD_LABELS["term_to"],
        Text("长期的留空。", "Leave empty if there is no fixed term."),
        characters=12,
        optional=True,
    ),
    Field("domicile", FIELD_LABELS["domicile"]),
)


def entity_section(trade: Trade | None, demonstration: bool) -> Section:
    """The licence part. A demonstration register may allot the credit code."""
    typed = Text("18 位，照营业执照左上角填写。", "18 characters, at the top left of the licence.")
    allot = Text(
        "新设立的，演示登记库可留空自动编配。", "New business: leave empty and this demonstration will assign one."
    )
    code = Field(
        "uscc",
        FIELD_LABELS["uscc"],
        Text(typed.zh + allot.zh, f"{typed.en} {allot.en}") if demonstration else typed,
        characters=20,
        optional=demonstration,
        button=Button("prefill", Text("带出登记信息", "Fill in from the register")),
    )
    offered = Text("点下面的规范表述即可加入。", "Select a standard phrase below to add it.")
    scope = Field(
        "business_scope",
        FIELD_LABELS["business_scope"],
        offered if trade and trade.scope_phrases else None,
        widget=Widget.PARAGRAPH,
    )
    return Section("entity", Text("经营主体", "The business"), (code, *_LICENCE_FACTS, scope))


# Who acts for the applicant. Folded where there is nobody.
AGENT_SECTION = Section(
    "agent",
    term("field.agent"),
    (
        Field("agent_name", FIELD_LABELS["agent_name"], characters=20),
        Field("agent_id_number", FIELD_LABELS["agent_id_number"], characters=20, optional=True),
        Field(
            "agent_authority",
            FIELD_LABELS["agent_authority"],
            Text(
                "授权委托书的编号或日期，以及委托的事项。",
                "Number or date of the power of attorney, and what it is for.",
            ),
        ),
        Field(
            "agent_authority_until",
            FIELD_LABELS["agent_authority_until"],
            Text("没有期限的留空。", "Leave empty if it has no end."),
            characters=12,
            optional=True,
        ),
    ),
)


# Beside the address of the premises; no answer of its own, since the address says it.
SAME_ADDRESS = Field(
    "same_address",
    Text("与住所相同", "Same as the registered address"),
    widget=Widget.CHECKBOXES,
    choices=(Choice("yes", Text("与住所相同", "Same as the registered address")),),
)


def premises_section(catalogue: Catalogue, *, grants: bool = True) -> Section:
    """The place, and what is allowed there if this desk ``grants`` a permit for it."""
    regions = {office.region: Choice(office.region, office.region_name) for office in catalogue.windows.values()}
    only_here = Text("许可证只对这一处有效。", "The permit is valid for these premises only.")
    permitted = Field(
        "permitted_items",
        FIELD_LABELS["permitted_items"],
        Text("印在许可证上，例如：住宿（宾馆）。", "Printed on the permit, for example 住宿（宾馆）."),
    )
    return Section(
        "premises",
        Text("经营场所与许可", "The premises and the permit") if grants else term("field.premises"),
        (
            Field("premises_address", FIELD_LABELS["premises_address"], only_here if grants else None),
            Field(
                "premises_region",
                FIELD_LABELS["premises_region"],
                widget=Widget.RADIOS,
                choices=tuple(regions.values()),
            ),
            *([permitted] if grants else []),
            Field(
                "contact_phone",
                FIELD_LABELS["contact_phone"],
                Text("只供办理使用，不公开。", "Used for this application only. Not published."),
                characters=20,
                inputmode="tel",
                optional=True,
            ),
        ),
    )


# Beside what the register knows: why it goes on all the same.
WHY_ANOTHER_FIELD = Field(
    WHY_ANOTHER,
    Text("为什么不是同一家？", "Why is this not the same business?"),
    Text(
        "写明核对了什么，例如：已核对身份证，经营者和地址都不同。记入办理历史。",
        "Say what you checked, for example the identity card: another operator at another address. Kept in the history.",
    ),
    widget=Widget.PARAGRAPH,
)
WHY_HERE_FIELD = Field(
    WHY_HERE,
    Text("为什么两家在同一地址？", "Why are two businesses at this address?"),
    Text(
        "例如：同一栋楼的另一层；共用门面，已看租赁合同。记入办理历史。",
        "For example another floor, or shared premises and the lease was seen. Kept in the history.",
    ),
    widget=Widget.PARAGRAPH,
)
REASON_FIELDS = {"name": WHY_ANOTHER_FIELD, "premises_address": WHY_HERE_FIELD}


COMMITMENT_MODE = Field(
    "mode",
    FIELD_LABELS["mode"],
    widget=Widget.RADIOS,
    choices=(
        Choice(
            "commitment",
            Text("告知承诺：今天当场取得许可", "Notify and commit: the permit is granted today"),
            Text("两个月内有现场核查。", "An on-site inspection follows within 2 months."),
        ),
        Choice(
            "general",
            Text("一般程序：先核查，后许可", "Standard procedure: inspection first, then the permit"),
            Text(
                "今天只发营业执照，许可证显示“受理中”。",
                "Only the business licence is issued today. The permit shows as pending.",
            ),
        ),
    ),
)
SIGNER = Field(
    "signer",
    FIELD_LABELS["signer"],
    Text(
        "先填的是负责人。要由代理人签的，先在“填写”一步记下代理人和授权。",
        "The person in charge is filled in. For an agent, enter agent and authority at the step “Details” first.",
    ),
    characters=20,
)
# Where nothing is drawn.
ON_PAPER = (
    Field(
        "signed_on_paper",
        FIELD_LABELS["signed_on_paper"],
        widget=Widget.CHECKBOXES,
        choices=(
            Choice(
                "yes",
                Text(
                    "已在纸上签名，一式三份，窗口的一份已收",
                    "Signed on paper, in three copies; the office has its copy",
                ),
            ),
        ),
    ),
    Field(
        "signed_on",
        FIELD_LABELS["signed_on"],
        Text("纸上写的日期，应是今天。", "The day on the paper, which is to be today."),
        characters=12,
    ),
)
SIGNATURE_FIELDS = (SIGNER, *ON_PAPER)


def signer_field(principal: str, agent: str) -> Field:
    """Who signs: a choice where there is an agent."""
    if not (principal and agent):
        return SIGNER
    choices = (
        Choice(principal, Text(f"{principal}（本人）", f"{principal} (in person)")),
        Choice(agent, Text(f"{agent}（代理人）", f"{agent} (agent)")),
    )
    return replace(SIGNER, hint=None, widget=Widget.RADIOS, choices=choices)
