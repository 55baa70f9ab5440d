"""The questions to a second officer, and to the clerk who decides on a record that is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import request

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.second_officer import OBJECTION, OfficersAnswer
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.web.accounts import confirming
from licence_qr.web.shell.forms import Choice, Field, Widget
from licence_qr.wording.terms import term

_COUNT = Choice(
    "count",
    Text("计入", "Accept"),
    Text(
        "结果立即生效，如评定等级、责令整改。",
        "The result takes effect immediately, for example a grade or a rectification order.",
    ),
)
_SET_ASIDE = Choice(
    "set_aside",
    term("inspection.for_the_record"),
    Text("保留全部内容，不产生效果。", "Everything is kept but has no effect."),
)
REASON = Field(
    "reason",
    term("field.reason"),
    Text("写明核对了什么。只在内部可见。", "Say what you checked. Only staff can see this."),
    widget=Widget.PARAGRAPH,
)
_OFFICERS_CODE = Text(
    "第二名检查人员自己的验证器应用显示的 6 位数字，或者一个恢复码。没有第二重验证的不填。通行密钥请在本人设备上使用。",
    "The six digits in the second officer’s own authenticator app, or a recovery code. Leave empty if they have no second"
    " factor. A passkey works on their own device only.",
)
# On the phone of a colleague nobody is signed in to, whose second factors are not told there.
BESIDE_FIELDS = (
    Field("password", Text("第二名检查人员的密码", "Password of the second officer"), widget=Widget.PASSWORD),
    replace(confirming.CODE, hint=_OFFICERS_CODE, optional=True, autocomplete="off"),
)
COLLEAGUE = Field("username", Text("第二名检查人员的用户名", "User name of the second officer"), characters=20)
ANSWER_FIELDS = (
    Field(
        "answer",
        Text("您的答复", "Your answer"),
        widget=Widget.RADIOS,
        choices=(
            Choice(
                OfficersAnswer.CONFIRMED,
                Text("确认：我在现场，记录属实", "Confirm: I was there, and the record is true"),
            ),
            Choice(OfficersAnswer.OBJECTED, Text("有异议", "Object"), Text("由窗口决定。", "The desk decides.")),
        ),
    ),
    Field(
        "objection",
        OBJECTION,
        Text("有异议时必填，例如“我不在现场”。", "Required if you object, for example “I was not there”."),
        widget=Widget.PARAGRAPH,
        optional=True,
    ),
)
# Faults of an answer, and the field that each is shown at.
BESIDE = {**confirming.BESIDE, "inspection_names_another": "username"}
# What the confirmation of an answer covers beside the content.
COVERS = tuple(field.name for field in ANSWER_FIELDS)


def decision(*, may_count: bool) -> Field:
    """What the clerk can do with a record: let it count only where that is possible."""
    return Field(
        "decision",
        Text("怎样处理？", "What do you want to do with this record?"),
        widget=Widget.RADIOS,
        choices=(_COUNT, _SET_ASIDE) if may_count else (_SET_ASIDE,),
    )


def given_answer(values: Mapping[str, str]) -> AnswerRequest:
    """What the form of an answer asks of the services; ``values`` are those of ``ANSWER_FIELDS``."""
    return AnswerRequest(
        content_sha256=request.form.get("content_sha256", ""),
        answer=next((each for each in OfficersAnswer if each.value == values["answer"]), None),
        reason=values["objection"],
        proof=confirming.typed_proof(),
        client=request.remote_addr or "",
    )
