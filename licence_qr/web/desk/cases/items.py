"""The items of one authority, for its own officers: the work list, an item with its business, and each step of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.cases.case import ITEM_STATE_WORDS
from licence_qr.domain.cases.certificate import Certificate, parse_certificate
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.visits import VISIT_WORDS
from licence_qr.domain.plain_text import plain_text
from licence_qr.errors import InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.businesses.search import Register
from licence_qr.services.cases.officers import Officers
from licence_qr.services.lifecycle.procedure import Procedures, ProcedureView
from licence_qr.web import current_instant
from licence_qr.web.desk.cases import certificate_form as form
from licence_qr.web.desk.cases.checks import grant_check, words_check
from licence_qr.web.desk.checking import CheckStep, check_page, checked
from licence_qr.web.desk.checking import step as asked_step
from licence_qr.web.shell.forms import Field, Widget, read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import ITEMS
from licence_qr.web.shell.readings import shows, shows_list
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

blueprint = Blueprint("items", __name__, url_prefix="/items")


@dataclass(frozen=True, slots=True)
class ItemServices:
    """The services that these pages use."""

    officers: Officers
    register: Register
    procedures: Procedures


services = Handed(ItemServices)

_MORE, _REFUSE = "more", "refuse"
_WORDS: Mapping[str, Field] = {
    _MORE: Field(
        "words",
        Text("还要申请人补什么？", "What else does the applicant have to bring?"),
        Text("一次写全。受理窗口照此告知申请人。", "List everything at once. The service centre tells the applicant."),
        widget=Widget.PARAGRAPH,
    ),
    _REFUSE: Field(
        "words",
        term("field.reason"),
        Text(
            "写明事实和依据。受理窗口照此告知申请人；公众看不到。",
            "State the facts and the legal basis. The service centre tells the applicant; the public does not see it.",
        ),
        widget=Widget.PARAGRAPH,
    ),
}


@blueprint.get("")
@roles(*ITEMS.roles)
def list_items() -> str:
    """What waits for the authority, what is to be decided first at the top."""
    lines = services().officers.waiting(current_actor(), current_instant())
    shows_list("items")
    return render_template(
        "desk/cases/items.html",
        lines=lines,
        mine=current_actor().username,
        state_words=ITEM_STATE_WORDS,
        permit_types=catalogue().permit_types,
    )


@blueprint.get("/<int:item_id>")
@roles(*ITEMS.roles)
def show_item(item_id: int) -> str:
    """One item: the business, why it is needed, where it stands, and what can be done."""
    return _item_page(item_id)


@blueprint.post("/<int:item_id>/take")
@roles(*ITEMS.roles)
def take_item(item_id: int) -> Response:
    """Take it, from a colleague too."""
    return _step(item_id, services().officers.take, t("已由您办理。", "You have taken this item."))


@blueprint.post("/<int:item_id>/go-on")
@roles(*ITEMS.roles)
def go_on(item_id: int) -> Response:
    """What was asked for is there."""
    return _step(item_id, services().officers.go_on, t("已记录：材料已补齐。", "Recorded: everything is there."))


@blueprint.get("/<int:item_id>/<step>")
@roles(*ITEMS.roles)
def show_words(item_id: int, step: str) -> str:
    """The form that asks for the words of one step, ``more`` or ``refuse``."""
    if step not in _WORDS:
        abort(404)
    return _words_page(item_id, step)


@blueprint.post("/<int:item_id>/<step>")
@roles(*ITEMS.roles)
@checked
def send_words(item_id: int, step: str) -> Response:
    """Show what the applicant is told; from there, ask for more, or refuse it."""
    if step not in _WORDS:
        abort(404)
    officers, words, asked = services().officers, plain_text(request.form.get("words", "")), asked_step()
    if asked is CheckStep.EDIT:
        return make_response(_words_page(item_id, step))
    act = officers.ask_more if step == _MORE else officers.refuse
    try:
        if asked is CheckStep.CHECK:
            officers.check_words(current_actor(), item_id, words, current_instant())
            return make_response(_words_check(item_id, step))
        act(current_actor(), item_id, words, current_instant())
    except InvalidApplication as wrong:
        return make_response(_words_page(item_id, step, wrong), wrong.http_status)
    except RuleError as refused:
        return make_response(_item_page(item_id, refused, (_WORDS[step],)), refused.http_status)
    flash(
        t("已要求补正，受理窗口会告知申请人。", "Recorded. The service centre tells the applicant what is missing.")
        if step == _MORE
        else t("已决定不予许可，受理窗口会告知申请人。", "Refused. The service centre tells the applicant the reason.")
    )
    return redirect(url_for(".show_item", item_id=item_id), 303)


@blueprint.get("/<int:item_id>/grant")
@roles(*ITEMS.roles)
def show_grant(item_id: int) -> str | Response:
    """The form of the permit; while it cannot be granted, the item, which says why."""
    refused = _procedure(item_id).refusal
    if refused is not None:
        return make_response(_item_page(item_id, refused), refused.http_status)
    return _grant_page(item_id, {"issued_on": local_date(current_instant()).isoformat()})


@blueprint.post("/<int:item_id>/grant")
@roles(*ITEMS.roles)
@checked
def grant(item_id: int) -> Response:
    """Check what was typed and show what follows; granted by the button of that page."""
    now, actor, officers = current_instant(), current_actor(), services().officers
    values, action = read_fields(request.form, form.GRANT_FIELDS), asked_step()
    if action is CheckStep.EDIT:
        return make_response(_grant_page(item_id, values))
    try:
        certificate = parse_certificate(values, local_date(now))
        if action is CheckStep.CHECK:
            officers.check(actor, item_id, certificate, now)
            return make_response(_check_page(item_id, values, certificate))
        officers.grant(actor, item_id, certificate, now)
    except (InvalidApplication, RuleError) as refused:
        if form.is_of_form(refused):
            return make_response(_grant_page(item_id, values, refused), refused.http_status)
        return make_response(_item_page(item_id, refused, form.GRANT_FIELDS), refused.http_status)
    flash(t("已准予许可，并入这家企业的码。", "Granted. The permit has joined the code of the business."))
    return redirect(url_for(".show_item", item_id=item_id), 303)


def _step(item_id: int, act: Callable[..., None], done: str) -> Response:
    try:
        act(current_actor(), item_id, current_instant())
    except RuleError as refused:
        return make_response(_item_page(item_id, refused), refused.http_status)
    flash(done)
    return redirect(url_for(".show_item", item_id=item_id), 303)


def _procedure(item_id: int) -> ProcedureView:
    return services().procedures.view(current_actor(), f"item/{item_id}", current_instant())


def _facts(item_id: int) -> Mapping[str, Any]:
    """What every page of an item says; whoever sees it leaves a trace."""
    actor, now = current_actor(), current_instant()
    line = services().officers.item(actor, item_id, now)
    business = services().register.business(actor, line.item.uscc, now)
    shows(f"item/{item_id}", "name", "principal", "domicile", "address", uscc=line.item.uscc)
    return {
        "line": line,
        "item": line.item,
        "permit_type": catalogue().permit_types[line.item.permit_type].name,
        "authority": catalogue().authorities[line.item.authority].name,
        "business": business,
        "version": business.versions[0].version + 1,
        "mine": actor.is_among({line.item.assignee}),
        "clock": line.clock,
        "procedure": _procedure(item_id),
    }


def _item_page(item_id: int, refused: LicenceQRError | None = None, fields: tuple[Field, ...] = ()) -> str:
    """``refused``: the step is no longer possible; what was typed into ``fields`` can be copied."""
    summary, _ = refusals(refused, ())
    return render_template(
        "desk/cases/item.html",
        **_facts(item_id),
        state_words=ITEM_STATE_WORDS,
        visit_words=VISIT_WORDS,
        fields=fields,
        values=read_fields(request.form, fields),
        summary=summary,
    )


def _words_page(item_id: int, step: str, refused: LicenceQRError | None = None) -> str:
    field = _WORDS[step]
    summary, problems = refusals(refused, (field,))
    return render_template(
        "desk/cases/words.html",
        **_facts(item_id),
        step=step,
        closes=step == _REFUSE,
        field=field,
        value=read_fields(request.form, (field,))[field.name],
        summary=summary,
        problems=problems,
    )


def _grant_page(item_id: int, values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    summary, problems = refusals(refused, form.GRANT_FIELDS, form.BESIDE)
    return render_template(
        "desk/cases/grant.html",
        **_facts(item_id),
        fields=form.GRANT_FIELDS,
        values=values,
        summary=summary,
        problems=problems,
    )


def _check_page(item_id: int, values: Mapping[str, str], certificate: Certificate) -> str:
    return check_page(grant_check(_facts(item_id), certificate, values, url_for(".show_item", item_id=item_id)))


def _words_check(item_id: int, step: str) -> str:
    leave = url_for(".show_item", item_id=item_id)
    return check_page(words_check(_facts(item_id), _WORDS[step], refuses=step == _REFUSE, leave=leave))
