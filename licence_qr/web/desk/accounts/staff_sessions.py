"""Who is signed in, with device and network; administrators end sessions of others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.people import SessionFilter
from licence_qr.services.accounts.sessions import StaffSessions
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.accounts.asked import address, office_asked, text_asked
from licence_qr.web.desk.accounts.export import csv_file, sessions_as_csv
from licence_qr.web.desk.accounts.pages import people
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import PEOPLE
from licence_qr.web.shell.readings import searched, shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("people_sessions", __name__, url_prefix="/people/sessions")
staff_sessions = Handed(StaffSessions)


@blueprint.get("")
@roles(*PEOPLE.roles)
def list_sessions() -> str:
    """The live sessions, last used first, with filters in the address. Unknown values are ignored."""
    actor, wanted, now = current_actor(), _wanted(), current_instant()
    found = staff_sessions().list(actor, wanted, request.args.get("page", 1, type=counted), now)
    shows("list/sessions", "name", "device", "network")
    searched(wanted.text, found.total)
    return render_template(
        "desk/accounts/staff_sessions.html",
        found=found,
        wanted=wanted,
        person=people().get(actor, wanted.person_id) if wanted.person_id else None,
        offices=tuple(catalogue().offices) if access.office_bound(actor, access.READ_PEOPLE) is None else (),
        address=_address,
        may_manage=access.may(actor, access.MANAGE_PEOPLE),
    )


@blueprint.get("/list.csv")
@roles(*PEOPLE.roles)
def export_sessions() -> Response:
    """The same as a file, sent while it is read."""
    now = current_instant()
    lines = staff_sessions().export(current_actor(), _wanted(), now)
    return csv_file("sessions", sessions_as_csv(lines), now)


@blueprint.post("/<session_id>/end")
@roles(*access.MANAGE_PEOPLE.roles)
def end_session(session_id: str) -> Response:
    """End one session of somebody else."""
    staff_sessions().end(current_actor(), session_id, current_instant())
    flash(t("已结束那次登录。", "That session has ended."))
    return redirect(_address(), 303)


@blueprint.post("/of/<int:person_id>/end")
@roles(*access.MANAGE_PEOPLE.roles)
def end_all(person_id: int) -> Response:
    """End all sessions of a person, and forget their devices."""
    ended = staff_sessions().end_all(current_actor(), person_id, current_instant())
    flash(t(f"已结束登录 {ended} 处，设备不再记住。", f"Sessions ended: {ended}. No device is known now."))
    return redirect(url_for(".list_sessions", person=person_id), 303)


def _wanted() -> SessionFilter:
    return SessionFilter(
        text=text_asked(),
        office=office_asked(),
        person_id=request.args.get("person", 0, type=counted),
    )


def _address(endpoint: str = ".list_sessions", **changes: Any) -> str:
    return address(endpoint, ("q", "office", "person"), **changes)
