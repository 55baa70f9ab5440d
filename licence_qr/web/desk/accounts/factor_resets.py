"""Resets of second factors: an administrator asks for one, a second person confirms it or lets it be."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.factor_resets import STATE_WORDS
from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.accounts.second_factor.reset_requests import ResetRequests, asking, confirming
from licence_qr.services.register import access, things
from licence_qr.web import current_instant
from licence_qr.web.accounts import confirming as proving
from licence_qr.web.desk.accounts.asked import address, only_open
from licence_qr.web.desk.accounts.export import csv_file, resets_as_csv
from licence_qr.web.desk.accounts.pages import people
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import PEOPLE
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

blueprint = Blueprint("people_resets", __name__, url_prefix="/people")
resets = Handed(ResetRequests)

_REASON = Field(
    "reason",
    term("field.reason"),
    Text(
        "写明怎样核实了本人身份，例如“本人持身份证到场”。",
        "Say how you made sure who asks, for example “came in person with the identity card”.",
    ),
)
_Refused = (InputError, ConflictError, AccessError, RuleError)


@blueprint.get("/resets")
@roles(*PEOPLE.roles)
def list_resets() -> str:
    """The requests, newest first: those that wait, or all."""
    page = request.args.get("page", 1, type=counted)
    shows("list/resets", "name")
    return render_template(
        "desk/accounts/resets.html",
        found=resets().list(current_actor(), only_open=only_open(), page=page, now=current_instant()),
        only_open=only_open(),
        states=STATE_WORDS,
        address=_address,
    )


@blueprint.get("/resets/list.csv")
@roles(*PEOPLE.roles)
def export_resets() -> Response:
    """The same as a file, sent while it is read."""
    now = current_instant()
    lines = resets().export(current_actor(), only_open=only_open(), now=now)
    return csv_file("resets", resets_as_csv(lines), now)


@blueprint.get("/<int:person_id>/accounts/<int:user_id>/factors")
@roles(*access.MANAGE_PEOPLE.roles)
def new_reset(person_id: int, user_id: int) -> Response:
    """What a reset does, and the form that asks for it."""
    return _asking_page(person_id, user_id)


@blueprint.post("/<int:person_id>/accounts/<int:user_id>/factors")
@roles(*access.MANAGE_PEOPLE.roles)
def ask(person_id: int, user_id: int) -> Response:
    """Ask for it. If it is refused, the form keeps the reason."""
    reason = request.form.get(_REASON.name, "")
    try:
        was = request.form.get("was", "")
        reset_id = resets().ask(current_actor(), user_id, reason, proving.given_proof(), current_instant(), was)
    except _Refused as refused:
        return _asking_page(person_id, user_id, reason, refused)
    flash(t("已申请，等另一人确认。", "Requested. It waits for a second person."))
    return redirect(url_for(".show_reset", reset_id=reset_id), 303)


@blueprint.get("/resets/<int:reset_id>")
@roles(*PEOPLE.roles)
def show_reset(reset_id: int) -> Response:
    """Whose factors, who asked and why; and the form for what its reader may do."""
    return _page(reset_id)


@blueprint.post("/resets/<int:reset_id>")
@roles(*access.CONFIRM_RESETS.roles)
def confirm(reset_id: int) -> Response:
    """Confirm it as the second person."""
    try:
        resets().confirm(
            current_actor(), reset_id, proving.given_proof(), current_instant(), request.form.get("was", "")
        )
    except _Refused as refused:
        return _page(reset_id, refused)
    flash(
        t(
            "已重设。本人下次登录时重新添加。",
            "The second factors have been reset. The owner adds new ones at the next sign-in.",
        )
    )
    return redirect(url_for(".show_reset", reset_id=reset_id), 303)


@blueprint.post("/resets/<int:reset_id>/decline")
@roles(*access.CONFIRM_RESETS.roles)
def decline(reset_id: int) -> Response:
    """Let it be."""
    try:
        resets().decline(current_actor(), reset_id, current_instant())
    except _Refused as refused:
        return _page(reset_id, refused)
    flash(t("不予重设，没有变更。", "Declined. Nothing has changed."))
    return redirect(url_for(".show_reset", reset_id=reset_id), 303)


def _address(endpoint: str = ".list_resets", **changes: Any) -> str:
    return address(endpoint, ("state",), **changes)


def _asking_page(person_id: int, user_id: int, reason: str = "", refused: LicenceQRError | None = None) -> Response:
    view = people().get(current_actor(), person_id)
    shows(f"person/{person_id}", "name")
    line = next((each for each in view.accounts if each.actor.user_id == user_id), None)
    if line is None:
        raise things.not_found(things.ACCOUNT)
    asks = proving.asking(current_actor(), asking(user_id, line.state), _REASON.name)
    summary, problems = refusals(refused, (_REASON, *asks.fields), proving.BESIDE)
    page = render_template(
        "desk/accounts/reset_new.html",
        view=view,
        account=line.actor,
        was=line.state,
        field=_REASON,
        value=reason,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    return asks.answer(make_response(page, status_of(refused) if refused else 200))


def _page(reset_id: int, refused: LicenceQRError | None = None) -> Response:
    view = resets().get(current_actor(), reset_id, current_instant())
    shows(f"person/{view.owner.person_id}", "name", "staff_no")
    asks = proving.asking(current_actor(), confirming(view.request, view.shown))
    summary, problems = refusals(refused, asks.fields, proving.BESIDE)
    page = render_template(
        "desk/accounts/reset.html",
        view=view,
        states=STATE_WORDS,
        waiting=view.state is RequestState.OPEN,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return asks.answer(response) if view.may_answer else response
