"""The checks before an item is granted, refused or sent back, and before a certificate that is shown is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import Text
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.forms import Field, read_fields
from licence_qr.web.shell.language import t
from licence_qr.web.shell.words import day
from licence_qr.wording.terms import term

_GRANT, _RECORD = Text("准予许可", "Grant the permit"), Text("登记出示的证件", "Record the certificate")
_MORE, _REFUSE = Text("要求补正", "Ask for more"), Text("不予许可", "Refuse the permit")
_NO_PRINT = Text("不印，亮证牌不变。", "Nothing is printed. The display card does not change.")


def grant_check(facts: Mapping[str, Any], certificate: Certificate, values: Mapping[str, str], leave: str) -> ActCheck:
    """What the officer grants, and where it will stand."""
    office = office_name(facts["item"].office)
    return ActCheck(
        act=_GRANT,
        holder_name=facts["line"].holder_name,
        about=_about(facts, facts["line"].address),
        answers=(*_certificate(certificate), _issued_by(facts)),
        follows=Follows(
            Text(
                "许可并入这家企业的记录，这一事项办结。",
                "The permit joins the record of the business. The item is closed.",
            ),
            _next_version(facts),
            Text(
                "任何人扫这家企业的码，都能看到编号、许可内容和有效期。",
                "Anyone who scans the code sees the number, what is permitted and the validity period.",
            ),
            Text(
                f"{office}看到结果，换发亮证牌并告知申请人。",
                f"{office} sees the result, prints the new card and tells the applicant.",
            ),
        ),
        typed=values,
        leave=leave,
    )


def shown_check(facts: Mapping[str, Any], certificate: Certificate, values: Mapping[str, str], leave: str) -> ActCheck:
    """What was read from the certificate, to be compared with the original."""
    authority = facts["authority"]
    return ActCheck(
        act=_RECORD,
        holder_name=facts["holder_name"],
        about=_about(facts, facts["address"]),
        answers=(*_certificate(certificate), _issued_by(facts)),
        follows=Follows(
            Text(
                "登记为“出示”，不是本窗口的决定。请与原件逐项核对。",
                "It is recorded as shown, not as a decision of this office. Compare each line with the original.",
            ),
            _next_version(facts),
            Text(
                "公众看到证件内容，也看到它是凭出示登记的。",
                "The public sees the certificate, and that it was recorded from what was shown.",
            ),
            Text(f"不另告知{authority.zh}。", f"{authority.en} is not told."),
        ),
        typed=values,
        leave=leave,
    )


def words_check(facts: Mapping[str, Any], field: Field, *, refuses: bool, leave: str) -> ActCheck:
    """The words that the applicant is told, and what they do."""
    values, office = read_fields(request.form, (field,)), office_name(facts["item"].office)
    register = (
        Text(
            "这一事项办结，不能撤回；其他证照不受影响。", "The item is closed for good. Other permits are not affected."
        )
        if refuses
        else Text("这一事项改为待申请人补正。", "The item waits for the applicant.")
    )
    published = (
        Text(
            "公众页面显示本窗口没有这项许可的记录；理由不公布。",
            "The public page says that it is not recorded here. The reason is not published.",
        )
        if refuses
        else Text("公众页面不变。", "The public page does not change.")
    )
    return ActCheck(
        act=_REFUSE if refuses else _MORE,
        holder_name=facts["line"].holder_name,
        about=_about(facts, facts["line"].address),
        answers=answers_of((field,), values),
        follows=Follows(
            register,
            _NO_PRINT,
            published,
            Text(f"{office}看到上面的话，照此告知申请人。", f"{office} sees these words and tells the applicant."),
        ),
        typed=values,
        leave=leave,
        grave=refuses,
    )


def _about(facts: Mapping[str, Any], address: str) -> tuple[TypedLine, ...]:
    name = facts["permit_type"]
    return (TypedLine(Text("事项", "Item"), t(name.zh, name.en)), TypedLine(term("field.premises"), address))


def _issued_by(facts: Mapping[str, Any]) -> TypedLine:
    authority = facts["authority"]
    return TypedLine(term("field.issuing_authority"), t(authority.zh, authority.en))


def _certificate(certificate: Certificate) -> tuple[TypedLine, ...]:
    first, last = day(certificate.period.first), certificate.period.last
    lasts = (
        t(f"{first} 至 {day(last)}", f"{first} to {day(last)}")
        if last
        else t(f"长期，自{first}起", f"no expiry date, from {first}")
    )
    return (
        TypedLine(term("field.permit_number"), certificate.permit_no),
        TypedLine(term("field.permitted_activities"), certificate.items),
        TypedLine(term("field.issued_on"), day(certificate.issued_on)),
        TypedLine(term("field.validity_period"), lasts),
    )


def _next_version(facts: Mapping[str, Any]) -> Text:
    version = facts["version"]
    return Text(
        f"亮证牌出第 {version} 版，印有这项许可；第 {version - 1} 版从此显示“旧版”，请收回。",
        f"The display card becomes version {version} and shows this permit. Version {version - 1} is then out of date;"
        " take it back.",
    )
