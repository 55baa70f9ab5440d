"""One's own second factors, and the page on which a sign-in asks for one.

The pages work without scripts, except for passkeys: those need the browser's ``navigator.credentials``, and so a policy
that allows our own scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.second_factor import Factor
from licence_qr.domain.accounts.stages import SignInStage
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, NotFoundError
from licence_qr.services.accounts.second_factor import enrolling
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.second_factor.enrolling import Codes, SecondFactors
from licence_qr.services.accounts.second_factor.signing_in import FactorSignIn
from licence_qr.web import current_instant
from licence_qr.web.accounts import entering, known_device
from licence_qr.web.accounts.confirming import (
    BESIDE,
    CODE,
    asking,
    confirming,
    typed_for_challenge,
    typed_proof,
)
from licence_qr.web.accounts.second_factor_fields import FIRST_CODE, NAME, PASSWORD
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import SECOND_FACTOR
from licence_qr.web.shell.security import current_holder, during, roles, session_holder, with_scripts

blueprint = Blueprint("second_factor", __name__, url_prefix="/second-factor")


@dataclass(frozen=True, slots=True)
class FactorServices:
    """The services that these pages use."""

    factors: SecondFactors
    sign_in: FactorSignIn


services = Handed(FactorServices)
_Refused = (AccessError, InputError, ConflictError)


@blueprint.get("")
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def show_own() -> Response:
    """What one has; where the sign-in wants the first one, how to enrol it."""
    return _proving_comes_first() or _own_page()


def _own_page() -> Response:
    holder = current_holder()
    page = render_template(
        "accounts/second_factor.html",
        own=services().factors.of(holder.actor),
        onward=entering.wanted_page(),
        unfinished=holder.wants is not None,
    )
    return make_response(page)


# --- the authenticator app -----------------------------------------------------------------------------------------


@blueprint.route("/app", methods=["GET", "POST"])
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def add_app() -> Response:
    """Ask for the password, then show the secret of a new app and ask for its first code."""
    if leads_on := _proving_comes_first():
        return leads_on
    actor = current_holder().actor
    asked = _Asked(Text("添加验证器应用", "Add an authenticator app"), enrolling.adding(Factor.TOTP))
    if entering.only_begins():
        return asked.page(actor)
    try:
        services().factors.begin_app(actor, typed_proof(), request.remote_addr or "", current_instant())
    except _Refused as refused:
        return asked.page(actor, refused)
    return _app_page(actor)


@blueprint.post("/app/confirm")
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def confirm_app() -> Response:
    """Enrol the app with its first code."""
    if leads_on := _proving_comes_first():
        return leads_on
    actor = current_holder().actor
    try:
        codes = services().factors.confirm_app(actor, request.form.get(FIRST_CODE.name, ""), current_instant())
    except AccessError as refused:
        return _app_page(actor, refused)
    return _enrolled(codes)


def _app_page(actor: Actor, refused: LicenceQRError | None = None) -> Response:
    secret = services().factors.begun_app(actor)
    if secret is None:
        return _own_page() if entering.kept_form() else redirect(url_for(".show_own"), 303)
    summary, problems = refusals(refused, (FIRST_CODE,), BESIDE)
    page = render_template(
        "accounts/second_factor_app.html",
        secret=secret,
        field=FIRST_CODE,
        summary=summary,
        problems=problems,
        onward=entering.wanted_page(),
    )
    return make_response(page, status_of(refused) if refused else 200)


# --- passkeys, recovery codes, removing ------------------------------------------------------------------------------


@blueprint.route("/passkeys/new", methods=["GET", "POST"])
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def begin_passkey() -> Response:
    """Ask for the password, then let the browser make a passkey."""
    if leads_on := _proving_comes_first():
        return leads_on
    actor = current_holder().actor
    asked = _adding_passkey()
    if entering.only_begins():
        return asked.page(actor)
    return asked.done(actor, lambda *proven: _passkey_page(services().factors.begin_passkey(actor, *proven)))


@blueprint.post("/passkeys/add")
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def add_passkey() -> Response:
    """Enrol the passkey that the browser has made."""
    if leads_on := _proving_comes_first():
        return leads_on
    actor, made, name = current_holder().actor, request.form.get("made", ""), request.form.get(NAME.name, "")
    try:
        codes = services().factors.add_passkey(actor, made, name, current_instant())
    except InputError as refused:
        return _passkey_page("", made, refused)
    except AccessError as refused:
        return _adding_passkey().page(actor, refused)
    return _enrolled(codes)


def _adding_passkey() -> _Asked:
    heading, content = Text("添加通行密钥", "Add a passkey"), enrolling.adding(Factor.PASSKEY)
    return _Asked(heading, content, action=url_for(".begin_passkey"))


def _passkey_page(options: str, made: str = "", refused: LicenceQRError | None = None) -> Response:
    summary, problems = refusals(refused, (NAME,))
    page = render_template(
        "accounts/second_factor_passkey.html",
        options=options,
        made=made,
        field=NAME,
        value=request.form.get(NAME.name, ""),
        summary=summary,
        problems=problems,
        onward=entering.wanted_page(),
    )
    return with_scripts(make_response(page, status_of(refused) if refused else 200))


@blueprint.route("/codes", methods=["GET", "POST"])
@roles(*SECOND_FACTOR.roles)
def renew_codes() -> Response:
    """Make new recovery codes, and show them once."""
    actor = current_holder().actor
    asked = _Asked(Text("生成新的恢复码", "Make new recovery codes"), enrolling.RENEWING_CODES)
    if request.method != "POST":
        return asked.page(actor)
    return asked.done(actor, lambda *proven: _codes_page(services().factors.renew_codes(actor, *proven)))


@blueprint.route("/remove/<path:subject>", methods=["GET", "POST"])
@roles(*SECOND_FACTOR.roles)
def remove(subject: str) -> Response:
    """Remove an app or a passkey."""
    actor = current_holder().actor
    asked = _Asked(_removal(actor, subject), enrolling.removing(subject), final=True)
    if request.method != "POST":
        return asked.page(actor)

    def removed(proof: Proof, client: str, now: datetime) -> Response:
        services().factors.remove(actor, subject, proof, client, now)
        flash(t("已移除。", "Removed."))
        return redirect(url_for(".show_own"), 303)

    return asked.done(actor, removed)


def _removal(actor: Actor, subject: str) -> Text:
    """What is removed, in words. Raises NotFoundError ``second_factor_unknown``."""
    own = services().factors.of(actor)
    if subject == Factor.TOTP and own.app:
        return Text("移除验证器应用", "Remove the authenticator app")
    for passkey in own.passkeys:
        if subject == f"{Factor.PASSKEY}/{passkey.passkey_id}":
            return Text(f"移除通行密钥“{passkey.name}”", f"Remove the passkey “{passkey.name}”")
    raise NotFoundError("second_factor_unknown")


def _enrolled(codes: Codes) -> Response:
    """After enrolling: the recovery codes if there are new ones; and a sign-in that wanted the first factor is done."""
    holder, now, token = current_holder(), current_instant(), ""
    if holder.wants is not None:
        token = services().sign_in.go_on(holder.actor, request.remote_addr or "", now)
        entering.take_up(token, now)
    flash(t("已添加第二重验证。", "Your second factor has been added."))
    if codes:
        response = _codes_page(codes)
    else:
        response = entering.go_on(session_holder()) if token else redirect(url_for(".show_own"), 303)
    return entering.hand_over(response, token, session_holder(), now) if token else response


def _codes_page(codes: Codes) -> Response:
    onward, kept = entering.wanted_page(), entering.kept_form()
    page = render_template("accounts/recovery_codes.html", codes=codes, onward=onward, kept=kept)
    return make_response(page)


# --- one form for every change ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page that asks for password and factor, for one change. ``final``: it cannot be undone. ``action``: where its form
    goes, if not to where it stands."""

    heading: Text
    content: ActContent
    final: bool = False
    action: str = ""

    def page(self, actor: Actor, refused: LicenceQRError | None = None) -> Response:
        asks = asking(actor, self.content, password=PASSWORD)
        summary, problems = refusals(refused, asks.fields, BESIDE)
        page = render_template(
            "accounts/second_factor_form.html",
            asked=self,
            asking=asks,
            summary=summary,
            problems=problems,
            onward=entering.wanted_page(),
        )
        return asks.answer(make_response(page, status_of(refused) if refused else 200))

    def done(self, actor: Actor, change: Callable[[Proof, str, datetime], Response]) -> Response:
        """What ``change`` answers with proof, client and instant; this page again if it is refused."""
        try:
            return change(typed_proof(), request.remote_addr or "", current_instant())
        except _Refused as refused:
            return self.page(actor, refused)


