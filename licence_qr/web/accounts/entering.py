"""What a browser is given once somebody has proven who they are, and where they go on to."""

from __future__ import annotations

from datetime import datetime

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.stages import Holder
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.web.accounts import known_device
from licence_qr.web.accounts.interrupted_forms import KeptForm
from licence_qr.web.phone import pack_key
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.navigation import first_room
from licence_qr.web.shell.security import STAGE_PAGES, remember_session, renew_form_token

signing_in = Handed(SignIn)
sessions = Handed(Sessions)


def take_up(token: str, now: datetime) -> Holder | None:
    """Let the rest of this request be of the new session, and take no form any more from before it."""
    renew_form_token()
    found = g.holder = sessions().holder(token, now)
    return found


def hand_over(response: Response, token: str, found: Holder | None, now: datetime) -> Response:
    """Give the browser the token. It becomes a known device once the session wants nothing more."""
    remember_session(response, token)
    if found:
        pack_key.take_back_from_others(response, found.actor)
    if found and found.wants is None:
        username = found.actor.username
        device = signing_in().known_device(found.actor, known_device.brought(username, now))
        known_device.remember(response, username, device, now)
    return response


def go_on(found: Holder | None, kept: KeptForm | None) -> Response | str:
    """To what the session wants, to the form that was kept, to the page that was asked for, or to the first room."""
    if found is None:
        return redirect(url_for("sign_in.sign_in"), 303)
    if found.wants is not None:
        return redirect(url_for(STAGE_PAGES[found.wants], next=wanted_page() or None), 303)
    if kept:
        return render_template("accounts/kept.html", kept=kept, signed_in_again=True)
    return redirect(onward(found.actor), 303)


def onward(actor: Actor) -> str:
    """The page that was asked for before, else the first room of ``actor``."""
    return wanted_page() or url_for(first_room(actor).endpoint)


def wanted_page() -> str:
    """The page of ours that asked for the sign-in, or an empty text. Never another site.

    Browsers drop control characters and read a backslash as a slash, so an address with either is not followed.
    """
    wanted = request.values.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable() and "\\" not in wanted
    return wanted if ours else ""
