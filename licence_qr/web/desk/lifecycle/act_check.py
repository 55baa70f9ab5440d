"""The check of an act: what was typed, before and after for a change, and what is printed, published and told."""

from __future__ import annotations

from flask import url_for

from licence_qr.domain.lifecycle.acts import Effect
from licence_qr.domain.register.events import EventKind
from licence_qr.services.lifecycle.perform import Foretold
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of
from licence_qr.web.desk.lifecycle.act_form import ActForm
from licence_qr.web.desk.lifecycle.consequences import consequences
from licence_qr.web.desk.lifecycle.forms import grounds_fields, own_fields
from licence_qr.web.shell.forms import TypedForm
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

WAS = "was-"  # before the name of a field: what the register said when the form was made


def check_of(case: ActForm, typed: TypedForm, revision: int, foretold: Foretold) -> ActCheck:
    """The check page of ``case``; ``foretold`` is what a trial of the act has done."""
    along = dict(typed.values) | {WAS + name: value for name, value in typed.was.items()} | {"revision": str(revision)}
    grounds = grounds_fields(case.rule)
    return ActCheck(
        act=case.rule.name,
        holder_name=case.detail.entity.holder_name,
        about=_about(case),
        answers=(*answers_of(own_fields(case), typed.values, typed.was), *answers_of(grounds, typed.values)),
        follows=_follows(case, foretold),
        typed=along,
        leave=url_for("desk.businesses.show_business", uscc=case.subject.uscc),
        grave=case.rule.final,
    )


def _about(case: ActForm) -> tuple[TypedLine, ...]:
    if case.permit is None:
        return (TypedLine(term("field.credit_code"), case.subject.uscc),)
    number = case.permit.permit.permit_no
    held = (TypedLine(case.permit.permit_type, number),) if number else ()
    return (*held, TypedLine(term("field.premises"), case.permit.address))


def _follows(case: ActForm, foretold: Foretold) -> Follows:
    version = case.detail.page.newest_version
    told = consequences(case.rule, version)
    printed = told.code
    if foretold.new_version and case.rule.effect is not Effect.NEXT_VERSION:
        # The calendar had done something that is recorded first.
        printed = Text(
            f"签发第 {version + 1} 版：登记库按日期先补记的变化也在上面，第 {version} 版从此显示“旧版”。",
            f"Version {version + 1} is signed: what the dates have changed is recorded first. Version {version} is then"
            " out of date.",
        )
    return Follows(told.subject, printed, told.page, _sent(foretold))


def _sent(foretold: Foretold) -> Text:
    zh, en = "不向别的机关发送。请当面告知经营者。", "Nothing is sent to another authority. Tell the business yourself."
    if EventKind.PROPOSAL_CLOSED in foretold.kinds:
        zh += "因此不能再办的提议随之关闭，提出人在提议里看到。"
        en += " Proposals that become impossible are closed; whoever made them sees it there."
    return Text(zh, en)
