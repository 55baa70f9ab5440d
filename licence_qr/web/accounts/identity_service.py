"""Signing in by the identity service: sent there, brought back, and signed out there too. Only where one is configured."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.devices import device_words
from licence_qr.errors import AccessError, IdentityServiceError, LicenceQRError
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH, ServiceAnswer
from licence_qr.services.accounts.identity_service.signing_in import AccountChoice, IdentitySignIn, Visitor
from licence_qr.services.accounts.identity_service.steps import LIFETIME, new_token
from licence_qr.services.accounts.sessions import CameFrom
from licence_qr.web import current_instant
from licence_qr.web.accounts import entering, interrupted_forms
from licence_qr.web.accounts.interrupted_forms import KeptForm
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.accounts.sign_in_page import sign_in_page
from licence_qr.web.shell import request_log
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import SIGN_IN, hand_cookie, is_https, session_holder, session_token

blueprint = Blueprint("identity_service", __name__)
service = Handed(IdentitySignIn)
BEGIN = "identity_service.begin"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_Refused = (AccessError, IdentityServiceError)


class _Carried(NamedTuple):
    """What goes along over the sign-in: the page that was asked for, or a form that is kept."""

    onward: str = ""
    kept: KeptForm | None = None

    def text(self) -> str:
        kept = self.kept
        return json.dumps([self.onward, kept and [kept.address, kept.fields, kept.owner, kept.page]])

    @classmethod
    def read(cls, text: str) -> _Carried:
        onward, kept = json.loads(text)
        if kept is None:
            return cls(onward)
        address, fields, owner, page = kept
        return cls(onward, KeptForm(address, tuple((name, value) for name, value in fields), owner, page))


@blueprint.post("/sign-in/service")
def begin() -> Response:
    """Send the browser to the service.

    By a page that leads on by itself, not by a redirect: browsers hold the redirects of a form to ``form-action``.
    """
    now, visitor = current_instant(), _visitor(_browser() or new_token())
    carried = _Carried(entering.wanted_page(), interrupted_forms.carried())
    try:
        address = service().begin(visitor, carried.text(), now)
    except _Refused as refused:
        return _refused(refused, carried)
    response = make_response(render_template("accounts/identity_service_leaving.html", address=address))
    response.headers["Refresh"] = f"0; url={address}"
    hand_cookie(response, _cookie(), visitor.browser, int(LIFETIME.total_seconds()))
    return response


@blueprint.get(RETURN_PATH)
def come_back() -> Response:
    """Take what the service says of whoever sits at this browser, and open a session."""
    now, visitor = current_instant(), _visitor(_browser())
    given = {name: values for name, values in request.args.lists()}
    try:
        if any(len(values) > 1 for values in given.values()):
            raise AccessError("identity_service_outdated")  # which of them holds, nobody can say
        begun = service().come_back(visitor, request.args.get("state", ""), now)
    except _Refused as refused:
        found = session_holder()  # somebody who is in has loaded the page once more
        return make_response(entering.go_on(found)) if found else _refused(refused, _Carried())
    carried = _Carried.read(begun.carried)
    answer = ServiceAnswer(request.args.get("code", ""), request.args.get("error", ""), request.args.get("iss"))
    try:
        entered = service().enter(visitor, begun, answer, now)
    except _Refused as refused:
        return _refused(refused, carried)
    if isinstance(entered, AccountChoice):
        return make_response(render_template("accounts/choose_account.html", choice=entered, role_names=ROLE_NAMES))
    return _entered(entered, carried)


@blueprint.post("/sign-in/service/account")
def choose() -> Response:
    """Open a session of one of somebody's accounts."""
    key, username = request.form.get("key", ""), request.form.get("account", "")
    try:
        token, carried = service().choose(_visitor(_browser()), key, username, current_instant())
    except _Refused as refused:
        return _refused(refused, _Carried())
    return _entered(token, _Carried.read(carried))


@blueprint.get("/sign-in/service/sign-out")
def sign_out() -> Response:
    """Lead on to where the service signs people out of itself."""
    back = current_app.config["ORIGIN"] + url_for(SIGN_IN)
    try:
        address = service().provider.address_to_sign_out(back, current_instant())
        if address is None:
            raise IdentityServiceError("identity_service_keeps_sessions")
    except _Refused as refused:
        return _refused(refused, _Carried())
    return redirect(address, 303)


def _entered(token: str, carried: _Carried) -> Response:
    now = current_instant()
    found = entering.take_up(token, now)
    # The sign-in page leads on to what the session wants, or to the page that was asked for.
    leads_on = redirect(url_for(SIGN_IN, next=carried.onward or None), 303)
    response = make_response(entering.go_on_late(carried.kept) if carried.kept else leads_on)
    response.delete_cookie(_cookie(), secure=is_https(), httponly=True, samesite="Lax", path="/")
    return entering.hand_over(response, token, found, now)


def _refused(refused: LicenceQRError, carried: _Carried) -> Response:
    """The sign-in page, which says what was wrong: the password still works there."""
    request_log.note_refusal(refused)
    return make_response(sign_in_page(refused, carried.kept, onward=carried.onward), status_of(refused))


def _visitor(browser: str) -> Visitor:
    came = CameFrom(request.remote_addr or "", device_words(request.user_agent.string))
    return Visitor(browser, came, session_token())


def _cookie() -> str:
    return "__Host-identity-service" if is_https() else "identity-service"


def _browser() -> str:
    """The token of this browser, or an empty text, for which nothing is remembered."""
    found = request.cookies.get(_cookie(), "")
    return found if _TOKEN.fullmatch(found) else ""
