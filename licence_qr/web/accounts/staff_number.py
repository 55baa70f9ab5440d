"""One's own staff number: its owner agrees to one that was recorded or changed after the account was opened."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError
from licence_qr.services.accounts.identity_service.own_number import OwnNumbers, agreeing
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import BESIDE, asking, given_proof
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import SESSIONS
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("staff_number", __name__)
own_numbers = Handed(OwnNumbers)


@blueprint.get("/staff-number")
@roles(*SESSIONS.roles)
def show_own() -> Response:
    """The number, and the form that agrees to it where it waits for that."""
    return _page()


@blueprint.post("/staff-number")
@roles(*SESSIONS.roles)
def agree() -> Response:
    """Agree to the number that the form showed."""
    try:
        own_numbers().agree(current_actor(), request.form.get("shown", ""), given_proof(), current_instant())
    except (AccessError, ConflictError, InputError) as refused:
        return _page(refused)
    flash(t("工号已确认。", "Your staff number has been confirmed."))
    return redirect(url_for("sign_in.show_sessions"), 303)


def waits() -> bool:
    """Whether the identity service, where one is configured, wants the owner to agree first."""
    return bool(current_app.jinja_env.globals["identity_service"]) and own_numbers().of(current_actor()).waits


def _page(refused: LicenceQRError | None = None) -> Response:
    own, actor = own_numbers().of(current_actor()), current_actor()
    asks = asking(actor, agreeing(actor, own.staff_no))
    summary, problems = refusals(refused, asks.fields, BESIDE)
    page = render_template(
        "accounts/staff_number.html", own=own, actor=actor, asking=asks, summary=summary, problems=problems
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return asks.answer(response) if own.waits else response
