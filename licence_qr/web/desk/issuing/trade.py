"""A new application, and its first step: the trade, the place, and which permits they need today."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Trade
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.issuing.draft import (
    frame,
    keeping,
    onward,
    open_draft,
    other_button,
    save_typed,
    shown_problems,
    step_address,
)
from licence_qr.web.desk.issuing.fields import place_fields, trade_field
from licence_qr.web.desk.issuing.needs import needs_of, today, trade_of, with_only_kind
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("trade", __name__, url_prefix="/applications")
blueprint.after_request(keeping)


@blueprint.post("")
@roles(*access.TAKE_APPLICATIONS.roles)
def start_application() -> Response:
    """Open a new application at its first step. Nothing is stored before something is typed."""
    draft = services().applications.start(current_actor(), current_instant())
    return redirect(step_address(draft, "trade"), 303)


@blueprint.get("/<draft_id>")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_application(draft_id: str) -> Response:
    """Lead to the step that comes next: the result if issued, the details if the trade is selected."""
    draft = open_draft(draft_id)
    step = "desk.details.show_details" if draft.fields.get("trade") else ".show_trade"
    return redirect(url_for(step, draft_id=draft_id))


@blueprint.get("/<draft_id>/trade")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_trade(draft_id: str) -> str:
    """Select the trade; shows which permits it needs today, who issues them, and why."""
    draft = open_draft(draft_id)
    trade = trade_of(draft)
    fields = _trade_fields(trade)
    return render_template(
        "desk/issuing/trade.html",
        draft=draft,
        trade=trade,
        trade_field=fields[0],
        place_fields=fields[1:],
        values=with_only_kind(draft, trade),
        needs=needs_of(draft, trade) if trade else (),
        today=today(),
        **frame(draft),
        **shown_problems(draft, fields),
    )


@blueprint.post("/<draft_id>/trade")
@roles(*access.TAKE_APPLICATIONS.roles)
def save_trade(draft_id: str) -> Response:
    """Store the choice. A trade's own questions are shown before the next step, if it has any."""
    draft = open_draft(draft_id)
    before = trade_of(draft)
    fields = _trade_fields(before)
    if elsewhere := other_button(draft, fields, "trade"):
        return elsewhere
    saved = save_typed(draft, fields)
    trade = trade_of(saved)
    if request.form.get("action") == "show" or _asks_more(trade, before):
        return redirect(step_address(saved, "trade", "place" if trade else "trade"), 303)
    return onward(saved, fields, "trade", "details")


def _asks_more(trade: Trade | None, before: Trade | None) -> bool:
    """Whether the trade has questions that were not on the page. A script may have stored the trade before they were."""
    fields = place_fields(catalogue(), trade) if trade else ()
    asked = trade == before and any(field.name in request.form for field in fields)
    return not asked and not all(field.optional for field in fields)


def _trade_fields(trade: Trade | None) -> tuple[Field, ...]:
    return (trade_field(catalogue()), *(place_fields(catalogue(), trade) if trade else ()))
