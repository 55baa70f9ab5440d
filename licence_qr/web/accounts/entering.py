"""What a browser is given once somebody has proven who they are, and where they go on to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.web.accounts import interrupted_forms, known_device
from licence_qr.web.accounts.interrupted_forms import KeptForm
from licence_qr.web.phone import pack_key
from licence_qr.web.shell import origin
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import first_room
from licence_qr.web.shell.security import STAGE_PAGES, remember_session, session_holder

signing_in = Handed(SignIn)
sessions = Handed(Sessions)

StagePage = TypeVar("StagePage", bound=Callable[..., Response])
_stage_pages: dict[SignInStage, Callable[..., Response]] = {}


def take_up(token: str, now: datetime) -> Holder | None:
    """Let the rest of this request be of the new session, and take no form any more from before it."""
    origin.renew_form_token()
    found = g.holder = sessions().holder(token, now)
    if found:
        origin.bind_forms(found.actor.person_id)
    return found


def hand_over(response: Response, token: str, found: Holder | None, now: datetime) -> Response:
    """Give the browser the token. It becomes a known device once the session wants nothing more."""
    remember_session(response, token)
    if found:
        pack_key.take_back_from_others(response, found.actor)
    if found and found.wants is None:
        username = found.actor.username
        device = signing_in().known_device(found.actor, known_device.brought(username, now), now)
        known_device.remember(response, username, device, now)
    return response


def shown_at(stage: SignInStage) -> Callable[[StagePage], StagePage]:
    """Let this be the page of ``stage`` where a form is carried through it."""

    def register(page: StagePage) -> StagePage:
        _stage_pages[stage] = page
        return page

    return register


def kept_form() -> KeptForm | None:
    """The form on its way in this request, if it belongs to whoever holds the session; templates carry it on.

    Raises InputError ``form_too_long_to_keep``.
    """
    kept, found = g.get("late_form") or interrupted_forms.carried(), session_holder()
    return kept if kept and found and found.actor.person_id == kept.owner else None


def only_begins() -> bool:
    """Whether a form comes from a button that only opens a page, because a link could not carry a form."""
    return request.method != "POST" or "begin" in request.form


def go_on(found: Holder | None) -> Response:
    """To what the session wants, to the form that was kept, to the page that was asked for, or to the first room."""
    if found is None:
        return redirect(url_for("sign_in.sign_in"), 303)
    kept = kept_form()
    if found.wants is not None and kept:
        return _stage_pages[found.wants]()
    if kept:
        return make_response(render_template("accounts/kept.html", kept=kept, signed_in_again=True))
    if g.get("late_form") or interrupted_forms.carried():
        flash(
            t(
                "登录前没有提交的内容是另一人填写的，没有保留。",
                "The form sent before signing in was somebody else’s. It was not kept.",
            )
        )
    if found.wants is not None:
        return redirect(url_for(STAGE_PAGES[found.wants], next=wanted_page() or None), 303)
    return redirect(onward(found.actor), 303)


def go_on_late(kept: KeptForm | None) -> Response:
    """To what the session wants, with a form that came before that was given."""
    g.late_form = kept
    return go_on(session_holder())


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
