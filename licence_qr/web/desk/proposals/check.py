"""The checks before a proposal is made and before it is decided; who decides proves there who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import make_response, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.lifecycle.acts import Rule
from licence_qr.errors import LicenceQRError
from licence_qr.services.proposals.read import About, Preview, ProposalView
from licence_qr.web.accounts.confirming import asking
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of, check_page
from licence_qr.web.desk.proposals.fields import BESIDE, PASSWORD, VERDICT_FIELDS, grounds_fields
from licence_qr.web.desk.proposals.words import CREDIT
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, refusals
from licence_qr.web.shell.security import current_actor
from licence_qr.wording.terms import term

_NO_PRINT = Text("什么都不印。", "Nothing is printed.")
_NOTHING = Text("登记库不变，什么都不公布。", "The register does not change, and nothing is published.")
_NOT_SEEN = Text("公众看不到。", "The public does not see it.")


class _Effects(NamedTuple):
    subject: Text
    code: Text
    page: Text


def proposing_check(preview: Preview, values: Mapping[str, str], revision: int) -> str:
    """What is proposed, and what would follow if somebody approves it."""
    rule, told = preview.rule, _effects(preview.rule)
    name = rule.name
    return check_page(
        ActCheck(
            act=Text(f"提议{name.zh}", f"Propose to {name.en[0].lower()}{name.en[1:]}"),
            holder_name=preview.about.holder_name,
            about=_about(preview.about),
            answers=answers_of(grounds_fields(preview), values),
            follows=Follows(
                Text("先不变。同意之后：" + told.subject.zh, "No change yet. If approved: " + told.subject.en),
                Text("先什么都不印。同意之后：" + told.code.zh, "Nothing yet. If approved: " + told.code.en),
                Text("先什么都不公布。同意之后：" + told.page.zh, "Nothing yet. If approved: " + told.page.en),
                Text(
                    "由本窗口另一位审批人员决定，列入待办。",
                    "Goes to another decision maker of this office, as a task.",
                ),
            ),
            typed={**values, "revision": str(revision)},
            leave=url_for("desk.businesses.show_business", uscc=preview.about.subject.uscc),
        )
    )


def verdict_check(view: ProposalView, values: Mapping[str, str], refused: LicenceQRError | None = None) -> Response:
    """What was decided and what follows at once; asks who decides to prove who they are."""
    line, approve = view.line, values["verdict"] == "approve"
    asked = asking(current_actor(), view.content, "verdict", "reason", password=PASSWORD)
    summary, problems = refusals(refused, asked.fields, BESIDE)
    told, credit = _effects(view.rule), CREDIT[view.bar.fault] if view.bar else None
    proposer = Text("提出人在提议里看到决定和理由。", "The proposer sees the decision and the reason.")
    page = check_page(
        ActCheck(
            act=line.act,
            holder_name=line.about.holder_name,
            about=(TypedLine(Text("提议号", "Proposal number"), str(line.number)), *_about(line.about)),
            answers=answers_of(_asked(values), values),
            follows=Follows(told.subject, told.code, told.page, proposer, _credit(credit))
            if approve
            else Follows(_NOTHING, _NO_PRINT, _NOT_SEEN, proposer),
            # Made from the newest state: what changed since the form was made has been confirmed there.
            typed={**values, "revision": str(view.revision)},
            leave=url_for("desk.proposals.show_proposal", number=line.number),
            button=Text(f"同意：{line.act.zh}", f"Approve: {line.act.en}")
            if approve
            else Text(f"不同意：{line.act.zh}", f"Refuse: {line.act.en}"),
            grave=approve and view.rule.final,
        ),
        summary,
        asking=asked,
        problems=problems,
    )
    return asked.answer(make_response(page, status_of(refused) if refused else 200))


def is_about_proof(refused: LicenceQRError) -> bool:
    """Whether only the proof of who decides was refused: password, code or passkey."""
    proof = {"password_missing", *(code for code, field in BESIDE.items() if field in {"password", "code"})}
    return all(part.code in proof for part in (refused.parts or (refused,)))


def _asked(values: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(field for field in VERDICT_FIELDS if field.name != "confirmed" or values.get("confirmed"))


def _about(about: About) -> tuple[TypedLine, ...]:
    number = about.permit_no or about.subject.uscc
    return (TypedLine(about.what, number), TypedLine(term("field.address"), about.address))


def _credit(credit: Text | None) -> tuple[tuple[Text, Text], ...]:
    return ((Text("信用记录", "Credit record"), credit),) if credit else ()


def _effects(rule: Rule) -> _Effects:
    told = rule.told
    if told is None or told.code is None:
        raise AssertionError(f"{rule.act} does not say what it does to the code")
    return _Effects(told.subject, told.code, told.page)
