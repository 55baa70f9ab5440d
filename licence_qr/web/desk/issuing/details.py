"""The second step of an application: the business, its premises and the permit, in one form."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.issuing.issued import Draft
from licence_qr.errors import InputError
from licence_qr.services.register import access
from licence_qr.web.desk.issuing.draft import onward, open_draft, save_typed, shown_problems
from licence_qr.web.desk.issuing.fields import entity_section, premises_section
from licence_qr.web.desk.issuing.needs import trade_of
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field, Section
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain

blueprint = Blueprint("details", __name__, url_prefix="/applications")


@blueprint.get("/<draft_id>/details")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_details(draft_id: str) -> str:
    """The business, its premises and the permit, in one form."""
    draft = open_draft(draft_id)
    sections = _detail_sections(draft)
    fields = tuple(field for section in sections for field in section.fields)
    return render_template(
        "desk/issuing/details.html",
        draft=draft,
        sections=sections,
        values={**_suggested_details(draft), **draft.fields},
        **shown_problems(draft, fields),
    )


@blueprint.post("/<draft_id>/details")
@roles(*access.TAKE_APPLICATIONS.roles)
def save_details(draft_id: str) -> Response:
    """Store the details, or first fill some in from the register or the registered address."""
    draft = open_draft(draft_id)
    fields = tuple(field for section in _detail_sections(draft) for field in section.fields)
    action = request.form.get("action")
    if action == "same-address":
        save_typed(draft, fields, {"premises_address": request.form.get("domicile", "")})
        return redirect(url_for(".show_details", draft_id=draft_id, _anchor="premises_address"), 303)
    if action == "prefill":
        save_typed(draft, fields, _known_facts(fields))
        return redirect(url_for(".show_details", draft_id=draft_id), 303)
    return onward(save_typed(draft, fields), fields, ".show_details", "desk.commitment.show_commitment")


def _detail_sections(draft: Draft) -> tuple[Section, ...]:
    trade = trade_of(draft)
    return (entity_section(trade, services().demonstration), premises_section(catalogue()))


def _suggested_details(draft: Draft) -> Mapping[str, str]:
    """The usual answers, for fields that have not been filled in."""
    known = catalogue().kinds
    kinds = (known[kind] for kind in draft.fields.get("kinds", "").split(",") if kind in known)
    return {
        "premises_region": catalogue().offices[draft.office].region,
        "permitted_items": "、".join(kind.name.zh for kind in kinds),
    }


def _known_facts(fields: tuple[Field, ...]) -> Mapping[str, str]:
    """What the register has under the typed credit code. Typed texts that it replaces are shown again."""
    try:
        known = services().applications.known_business(current_actor(), request.form.get("uscc", ""))
    except InputError as wrong:
        flash(str(explain(wrong, language().value)))
        return {}
    if known is None:
        flash(
            t(
                "登记库里没有这个代码，请照执照填写。",
                "This code is not in the register. Enter the details from the licence.",
            )
        )
        return {}
    replaced = [
        f"{t(field.label.zh, field.label.en)}：{typed}"
        for field in fields
        if field.name in known and (typed := request.form.get(field.name, "").strip()) not in {"", known[field.name]}
    ]
    flash(t("已带出登记信息，请核对。", "Filled in from the register. Check the details."))
    if replaced:
        flash(t("替换前填写的是：", "Entered before: ") + "；".join(replaced))
    return known
