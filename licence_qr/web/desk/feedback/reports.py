"""Problem reports at the desk: the list of the office, each report with its time limits, and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.feedback.alike import MANY_FROM_ONE_NETWORK
from licence_qr.domain.feedback.reports import STEP_WORDS, ReportStep
from licence_qr.errors import ConflictError, InputError, LicenceQRError
from licence_qr.services.feedback.reports_desk import DismissAlike, ReportAct, ReportFile, ReportsDesk
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.shell import request_log
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Choice, Field, Widget, own_field, problem_summary, read_fields, read_revision
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import REPORTS
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
reports_desk = Handed(ReportsDesk)

# What a step means to whoever takes it. An answer has a form of its own, because its words leave the house.
_STEP_HINTS: Mapping[ReportStep, Text] = {
    ReportStep.CONTACTED: Text(
        "已联系反映人；没留联系方式的，表示开始办理",
        "Reporter contacted. If no contact details were given, work has started",
    ),
    ReportStep.CALLED_BACK: Text("反映人认可，办结", "The reporter agrees. This closes the report"),
    ReportStep.NOT_SETTLED: Text(
        "反映人不认可，重新答复，期限从今天起算",
        "The reporter disagrees. A new answer is due; the time limit starts again today",
    ),
    ReportStep.CLOSED: Text("多次联系不上，写明时间", "Could not be reached. Say when you tried"),
    ReportStep.DISMISSED: Text("广告、谩骂、重复等，写明理由", "Advertising, abuse or a duplicate. Say why"),
    ReportStep.REASSIGNED: Text("转给下面选的窗口", "To the office selected below"),
}
_TEXT = Field(
    "text",
    Text("说明（内部）", "What was done (internal)"),
    Text("只有工作人员能看到。", "Only staff can see this."),
    widget=Widget.PARAGRAPH,
)
_ANSWER = Field(
    "answer",
    Text("答复内容", "Text of the answer"),
    Text(
        "凭回执号可以看到这段文字：不写电话、姓名等个人信息。",
        "Anyone with the receipt number can read this. Do not include phone numbers, names or other personal details.",
    ),
    widget=Widget.PARAGRAPH,
)


_REASON = replace(_TEXT, label=term("field.reason"))
_KEEP = "keep"
_NO_BUSINESS = "none"
_STEP = Field("step", Text("做了什么？", "What was done?"), widget=Widget.RADIOS)
_OFFICE = Field(
    "office",
    Text("转给哪个窗口", "Pass on to"),
    Text("只在转办时选。", "Only if you are passing the report on."),
    widget=Widget.RADIOS,
    optional=True,
)


@blueprint.get("")
@roles(*REPORTS.roles)
def list_reports() -> str:
    """The open reports of this office, overdue ones first; with ``?closed=yes`` those closed lately, with ``?about=USCC``
    all about one business (``none``: about a place in words)."""
    closed, about = request.args.get("closed") == "yes", request.args.get("about")
    only = "" if about == _NO_BUSINESS else about
    lines = reports_desk().list(current_actor(), current_instant(), closed=closed, about=only)
    shows("list/reports", "name", "text")
    return render_template(
        "desk/feedback/reports.html", lines=lines, closed=closed, about=about, no_business=_NO_BUSINESS
    )


@blueprint.get("/<int:report_id>")
@roles(*REPORTS.roles)
def show_report(report_id: int) -> str:
    """One report: its text, the steps taken, and the next possible ones."""
    return _page(_file(report_id))


@blueprint.post("/<int:report_id>")
@roles(*access.PASS_ON_REPORTS.roles)
def act_on_report(report_id: int) -> Response:
    """Take one step. If it is refused, also because somebody else was faster, the form is shown again as typed."""
    typed = read_fields(request.form, (_STEP, _TEXT, _ANSWER, _OFFICE))
    text = typed["answer" if typed["step"] == ReportStep.ANSWERED else "text"]
    act = ReportAct(typed["step"], text, read_revision(request.form) or 0, typed["office"])
    try:
        changed = reports_desk().act(current_actor(), report_id, act, current_instant())
    except (InputError, ConflictError) as refused:
        request_log.note_refusal(refused)
        return make_response(_page(_file(report_id), refused), status_of(refused))
    words = STEP_WORDS[ReportStep(act.step)]
    flash(t(f"已记录：{words.zh}。", f"Recorded: {words.en}."))
    if changed.office != current_actor().office:
        return redirect(url_for(".list_reports"), 303)
    return redirect(url_for(".show_report", report_id=report_id), 303)


@blueprint.get("/<int:report_id>/alike")
@roles(*REPORTS.roles)
def show_alike(report_id: int) -> str:
    """The reports that came from one network with this one, to be read together."""
    return _alike_page(report_id)


@blueprint.post("/<int:report_id>/alike")
@roles(*access.HANDLE_REPORTS.roles)
def dismiss_alike(report_id: int) -> Response:
    """Dismiss the reports that were shown, except those ticked “Keep”."""
    shown, kept = (frozenset(request.form.getlist(name, type=counted)) for name in ("shown", _KEEP))
    act = DismissAlike(shown, kept, request.form.get(_REASON.name, ""))
    try:
        dismissed = reports_desk().dismiss_alike(current_actor(), report_id, act, current_instant())
    except InputError as refused:
        request_log.note_refusal(refused)
        return make_response(_alike_page(report_id, kept, refused), status_of(refused))
    flash(t(f"不予处理 {dismissed} 件。", f"Dismissed: {dismissed}."))
    return redirect(url_for(".list_reports"), 303)


@blueprint.get("/<int:report_id>/photo")
@roles(*access.HANDLE_REPORTS.roles)
def show_photo(report_id: int) -> Response:
    """The photograph as JPEG, as it was redrawn on receipt, without the name of the sent file."""
    jpeg = reports_desk().photo(current_actor(), report_id, current_instant())
    shows(f"report/{report_id}", "photo")
    response = make_response(jpeg)
    response.mimetype = "image/jpeg"
    response.headers["Content-Disposition"] = f'inline; filename="report-{report_id}.jpg"'
    return response


def _alike_page(report_id: int, kept: frozenset[int] = frozenset(), refused: InputError | None = None) -> str:
    lines = reports_desk().alike(current_actor(), report_id, current_instant())
    shows(f"report/{report_id}/alike", "name", "text")
    summary, problems = problem_summary(refused, language().value, (_REASON,))
    handles = access.may(current_actor(), access.HANDLE_REPORTS, lines[0].report.office) if lines else False
    return render_template(
        "desk/feedback/alike.html",
        lines=lines,
        handles=handles,
        reason=_REASON,
        keep=_KEEP,
        kept=kept,
        values=read_fields(request.form, (_REASON,)),
        summary=summary,
        problems=problems,
    )


def _file(report_id: int) -> ReportFile:
    file = reports_desk().get(current_actor(), report_id, current_instant())
    contact = ("contact",) if file.contact else ()
    shows(f"report/{report_id}", "name", "address", "text", *contact, uscc=file.report.uscc or "")
    return file


def _page(file: ReportFile, refused: LicenceQRError | None = None) -> str:
    fields, main = _fields(file), language().value
    summary, problems = problem_summary(refused, main, (*fields, _ANSWER), _where)
    return render_template(
        "desk/feedback/report.html",
        file=file,
        report=file.report,
        fields=fields,
        answer=_ANSWER if ReportStep.ANSWERED in file.allowed else None,
        values=read_fields(request.form, (*fields, _ANSWER)),
        summary=summary,
        problems=problems,
        step_words=STEP_WORDS,
        many=MANY_FROM_ONE_NETWORK,
    )


def _where(refused: LicenceQRError) -> str:
    """The field of this page that a refusal is about: the words of an answer stand in a field of their own."""
    answering = request.form.get("step") == ReportStep.ANSWERED
    return "answer" if answering and own_field(refused) == "text" else own_field(refused)


def _fields(file: ReportFile) -> tuple[Field, ...]:
    """The form of the internal steps; empty when there is none to take."""
    steps = [step for step in file.allowed if step is not ReportStep.ANSWERED]
    if not steps:
        return ()
    choices = tuple(Choice(step.value, STEP_WORDS[step], _STEP_HINTS.get(step)) for step in steps)
    chosen = replace(_STEP, choices=choices)
    if ReportStep.REASSIGNED not in steps:
        return (chosen, _TEXT)
    others = tuple(o for o in catalogue().windows.values() if o.id != file.report.office)
    return (chosen, _TEXT, replace(_OFFICE, choices=tuple(Choice(each.id, each.name) for each in others)))
