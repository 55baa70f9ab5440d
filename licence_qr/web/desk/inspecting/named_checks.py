"""A commitment check that waits for the officers it names: their answers, and the decision of the desk."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.inspecting.follow_up import FAULT_WORDS
from licence_qr.domain.inspecting.second_officer import ANSWER_WORDS, NAMED_CHECK_WORDS, NamedCheckState
from licence_qr.errors import (
    AccessError,
    ConflictError,
    InputError,
    InvalidApplication,
    LicenceQRError,
    RuleError,
)
from licence_qr.services.inspecting.second_officer import asked_of
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import asking
from licence_qr.web.desk.inspecting.answer_fields import ANSWER_FIELDS, BESIDE, COVERS, REASON, decision, given_answer
from licence_qr.web.desk.inspecting.follow_ups import OUTCOME_TONES, OUTCOMES, named_checks
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import read_fields, refusals
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("follow_ups_named", __name__, url_prefix="/follow-ups/named")
_Refused = (InputError, InvalidApplication, RuleError, ConflictError, AccessError)


@blueprint.get("/<int:named_id>")
@roles(*access.READ_NAMED_CHECKS.roles)
def show_named(named_id: int) -> Response:
    """The whole report, its hash, the answers so far, and the form for what its reader may do."""
    return _page(named_id, {})


@blueprint.post("/<int:named_id>/answer")
@roles(*access.RECORD_FOLLOW_UPS.roles)
def answer_named(named_id: int) -> Response:
    """Confirm, or object, and prove who it is."""
    values = read_fields(request.form, ANSWER_FIELDS)
    try:
        named_checks().answer(current_actor(), named_id, given_answer(values), current_instant())
    except _Refused as refused:
        return _page(named_id, values, refused)
    flash(t("答复已收到。", "Answer received."))
    return redirect(url_for(".show_named", named_id=named_id), 303)


@blueprint.post("/<int:named_id>")
@roles(*access.DECIDE_NAMED_CHECKS.roles)
def handle_named(named_id: int) -> Response:
    """The decision of the desk."""
    values = read_fields(request.form, (decision(may_count=True), REASON))
    try:
        named_checks().handle(current_actor(), named_id, values["decision"], values["reason"], current_instant())
    except _Refused as refused:
        return _page(named_id, values, refused)
    flash(t("已处理。", "Decided."))
    return redirect(url_for(".show_named", named_id=named_id), 303)


def _page(named_id: int, values: Mapping[str, str], refused: LicenceQRError | None = None) -> Response:
    view = named_checks().get(current_actor(), named_id, current_instant())
    shows(f"named-check/{named_id}", "name", "officers", "findings", uscc=view.check.uscc)
    fields = (decision(may_count=view.may_count), REASON)
    asks = asking(current_actor(), asked_of(view.check.subject, view.check.content_sha256), *COVERS)
    answering = (*ANSWER_FIELDS, *asks.fields) if view.may_answer else ()
    summary, problems = refusals(refused, fields if view.may_handle else answering, BESIDE)
    page = render_template(
        "desk/inspecting/named_check.html",
        view=view,
        fields=fields,
        answer_fields=ANSWER_FIELDS,
        proof=asks.fields,
        asking=asks,
        values=values,
        summary=summary,
        problems=problems,
        outcomes=OUTCOMES,
        outcome_tones=OUTCOME_TONES,
        fault_words=FAULT_WORDS,
        states=NAMED_CHECK_WORDS,
        waiting=view.check.state is NamedCheckState.WAITING,
        officers_answers=ANSWER_WORDS,
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return asks.answer(response) if view.may_answer else response
