"""Absences: the list of an office or of all, one's own, and the forms that record, correct and end one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.absences import (
    KIND_WORDS,
    STATE_WORDS,
    AbsenceDetails,
    AbsenceFilter,
    AbsenceKind,
    AbsenceState,
)
from licence_qr.domain.dates import local_date
from licence_qr.errors import ConflictError, InputError, InvalidApplication, LicenceQRError
from licence_qr.services.accounts.absences.desk import AbsencePlan, Absences, AbsenceView
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.accounts.absence_words import NOBODY, absence_fields, as_csv, as_xlsx
from licence_qr.web.desk.accounts.asked import address, office_asked, text_asked
from licence_qr.web.desk.tables import CSV, XLSX
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.forms import TypedForm, read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import PEOPLE
from licence_qr.web.shell.readings import searched, shows
from licence_qr.web.shell.security import EVERYBODY, current_actor, roles

blueprint = Blueprint("people_absences", __name__, url_prefix="/people")
absences = Handed(Absences)

_Refused = (InputError, InvalidApplication, ConflictError)


@blueprint.get("/absences")
@roles(*PEOPLE.roles)
def list_absences() -> str:
    """Absences, those that begin last first, with filters in the address. Unknown values are ignored."""
    wanted, actor = _wanted(), current_actor()
    found = absences().list(actor, wanted, request.args.get("page", 1, type=counted), current_instant())
    shows("list/absences", "name", "staff_no")
    searched(wanted.text, found.total)
    return render_template(
        "desk/accounts/absences.html",
        found=found,
        wanted=wanted,
        offices=tuple(catalogue().offices) if access.office_bound(actor, access.READ_ABSENCES) is None else (),
        states=STATE_WORDS,
        kinds=KIND_WORDS,
        address=_address,
    )


@blueprint.get("/absences/list.<any(csv, xlsx):kind_of_file>")
@roles(*PEOPLE.roles)
def export_absences(kind_of_file: str) -> Response:
    """All absences with the same filters as a file, sent while it is read (CSV) or from a temporary file (XLSX)."""
    now = current_instant()
    lines = absences().export(current_actor(), _wanted(), kind_of_file, now)
    name = f"absences-{local_date(now)}.{kind_of_file}"
    if kind_of_file == "xlsx":
        return send_file(as_xlsx(lines), XLSX, as_attachment=True, download_name=name)
    response = Response(stream_with_context(as_csv(lines)), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/absences/own")
@roles(*EVERYBODY)
def show_own() -> str:
    """One's own absences and those in which one stands in, today and later; and what waits for whom meanwhile."""
    shows("list/own-absences", "name")
    own = absences().own(current_actor(), current_instant())
    return render_template("desk/accounts/absences_own.html", own=own, states=STATE_WORDS, kinds=KIND_WORDS)


@blueprint.get("/absences/own/new")
@roles(*EVERYBODY)
def new_own_absence() -> str:
    """The form for an absence of one's own."""
    return _new_form(current_actor().person_id)


@blueprint.post("/absences/own/new")
@roles(*EVERYBODY)
def enter_own_absence() -> Response:
    """Record one's own absence. If it is refused, the form is shown again as typed."""
    return _enter(current_actor().person_id)


@blueprint.get("/<int:person_id>/absences/new")
@roles(*access.MANAGE_ABSENCES.roles)
def new_absence(person_id: int) -> str:
    """The form for the absence of somebody else."""
    return _new_form(person_id)


@blueprint.post("/<int:person_id>/absences/new")
@roles(*access.MANAGE_ABSENCES.roles)
def enter_absence(person_id: int) -> Response:
    """Record the absence of somebody else. If it is refused, the form is shown again as typed."""
    return _enter(person_id)


@blueprint.get("/absences/<int:absence_id>")
@roles(*EVERYBODY)
def show_absence(absence_id: int) -> str:
    """One absence: days, substitute, and what should be looked at."""
    return _page(absences().get(current_actor(), absence_id, current_instant()))


@blueprint.get("/absences/<int:absence_id>/change")
@roles(*EVERYBODY)
def edit_absence(absence_id: int) -> str:
    """The form that corrects days, substitute and reason."""
    view = absences().get(current_actor(), absence_id, current_instant())
    plan, details = absences().plan(current_actor(), view.person.person_id), view.absence.details
    values = {
        "first_day": details.first_day.isoformat(),
        "last_day": details.last_day.isoformat(),
        "substitute": str(details.substitute_id) if details.substitute_id else NOBODY,
        "kind": details.kind.value if details.kind else "",
    }
    return _form(plan, values, view)


