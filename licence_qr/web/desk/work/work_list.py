"""The task list of whoever is signed in, with counts as filters, page by page, and as a file."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    session,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.work.tasks import DueStep, TaskKind
from licence_qr.domain.work.whose import Whose
from licence_qr.services.register import access
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.web import current_instant
from licence_qr.web.desk.tables import CSV, XLSX
from licence_qr.web.desk.work import words
from licence_qr.web.desk.work.export import as_csv, as_xlsx
from licence_qr.web.desk.work.services import services
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import WORK
from licence_qr.web.shell.readings import shows_list
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("work", __name__, url_prefix="/work")

_NEW_ADDRESS = "new-calendar-address"
_LONGEST_PAGE_NUMBER = 5

Member = TypeVar("Member", TaskKind, DueStep, Whose)


@blueprint.get("")
@roles(*WORK.roles)
def list_work() -> str:
    """The task list, the most urgent first. Filters and page are in the address; unknown values are ignored."""
    work, actor = services().work_list, current_actor()
    page = work.show(actor, _wish(), current_instant())
    shows_list("work")  # also the names of staff of whom something is asked
    offices = work.offices(actor)
    return render_template(
        "desk/work/work.html",
        page=page,
        offices=offices if len(offices) > 1 else (),
        kinds=[kind for kind in page.counts.kinds if page.counts.of(kind) or kind is page.work_filter.kind],
        steps=[step for step in DueStep if page.counts.of(None, step) or step is page.work_filter.step],
        say=words,
        whose=Whose,
        address=partial(_address, page.work_filter),
        back=request.query_string.decode("ascii", "replace"),
        may_subscribe=access.may(actor, access.SUBSCRIBE_TO_WORK),
    )


@blueprint.get("/list.<any(csv, xlsx):kind_of_file>")
@roles(*WORK.roles)
def export_work(kind_of_file: str) -> Response:
    """All lines with the same filters as a file, sent while it is read (CSV) or from a temporary file (XLSX)."""
    now = current_instant()
    lines = services().work_list.export(current_actor(), _wish(), kind_of_file, now)
    rules = catalogue().life_rules_on(local_date(now))
    name = f"work-{local_date(now)}.{kind_of_file}"
    if kind_of_file == "xlsx":
        return send_file(as_xlsx(lines, rules), XLSX, as_attachment=True, download_name=name)
    response = Response(stream_with_context(as_csv(lines, rules)), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/calendar")
@roles(*access.SUBSCRIBE_TO_WORK.roles)
def show_calendar() -> str:
    """Whether there is a private calendar address, and the address itself once, right after it was made."""
    # Shown in the very session that made it, and no other.
    token = session.pop(_NEW_ADDRESS, {}).get(current_actor().via.session, "")
    spoken = language().value
    address = url_for("calendar.show_feed", token=token, lang=spoken, _external=False) if token else ""
    return render_template(
        "desk/work/work_calendar.html",
        address=f"{services().address}{address}" if address else "",
        made_at=services().calendar_feeds.made_at(current_actor()),
    )


@blueprint.post("/calendar")
@roles(*access.SUBSCRIBE_TO_WORK.roles)
def renew_calendar() -> Response:
    """Make a new address; the earlier one stops working."""
    actor = current_actor()
    session[_NEW_ADDRESS] = {actor.via.session: services().calendar_feeds.renew(actor, current_instant())}
    return redirect(url_for(".show_calendar"), 303)


@blueprint.post("/calendar/revoke")
@roles(*access.SUBSCRIBE_TO_WORK.roles)
def revoke_calendar() -> Response:
    """Remove the address."""
    services().calendar_feeds.revoke(current_actor(), current_instant())
    flash(t("日历地址已停用。", "The calendar address no longer works."))
    return redirect(url_for(".show_calendar"), 303)


def _wish() -> WorkFilter:
    """The filters in the address. An unknown value counts as none, so old bookmarks still open a list."""
    number = request.args.get("page", "1")
    sensible = number.isascii() and number.isdigit() and len(number) <= _LONGEST_PAGE_NUMBER
    return WorkFilter(
        kind=_member(TaskKind, "kind"),
        step=_member(DueStep, "due"),
        whose=_member(Whose, "whose"),
        office=request.args.get("office", ""),
        page=int(number) if sensible else 1,
    )


def _member(kind: type[Member], name: str) -> Member | None:
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None


def _address(work_filter: WorkFilter, /, **changes: object) -> str:
    """The address of the list with ``changes``; it starts at the first page unless ``page`` is among them."""
    asked: dict[str, Any] = {
        "kind": work_filter.kind,
        "due": work_filter.step,
        "whose": work_filter.whose,
        "office": work_filter.office or None,
        **changes,
    }
    endpoint = asked.pop("endpoint", ".list_work")
    return url_for(endpoint, **{name: value for name, value in asked.items() if value})
