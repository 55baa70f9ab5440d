"""Random draws at the desk (双随机): announce the list, give the seed, read the result. The public reads it at /draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Regime, Text
from licence_qr.domain.dates import day_in_words, local_date
from licence_qr.domain.inspecting.draws import DRAW_STATE_WORDS, MAX_PLACES
from licence_qr.domain.inspecting.inspection import OUTCOME_WORDS
from licence_qr.domain.roles import Actor, Away
from licence_qr.errors import ConflictError, InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.inspecting.draws import DrawRequest, Draws, PublishedDraw
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.checking import ActCheck, CheckStep, check_page, checked, step
from licence_qr.web.desk.inspecting.draw_check import announce_check, settle_check, void_check
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget, read_fields, refusals
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import INSPECTIONS
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.terms import term

blueprint = Blueprint("inspection_draws", __name__, url_prefix="/draws")
draws = Handed(Draws)

_TITLE = Field(
    "title",
    Text("抽查名称", "Title"),
    Text("公开，例如：2026年第四季度住宿场所抽查。", "Published. For example, “Lodging, 4th quarter of 2026”."),
)
_PLACES = Field("places", Text("抽取几家", "Number of premises to draw"), characters=6, inputmode="numeric")
_DUE_ON = Field(
    "due_on",
    term("inspection.due_by"),
    Text("例如 2026-12-31。", "For example 2026-12-31."),
    characters=12,
)
_RECUSED = Field(
    "recused",
    Text("回避", "Recusals (conflicts of interest)"),
    Text(
        "每行：监督员编号 统一社会信用代码。编号公开，姓名不公开。",
        "One per line: inspector number, credit code. Numbers are published; names are not.",
    ),
    widget=Widget.PARAGRAPH,
    optional=True,
)
_SEED_SOURCE = Field(
    "seed_source",
    Text("种子来自哪个公开事件", "Public event that provides the seed"),
    Text(
        "例如：2026-11-24 福彩双色球中奖号码。留空则由登记库生成秘密种子，先公布其 SHA-256。",
        "For example a lottery draw on a future date. If left empty, the register creates a secret seed and"
        " publishes its SHA-256 first.",
    ),
    optional=True,
)
_SEED = Field("seed", term("field.seed"), Text("照公开结果原样录入。", "Enter it exactly as published."), characters=30)
_REASON = Field("reason", Text("作废的理由", "Reason the draw is void"), Text("公开。", "Published."))


@blueprint.get("")
@roles(*INSPECTIONS.roles)
def list_draws() -> str:
    """The draws of this office."""
    actor = current_actor()
    return render_template(
        "desk/inspecting/draws.html",
        draws=draws().of_office(actor),
        states=DRAW_STATE_WORDS,
        may_draw=access.may(actor, access.DRAW),
    )


@blueprint.get("/new")
@roles(*access.DRAW.roles)
def plan_draw() -> str:
    """The form that announces a draw. Inspectors who are absent today are ticked as not taking part."""
    absent = draws().absent(current_actor(), current_instant())
    return _form({"places": "1", "due_on": "", "away": ",".join(map(str, absent))})


@blueprint.post("/new")
@roles(*access.DRAW.roles)
@checked
def announce_draw() -> Response:
    """Show what follows; from there, freeze and publish the list. What was typed stays when it is refused."""
    fields, asked = _fields(), step()
    values, only_try = read_fields(request.form, fields), asked is CheckStep.CHECK
    if asked is CheckStep.EDIT:
        return make_response(_form(values))
    try:
        wanted = _wanted(TypedForm.into(fields, values))
        number = draws().announce(current_actor(), wanted, current_instant(), only_try=only_try)
    except (InputError, InvalidApplication, RuleError) as refused:
        return make_response(_form(values, refused), refused.http_status)
    if only_try:
        return make_response(check_page(announce_check(fields, values)))
    flash(t("抽查已公布。", "The draw has been announced."))
    return redirect(url_for(".show_draw", number=number), 303)


@blueprint.get("/<int:number>")
@roles(*INSPECTIONS.roles)
def show_draw(number: int) -> str:
    """One draw: list, seed, result; and what can be done with it now."""
    return _page(draws().own(current_actor(), number), {})


@blueprint.get("/drawn/<int:drawn_id>")
@roles(*INSPECTIONS.roles)
def show_drawn(drawn_id: int) -> Response:
    """The draw that a place was drawn in, for whoever comes from the work list."""
    return redirect(url_for(".show_draw", number=draws().of_drawn(current_actor(), drawn_id)), 303)


@blueprint.post("/<int:number>/settle")
@roles(*access.DRAW.roles)
@checked
def settle_draw(number: int) -> Response:
    """Show what follows; from there, draw. If it is refused, the form keeps the typed seed."""
    return _answered(
        number,
        _SEED,
        draws().settle,
        settle_check,
        t("已抽取；检查以后公布。", "Drawn. It is published after the visits."),
    )


@blueprint.post("/<int:number>/call-off")
@roles(*access.DRAW.roles)
@checked
def call_off_draw(number: int) -> Response:
    """Show what follows; from there, declare an announced draw void; it stays published with the reason."""
    return _answered(
        number,
        _REASON,
        draws().call_off,
        void_check,
        t("抽查已作废，理由已公布。", "The draw is void. The reason has been published."),
    )


class _Step(Protocol):
    """One step of a draw, with the one answer of its form."""

    def __call__(self, actor: Actor, draw_id: int, answer: str, now: datetime, /, *, only_try: bool) -> None: ...


_Check = Callable[[PublishedDraw, tuple[Field, ...], Mapping[str, str]], ActCheck]


def _answered(number: int, field: Field, act: _Step, check: _Check, done: str) -> Response:
    """Show the ``check`` of ``act``; from there, do it and confirm it, or show the page with what is wrong."""
    actor, typed, asked = current_actor(), read_fields(request.form, (field,)), step()
    if asked is CheckStep.EDIT:
        return make_response(_page(draws().own(actor, number), typed))
    only_try = asked is CheckStep.CHECK
    try:
        act(actor, number, typed[field.name], current_instant(), only_try=only_try)
    except (InputError, ConflictError) as refused:
        draw = draws().own(actor, number)
        return make_response(_page(draw, typed, refused), refused.http_status)
    if only_try:
        return make_response(check_page(check(draws().own(actor, number), (field,), typed)))
    flash(done)
    return redirect(url_for(".show_draw", number=number), 303)


def _fields() -> tuple[Field, ...]:
    """The questions of the form, with the types of place that need a permit today."""
    today = local_date(current_instant())
    kinds = tuple(
        Choice(kind.id, kind.name)
        for kind in catalogue().kinds.values()
        if (regime := kind.regime_on(today)) and regime.regime is Regime.LICENSED
    )
    absent = draws().absent(current_actor(), current_instant())
    away = tuple(_officer(each, absent.get(each.user_id)) for each in draws().officers(current_actor()))
    of_kinds = Field(
        "kinds",
        term("field.types_of_place"),
        Text("不选则全部。", "If none are selected, all are included."),
        widget=Widget.CHECKBOXES,
        choices=kinds,
        optional=True,
    )
    not_taking_part = Field(
        "away",
        Text("不参加的监督员", "Inspectors not taking part"),
        widget=Widget.CHECKBOXES,
        choices=away,
        optional=True,
    )
    return (_TITLE, _PLACES, _DUE_ON, of_kinds, *((not_taking_part,) if away else ()), _RECUSED, _SEED_SOURCE)


def _officer(officer: Actor, away: Away | None) -> Choice:
    named = f"{officer.user_id} {officer.display_name}"
    if away is None:
        return Choice(str(officer.user_id), Text(named, named))
    last = day_in_words(away.until)
    return Choice(str(officer.user_id), Text(f"{named}（不在岗至{last.zh}）", f"{named} (absent until {last.en})"))


def _wanted(typed: TypedForm) -> DrawRequest:
    """Read the form. Raises InvalidApplication with everything that cannot be read; the service checks the rest."""
    wanted = DrawRequest(
        title=typed.values["title"],
        places=_places(typed),
        due_on=typed.day("due_on", required=False),
        kinds=typed.ticked("kinds"),
        away=tuple(int(number[:9]) for number in typed.ticked("away") if number.isdecimal()),
        recused=_recused(typed),
        seed_source=typed.values["seed_source"],
    )
    typed.check()
    return wanted


def _places(typed: TypedForm) -> int:
    text = typed.text("places")
    if text.isascii() and text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= MAX_PLACES:
        return int(text)
    typed.problems.append(InputError("draw_places_number", field="places"))
    return 0


def _recused(typed: TypedForm) -> tuple[tuple[int, str], ...]:
    found = []
    for line, written in enumerate(typed.values["recused"].splitlines(), start=1):
        match written.split():
            case []:
                continue
            case [number, uscc] if number.isascii() and number.isdecimal() and len(uscc) == 18:
                found.append((int(number[:9]), uscc.upper()))
            case _:
                typed.problems.append(InputError("draw_recused_form", field="recused", line=line))
    return tuple(found)


def _form(values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    fields = _fields()
    summary, problems = refusals(refused, fields)
    return render_template(
        "desk/inspecting/draw_new.html", fields=fields, values=values, summary=summary, problems=problems
    )


def _page(draw: PublishedDraw, values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    shows(f"draw/{draw.number}", "name", "address", "officers")
    summary, problems = refusals(refused, (_SEED, _REASON))
    names = {o.user_id: o.display_name for o in draws().officers(current_actor())}
    return render_template(
        "desk/inspecting/draw.html",
        draw=draw,
        names=names,
        absent=draws().absent(current_actor(), current_instant()),
        seed=_SEED,
        reason=_REASON,
        values=values,
        summary=summary,
        problems=problems,
        states=DRAW_STATE_WORDS,
        outcomes=OUTCOME_WORDS,
        may_draw=access.may(current_actor(), access.DRAW),
    )
