"""The second step of an application: the business, its premises and the permit, in one form."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from licence_qr.domain.issuing.draft import Draft, FieldOrigin
from licence_qr.domain.register.entity import EntityForm
from licence_qr.errors import InputError
from licence_qr.services.register import access
from licence_qr.web.desk.issuing.draft import (
    facts_of,
    frame,
    keeping,
    onward,
    open_draft,
    other_button,
    save_typed,
    shown_problems,
    step_address,
)
from licence_qr.web.desk.issuing.fields import (
    AGENT_SECTION,
    ENTITY_TYPES,
    REASON_FIELDS,
    SAME_ADDRESS,
    entity_section,
    premises_section,
)
from licence_qr.web.desk.issuing.needs import may_grant, trade_of
from licence_qr.web.desk.issuing.phrases import LONGEST_WORDS, PHRASE_WORDS, found_phrases
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field, Section
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain

blueprint = Blueprint("details", __name__, url_prefix="/applications")
blueprint.after_request(keeping)


@blueprint.get("/<draft_id>/details")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_details(draft_id: str) -> str:
    """The business, its premises and the permit, in one form."""
    draft = open_draft(draft_id)
    trade, sections = trade_of(draft), _detail_sections(draft)
    typed = draft.shown
    return render_template(
        "desk/issuing/details.html",
        draft=draft,
        sections=sections,
        values={**_usual_details(draft), **typed},
        entity_types=json.dumps(ENTITY_TYPES, ensure_ascii=False),
        phrases=trade.scope_phrases if trade else (),
        found=found_phrases(draft, request.args.get(PHRASE_WORDS, "")),
        promises=may_grant(draft),
        same_address=SAME_ADDRESS,
        is_same=bool(typed.get("domicile")) and typed.get("domicile") == typed.get("premises_address"),
        facts=facts_of(draft),
        reasons=REASON_FIELDS,
        **frame(draft),
        agent_open=any(typed.get(field.name) for field in AGENT_SECTION.fields),
        **shown_problems(draft, _fields(sections)),
    )


@blueprint.post("/<draft_id>/details")
@roles(*access.TAKE_APPLICATIONS.roles)
def save_details(draft_id: str) -> Response:
    """Store the details, or first fill some in from the register or add a phrase to the business scope."""
    draft = open_draft(draft_id)
    fields, usual = _fields(_detail_sections(draft)), _usual_details(draft)
    if elsewhere := other_button(draft, fields, "details", _derived(draft), usual):
        return elsewhere
    action, _, phrase = request.form.get("action", "").partition(":")
    if action in {"phrase", "phrases"}:
        saved = save_typed(draft, fields, {**_derived(draft), **_with_phrase(draft, phrase)}, usual, FieldOrigin.TYPED)
        words = request.form.get(PHRASE_WORDS, "")[:LONGEST_WORDS] or None
        return redirect(step_address(saved, "details", "business_scope", words=words), 303)
    if action == "prefill":
        saved = save_typed(draft, fields, _known_facts(fields), usual, FieldOrigin.REGISTER)
        return redirect(step_address(saved, "details"), 303)
    following = "commitment" if may_grant(draft) else "review"
    # Left from an earlier choice of trade: without a permit there is nothing to choose, and the step is passed over.
    left = {"mode": ""} if not may_grant(draft) and draft.fields.get("mode") else {}
    return onward(save_typed(draft, fields, {**_derived(draft), **left}, usual), fields, "details", following)


def _detail_sections(draft: Draft) -> tuple[Section, ...]:
    trade = trade_of(draft)
    premises = premises_section(catalogue(), grants=may_grant(draft))
    return (entity_section(trade, services().demonstration), premises, AGENT_SECTION)


def _fields(sections: tuple[Section, ...]) -> tuple[Field, ...]:
    return (*(field for section in sections for field in section.fields), *REASON_FIELDS.values())


def _usual_details(draft: Draft) -> Mapping[str, str]:
    """The usual answers, for fields that have not been filled in."""
    known = catalogue().kinds
    kinds = (known[kind] for kind in draft.fields.get("kinds", "").split(",") if kind in known)
    return {
        "premises_region": catalogue().offices[draft.office].region,
        "permitted_items": "、".join(kind.name.zh for kind in kinds),
    }


def _derived(draft: Draft) -> Mapping[str, str]:
    """What follows from other answers, where nothing else was typed: the type from the legal form, and the address of the
    premises from the registered one where the box is ticked."""
    typed, found = request.form, {}
    form, was = typed.get("entity_form", ""), typed.get("entity_type", "").strip()
    if form in set(ENTITY_TYPES) and was in {"", *ENTITY_TYPES.values()} and form != draft.fields.get("entity_form"):
        found["entity_type"] = ENTITY_TYPES[EntityForm(form)]
    premises = typed.get("premises_address", "")
    if typed.get(SAME_ADDRESS.name) and premises in {"", draft.fields.get("premises_address", "")}:
        found["premises_address"] = typed.get("domicile", "")
    return found


def _with_phrase(draft: Draft, chosen: str) -> Mapping[str, str]:
    """The business scope with a phrase of the trade, or another standard one, added to what was typed."""
    trade = trade_of(draft)
    offered = {*(trade.scope_phrases if trade else ()), *(phrase.text for phrase in catalogue().scope_phrases)}
    typed = request.form.get("business_scope", "").strip()
    if chosen not in offered or chosen.rstrip("。；") in typed:
        return {"business_scope": typed}
    return {"business_scope": f"{typed.rstrip('。；')}；{chosen}" if typed else chosen}


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
    known = {name: text for name, text in known.items() if name in {field.name for field in fields}}
    if replaced:
        flash(t("替换前填写的是：", "Entered before: ") + "；".join(replaced))
    return known
