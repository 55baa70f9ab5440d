"""Inspections at the desk (监督检查): the list, one inspection with its photographs, and reviewing those that are held."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from licence_qr.domain.catalogue.checklists import ChecklistAnswer
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.inspection import (
    FLAG_WORDS,
    OUTCOME_WORDS,
    PURPOSE_WORDS,
    READ_BY_WORDS,
    STATE_WORDS,
    Filter,
    InspectionPurpose,
    InspectionState,
    VisitOutcome,
)
from licence_qr.domain.inspecting.second_officer import ANSWER_WORDS
from licence_qr.errors import ConflictError, InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.inspecting.desk import InspectionsDesk, InspectionView
from licence_qr.services.inspecting.second_officer import asked_of, subject_of
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import asking
from licence_qr.web.desk.checking import CheckStep, checked, step
from licence_qr.web.desk.inspecting.answer_fields import (
    ANSWER_FIELDS,
    BESIDE,
    BESIDE_FIELDS,
    COLLEAGUE,
    COVERS,
    REASON,
    decision,
)
from licence_qr.web.desk.inspecting.held_check import held_check
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, TypedForm, problem_summary, read_fields, refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import INSPECTIONS
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.web.shell.words import Tone
from licence_qr.wording.terms import term

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")
inspections = Handed(InspectionsDesk)

_TONES: Mapping[str, Tone] = {
    InspectionState.COUNTED: Tone.GOOD,
    InspectionState.HELD: Tone.CARE,
    InspectionState.SET_ASIDE: Tone.BAD,
    VisitOutcome.PASSED: Tone.GOOD,
    VisitOutcome.TO_RECTIFY: Tone.CARE,
    VisitOutcome.FAILED: Tone.BAD,
    ChecklistAnswer.YES: Tone.GOOD,
    ChecklistAnswer.NO: Tone.BAD,
}
_ANSWERS: Mapping[ChecklistAnswer, Text] = {
    ChecklistAnswer.YES: term("inspection.compliant"),
    ChecklistAnswer.NO: term("inspection.not_compliant"),
    ChecklistAnswer.NA: term("inspection.not_applicable"),
}
WORDS: Mapping[str, Any] = {
    "tones": _TONES,
    "answers": _ANSWERS,
    "flags": FLAG_WORDS,
    "purposes": PURPOSE_WORDS,
    "outcomes": OUTCOME_WORDS,
    "states": STATE_WORDS,
    "read_by": READ_BY_WORDS,
}
_NAME = Field("q", Text("名称或信用代码", "Name or credit code"), optional=True)
_EXAMPLE = Text("例如 2026-11-23", "For example 2026-11-23")
_DAYS = (
    Field("from", term("field.start_date"), _EXAMPLE, characters=12, optional=True),
    Field("to", term("field.end_date"), _EXAMPLE, characters=12, optional=True),
)

Word = TypeVar("Word", bound=StrEnum)


@blueprint.get("")
@roles(*INSPECTIONS.roles)
def list_inspections() -> str:
    """The inspections of this office, with filters, and its open rectification orders."""
    actor, desk = current_actor(), inspections()
    wanted, wrong = _filter()
    page = desk.list(actor, wanted, request.args.get("page", 1, type=counted))
    shows("list/inspections", "name", "address", "officers")
    summary, problems = problem_summary(InvalidApplication(wrong) if wrong else None, language().value, _DAYS)
    return render_template(
        "desk/inspecting/inspections.html",
        page=page,
        orders=desk.orders(actor),
        may_be_named=access.may(actor, access.MAKE_INSPECTIONS),
        address=_address,
        wanted=wanted,
        name_field=_NAME,
        days=_DAYS,
        typed={field.name: request.args.get(field.name, "").strip() for field in _DAYS},
        problems=problems,
        summary=summary,
        **WORDS,
    )


@blueprint.get("/<int:key>")
@roles(*INSPECTIONS.roles)
def show_inspection(key: int) -> BaseResponse:
    """One inspection: questions, answers, findings, photographs and signature."""
    return show_page(inspections().get(current_actor(), key, current_instant()), {})


@blueprint.get("/orders/<int:order_id>")
@roles(*INSPECTIONS.roles)
def show_order(order_id: int) -> BaseResponse:
    """The inspection that led to a rectification order, for the link in the task list."""
    order = inspections().order(current_actor(), order_id)
    return redirect(url_for(".show_inspection", key=order.inspection_key), 303)


@blueprint.post("/<int:key>")
@roles(*access.DECIDE_INSPECTIONS.roles)
@checked
def handle_inspection(key: int) -> BaseResponse:
    """Show what follows; from there, decide on a held inspection. If it is refused, the form is shown again as typed."""
    desk, actor, now, asked = inspections(), current_actor(), current_instant(), step()
    fields = (decision(may_count=True), REASON)
    values = read_fields(request.form, fields)
    if asked is CheckStep.EDIT:
        return show_page(desk.get(actor, key, now), values)
    try:
        only_try = asked is CheckStep.CHECK
        handled = desk.handle(actor, key, values["decision"], values["reason"], now, only_try=only_try)
    except (InputError, RuleError, ConflictError) as refused:
        view = desk.get(actor, key, current_instant())
        return show_page(view, values, refused)
    if only_try:
        return make_response(held_check(desk.get(actor, key, now), fields, values, handled))
    flash(t("已处理。", "Decided."))
    return redirect(url_for(".show_inspection", key=key), 303)


@blueprint.get("/<int:key>/photos/<int:position>.jpg")
@roles(*INSPECTIONS.roles)
def show_photo(key: int, position: int) -> Response:
    """One photograph, for the signed-in people of the office alone; never cached by anything in between."""
    photo = inspections().photo(current_actor(), key, position)
    shows(f"inspection/{key}", "photo")
    response = make_response(photo)
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["Content-Disposition"] = f'inline; filename="inspection-{key}-{position + 1}.jpg"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/<int:key>/record.json")
@roles(*INSPECTIONS.roles)
def download_record(key: int) -> Response:
    """The bytes that the phone sent, so that their hash can be checked."""
    text = inspections().text(current_actor(), key)
    shows(f"inspection/{key}", "record", "officers", "signature")
    response = make_response(text)
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="inspection-{key}.json"'
    return response


def show_page(
    view: InspectionView,
    values: Mapping[str, str],
    refused: LicenceQRError | None = None,
    *,
    beside: bool = False,
) -> BaseResponse:
    """The page of one inspection, with the form for what its reader may do. ``beside``: on the phone of its first officer,
    where the second one answers."""
    stored = view.stored
    shows(f"inspection/{stored.key}", "name", "address", "officers", "findings", "signature", uscc=stored.uscc)
    fields = (decision(may_count=view.may_count), REASON)
    asks = None if beside else asking(current_actor(), asked_of(subject_of(stored.key), stored.content_sha256), *COVERS)
    answering = ANSWER_FIELDS if asks else (COLLEAGUE, *ANSWER_FIELDS)
    proof = asks.fields if asks else BESIDE_FIELDS
    summary, problems = refusals(refused, fields if view.may_handle else (*answering, *proof), BESIDE)
    page = render_template(
        "desk/inspecting/inspection.html" if asks else "desk/inspecting/beside.html",
        view=view,
        fields=fields,
        answer_fields=answering,
        proof=proof,
        asking=asks,
        values=values,
        summary=summary,
        problems=problems,
        officers_answers=ANSWER_WORDS,
        **WORDS,
    )
    response = make_response(page, status_of(refused) if refused else 200)
    return asks.answer(response) if asks and view.may_answer else response


def _filter() -> tuple[Filter, tuple[InputError, ...]]:
    """The filters in the address. Unreadable ones are ignored; for dates the page says so."""
    typed = TypedForm.into(_DAYS, read_fields(request.args, _DAYS))
    words = _word("state", InspectionState), _word("purpose", InspectionPurpose), _word("outcome", VisitOutcome)
    text = request.args.get("q", "").strip()[:100].replace("\0", "")
    first, last = (typed.day(field.name, required=False) for field in _DAYS)
    return Filter(*words, first, last, text), tuple(typed.problems)


def _word(name: str, words: type[Word]) -> Word | None:
    asked = request.args.get(name, "")
    return next((word for word in words if word.value == asked), None)


def _address(**changes: object) -> str:
    """The address of the list with one filter changed; it starts at the first page."""
    kept = {name: value for name, value in request.args.items() if value and name not in {"page", "lang"}}
    return url_for(".list_inspections", **{**kept, **changes})  # type: ignore[arg-type]
