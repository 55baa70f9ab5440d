"""Changing one's own password; also what comes first where somebody else has set it."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.stages import SignInStage
from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts.own_password import CHANGING, NewPassword, OwnPassword
from licence_qr.web import current_instant
from licence_qr.web.accounts import entering
from licence_qr.web.accounts.confirming import BESIDE, asking, typed_proof
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, Widget, refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import SESSIONS
from licence_qr.web.shell.security import current_holder, during, roles

blueprint = Blueprint("password", __name__)
own_password = Handed(OwnPassword)

_CHARACTERS = 30


def _field(name: str, label: Text, autocomplete: str) -> Field:
    return Field(name, label, widget=Widget.PASSWORD, characters=_CHARACTERS, autocomplete=autocomplete)


PRESENT = _field("password", Text("现在的密码", "Current password"), "current-password")
NEW = _field("new_password", Text("新密码", "New password"), "new-password")
REPEATED = _field("repeated_password", Text("再输入一次新密码", "New password again"), "new-password")


@blueprint.route("/password", methods=["GET", "POST"])
@during(SignInStage.PASSWORD)
@roles(*SESSIONS.roles)
def change_password() -> Response:
    """Change the password. This session goes on under a new token; everything else that the old one opened ends."""
    holder, now = current_holder(), current_instant()
    if request.method != "POST":
        return _page()
    typed = NewPassword(typed_proof(), *(request.form.get(field.name, "") for field in (NEW, REPEATED)))
    try:
        token = own_password().change(holder, typed, request.remote_addr or "", now)
    except (AccessError, InputError) as refused:
        return _page(refused)
    found = entering.take_up(token, now)
    flash(t("密码已修改，其他登录都已结束。", "Your password has been changed and all other sessions have ended."))
    return entering.hand_over(entering.go_on(found), token, found, now)


@entering.shown_at(SignInStage.PASSWORD)
def _page(refused: AccessError | InputError | None = None) -> Response:
    holder = current_holder()
    first = holder.wants is SignInStage.PASSWORD
    # In a sign-in the factor is asked for after this.
    asks = asking(holder.actor, CHANGING, password=PRESENT)
    factor = () if first else asks.fields[1:]
    summary, problems = refusals(refused, (PRESENT, NEW, REPEATED, *factor), BESIDE)
    page = render_template(
        "accounts/password.html",
        fields=(PRESENT, NEW, REPEATED, *factor),
        asking=None if first else asks,
        problems=problems,
        summary=summary,
        first=first,
        onward=entering.wanted_page() or ("" if first else url_for("sign_in.show_sessions")),
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return response if first else asks.answer(response)
