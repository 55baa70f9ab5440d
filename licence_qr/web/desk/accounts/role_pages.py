"""Who holds which role; and roles that an administrator asks for and a second person confirms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.accounts.role_grants import GRANT_STATE_WORDS, RoleFilter
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.accounts.roles.grants import RoleGrants, granting
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.accounts import confirming as proving
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.desk.accounts.asked import address, office_asked, only_open, role_asked
from licence_qr.web.desk.accounts.export import csv_file, grants_as_csv, holders_as_csv
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("people_roles", __name__, url_prefix="/people/roles")
grants = Handed(RoleGrants)
_Refused = (InputError, ConflictError, AccessError, RuleError)


@blueprint.get("")
@roles(*access.CONFIRM_ROLES.roles)
def list_holders() -> str:
    """Accounts by role, with filters in the address. Unknown values are ignored."""
    wanted = _wanted()
    shows("list/roles", "name")
    return render_template(
        "desk/accounts/role_holders.html",
        found=grants().holders.list(current_actor(), wanted, request.args.get("page", 1, type=counted)),
        wanted=wanted,
        offices=tuple(catalogue().offices),
        role_names=ROLE_NAMES,
        address=_address,
    )


@blueprint.get("/list.csv")
@roles(*access.CONFIRM_ROLES.roles)
def export_holders() -> Response:
    """The same as a file."""
    now = current_instant()
    lines = grants().holders.export(current_actor(), _wanted(), now)
    return csv_file("roles", holders_as_csv(lines), now)


@blueprint.get("/requests")
@roles(*access.CONFIRM_ROLES.roles)
def list_grants() -> str:
    """The requests, newest first: those that wait, or all."""
    page = request.args.get("page", 1, type=counted)
    shows("list/role-requests", "name")
    return render_template(
        "desk/accounts/role_grants.html",
        found=grants().list(current_actor(), only_open=only_open(), page=page, now=current_instant()),
        only_open=only_open(),
        states=GRANT_STATE_WORDS,
        role_names=ROLE_NAMES,
        address=_grants_address,
    )


@blueprint.get("/requests/list.csv")
@roles(*access.CONFIRM_ROLES.roles)
def export_grants() -> Response:
    """The same as a file, sent while it is read."""
    now = current_instant()
    lines = grants().export(current_actor(), only_open=only_open(), now=now)
    return csv_file("role-requests", grants_as_csv(lines), now)


@blueprint.get("/requests/<int:grant_id>")
@roles(*access.CONFIRM_ROLES.roles)
def show_grant(grant_id: int) -> Response:
    """Whose account, which roles, who asked; and the form for what its reader may do."""
    return _page(grant_id)


@blueprint.post("/requests/<int:grant_id>")
@roles(*access.CONFIRM_ROLES.roles)
def confirm(grant_id: int) -> Response:
    """Confirm it as the second person."""
    try:
        grants().confirm(
            current_actor(), grant_id, proving.given_proof(), current_instant(), request.form.get("was", "")
        )
    except _Refused as refused:
        return _page(grant_id, refused)
    flash(t("角色已授予，立即生效。", "The roles have been granted and take effect now."))
    return redirect(url_for(".show_grant", grant_id=grant_id), 303)


@blueprint.post("/requests/<int:grant_id>/decline")
@roles(*access.CONFIRM_ROLES.roles)
def decline(grant_id: int) -> Response:
    """Let it be."""
    try:
        grants().decline(current_actor(), grant_id, current_instant())
    except _Refused as refused:
        return _page(grant_id, refused)
    flash(t("不予授予，角色没有变更。", "Declined. The roles have not been changed."))
    return redirect(url_for(".show_grant", grant_id=grant_id), 303)


def _wanted() -> RoleFilter:
    return RoleFilter(role_asked(), office_asked())


def _address(endpoint: str = ".list_holders", **changes: Any) -> str:
    return address(endpoint, ("role", "office"), **changes)


def _grants_address(endpoint: str = ".list_grants", **changes: Any) -> str:
    return address(endpoint, ("state",), **changes)


def _page(grant_id: int, refused: LicenceQRError | None = None) -> Response:
    view = grants().get(current_actor(), grant_id, current_instant())
    shows(f"person/{view.owner.person_id}", "name", "staff_no")
    asks = proving.asking(current_actor(), granting(view.request, view.shown))
    summary, problems = refusals(refused, asks.fields, proving.BESIDE)
    page = render_template(
        "desk/accounts/role_grant.html",
        view=view,
        states=GRANT_STATE_WORDS,
        role_names=ROLE_NAMES,
        waiting=view.state is RequestState.OPEN,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return asks.answer(response) if view.may_answer else response
