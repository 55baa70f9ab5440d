"""To which identity of the identity service a person is bound; administrators unbind them, with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError
from licence_qr.services.accounts.identity_service.bindings import state_of, unbinding
from licence_qr.services.register import access, things
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import BESIDE, asking, given_proof
from licence_qr.web.desk.accounts.pages import identity_bindings, people
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, refusals
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

blueprint = Blueprint("people_identities", __name__, url_prefix="/people")

_REASON = Field(
    "reason",
    term("field.reason"),
    Text(
        "写明核实了什么，例如“统一身份认证平台更换了账户”。",
        "Say what you made sure of, for example “the identity service has given a new account”.",
    ),
)


@blueprint.get("/<int:person_id>/identity")
@roles(*access.MANAGE_PEOPLE.roles)
def show_bound(person_id: int) -> Response:
    """To what a person is bound, and the form that unbinds them."""
    return _page(person_id)


@blueprint.post("/<int:person_id>/identity")
@roles(*access.MANAGE_PEOPLE.roles)
def unbind(person_id: int) -> Response:
    """Unbind them. If it is refused, the form keeps the reason."""
    reason, was = (request.form.get(name, "") for name in (_REASON.name, "was"))
    try:
        identity_bindings().unbind(current_actor(), person_id, reason, was, given_proof(), current_instant())
    except (AccessError, ConflictError, InputError) as refused:
        return _page(person_id, reason, refused)
    flash(t("已解除绑定。", "The person is not bound any more."))
    return redirect(url_for("desk.people.show_person", person_id=person_id), 303)


def _page(person_id: int, reason: str = "", refused: LicenceQRError | None = None) -> Response:
    view = people().get(current_actor(), person_id)
    if view.bound is None:
        raise refused or things.not_found(things.PERSON)
    shows(f"person/{person_id}", "name", "staff_no")
    was = state_of(view.bound)
    asks = asking(current_actor(), unbinding(person_id, was), _REASON.name)
    summary, problems = refusals(refused, (_REASON, *asks.fields), BESIDE)
    page = render_template(
        "desk/accounts/identity.html",
        view=view,
        was=was,
        shut=identity_bindings().shut_out(current_actor(), person_id).by_unbinding,
        field=_REASON,
        value=reason,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    return asks.answer(make_response(page, status_of(refused) if refused else 200))
