"""The second officer's answer: on the own device, or beside the first officer on that one's phone."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.inspecting.inspection import InspectionState
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.inspecting.second_officer import SecondOfficers
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.inspecting.answer_fields import ANSWER_FIELDS, COLLEAGUE, given_answer
from licence_qr.web.desk.inspecting.inspections import WORDS, inspections, show_page
from licence_qr.web.shell.forms import read_fields
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows_list
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("inspection_officers", __name__, url_prefix="/inspections")
officers = Handed(SecondOfficers)

_Refused = (InputError, RuleError, ConflictError, AccessError)


@blueprint.get("/named")
@roles(*access.MAKE_INSPECTIONS.roles)
def list_named() -> str:
    """The visits that name the reader as second officer and wait for an answer."""
    shows_list("named visits")
    return render_template(
        "desk/inspecting/named.html", visits=officers().waiting(current_actor()), now=current_instant(), **WORDS
    )


@blueprint.post("/<int:key>/answer")
@roles(*access.MAKE_INSPECTIONS.roles)
def answer(key: int) -> Response:
    """Confirm, or object, and prove who it is. If it is refused, the page is shown again with all but the proof."""
    actor, values, now = current_actor(), read_fields(request.form, ANSWER_FIELDS), current_instant()
    try:
        state = officers().answer(actor, key, given_answer(values), now)
    except _Refused as refused:
        view = inspections().get(actor, key, now)
        return show_page(view, values, refused)
    _tell(state)
    return redirect(url_for("desk.inspections.show_inspection", key=key), 303)


@blueprint.get("/beside/<inspection_id>/<digest>")
@roles(*access.MAKE_INSPECTIONS.roles)
def show_beside(inspection_id: str, digest: str) -> Response:
    """The whole record on the phone of its first officer, and the form in which the second officer answers."""
    return _beside(_sent(inspection_id, digest), {})


@blueprint.post("/beside/<inspection_id>/<digest>")
@roles(*access.MAKE_INSPECTIONS.roles)
def answer_beside(inspection_id: str, digest: str) -> Response:
    """The answer of the second officer by user name, password and code; nobody is signed in by it."""
    key, fields = _sent(inspection_id, digest), (COLLEAGUE, *ANSWER_FIELDS)
    values = read_fields(request.form, fields)
    try:
        state = officers().answer_beside(
            current_actor(), key, values[COLLEAGUE.name].strip(), given_answer(values), current_instant()
        )
    except _Refused as refused:
        return _beside(key, values, refused)
    _tell(state)
    return redirect(url_for(".show_beside", inspection_id=inspection_id, digest=digest), 303)


def _sent(inspection_id: str, digest: str) -> int:
    return officers().beside(current_actor(), inspection_id, digest).key


def _beside(key: int, values: Mapping[str, str], refused: LicenceQRError | None = None) -> Response:
    view = inspections().get(current_actor(), key, current_instant())
    return show_page(view, values, refused, beside=True)


def _tell(state: InspectionState) -> None:
    if state is InspectionState.COUNTED:
        flash(t("已确认，记录已计入。", "Confirmed. The record has been accepted."))
    else:
        flash(t("答复已收到，这条记录由窗口处理。", "Answer received. The desk will review this record."))
