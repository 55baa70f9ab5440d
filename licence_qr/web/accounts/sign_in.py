"""Signing in and out, and the list of one's own sessions, each of which can be ended."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, SignInNeeded
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.web import current_instant
from licence_qr.web.accounts import interrupted_forms, known_device, late_forms
from licence_qr.web.accounts.sign_in_page import sign_in_page
from licence_qr.web.phone import pack_key, unsent_visits
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import SESSIONS, first_room
from licence_qr.web.shell.security import (
    current_actor,
    forget_session,
    remember_session,
    roles,
    session_token,
    signed_in,
)

blueprint = Blueprint("sign_in", __name__)
signing_in = Handed(SignIn)
sessions = Handed(Sessions)
blueprint.app_errorhandler(SignInNeeded)(late_forms.ask_to_sign_in)
blueprint.app_errorhandler(CSRFError)(late_forms.offer_again)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """Sign in and go on to where one wanted to go, or to the form that came too late and was kept.

    A refusal keeps the user name and that form, and never says which part was wrong.
    """
    if request.method != "POST":
        actor = signed_in()
        return redirect(_onward(actor)) if actor else make_response(sign_in_page())
    now, kept = current_instant(), interrupted_forms.carried()
    username, password = request.form.get("username", ""), request.form.get("password", "")
    device = known_device.brought(username, now)
    try:
        token = signing_in().sign_in(username, password, request.remote_addr or "", now, device)
    except AccessError as refused:
        return make_response(sign_in_page(refused, kept, username), status_of(refused))
    g.actor = actor = sessions().actor(token, now)
    response: Response = redirect(_onward(actor) if actor else url_for(".sign_in"), 303)
    if actor and kept:
        response = make_response(render_template("accounts/kept.html", kept=kept, signed_in_again=True))
    if actor:
        pack_key.take_back_from_others(response, actor)
        known_device.remember(response, username, signing_in().known_device(actor, device), now)
    remember_session(response, token)
    return response


@blueprint.post("/sign-out")
@roles(*SESSIONS.roles)
def sign_out() -> Response:
    """End this session, and take the key of an inspector's pack from a device that holds one.

    Inspections that wait on the device are asked about once: sent first, or kept there until the same person signs in.
    """
    waiting = unsent_visits.count_of(current_actor())
    if waiting and request.form.get("anyway") != "yes":
        return make_response(render_template("phone/unsent.html", waiting=waiting))
    sessions().sign_out(session_token(), current_instant())
    response = make_response(redirect(url_for("inspect.signed_out" if pack_key.held() else ".sign_in"), 303))
    pack_key.take_back(response)
    forget_session(response)
    return response


@blueprint.get("/sessions")
@roles(*SESSIONS.roles)
def show_sessions() -> str:
    """The live sessions of whoever is signed in."""
    now = current_instant()
    return render_template(
        "accounts/sessions.html",
        sessions=sessions().of(current_actor(), now),
        this_session=current_actor().via.session,
    )


@blueprint.post("/sessions/<session_id>/revoke")
@roles(*SESSIONS.roles)
def revoke_session(session_id: str) -> Response:
    """End one of one's own sessions."""
    sessions().revoke(current_actor(), session_id, current_instant())
    flash(t("已结束那次登录。", "That session has ended."))
    return redirect(url_for(".show_sessions"), 303)


def _onward(actor: Actor) -> str:
    """The page that asked for the sign-in, when it is one of ours; else the first room of ``actor``. Never another site.

    Browsers drop control characters and read a backslash as a slash, so an address with either is not followed.
    """
    wanted = request.values.get("next", "")
    if wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable() and "\\" not in wanted:
        return wanted
    return url_for(first_room(actor).endpoint)