@blueprint.post("/absences/<int:absence_id>/change")
@roles(*EVERYBODY)
def change_absence(absence_id: int) -> Response:
    """Correct it. If it is refused, also because somebody else was faster, the form is shown again as typed."""
    actor, now = current_actor(), current_instant()
    view = absences().get(actor, absence_id, now)
    plan = absences().plan(actor, view.person.person_id)
    values = read_fields(request.form, absence_fields(plan, view))
    try:
        details = _details(plan, values, view)
        changed = absences().change(actor, absence_id, details, request.form.get("was", ""), now)
    except _Refused as refused:
        return make_response(_form(plan, values, view, refused), refused.http_status)
    flash(t("已更正不在岗登记。", "The absence has been corrected."))
    return redirect(url_for(".show_absence", absence_id=changed), 303)


@blueprint.post("/absences/<int:absence_id>/end")
@roles(*EVERYBODY)
def end_absence(absence_id: int) -> Response:
    """End it today. If it is refused, the page says why."""
    actor, now = current_actor(), current_instant()
    try:
        absences().end(actor, absence_id, request.form.get("was", ""), now)
    except ConflictError as refused:
        return make_response(_page(absences().get(actor, absence_id, now), refused), refused.http_status)
    flash(t("已提前结束，从今天起恢复在岗。", "The absence has ended. The person is back from today."))
    return redirect(url_for(".show_absence", absence_id=absence_id), 303)


def _new_form(person_id: int) -> str:
    today = local_date(current_instant()).isoformat()
    return _form(absences().plan(current_actor(), person_id), {"first_day": today, "last_day": today})


def _enter(person_id: int) -> Response:
    plan = absences().plan(current_actor(), person_id)
    values = read_fields(request.form, absence_fields(plan))
    try:
        absence_id = absences().enter(current_actor(), person_id, _details(plan, values), current_instant())
    except _Refused as refused:
        return make_response(_form(plan, values, refused=refused), refused.http_status)
    flash(t("已登记不在岗。", "The absence has been recorded."))
    return redirect(url_for(".show_absence", absence_id=absence_id), 303)


def _details(plan: AbsencePlan, values: Mapping[str, str], view: AbsenceView | None = None) -> AbsenceDetails:
    """Read the form. Raises InvalidApplication with everything that cannot be read; the service checks the rest."""
    # What a list shows before anything is chosen is no answer.
    fields = (replace(each, choices=tuple(c for c in each.choices if c.value)) for each in absence_fields(plan, view))
    typed = TypedForm.into(fields, values)
    first, last, substitute = typed.day("first_day"), typed.day("last_day"), typed.choice("substitute")
    typed.check()
    if first is None or last is None:
        raise AssertionError("a date that cannot be read is refused before")
    kind = values["kind"] if values["kind"] in set(AbsenceKind) else ""
    return AbsenceDetails(
        first, last, None if substitute == NOBODY else int(substitute), AbsenceKind(kind) if kind else None
    )


def _form(
    plan: AbsencePlan,
    values: Mapping[str, str],
    view: AbsenceView | None = None,
    refused: LicenceQRError | None = None,
) -> str:
    subject = f"absence/{view.absence.absence_id}" if view else f"person/{plan.person.person_id}"
    shows(subject, "name", "staff_no")
    fields = absence_fields(plan, view)
    summary, problems = refusals(refused, fields)
    return render_template(
        "desk/accounts/absence_form.html",
        plan=plan,
        view=view,
        fields=fields,
        values=values,
        summary=summary,
        problems=problems,
    )


def _page(view: AbsenceView, refused: LicenceQRError | None = None) -> str:
    shows(f"absence/{view.absence.absence_id}", "name", "staff_no")
    summary, _ = refusals(refused, ())
    may_read = access.may(current_actor(), access.READ_ABSENCES, view.person.office)
    return render_template(
        "desk/accounts/absence.html",
        view=view,
        states=STATE_WORDS,
        kinds=KIND_WORDS,
        summary=summary,
        may_read=may_read,
    )


def _wanted() -> AbsenceFilter:
    state = request.args.get("state", "")
    return AbsenceFilter(
        text=text_asked(),
        office=office_asked(),
        state=AbsenceState(state) if state in set(AbsenceState) else None,
    )


def _address(endpoint: str = ".list_absences", **changes: Any) -> str:
    return address(endpoint, ("q", "office", "state"), **changes)
