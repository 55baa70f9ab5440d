"""Reporting a problem, and following it by the receipt number. No login, no cookie, no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback.reports import ReportStep, parse_receipt_number
from licence_qr.domain.feedback.room import MOST_SHORT_TEXT
from licence_qr.domain.identifiers import parse_code_number
from licence_qr.errors import InputError, LicenceQRError, NotFoundError
from licence_qr.services.feedback.reports import Reports, ReportSubject, SentReport
from licence_qr.services.register.photo_cleaning import MAX_PHOTO_BYTES
from licence_qr.web import current_instant
from licence_qr.web.public import cookieless_forms
from licence_qr.web.shell.forms import Choice, Field, Widget, read_fields
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

_PURPOSE = "report"
_FIND = "public/report_find.html"
_NUMBER = "number"
# A photograph beyond the limit is still read and refused in words, so that what was typed stays; not a whole film.
_MOST_BYTES = 3 * MAX_PHOTO_BYTES

blueprint = Blueprint("citizen_reports", __name__)
reports = Handed(Reports)

_PLACE = Field(
    "place",
    Text("哪家店，在哪里？", "Which shop, and where is it?"),
    Text(
        "店名和地址；二维码下方有编号的，也请写上。",
        "Shop name and address, and the number below the QR code if there is one.",
    ),
)
_TEXT = Field(
    "text",
    Text("什么情况？", "What happened?"),
    Text(
        "看到了什么，在什么时候。请不要写他人的姓名、电话、身份证号。",
        "What you saw, and when. Do not include other people’s names, phone numbers or identity numbers.",
    ),
    widget=Widget.PARAGRAPH,
)
# What each deadline is for, with and without a contact to call.
_PROMISES: Mapping[ReportStep, Text] = {
    ReportStep.CONTACTED: Text("与您联系", "Contact you"),
    ReportStep.ANSWERED: term("progress.answer"),
    ReportStep.CALLED_BACK: term("progress.call_back"),
    ReportStep.CLOSED: term("progress.call_back"),
}
_TAKEN_UP = Text("开始办理", "Start work")


@blueprint.get("/p/<number>/report")
def new(number: str) -> str:
    """The form about the business with this code number."""
    return _form(number, _subject(number))


@blueprint.post("/p/<number>/report")
def send(number: str) -> Response:
    """Store the report and lead to its receipt. If it is refused, the form is shown again as typed."""
    request.max_content_length = _MOST_BYTES
    known = cookieless_forms.brought(_PURPOSE, parse_code_number(number).number)
    # A look-up that was counted when the form was shown is not counted again: what was typed could be lost to the limit.
    return _send(number, reports().known_subject(number) if known else _subject(number))


@blueprint.get("/reports/new")
def new_without_number() -> str:
    """The form for a code that is not in the register, or that cannot be read."""
    return _form("", None)


@blueprint.post("/reports/new")
def send_without_number() -> Response:
    """Store a report that describes the place in words."""
    request.max_content_length = _MOST_BYTES
    return _send("", None)


@blueprint.get("/reports")
def find() -> Response:
    """A form for a receipt number; a typed number leads to its own address."""
    return cookieless_forms.sent_on(_NUMBER, parse_receipt_number, _FIND, ".receipt")


@blueprint.get("/reports/<number>")
def receipt(number: str) -> Response:
    """The progress of the report with this receipt number, and the answers."""
    try:
        shown = reports().receipt(number, request.remote_addr or "", current_instant())
    except (InputError, NotFoundError) as wrong:  # to be compared and typed once more
        return make_response(cookieless_forms.asking(_FIND, _NUMBER, number, wrong), wrong.http_status)
    promises = [(_promise(clock.step, called=shown.calls_back), clock) for clock in shown.clocks]
    return make_response(render_template("public/report_receipt.html", receipt=shown, promises=promises))


def _promise(step: ReportStep, *, called: bool) -> Text:
    """Where no contact was left, nobody can be contacted: the deadline is then to start work on the report."""
    return _TAKEN_UP if step is ReportStep.CONTACTED and not called else _PROMISES[step]


def _subject(number: str) -> ReportSubject:
    return reports().subject(number, request.remote_addr or "", current_instant())


def _send(number: str, subject: ReportSubject | None) -> Response:
    about = subject.code_id.number if subject and subject.code_id else ""
    fields = _fields(subject)
    try:
        sent = _sent(cookieless_forms.accept(_PURPOSE, about), about, read_fields(request.form, fields))
        made = reports().send(sent, request.remote_addr or "", current_instant())
    except cookieless_forms.REFUSALS as refused:
        return cookieless_forms.refused(refused, _form(number, subject, refused))
    return redirect(url_for(".receipt", number=made.number), 303)


def _sent(form_id: str, number: str, typed: Mapping[str, str]) -> SentReport:
    upload = request.files.get("photo")
    photo = upload.read(MAX_PHOTO_BYTES + 1) if upload and upload.filename else None
    return SentReport(
        form_id=form_id,
        kind=typed["kind"],
        text=typed["text"],
        contact=typed["contact"],
        photo=photo,
        number=number,
        place=typed.get("place", ""),
        office=typed.get("office", ""),
    )


def _contact(days: int) -> Field:
    """The question for contact details, with ``days`` for which they are kept after closing."""
    zh = f"只用来就这件事联系您，办结 {days} 天后删除。不填也会办理，凭回执号查看答复。"
    en = (
        f"Only used to contact you about this, and deleted {days} days after the report is closed."
        " You can also read the answer with the receipt number."
    )
    return replace(cookieless_forms.CONTACT, hint=Text(zh, en))


def _fields(subject: ReportSubject | None) -> tuple[Field, ...]:
    today = local_date(current_instant())
    kinds, contact = reports().kinds_on(today), _contact(reports().retention.days(today)[0])
    kind = Field(
        "kind",
        Text("是什么问题？", "What is the problem?"),
        widget=Widget.RADIOS,
        choices=tuple(Choice(each.id, each.name, each.note) for each in kinds),
    )
    if subject is not None:
        return (kind, _TEXT, contact)
    offices = catalogue().windows.values()
    office = Field(
        "office",
        Text("在哪个镇街？", "Which town?"),
        widget=Widget.RADIOS,
        choices=tuple(Choice(each.id, each.region_name) for each in offices),
    )
    return (kind, _PLACE, office, _TEXT, contact)


def _form(number: str, subject: ReportSubject | None, refused: LicenceQRError | None = None) -> str:
    """The form, empty or as typed with what is wrong."""
    about = subject.code_id.number if subject and subject.code_id else ""
    today = local_date(current_instant())
    return render_template(
        "public/report_form.html",
        number=number,
        subject=subject,
        **cookieless_forms.parts(_PURPOSE, about, _fields(subject), refused),
        photo_lost=bool(refused and request.files.get("photo")),
        promise=reports().promise(today),
        kept_days=reports().retention.days(today),
        room=reports().room(),
        short_text=MOST_SHORT_TEXT,
    )
