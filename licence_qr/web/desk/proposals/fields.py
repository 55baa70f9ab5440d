"""The questions of the proposal forms, and from what was typed to what is asked of the services."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.follow_up import FAULT_WORDS, Fault
from licence_qr.domain.lifecycle.acts import Act, Grounds, SubjectKind
from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.domain.register.permit import SUSPENSION_DECISION, Suspension
from licence_qr.services.proposals.decide import ProposalRequest
from licence_qr.services.proposals.read import Preview
from licence_qr.web.accounts import confirming
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget
from licence_qr.wording.terms import term

NO_BAR = "none"
_FAULT = "fault"
_BARRING = (Fault.FALSE_STATEMENT, Fault.DECEIT)

_EFFECTIVE_ON = Field(
    "effective_on",
    term("field.effective_from"),
    Text(
        "不填就是决定当天；不晚于今天。例如 2026-11-23。",
        "Leave empty for the day of the decision. Cannot be in the future. For example 2026-11-23.",
    ),
    characters=12,
    optional=True,
)
_REASON = Field(
    "reason",
    term("field.reason"),
    Text("写明事实。只留在内部历史中，不公开。", "State the facts. Kept in the internal history. Not published."),
    widget=Widget.PARAGRAPH,
)
_LEGAL_BASIS = Field("legal_basis", term("field.legal_basis"))
_DOCUMENT_NO = Field("document_no", term("field.document_number"), characters=30, optional=True)
GROUNDS = (_EFFECTIVE_ON, _REASON, _LEGAL_BASIS, _DOCUMENT_NO)
_SUSPENSION = Field(
    "suspension",
    term("field.suspension"),
    Text(
        "两种决定的依据不同；公众页面显示是哪一种。",
        "They have different legal bases. The public page shows which it is.",
    ),
    widget=Widget.RADIOS,
    choices=tuple(Choice(each.value, words) for each, words in SUSPENSION_DECISION.items()),
)
VERDICT_FIELDS = (
    Field(
        "confirmed",
        Text("提出以后的变化", "Changes since the proposal"),
        widget=Widget.CHECKBOXES,
        choices=(Choice("yes", Text("已看过上面的变化", "I have reviewed the changes above")),),
    ),
    Field(
        "verdict",
        Text("您的决定", "Your decision"),
        widget=Widget.RADIOS,
        choices=(
            Choice(
                "approve",
                Text("同意，立即办理", "Approve: takes effect immediately"),
                Text("上面说的变化立即生效。", "The changes described above take effect immediately."),
            ),
            Choice(
                "refuse",
                Text("不同意", "Refuse"),
                Text("不作任何变更，理由告知提出人。", "Nothing changes. The proposer will see your reason."),
            ),
        ),
    ),
    Field(
        "reason",
        Text("理由或意见", "Reason or comments"),
        Text("不同意时必填。", "Required if you refuse."),
        widget=Widget.PARAGRAPH,
        optional=True,
    ),
)
PASSWORD = Field(
    "password",
    Text("您的登录密码", "Your sign-in password"),
    Text("再输入一次，确认是您本人作出决定。", "Enter it again to confirm that you are making the decision."),
    widget=Widget.PASSWORD,
    characters=20,
    autocomplete="current-password",
)
WITHDRAWAL_FIELDS = (
    Field(
        "withdrawal",
        Text("为什么收回？", "Why are you retracting this proposal?"),
        Text("留在内部历史中。", "Kept in the internal history."),
    ),
)


def grounds_fields(preview: Preview) -> tuple[Field, ...]:
    """The questions of a proposal. Annulment takes effect from the grant, whenever it is decided, so no day is asked."""
    if preview.rule.act is Act.SUSPEND:
        return (_SUSPENSION, *GROUNDS)
    if not preview.rule.from_start:
        return GROUNDS
    bar = (_bar(preview.figures),) if preview.rule.kind is SubjectKind.PERMIT else ()
    return (*bar, _REASON, _LEGAL_BASIS, _DOCUMENT_NO)


def _bar(figures: LifeRules) -> Field:
    """Whether the cause of an annulment bars a new application, and by the figures of today for how long."""
    none = Choice(
        NO_BAR, Text("不限制", "No bar"), Text("例如工作人员的差错。", "For example a mistake by the office.")
    )
    barring = (Choice(each.value, FAULT_WORDS[each], _months(each, figures)) for each in _BARRING)
    words = Text("撤销的原因是否限制再次申请？", "Does the cause bar a new application?")
    return Field(_FAULT, words, widget=Widget.RADIOS, choices=(none, *barring))


def _months(fault: Fault, figures: LifeRules) -> Text:
    months = fault.bar_months(figures)
    return Text(f"{months} 个月内不得再申请这一许可。", f"No new application for this permit for {months} months.")


def first_values(preview: Preview) -> dict[str, str]:
    """What stands in the form before anything is typed."""
    return {"legal_basis": preview.rule.basis.zh}


def read_proposing(preview: Preview, values: Mapping[str, str], revision: int) -> ProposalRequest:
    """Read the proposal. Raises InputError for an unreadable date or choice; the service checks everything else."""
    typed = TypedForm.into(grounds_fields(preview), values)
    day = typed.day("effective_on", required=False)
    fault = typed.choice(_FAULT) if _FAULT in typed.fields else NO_BAR
    suspension = typed.choice(_SUSPENSION.name) if _SUSPENSION.name in typed.fields else ""
    if typed.problems:
        raise typed.problems[0]
    # Whoever decides reads the words in the order in which they were written, and nothing that cannot be seen.
    basis, number = plain_line(values["legal_basis"]), plain_line(values["document_no"])
    grounds = Grounds(plain_text(values["reason"]), basis, number, day)
    cause = None if fault == NO_BAR else Fault(fault)
    decision = Suspension(suspension) if suspension else None
    return ProposalRequest(preview.about.subject, preview.rule.act, grounds, revision, cause, suspension=decision)


# Refusals that name no field of the page by themselves, and the field beside which they are said.
BESIDE = {
    **confirming.BESIDE,
    "proposal_business_changed": "confirmed",
    "withdrawal_reason_missing": "withdrawal",  # another name than in the service: two forms stand on that page
}
