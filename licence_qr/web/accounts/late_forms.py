"""A form that comes too late: without a session it leads to signing in, with an outdated token it is
shown once more."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from licence_qr.errors import AccessError, InputError, LicenceQRError, SignInNeeded
from licence_qr.web.accounts import entering, interrupted_forms
from licence_qr.web.accounts.identity_service import BEGIN
from licence_qr.web.accounts.sign_in_page import sign_in_page
from licence_qr.web.shell import errors, request_log
from licence_qr.web.shell.origin import came_from_here
from licence_qr.web.shell.security import DATA_ROOMS, SIGN_IN, session_holder


def ask_to_sign_in(error: SignInNeeded) -> Response:
    """The sign-in page. It carries the form that could not be taken; of a mere button it knows the way back."""
    if errors.wants_json():
        return errors.show(error)
    request_log.note_refusal(error)
    try:
        kept = interrupted_forms.posted()
    except InputError as too_long:
        return errors.show(too_long)
    if session_holder() is not None and request.blueprint not in DATA_ROOMS:  # whose session wants something first
        return make_response(entering.go_on_late(kept))
    if kept is None:
        return make_response(redirect(url_for(SIGN_IN, next=interrupted_forms.page_of_form()), 303))
    return make_response(sign_in_page(kept=kept), errors.status_of(error))


def offer_again(error: CSRFError) -> Response:
    """The same form once more under a new token, to whom it was made for; the refusal when it cannot be offered.

    Where the cookies cannot be read (``front.environ``) a new token would not be found either.
    """
    if request.environ.get("HTTP_COOKIE") == "":
        return errors.show(AccessError("cookies_unreadable"))
    return _offered(error) or errors.show_http(error)


def _offered(error: CSRFError) -> Response | None:
    if not came_from_here():
        return None
    try:
        if request.endpoint in (SIGN_IN, BEGIN):
            outdated, username = LicenceQRError("sign_in_outdated"), request.form.get("username", "")
            return make_response(sign_in_page(outdated, interrupted_forms.carried(), username), error.code)
        kept = interrupted_forms.posted()
    except InputError:
        return None
    holder = session_holder()
    if kept is None or holder is None:
        return None
    if kept.owner != holder.actor.person_id:
        return errors.show(AccessError("form_of_another"))
    return make_response(render_template("accounts/kept.html", kept=kept, signed_in_again=False), error.code)