# --- signing in ------------------------------------------------------------------------------------------------------


@blueprint.route("/prove", methods=["GET", "POST"])
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def prove() -> Response:
    """The second step of signing in."""
    holder, now = current_holder(), current_instant()
    if holder.wants is None:
        return redirect(entering.onward(holder.actor), 303)
    if not services().factors.of(holder.actor).any:
        return redirect(url_for(".show_own", next=entering.wanted_page() or None), 303)
    if request.method != "POST":
        return _prove_page(holder.actor)
    device = known_device.brought(holder.actor.username, now)
    try:
        token = services().sign_in.prove(holder.actor, typed_proof(), request.remote_addr or "", now, device)
    except AccessError as refused:
        return _prove_page(holder.actor, refused)
    found = entering.take_up(token, now)
    return entering.hand_over(entering.go_on(found), token, found, now)


@entering.shown_at(SignInStage.SECOND_FACTOR)
def _first_page() -> Response:
    """Where somebody proves the factor they have, or enrols the first."""
    actor = current_holder().actor
    return _prove_page(actor) if services().factors.of(actor).any else _own_page()


def _prove_page(actor: Actor, refused: LicenceQRError | None = None) -> Response:
    summary, problems = refusals(refused, (CODE,), BESIDE)
    page = render_template(
        "accounts/second_factor_prove.html",
        own=services().factors.of(actor),
        field=CODE,
        summary=summary,
        problems=problems,
        onward=entering.wanted_page(),
    )
    return with_scripts(make_response(page, status_of(refused) if refused else 200))


def _proving_comes_first() -> Response | None:
    """Somebody who has a factor and has not proven it yet enrols no other."""
    holder = current_holder()
    if holder.wants is None or not services().factors.of(holder.actor).any:
        return None
    return redirect(url_for(".prove"), 303)


@blueprint.post("/options")
@during(SignInStage.SECOND_FACTOR)
@roles(*SECOND_FACTOR.roles)
def options() -> Response:
    """What the script hands to the browser to prove a passkey, in a sign-in or for an act."""
    holder, now, purpose = current_holder(), current_instant(), request.form.get("purpose", "")
    if holder.wants is not None:
        text = services().sign_in.challenge(holder.actor, now)
    else:
        text = confirming().challenge(holder.actor, purpose, typed_for_challenge(), now)
    response = make_response(text)
    response.mimetype = "application/json"
    return response
