"""What the window tells an applicant of an item, or hands over, and that it has done so."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.cases.case import ItemState
from licence_qr.errors import RuleError
from licence_qr.services.cases.telling import Tellings
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.shell.forms import refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("businesses_tellings", __name__, url_prefix="/items")
tellings = Handed(Tellings)


@blueprint.get("/<int:item_id>/tell")
@roles(*access.TELL_APPLICANTS.roles)
def show_telling(item_id: int) -> str:
    """What is to be told, to whom, and the telephone number."""
    return _page(item_id)


@blueprint.post("/<int:item_id>/told/<int:telling_id>")
@roles(*access.TELL_APPLICANTS.roles)
def record_told(item_id: int, telling_id: int) -> Response:
    """The applicant was told, or has the card."""
    try:
        tellings().told(current_actor(), item_id, telling_id, current_instant())
    except RuleError as refused:
        return make_response(_page(item_id, refused), refused.http_status)
    flash(t("已登记，不再列为待办。", "Recorded. It is no task any more."))
    return redirect(url_for("desk.work.list_work"), 303)


def _page(item_id: int, refused: RuleError | None = None) -> str:
    found = tellings().of_item(current_actor(), item_id)
    shows(f"item/{item_id}", "name", "contact_phone", uscc=found.item.uscc)
    summary, _ = refusals(refused, ())
    return render_template(
        "desk/cases/tell.html",
        found=found,
        item=found.item,
        granted=found.telling.state is ItemState.ON_REGISTER,
        asked=found.telling.state is ItemState.MORE_ASKED,
        permit_type=catalogue().permit_types[found.item.permit_type].name,
        authority=catalogue().authorities[found.item.authority].name,
        summary=summary,
    )
