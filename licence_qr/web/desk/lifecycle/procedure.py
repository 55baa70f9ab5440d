"""The standard procedure of one permit or item on its pages: the time to decide, the visits, what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.clock import PAUSE_WORDS, Pause, PauseKind
from licence_qr.domain.lifecycle.visits import VISIT_WORDS, GrantVisitOutcome
from licence_qr.errors import InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.lifecycle.procedure import Procedures, ProcedureView, TypedVisit
from licence_qr.services.register import access
from licence_qr.services.register.access import Right
from licence_qr.web import current_instant
from licence_qr.web.desk.checking import ActCheck, CheckStep, Follows, answers_of, check_page, checked
from licence_qr.web.desk.checking import step as asked_step
from licence_qr.web.desk.lifecycle.act_form import DATE_EXAMPLE
from licence_qr.web.desk.lifecycle.procedure_check import (
    about_application,
    end_check,
    follows_extension,
    follows_pause,
    follows_visit,
)
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget, read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

of_permits = Blueprint("businesses_procedure", __name__, url_prefix="/permits/<int:key>/procedure")
of_items = Blueprint("items_procedure", __name__, url_prefix="/items/<int:key>/procedure")
procedures = Handed(Procedures)


@dataclass(frozen=True, slots=True)
class _ProcedureForm:
    """What one form asks, what it does with the answers, what follows from that, and what it says when it is done."""

    heading: Text
    note: Text
    button: Text
    fields: tuple[Field, ...]
    send: Callable[[str, TypedForm, bool], None]
    done: Text
    follows: Callable[[ProcedureView, Mapping[str, str]], Follows]
    final: bool = False


def _send_visit(subject: str, typed: TypedForm, only_try: bool) -> None:
    day, outcome = typed.day("visited_on"), typed.choice("outcome")
    typed.check()
    if day is None:
        raise AssertionError("a day that could not be read was noted")
    visit = TypedVisit(day, typed.text("officers"), GrantVisitOutcome(outcome), typed.text("words"))
    procedures().record_visit(current_actor(), subject, visit, current_instant(), only_try=only_try)


def _send_pause(subject: str, typed: TypedForm, only_try: bool) -> None:
    kind, first, last = typed.choice("kind"), typed.day("first"), typed.day("last", required=False)
    typed.check()
    if first is None:
        raise AssertionError("a day that could not be read was noted")
    pause = Pause(PauseKind(kind), first, last, typed.text("reason"))
    procedures().pause(current_actor(), subject, pause, current_instant(), only_try=only_try)


def _send_extension(subject: str, typed: TypedForm, only_try: bool) -> None:
    head, reason = typed.text("approved_by"), typed.text("reason")
    procedures().extend(current_actor(), subject, head, reason, current_instant(), only_try=only_try)


_FORMS: Mapping[str, _ProcedureForm] = {
    "visit": _ProcedureForm(
        heading=Text("记录现场核查", "Record a visit"),
        note=Text(
            "照现场核查记录填写。参加核查的人员不能再作准予决定。",
            "Copy it from the record made on site. Whoever was there cannot grant it afterwards.",
        ),
        button=Text("记录核查", "Record the visit"),
        fields=(
            Field("visited_on", term("inspection.date_of_check"), DATE_EXAMPLE, characters=12),
            Field(
                "officers",
                Text("参加核查的人员", "Officers who made the visit"),
                Text("两名以上，每行一名，填姓名或账号。", "At least two, one a line: name or user name."),
                widget=Widget.PARAGRAPH,
            ),
            Field(
                "outcome",
                term("field.outcome"),
                widget=Widget.RADIOS,
                choices=tuple(Choice(each.value, words) for each, words in VISIT_WORDS.items()),
            ),
            Field(
                "words",
                Text("核查情况", "Findings of the visit"),
                Text("未通过时必填。不公开。", "Required if it was not passed. Not published."),
                widget=Widget.PARAGRAPH,
                optional=True,
            ),
        ),
        send=_send_visit,
        done=Text("已记录现场核查。", "The visit is recorded."),
        follows=lambda _, values: follows_visit(values),
    ),
    "pause": _ProcedureForm(
        heading=Text("暂停计算期限", "Pause the time to decide"),
        note=Text(
            "依法所需时间不计入期限（《行政许可法》第四十五条），并应书面告知申请人。",
            "This time does not count (Administrative Licensing Law, article 45). Tell the applicant in writing.",
        ),
        button=Text("记录暂停", "Record the pause"),
        fields=(
            Field(
                "kind",
                Text("暂停事由", "Ground of the pause"),
                widget=Widget.RADIOS,
                choices=tuple(Choice(each.value, words) for each, words in PAUSE_WORDS.items()),
            ),
            Field("first", Text("首日", "First day"), DATE_EXAMPLE, characters=12),
            Field(
                "last",
                Text("末日", "Last day"),
                Text("仍在进行的留空，结束时再记。", "Leave empty while it lasts, and end it on its last day."),
                characters=12,
                optional=True,
            ),
            Field("reason", term("field.reason"), widget=Widget.PARAGRAPH),
        ),
        send=_send_pause,
        done=Text("已记录，暂停期间不计入期限。", "Recorded. These days do not count."),
        follows=lambda _, values: follows_pause(values),
    ),
    "extend": _ProcedureForm(
        heading=Text("延长办理期限", "Extend the time to decide"),
        note=Text(
            "须经本行政机关负责人批准，只能延长一次，并将理由告知申请人（《行政许可法》第四十二条）。",
            "The head of the authority has to approve it, once only, and the applicant is told the reason (Administrative"
            " Licensing Law, article 42).",
        ),
        button=Text("记录延长", "Record the extension"),
        fields=(
            Field(
                "approved_by",
                Text("批准延长的负责人", "Head who approved it"),
                Text("填负责人的姓名。", "Name of the head."),
                characters=20,
            ),
            Field("reason", term("field.reason"), widget=Widget.PARAGRAPH),
        ),
        send=_send_extension,
        done=Text("已记录，期限已延长。", "Recorded. The time is extended."),
        follows=lambda view, _: follows_extension(view),
        final=True,
    ),
}


def show_procedure(key: int) -> str:
    """How it stands: days used and left, pauses, visits."""
    return _overview(key)


def end_pause(key: int, pause_id: int) -> Response:
    """Show what follows; from there, end the pause today."""
    asked, subject, leave = asked_step(), _subject(key), url_for(".show_procedure", key=key)
    if asked is CheckStep.EDIT:
        return redirect(leave, 303)
    only_try = asked is CheckStep.CHECK
    try:
        procedures().resume(current_actor(), subject, pause_id, current_instant(), only_try=only_try)
    except RuleError as refused:
        if refused.code == "procedure_not_open" and not _about_item():
            raise
        return make_response(_overview(key, refused), refused.http_status)
    if only_try:
        return make_response(_end_check(key, pause_id, leave))
    flash(t("已记录，从明天起继续计算。", "Recorded. Days count again from tomorrow."))
    return redirect(leave, 303)


def show_form(key: int, step: str) -> str:
    """One form: ``visit``, ``pause`` or ``extend``."""
    if step not in _FORMS:
        abort(404)
    today = local_date(current_instant()).isoformat()
    return _form_page(key, step, {"visited_on": today, "first": today})


def send_form(key: int, step: str) -> Response:
    """Show what follows; from there, record it. If it is refused, the form is shown again as typed."""
    if step not in _FORMS:
        abort(404)
    form, asked = _FORMS[step], asked_step()
    values = read_fields(request.form, form.fields)
    if asked is CheckStep.EDIT:
        return make_response(_form_page(key, step, values))
    try:
        form.send(_subject(key), TypedForm.into(form.fields, values), asked is CheckStep.CHECK)
    except (InputError, InvalidApplication, RuleError) as refused:
        if refused.code == "procedure_not_open" and not _about_item():
            raise
        return make_response(_form_page(key, step, values, refused), refused.http_status)
    if asked is CheckStep.CHECK:
        return make_response(_form_check(key, step, values))
    flash(t(form.done.zh, form.done.en))
    return redirect(url_for(".show_procedure", key=key), 303)


def _about_item() -> bool:
    return request.blueprint is not None and request.blueprint.endswith(of_items.name)


def _subject(key: int) -> str:
    return f"{'item' if _about_item() else 'permit'}/{key}"


def _seen(key: int) -> tuple[ProcedureView, Text]:
    """How it stands, and the name of its type; whoever sees it leaves a trace."""
    view = procedures().view(current_actor(), _subject(key), current_instant())
    applied = view.applied
    shows(applied.subject, "name", "address", uscc=applied.uscc)
    known = catalogue().permit_types.get(applied.permit_type)
    return view, known.name if known else Text(applied.permit_type, applied.permit_type)


def _facts(key: int) -> Mapping[str, object]:
    view, permit_type = _seen(key)
    applied, of_item = view.applied, _about_item()
    return {
        "view": view,
        "clock": view.clock,
        "of_item": of_item,
        "key": key,
        "permit_type": permit_type,
        "back": url_for("desk.items.show_item", item_id=key)
        if of_item
        else url_for("desk.businesses.show_business", uscc=applied.uscc),
        "grant": url_for("desk.items.show_grant", item_id=key)
        if of_item
        else url_for("desk.businesses_life.show_permit_act", uscc=applied.uscc, permit_id=key, act="grant"),
    }


def _overview(key: int, refused: LicenceQRError | None = None) -> str:
    summary, _ = refusals(refused, ())
    return render_template(
        "desk/lifecycle/procedure.html",
        **_facts(key),
        summary=summary,
        forms=_FORMS,
        pause_words=PAUSE_WORDS,
        visit_words=VISIT_WORDS,
    )


def _form_page(key: int, step: str, values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    form = _FORMS[step]
    summary, problems = refusals(refused, form.fields)
    return render_template(
        "desk/lifecycle/procedure_form.html",
        **_facts(key),
        form=form,
        values=values,
        summary=summary,
        problems=problems,
    )


def _form_check(key: int, step: str, values: Mapping[str, str]) -> str:
    form, (view, permit_type) = _FORMS[step], _seen(key)
    return check_page(
        ActCheck(
            act=form.heading,
            holder_name=view.holder_name,
            about=about_application(view, permit_type),
            answers=answers_of(form.fields, values),
            follows=form.follows(view, values),
            typed=values,
            leave=url_for(".show_procedure", key=key),
            button=form.button,
            grave=form.final,
        )
    )


def _end_check(key: int, pause_id: int, leave: str) -> str:
    view, permit_type = _seen(key)
    pause = next(each.pause for each in view.pauses if each.pause_id == pause_id)
    return check_page(end_check(view, permit_type, pause, local_date(current_instant()), leave))


def _opened_to(right: Right, view: Callable[..., str | Response]) -> Callable[..., str | Response]:
    """The view for those who have the right: pages of permits and of items are alike, and open to different people."""

    @wraps(view)
    def shown(**parts: int | str) -> str | Response:
        return view(**parts)

    return roles(*right.roles)(shown)


for _pages, _right in ((of_permits, access.ACT_ON_PERMITS), (of_items, access.DECIDE_ITEMS)):
    _pages.get("")(_opened_to(_right, show_procedure))
    _pages.get("/<step>")(_opened_to(_right, show_form))
    _pages.post("/<step>")(_opened_to(_right, checked(send_form)))
    _pages.post("/pauses/<int:pause_id>/end")(_opened_to(_right, checked(end_pause)))
