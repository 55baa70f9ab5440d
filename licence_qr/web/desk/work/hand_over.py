"""Taking a task of the list, and handing it to a colleague."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.work.task_words import name_on
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import InputError, LicenceQRError, NotFoundError, RuleError
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.work.services import services
from licence_qr.web.shell.forms import Field, refusals
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain
from licence_qr.wording.text import Text

blueprint = Blueprint("work_people", __name__, url_prefix="/work")

_TO = Field("to", Text("转交给谁", "Hand it to"))
_LONGEST_QUERY = 300


@blueprint.post("/<task_kind>/<path:subject>/take")
@roles(*access.HAND_OVER_TASKS.roles)
def take(task_kind: str, subject: str) -> Response:
    """Take it; who had it when the list was read comes along."""
    kind = _kind(task_kind)
    try:
        services().assignments.take(current_actor(), kind, subject, request.form.get("was", ""), current_instant())
    except (NotFoundError, RuleError) as refused:
        flash(str(explain(refused, language().value)))
    else:
        flash(t("已领取，列在“我的”待办里。", "Taken. It is among your own tasks now."))
    return _back()


@blueprint.get("/<task_kind>/<path:subject>/hand-over")
@roles(*access.HAND_OVER_TASKS.roles)
def show_hand_over(task_kind: str, subject: str) -> str:
    """Who has it, and the colleagues who may have it."""
    return _page(_kind(task_kind), subject)


@blueprint.post("/<task_kind>/<path:subject>/hand-over")
@roles(*access.HAND_OVER_TASKS.roles)
def hand_over(task_kind: str, subject: str) -> Response:
    """Give it to a colleague, or put it back for everybody."""
    kind, to = _kind(task_kind), request.form.get("to", "")
    if "to" not in request.form:
        return make_response(_page(kind, subject, InputError("colleague_may_not", field="to")), 422)
    try:
        was = request.form.get("was", "")
        services().assignments.hand_over(current_actor(), kind, subject, to, was, current_instant())
    except (InputError, RuleError) as refused:
        return make_response(_page(kind, subject, refused), refused.http_status)
    flash(
        t("已转交。", "Your colleague has it now.")
        if to
        else t("已放回，谁都可以领取。", "Put back. Anybody may take it.")
    )
    return _back()


def _page(kind: TaskKind, subject: str, refused: LicenceQRError | None = None) -> str:
    found = services().assignments.show(current_actor(), kind, subject, current_instant())
    shows(f"task/{kind}/{subject}", "name", "address", uscc=found.task.uscc)
    summary, problems = refusals(refused, (_TO,))
    return render_template(
        "desk/work/hand_over.html",
        found=found,
        task=found.task,
        name=name_on(found.task, local_date(current_instant())),
        field=_TO,
        back=_query(request.values.get("back", "")),
        summary=summary,
        problems=problems,
    )


def _back() -> Response:
    """To the list as it was filtered, or to the home page."""
    query = _query(request.form.get("back", ""))
    if query == "home":
        return redirect(url_for("desk.show_start"), 303)
    address = url_for("desk.work.list_work")
    return redirect(f"{address}?{query}" if query else address, 303)


def _query(typed: str) -> str:
    """The filters of the list that somebody came from: the query of its address, and no more than that."""
    sensible = typed.isascii() and typed.isprintable() and " " not in typed and len(typed) <= _LONGEST_QUERY
    return typed if sensible else ""


def _kind(typed: str) -> TaskKind:
    try:
        return TaskKind(typed)
    except ValueError:
        abort(404)
