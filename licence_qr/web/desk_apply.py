"""A new application, step by step: the trade, the details, the commitment, the review.

Each step keeps what was typed before it judges it, then redirects: to the next step, or to itself with ``checked``
set, which shows every problem beside its field. Steps may be visited in any order; issuing checks them all again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.application_fields import ANSWER_PREFIX
from licence_qr.domain.catalogue import BUSINESS_LICENCE, Notice, Requirement, RequirementAction, Trade
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing import Draft
from licence_qr.domain.requirements import requirements
from licence_qr.domain.roles import Role
from licence_qr.errors import InputError
from licence_qr.web import use_cases
from licence_qr.web.desk_draft import open_draft, problems_of, save_typed
from licence_qr.web.desk_fields import (
    COMMITMENT_MODE,
    SIGNATURE_FIELDS,
    entity_section,
    place_fields,
    premises_section,
    trade_field,
)
from licence_qr.web.forms import Field, Section, problem, problems_by_field
from licence_qr.web.language import language, t
from licence_qr.web.security import current_actor, roles
from licence_qr.wording import explain

NOTICE_FIELDS = ("notice_id", "notice_version", "notice_sha256")

blueprint = Blueprint("apply", __name__, url_prefix="/applications")


@blueprint.post("")
@roles(Role.CLERK)
def start_application() -> Response:
    """Open a new application at its first step."""
    draft = use_cases().applications.start(current_actor(), datetime.now(UTC))
    return redirect(url_for(".show_trade", draft_id=draft.draft_id))


@blueprint.get("/<draft_id>")
@roles(Role.CLERK)
def show_application(draft_id: str) -> Response:
    """Go on where it was left: the result once issued, the details once the trade is chosen."""
    draft = open_draft(draft_id)
    step = ".show_details" if draft.fields.get("trade") else ".show_trade"
    return redirect(url_for(step, draft_id=draft_id))


# -- step 1: the trade ------------------------------------------------------------------------------------------------


@blueprint.get("/<draft_id>/trade")
@roles(Role.CLERK)
def show_trade(draft_id: str) -> str:
    """Choose the trade and say which permits it needs today, from whom, and why."""
    draft = open_draft(draft_id)
    trade = _trade(draft)
    fields = _trade_fields(trade)
    return render_template(
        "desk/trade.html",
        draft=draft,
        trade=trade,
        trade_field=fields[0],
        place_fields=fields[1:],
        values=_with_only_kind(draft, trade),
        needs=_requirements(draft, trade) if trade else (),
        today=_today(),
        **_shown_problems(draft, fields),
    )


@blueprint.post("/<draft_id>/trade")
@roles(Role.CLERK)
def save_trade(draft_id: str) -> Response:
    """Keep the choice. A trade that was just changed is shown with its own questions before going on."""
    draft = open_draft(draft_id)
    before = _trade(draft)
    fields = _trade_fields(before)
    saved = save_typed(draft, fields)
    if _trade(saved) != before or request.form.get("action") == "show":
        return redirect(url_for(".show_trade", draft_id=draft_id, _anchor="place" if _trade(saved) else "trade"))
    return _onward(saved, fields, ".show_trade", ".show_details")


def _trade(draft: Draft) -> Trade | None:
    return use_cases().catalogue.trades.get(draft.fields.get("trade", ""))


def _trade_fields(trade: Trade | None) -> tuple[Field, ...]:
    catalogue = use_cases().catalogue
    return (trade_field(catalogue), *(place_fields(catalogue, trade) if trade else ()))


def _with_only_kind(draft: Draft, trade: Trade | None) -> Mapping[str, str]:
    """A trade with a single kind of place has it ticked before anyone asks."""
    if trade and len(trade.kinds) == 1 and "kinds" not in draft.fields:
        return {**draft.fields, "kinds": trade.kinds[0]}
    return draft.fields


def _requirements(draft: Draft, trade: Trade) -> tuple[Requirement, ...]:
    fields = _with_only_kind(draft, trade)
    answers = {
        name.removeprefix(ANSWER_PREFIX): text == "yes"
        for name, text in fields.items()
        if name.startswith(ANSWER_PREFIX) and text in {"yes", "no"}
    }
    kinds = tuple(kind for kind in fields.get("kinds", "").split(",") if kind in trade.kinds)
    area = fields.get("area_m2", "").strip()
    area_m2 = int(area) if area.isascii() and area.isdigit() and len(area) < 8 else None
    return requirements(use_cases().catalogue, trade.id, draft.office, kinds, answers, area_m2, _today())


# -- step 2: the details ----------------------------------------------------------------------------------------------


@blueprint.get("/<draft_id>/details")
@roles(Role.CLERK)
def show_details(draft_id: str) -> str:
    """The business, its premises and the permit, in one form."""
    draft = open_draft(draft_id)
    sections = _detail_sections(draft)
    fields = tuple(field for section in sections for field in section.fields)
    return render_template(
        "desk/details.html",
        draft=draft,
        sections=sections,
        values={**_suggested_details(draft), **draft.fields},
        **_shown_problems(draft, fields),
    )


@blueprint.post("/<draft_id>/details")
@roles(Role.CLERK)
def save_details(draft_id: str) -> Response:
    """Keep the details; or first fill some in, from the register or from the registered address."""
    draft = open_draft(draft_id)
    fields = tuple(field for section in _detail_sections(draft) for field in section.fields)
    action = request.form.get("action")
    if action == "same-address":
        save_typed(draft, fields, {"premises_address": request.form.get("domicile", "")})
        return redirect(url_for(".show_details", draft_id=draft_id, _anchor="premises_address"))
    if action == "prefill":
        save_typed(draft, fields, _known_facts(fields))
        return redirect(url_for(".show_details", draft_id=draft_id, _anchor="uscc"))
    return _onward(save_typed(draft, fields), fields, ".show_details", ".show_commitment")


def _detail_sections(draft: Draft) -> tuple[Section, ...]:
    everything = use_cases()
    trade = _trade(draft)
    return (entity_section(trade, everything.demonstration), premises_section(everything.catalogue))


def _suggested_details(draft: Draft) -> Mapping[str, str]:
    """What most applications answer here; only for fields nobody has touched."""
    catalogue = use_cases().catalogue
    kinds = (catalogue.kinds[kind] for kind in draft.fields.get("kinds", "").split(",") if kind in catalogue.kinds)
    return {
        "premises_region": catalogue.offices[draft.office].region,
        "permitted_items": "、".join(kind.name.zh for kind in kinds),
    }


def _known_facts(fields: tuple[Field, ...]) -> Mapping[str, str]:
    """What the register knows of the typed code. Texts it replaces are shown once more, so that nothing is lost."""
    try:
        known = use_cases().applications.known_business(current_actor(), request.form.get("uscc", ""))
    except InputError as wrong:
        flash(str(explain(wrong, language().value)))
        return {}
    if known is None:
        flash(t("登记簿里没有这个代码，请照执照填写。", "The register does not hold this code: copy the licence."))
        return {}
    replaced = [
        f"{t(field.label.zh, field.label.en)}：{typed}"
        for field in fields
        if field.name in known and (typed := request.form.get(field.name, "").strip()) not in {"", known[field.name]}
    ]
    flash(t("已带出登记信息，请核对。", "Filled in from the register; please compare."))
    if replaced:
        flash(t("替换前填写的是：", "Typed before: ") + "；".join(replaced))
    return known


# -- step 3: the commitment -------------------------------------------------------------------------------------------


@blueprint.get("/<draft_id>/commitment")
@roles(Role.CLERK)
def show_commitment(draft_id: str) -> str:
    """The notice in full, then the signed promise or the general path."""
    draft = open_draft(draft_id)
    notice, fields = _commitment(draft)
    return render_template(
        "desk/commitment.html",
        draft=draft,
        notice=notice,
        mode_field=fields[0] if fields else None,
        signature_fields=fields[1:],
        values={"signed_on": _today().isoformat(), **draft.fields},
        **_shown_problems(draft, fields or (COMMITMENT_MODE,)),
    )


@blueprint.post("/<draft_id>/commitment")
@roles(Role.CLERK)
def save_commitment(draft_id: str) -> Response:
    """Keep the choice, with version and hash of the very text that was on the page."""
    draft = open_draft(draft_id)
    _, fields = _commitment(draft)
    shown = {name: request.form.get(name, "") for name in NOTICE_FIELDS}
    if not fields:
        # Left from an earlier choice of trade: without a permit there is nothing to choose.
        shown["mode"] = ""
    return _onward(save_typed(draft, fields, shown), fields, ".show_commitment", "desk.issue.show_review")


def _commitment(draft: Draft) -> tuple[Notice | None, tuple[Field, ...]]:
    """The notice to promise on, and the questions: none when no permit is granted here, no promise without a notice."""
    trade = _trade(draft)
    needs = _requirements(draft, trade) if trade else ()
    here = [n.permit_type.id for n in needs if n.action is RequirementAction.ISSUED_HERE]
    permits = [permit_type for permit_type in here if permit_type != BUSINESS_LICENCE]
    if not permits:
        return None, ()
    notice = next(filter(None, (use_cases().catalogue.notice(permit, _today()) for permit in permits)), None)
    if notice is None:
        return None, (replace(COMMITMENT_MODE, choices=COMMITMENT_MODE.choices[1:]),)
    return notice, (COMMITMENT_MODE, *SIGNATURE_FIELDS)


# -- all steps --------------------------------------------------------------------------------------------------------


def _today() -> date:
    return local_date(datetime.now(UTC))


def _onward(draft: Draft, fields: tuple[Field, ...], here: str, following: str) -> Response:
    names = {field.name for field in fields}
    if any(error.field in names for error in problems_of(draft)):
        return redirect(url_for(here, draft_id=draft.draft_id, checked="yes"))
    return redirect(url_for(following, draft_id=draft.draft_id))


def _shown_problems(draft: Draft, fields: tuple[Field, ...]) -> Mapping[str, object]:
    """The problems of this page once it has been sent, for the summary and beside each field."""
    names = {field.name for field in fields}
    found: tuple[InputError, ...] = ()
    if "checked" in request.args:
        found = tuple(error for error in problems_of(draft) if error.field in names)
    main = language().value
    return {
        "summary": tuple(problem(error, main) for error in found),
        "problems": problems_by_field(found, main),
    }
