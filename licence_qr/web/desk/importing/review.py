"""Import review: both sides beside each other, a decision, a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, PrintError, RuleError
from licence_qr.services.importing.review import Settlement, Waiting, WaitingRow
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.checking import CheckStep, check_page, checked, step
from licence_qr.web.desk.importing.review_check import decision_check, told_rows
from licence_qr.web.shell.forms import Choice, Field, Widget, problem_summary, read_fields
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import WAITING_ROWS
from licence_qr.web.shell.readings import shows, shows_list
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain
from licence_qr.wording.terms import term

blueprint = Blueprint("waiting", __name__, url_prefix="/waiting-rows")
waiting = Handed(Waiting)

_DECISION = Field("decision", Text("怎样裁定？", "Which is correct?"), widget=Widget.RADIOS)
_REASON = Field(
    "reason",
    term("field.reason"),
    Text("写明依据，例如：已电话核实，执照名称为准。", "Say what it is based on, for example a phone call."),
    widget=Widget.PARAGRAPH,
)


@blueprint.get("")
@roles(*WAITING_ROWS.roles)
def list_waiting_rows() -> str:
    """The open questions of this office, or for a supervisor or an auditor of all offices; oldest first."""
    rows = waiting().list(current_actor())
    shows_list("import-review")
    return render_template("desk/importing/waiting_rows.html", rows=[(row, _why(row)) for row in rows])


@blueprint.get("/<int:question_id>")
@roles(*WAITING_ROWS.roles)
def show_waiting_row(question_id: int) -> str:
    """Both sides, with the differences marked in words, and the possible decisions."""
    return _page(waiting().get(current_actor(), question_id))


@blueprint.post("/<int:question_id>")
@roles(*access.DECIDE_IMPORTED_ROWS.roles)
@checked
def decide_waiting_row(question_id: int) -> Response:
    """Show what follows; from there, decide, then lead to the question this raises, or to the list. If it is refused, the
    form is shown again as typed."""
    actor, now, asked = current_actor(), current_instant(), step()
    typed, only_try = read_fields(request.form, (_DECISION, _REASON)), asked is CheckStep.CHECK
    if asked is CheckStep.EDIT:
        return make_response(_page(waiting().get(actor, question_id)))
    try:
        settlement = waiting().decide(actor, question_id, typed["decision"], typed["reason"], now, only_try=only_try)
    except (InputError, ConflictError, PrintError, RuleError, AccessError) as refused:
        return make_response(_page(waiting().get(actor, question_id), refused), refused.http_status)
    if only_try:
        return make_response(_check(waiting().get(actor, question_id), typed, settlement))
    flash(_told(settlement))
    if settlement.next_id is not None:
        return redirect(url_for(".show_waiting_row", question_id=settlement.next_id), 303)
    return redirect(url_for(".list_waiting_rows"), 303)


def _page(row: WaitingRow, refused: LicenceQRError | None = None) -> str:
    shows(f"question/{row.id}", "name", "principal", "domicile", "address", "contact_phone", uscc=row.uscc)
    fields, main = _fields(row), language().value
    summary, problems = problem_summary(refused, main, fields)
    return render_template(
        "desk/importing/waiting_row.html",
        row=row,
        why=_why(row),
        may_decide=access.may(current_actor(), access.DECIDE_IMPORTED_ROWS, row.office),
        fields=fields,
        values=read_fields(request.form, fields),
        summary=summary,
        problems=problems,
    )


def _check(row: WaitingRow, typed: Mapping[str, str], settlement: Settlement) -> str:
    shows(f"question/{row.id}", "name", uscc=row.uscc)
    return check_page(decision_check(row, _fields(row), typed, settlement))


def _fields(row: WaitingRow) -> tuple[Field, Field]:
    choices = tuple(Choice(choice.decision.value, choice.label) for choice in row.choices)
    return replace(_DECISION, choices=choices), _REASON


def _why(row: WaitingRow) -> str:
    return str(explain(LicenceQRError(row.code, **row.facts), language().value))


def _told(settlement: Settlement) -> str:
    """The number of rows by outcome, in words."""
    rows = told_rows(settlement)
    said = t(f"已裁定，涉及的行：{rows.zh}", f"Decision recorded. Rows affected: {rows.en}")
    if not settlement.proposals:
        return said
    numbers = t("、", ", ").join(map(str, settlement.proposals))
    return said + t(f"。第 {numbers} 号提议待另一人决定", f". Proposal {numbers} is awaiting another person’s decision")
