"""The auditor's list with its filters, one person's day, and the readers of one business. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request, send_file, stream_with_context, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.businesses.history_words import EVENTS
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError, InvalidApplication
from licence_qr.services.audit.trail import Trail, TrailFilter, TrailLine, filters_of
from licence_qr.web import current_instant
from licence_qr.web.desk.audit import words
from licence_qr.web.desk.tables import CSV, XLSX, Row, csv_table, xlsx_table
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget, problem_summary, read_fields
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import in_words, language, t
from licence_qr.web.shell.navigation import AUDIT
from licence_qr.web.shell.readings import searched, shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
trail = Handed(Trail)

_EXAMPLE = Text("例如 2026-11-23", "For example 2026-11-23")
_DAYS = (
    Field("from", term("field.start_date"), _EXAMPLE, characters=12, optional=True),
    Field("to", term("field.end_date"), _EXAMPLE, characters=12, optional=True),
)
_TEXTS = (
    Field("person", Text("人员姓名或工号", "Name or staff number"), optional=True),
    Field("account", Text("账号", "Account"), Text("也可写 console:root。", "Also console:root."), optional=True),
    Field("uscc", term("field.credit_code"), characters=20, optional=True),
    Field("network", Text("网络地址", "Network address"), optional=True),
)
_WIDTHS = (18, 26, 24, 30, 24, 34, 22, 30, 40, 30, 20, 20)
_LONGEST = 100


@blueprint.get("")
@roles(*AUDIT.roles)
def list_audit() -> str:
    """Fifty events, newest first. Filters and the place in the list are in the address."""
    wanted, wrong = _wanted()
    page = trail().page(current_actor(), wanted, request.args.get("after", "")[:_LONGEST])
    shows("list/audit", "by", *filters_of(wanted))
    for typed in (wanted.person, wanted.account, wanted.uscc, wanted.network):
        searched(typed, len(page.lines))
    fields = (*_TEXTS, _kinds(), _offices(), *_DAYS)
    summary, problems = problem_summary(InvalidApplication(wrong) if wrong else None, language().value, _DAYS)
    return render_template(
        "desk/audit/audit.html",
        page=page,
        say=words,
        fields=fields,
        typed=read_fields(request.args, fields),
        summary=summary,
        problems=problems,
        address=_address,
        day_of=_day_of,
    )


@blueprint.get("/list.<any(csv, xlsx):kind_of_file>")
@roles(*AUDIT.roles)
def export_audit(kind_of_file: str) -> Response:
    """All events with the same filters as a file, sent while it is read (CSV) or from a temporary file (XLSX)."""
    now = current_instant()
    wanted, _ = _wanted()
    rows = map(_row, trail().export(current_actor(), wanted, kind_of_file, now))
    name = f"audit-{local_date(now)}.{kind_of_file}"
    if kind_of_file == "xlsx":
        table = xlsx_table(in_words(AUDIT.words), _headings(), _WIDTHS, rows)
        return send_file(table, XLSX, as_attachment=True, download_name=name)
    response = Response(stream_with_context(csv_table(_headings(), rows)), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/days/<account>")
@roles(*AUDIT.roles)
def show_day(account: str) -> str:
    """What one person did on a day (``?day=``, else today), hour by hour."""
    try:
        day = read_date(request.args.get("day", ""), "day")
    except InputError:  # none, or one that the calendar does not have
        day = local_date(current_instant())
    lines = trail().day(current_actor(), account, day)
    shows(f"audit/{account}", "by")
    return render_template("desk/audit/day.html", account=account, day=day, lines=lines, say=words)


@blueprint.get("/readers/<uscc>")
@roles(*AUDIT.roles)
def show_readers(uscc: str) -> str:
    """Who has read, exported or printed one business, who was there last coming first."""
    holder_name, lines = trail().readers(current_actor(), uscc)
    shows(f"audit/{uscc}", "name", "by", uscc=uscc)
    return render_template("desk/audit/readers.html", uscc=uscc, holder_name=holder_name, lines=lines, events=EVENTS)


def _wanted() -> tuple[TrailFilter, tuple[InputError, ...]]:
    """The filters in the address. Unknown values count as none; of days that cannot be read the page says so."""
    typed = TypedForm.into(_DAYS, read_fields(request.args, _DAYS))
    first, last = (typed.day(field.name, required=False) for field in _DAYS)
    kind = next((each for each in EventKind if each.value == request.args.get("kind")), None)
    asked = {field.name: request.args.get(field.name, "").strip()[:_LONGEST].replace("\0", "") for field in _TEXTS}
    office = request.args.get("office", "")
    known = office if office in catalogue().offices else ""
    return TrailFilter(**asked, kind=kind, office=known, first=first, last=last), tuple(typed.problems)


def _address(endpoint: str = ".list_audit", **changes: object) -> str:
    """The address of the list with the filters that are set and ``changes``."""
    kept = {name: value for name, value in request.args.items() if value and name not in {"after", "lang"}}
    return url_for(endpoint, **{**kept, **changes})  # type: ignore[arg-type]


def _day_of(line: TrailLine) -> str:
    return url_for(".show_day", account=line.by, day=line.at.astimezone(SHANGHAI).date().isoformat())


def _kinds() -> Field:
    return _select("kind", Text("做了什么", "Action"), {kind.value: words for kind, words in EVENTS.items()})


def _offices() -> Field:
    return _select("office", Text("窗口", "Office"), {key: each.name for key, each in catalogue().offices.items()})


def _select(name: str, label: Text, options: Mapping[str, Text]) -> Field:
    choices = (Choice("", Text("全部", "All")), *(Choice(value, words) for value, words in options.items()))
    return Field(name, label, widget=Widget.SELECT, choices=choices, optional=True)


def _headings() -> tuple[str, ...]:
    return (
        t("时间", "Time"),
        t("经办", "Handled by"),
        t("账号", "Account"),
        in_words(term("field.on_behalf_of")),
        t("窗口", "Office"),
        t("做了什么", "Action"),
        in_words(term("field.credit_code")),
        in_words(term("field.name")),
        t("对象", "To what"),
        t("项目", "Field"),
        t("设备", "Device"),
        t("网络地址", "Network address"),
    )


def _row(line: TrailLine) -> Row:
    return (
        f"{line.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        in_words(line.by_name) if line.by_name else "",
        line.by,
        words.behalf_words(line),
        office_name(line.office),
        words.kind_words(line),
        line.uscc,
        line.holder_name,
        words.about_words(line),
        words.field_words(line),
        line.device,
        line.network,
    )
