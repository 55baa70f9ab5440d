"""Signing in and out, and the list of one's own sessions, each of which can be ended."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.devices import device_words
from licence_qr.domain.accounts.stages import OpenedBy, SignInStage
from licence_qr.domain.names import written_username
from licence_qr.errors import AccessError, SignInNeeded
from licence_qr.services.accounts.roles.grants import RoleGrants
from licence_qr.services.accounts.sessions import MOST_DEVICES
from licence_qr.web import current_instant
from licence_qr.web.accounts import entering, interrupted_forms, known_device, late_forms, staff_number
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.accounts.sign_in_page import sign_in_page
from licence_qr.web.phone import pack_key, unsent_visits
from licence_qr.web.shell import origin
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import SESSIONS
from licence_qr.web.shell.security import (
    current_actor,
    current_holder,
    during,
    forget_session,
    roles,
    session_holder,
    session_token,
)

blueprint = Blueprint("sign_in", __name__)
grants = Handed(RoleGrants)
blueprint.app_errorhandler(SignInNeeded)(late_forms.ask_to_sign_in)
blueprint.app_errorhandler(CSRFError)(late_forms.offer_again)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """Sign in and go on to where one wanted to go, or to the form that came too late and was kept.

    A refusal keeps the user name and that form, and never says which part was wrong.
    """
    if request.method != "POST":
        found = session_holder()
        return make_response(entering.go_on(found) if found else sign_in_page())
    now, kept = current_instant(), interrupted_forms.carried()
    username, password = written_username(request.form.get("username", "")), request.form.get("password", "")
    try:
        token = entering.signing_in().sign_in(
            username,
            password,
            request.remote_addr or "",
            now,
            known_device.brought_for(username, now),
            device_words=device_words(request.user_agent.string),
            instead_of=session_token(),
        )
    except AccessError as refused:
        return make_response(sign_in_page(refused, kept, username), status_of(refused))
    found = entering.take_up(token, now)
    return entering.hand_over(entering.go_on(found), token, found, now)


@blueprint.post("/sign-out")
@during(*SignInStage)
@roles(*SESSIONS.roles)
def sign_out() -> Response:
    """End this session, and take the key of an inspector's pack from a device that holds one.

    Inspections that wait on the device are asked about once: sent first, or kept there until the same person signs in.
    """
    waiting = unsent_visits.count_of(current_holder().actor)
    if waiting and request.form.get("anyway") != "yes":
        return make_response(render_template("phone/unsent.html", waiting=waiting))
    by_service = entering.sessions().opened_by(current_holder().actor) is OpenedBy.IDENTITY_SERVICE
    entering.sessions().sign_out(session_token(), current_instant())
    signed_out = url_for(".sign_in", left_service="" if by_service else None)
    response = make_response(redirect(url_for("inspect.signed_out") if pack_key.held() else signed_out, 303))
    pack_key.take_back(response)
    forget_session(response)
    origin.forget_forms()
    return response


@blueprint.get("/sessions")
@roles(*SESSIONS.roles)
def show_sessions() -> str:
    """The live sessions of whoever is signed in, and the devices that their account knows."""
    now, actor = current_instant(), current_actor()
    this_device = known_device.brought(current_actor().username, now)
    return render_template(
        "accounts/sessions.html",
        sessions=entering.sessions().of(current_actor(), now),
        this_session=current_actor().via.session,
        number_waits=staff_number.waits(),
        has_roles=bool(actor.roles),
        waiting=grants().own_waiting(actor, now),
        other_accounts=entering.sessions().other_accounts(actor),
        role_names=ROLE_NAMES,
        devices=entering.sessions().devices(current_actor(), now),
        this_device=this_device.device_id if this_device else "",
        most_devices=MOST_DEVICES,
    )


@blueprint.post("/sessions/<session_id>/revoke")
@roles(*SESSIONS.roles)
def revoke_session(session_id: str) -> Response:
    """End one of one's own sessions."""
    entering.sessions().revoke(current_actor(), session_id, current_instant())
    flash(t("已结束那次登录。", "That session has ended."))
    return redirect(url_for(".show_sessions"), 303)


@blueprint.post("/sessions/end-others")
@roles(*SESSIONS.roles)
def end_other_sessions() -> Response:
    """End all of one's own sessions but this one."""
    ended = entering.sessions().end_others(current_actor(), current_instant())
    flash(t(f"已结束其他登录 {ended} 处。", f"Other sessions ended: {ended}."))
    return redirect(url_for(".show_sessions"), 303)


@blueprint.post("/sessions/devices/<device_id>/forget")
@roles(*SESSIONS.roles)
def forget_device(device_id: str) -> Response:
    """Know one of one's own devices no more."""
    entering.sessions().forget_device(current_actor(), device_id, current_instant())
    flash(t("已取消记住那台设备，日历地址已停用。", "That device is forgotten, and any calendar address has ended."))
    return redirect(url_for(".show_sessions"), 303)


@blueprint.post("/sessions/forget-devices")
@roles(*SESSIONS.roles)
def forget_devices() -> Response:
    """Know none of one's own devices any more, this one included."""
    entering.sessions().forget_devices(current_actor(), current_instant())
    flash(t("已取消记住所有设备，日历地址已停用。", "All devices are forgotten, and any calendar address has ended."))
    return redirect(url_for(".show_sessions"), 303)
