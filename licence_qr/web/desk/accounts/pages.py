"""People and their accounts: the list, one person, and what is written down about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.people import PeopleFilter
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError
from licence_qr.services.accounts.identity_service.bindings import IdentityBindings
from licence_qr.services.accounts.people import People, PersonView, correcting
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import BESIDE, asking, given_proof
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.desk.accounts.asked import address, office_asked, role_asked, text_asked
from licence_qr.web.desk.accounts.export import as_csv, csv_file
from licence_qr.web.desk.accounts.fields import details_fields
from licence_qr.web.desk.accounts.role_pages import grants
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import PEOPLE
from licence_qr.web.shell.readings import searched, shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("people", __name__, url_prefix="/people")
people, identity_bindings = Handed(People), Handed(IdentityBindings)


@blueprint.get("")
@roles(*PEOPLE.roles)
def list_people() -> str:
    """People by office and name, with filters in the address. Unknown values are ignored."""
    wanted = _wanted()
    found = people().list(current_actor(), wanted, request.args.get("page", 1, type=counted))
    shows("list/people", "name", "staff_no")
    searched(wanted.text, found.total)
    return render_template(
        "desk/accounts/people.html",
        found=found,
        wanted=wanted,
        offices=tuple(catalogue().offices) if access.office_bound(current_actor(), access.READ_PEOPLE) is None else (),
        role_names=ROLE_NAMES,
        address=_address,
        may_manage=_may_manage(),
        may_see_roles=access.may(current_actor(), access.CONFIRM_ROLES),
    )


@blueprint.get("/list.csv")
@roles(*PEOPLE.roles)
def export_people() -> Response:
    """All people with the same filters as a file, sent while it is read."""
    now = current_instant()
    lines = people().export(current_actor(), _wanted(), now)
    return csv_file("people", as_csv(lines), now)


@blueprint.get("/<int:person_id>")
@roles(*PEOPLE.roles)
def show_person(person_id: int) -> str:
    """One person: what is written down, their accounts, and what should be looked at."""
    shows(f"person/{person_id}", "name", "staff_no")
    actor, view = current_actor(), people().get(current_actor(), person_id)
    return render_template(
        "desk/accounts/person.html",
        view=view,
        waiting=grants().waiting(actor, person_id, current_instant()),
        may_see_requests=access.may(actor, access.CONFIRM_ROLES),
        shut_out=identity_bindings().shut_out(actor, person_id),
        may_record=access.may(actor, access.MANAGE_ABSENCES, view.person.office),
        role_names=ROLE_NAMES,
        may_manage=_may_manage(),
    )


@blueprint.get("/new")
@roles(*access.MANAGE_PEOPLE.roles)
def new_person() -> str:
    """The form for a person who is not in the list yet."""
    return _new_page({})


@blueprint.post("/new")
@roles(*access.MANAGE_PEOPLE.roles)
def add_person() -> Response:
    """Add a person. If it is refused, the form is shown again as typed."""
    values = read_fields(request.form, details_fields())
    try:
        person_id = people().add(current_actor(), PersonDetails(**values), current_instant())
    except InputError as refused:
        return make_response(_new_page(values, refused), refused.http_status)
    flash(t("已登记。", "The person has been added."))
    return redirect(url_for(".show_person", person_id=person_id), 303)


@blueprint.get("/<int:person_id>/change")
@roles(*access.MANAGE_PEOPLE.roles)
def edit_person(person_id: int) -> Response:
    """The form that changes staff number, name and office."""
    view = people().get(current_actor(), person_id)
    person = view.person
    return _change_page(view, {"staff_no": person.staff_no, "name": person.name, "office": person.office})


@blueprint.post("/<int:person_id>/change")
@roles(*access.MANAGE_PEOPLE.roles)
def change_person(person_id: int) -> Response:
    """Change them. If it is refused, also because somebody else was faster, the form is shown again as typed."""
    actor, values = current_actor(), read_fields(request.form, details_fields())
    was, proof = request.form.get("was", ""), given_proof()
    try:
        asked = people().change(actor, person_id, PersonDetails(**values), was, proof, current_instant())
    except (InputError, ConflictError, AccessError) as refused:
        return _change_page(people().get(actor, person_id), values, refused)
    flash(t("已更正。", "The change has been saved."))
    if asked:
        flash(
            t(
                "审批、监督角色不随人转到另一窗口。已按原角色申请，等另一人确认。",
                "Roles that decide or inspect do not move to another office. They have been asked for, and wait for a"
                " second person.",
            )
        )
    return redirect(url_for(".show_person", person_id=person_id), 303)


def _new_page(values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    fields = details_fields()
    summary, problems = refusals(refused, fields)
    return _details_page(None, values, fields=fields, summary=summary, problems=problems)


def _change_page(view: PersonView, values: Mapping[str, str], refused: LicenceQRError | None = None) -> Response:
    fields = details_fields()
    content = correcting(view.person.person_id, view.state)
    asks = asking(current_actor(), content, *(field.name for field in fields))
    summary, problems = refusals(refused, (*fields, *asks.fields), BESIDE)
    shut = identity_bindings().shut_out(current_actor(), view.person.person_id).by_number
    page = _details_page(view, values, fields=fields, asking=asks, summary=summary, problems=problems, shut=shut)
    return asks.answer(make_response(page, status_of(refused) if refused else 200))


def _details_page(view: PersonView | None, values: Mapping[str, str], **more: object) -> str:
    if view:
        shows(f"person/{view.person.person_id}", "name", "staff_no")
    return render_template("desk/accounts/person_details.html", view=view, values=values, **more)


def _may_manage() -> bool:
    return access.may(current_actor(), access.MANAGE_PEOPLE)


def _wanted() -> PeopleFilter:
    return PeopleFilter(
        text=text_asked(),
        office=office_asked(),
        role=role_asked(),
    )


def _address(endpoint: str = ".list_people", **changes: Any) -> str:
    return address(endpoint, ("q", "office", "role"), **changes)
