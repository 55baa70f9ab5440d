"""One act on a licence or a permit: a form, a check that says what will happen, and what to give out after it.

A form that somebody else overtook is shown again with what has happened since; nothing typed is lost, and pressed once more
it is sent knowingly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.draft import Typing
from licence_qr.domain.lifecycle import acts as lifecycle
from licence_qr.domain.lifecycle.acts import Act, Rule, Subject, SubjectKind
from licence_qr.domain.lifecycle.dates import renewal_deadline
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import ConflictError, InputError, InvalidApplication, LicenceQRError, PrintError, RuleError
from licence_qr.services.businesses.history import History, Timeline
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit, Register
from licence_qr.services.issuing.drafts import Applications
from licence_qr.services.lifecycle.credit_record import Bars
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.lifecycle.procedure import Procedures
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.businesses.history import Day, days
from licence_qr.web.desk.checking import CheckStep, check_page, checked, step
from licence_qr.web.desk.lifecycle.act_check import WAS, check_of
from licence_qr.web.desk.lifecycle.act_form import ActForm
from licence_qr.web.desk.lifecycle.consequences import consequences
from licence_qr.web.desk.lifecycle.forms import (
    changes_of,
    first_values,
    grounds_fields,
    own_fields,
    read_details,
    read_grounds,
    registered,
)
from licence_qr.web.desk.words import shown_text
from licence_qr.web.shell.forms import (
    Field,
    FieldProblem,
    TypedForm,
    problem,
    problems_by_field,
    read_fields,
    read_revision,
)
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.language import language
from licence_qr.web.shell.readings import shows_business
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain

blueprint = Blueprint("businesses_life", __name__, url_prefix="/businesses")


@dataclass(frozen=True, slots=True)
class LifeServices:
    """The services that the pages of acts use."""

    life: Life
    register: Register
    bars: Bars
    procedures: Procedures
    timeline: Timeline
    applications: Applications


services = Handed(LifeServices)

_OVERTAKEN = "business_changed"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that was changed both in this form and by somebody else: the typed text, and the registered one now."""

    field: Field
    typed: str
    now: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What has happened since the form was made, newest first, and which typed fields it affects."""

    days: tuple[Day, ...]
    clashes: tuple[Clash, ...]


@blueprint.get("/<uscc>/licence/<act>")
@roles(*access.ACT_ON_LICENCES.roles)
def show_licence_act(uscc: str, act: str) -> str | Response:
    """The form of one act on the licence. If the act needs four eyes, lead to the form of its proposal."""
    return _show(_case(uscc, act, None))


@blueprint.post("/<uscc>/licence/<act>")
@roles(*access.ACT_ON_LICENCES.roles)
@checked
def do_licence_act(uscc: str, act: str) -> Response:
    """Show what follows; from there, perform the act and lead to its result. If it is refused, the form is shown again."""
    return _do(_case(uscc, act, None))


@blueprint.get("/<uscc>/permit/<int:permit_id>/<act>")
@roles(*access.ACT_ON_PERMITS.roles)
def show_permit_act(uscc: str, permit_id: int, act: str) -> str | Response:
    """The form of one act on a permit. If the act needs four eyes, lead to the form of its proposal."""
    return _show(_case(uscc, act, permit_id))


@blueprint.post("/<uscc>/permit/<int:permit_id>/<act>")
@roles(*access.ACT_ON_PERMITS.roles)
@checked
def do_permit_act(uscc: str, permit_id: int, act: str) -> Response:
    """Show what follows; from there, perform the act and lead to its result. If it is refused, the form is shown again."""
    return _do(_case(uscc, act, permit_id))


def _show(case: ActForm | Response) -> str | Response:
    if isinstance(case, Response):
        return case
    return _page(case, first_values(case), registered(case))


def _do(case: ActForm | Response) -> Response:
    if isinstance(case, Response):
        return case
    fields = _fields(case)
    was = {name: request.form.get(WAS + name, value) for name, value in registered(case).items()}
    typed = TypedForm.into(fields, read_fields(request.form, fields), was)
    revision = read_revision(request.form)
    if revision is None:
        abort(400)
    asked = step()
    if asked is CheckStep.EDIT:
        return make_response(_page(case, typed.values, was, revision))
    try:
        request_of_act = _read(case, typed, revision)
        if asked is CheckStep.CHECK:
            foretold = services().life.foretell(current_actor(), request_of_act, current_instant())
            return make_response(check_page(check_of(case, typed, revision, foretold)))
        services().life.perform(current_actor(), request_of_act, current_instant())
    except ConflictError as refused:
        if refused.code != _OVERTAKEN:
            raise
        return _overtaken(case, typed, revision, refused)
    except (InputError, InvalidApplication, PrintError, RuleError) as refused:
        return make_response(_page(case, typed.values, was, revision, refused), refused.http_status)
    return redirect(url_for(".show_done", uscc=case.subject.uscc, revision=revision), 303)


@blueprint.get("/<uscc>/done/<int:revision>")
@roles(*access.READ_BUSINESSES.roles)
def show_done(uscc: str, revision: int) -> str:
    """What has happened since ``revision``, and what to hand to the holder."""
    actor, now = current_actor(), current_instant()
    past = services().timeline.read(actor, uscc, revision)
    detail = services().register.business(actor, uscc, now)
    shows_business(uscc)
    printed = any(event.kind is EventKind.CODE_ISSUED for event in past.events)
    changes = tuple(change for event in past.events for change in event.changes)
    renamed = any(change.field == "name" and change.before for change in changes)
    alike = services().register.look_alikes(actor, uscc) if renamed else ()
    for other in alike:
        shows_business(other.uscc)
    return render_template(
        "desk/lifecycle/done.html",
        detail=detail,
        past=past,
        days=tuple(days(past)),
        printed=printed,
        lost=any(change.after == "lost" for change in changes),
        moved=any(change.field == "domicile" and change.before for change in changes),
        alike=alike,
    )


@blueprint.post("/<uscc>/applications")
@roles(*access.TAKE_APPLICATIONS.roles)
def add_permit(uscc: str) -> Response:
    """Open an application for another permit of this business, with its details filled in."""
    applications, actor, now = services().applications, current_actor(), current_instant()
    known = applications.known_business(actor, uscc)
    if known is None:
        abort(404)
    draft = applications.start(actor, now)
    applications.save(actor, draft.draft_id, Typing(known, draft.revision), now)
    return redirect(url_for("desk.trade.show_trade", draft_id=draft.draft_id), 303)


# --- the case --------------------------------------------------------------------------------------------------


def _case(uscc: str, act: str, permit_id: int | None) -> ActForm | Response:
    """What is to be done to what, or the page to answer with instead: the proposal, or the acts that are allowed.

    Raises AccessError; NotFoundError.
    """
    actor, now = current_actor(), current_instant()
    kind = SubjectKind.LICENCE if permit_id is None else SubjectKind.PERMIT
    if not any(rule.kind is kind and rule.act.value == act for rule in lifecycle.RULES):
        abort(404)
    detail = services().register.business(actor, uscc, now)
    shows_business(uscc)
    permit = next((held for held in detail.permits if held.permit_id == permit_id), None)
    if permit_id is not None and permit is None:
        abort(404)
    subject = Subject(uscc, permit_id)
    try:
        known = catalogue().permit_types.get(permit.permit.permit_type) if permit else None
        rule = lifecycle.check(subject.kind, Act(act), permit.status if permit else detail.state, known)
    except RuleError as refused:
        asked = lifecycle.rule(subject.kind, Act(act))
        case = ActForm(detail, subject, asked, permit, catalogue(), local_date(now))
        return make_response(_refused(case, refused), refused.http_status)
    _admit(detail, permit, rule)
    if rule.four_eyes:
        return make_response(
            redirect(url_for("desk.proposals.propose", uscc=uscc, subject=subject.text, act=rule.act.value), 303)
        )
    if not rule.told:
        abort(404)
    return ActForm(detail, subject, rule, permit, catalogue(), local_date(now))


def _admit(detail: BusinessDetail, permit: HeldPermit | None, rule: Rule) -> None:
    offices = (permit.permit.handling_office, detail.office) if permit else (detail.office,)
    access.demand(current_actor(), access.of_act(rule))
    access.demand(current_actor(), access.of_act(rule), *offices)


def _fields(case: ActForm) -> tuple[Field, ...]:
    return own_fields(case) + grounds_fields(case.rule)


def _read(case: ActForm, typed: TypedForm, revision: int) -> ActRequest:
    grounds, details = read_grounds(typed), read_details(case, typed)
    typed.check()
    return ActRequest(case.subject, case.rule.act, grounds, current_actor(), details, revision)


# --- the pages -------------------------------------------------------------------------------------------------


def _page(
    case: ActForm,
    values: Mapping[str, str],
    was: Mapping[str, str],
    revision: int | None = None,
    refused: LicenceQRError | None = None,
    overtaken: Overtaken | None = None,
) -> str:
    labels = {field.name: field.label for field in _fields(case)}
    faults, main = _faults(refused, set(labels)), language().value
    summary = tuple(
        problem(fault, main, label=labels[fault.field]) if isinstance(fault, InputError) else _plain(fault)
        for fault in faults
    )
    return render_template(
        "desk/lifecycle/act.html",
        case=case,
        fields=own_fields(case),
        grounds=grounds_fields(case.rule),
        values=values,
        was=was,
        revision=case.detail.revision if revision is None else revision,
        effects=consequences(case.rule, case.detail.page.newest_version),
        changes=changes_of(case),
        barred_until=_barred_until(case),
        not_yet=_not_yet(case),
        renewal=_renewal(case),
        change=_change(case),
        overtaken=overtaken,
        summary=summary,
        problems=problems_by_field((fault for fault in faults if isinstance(fault, InputError)), main),
    )


@dataclass(frozen=True, slots=True)
class Renewal:
    """The expiry date, the last day to apply for renewal in time, and whether that day has passed."""

    last: date
    deadline: date
    late: bool


def _renewal(case: ActForm) -> Renewal | None:
    """The dates for an application for renewal; None for other acts, and for a permit without an expiry date."""
    period = case.permit.permit.period if case.permit else None
    if case.rule.act is not Act.APPLY_RENEWAL or period is None or period.last is None:
        return None
    permit_type = case.permit_type.id if case.permit_type else ""
    deadline = renewal_deadline(period.last, case.catalogue.life_rules_on(case.today, permit_type))
    return Renewal(period.last, deadline, late=case.today > deadline)


@dataclass(frozen=True, slots=True)
class ChangeTime:
    """The number of days within which a change must be applied for, and the earliest decision still in time today."""

    days: int
    since: date


def _change(case: ActForm) -> ChangeTime | None:
    """The time limit of a change of the licence; None for other acts."""
    if (case.subject.kind, case.rule.act) != (SubjectKind.LICENCE, Act.CHANGE):
        return None
    days = case.catalogue.life_rules_on(case.today).change_apply_days
    return ChangeTime(days, case.today - timedelta(days=days))


def _barred_until(case: ActForm) -> date | None:
    """The last day on which the holder is barred from this type of permit; None if not barred, or not to be granted."""
    if case.permit is None or case.rule.act is not Act.GRANT:
        return None
    types = (case.permit.permit.permit_type,)
    return services().bars.of_application(case.subject.uscc, types, case.today).barred_until


def _not_yet(case: ActForm) -> LicenceQRError | None:
    """Why the reader may not grant the permit before a visit, or at all; None for other acts."""
    if case.permit is None or case.rule.act is not Act.GRANT:
        return None
    return services().procedures.view(current_actor(), case.subject.text, current_instant()).refusal


def _faults(refused: LicenceQRError | None, names: set[str]) -> tuple[LicenceQRError, ...]:
    """The single faults. One about a field that is not in the form has no link."""
    if refused is None:
        return ()
    parts = refused.parts or (refused,)
    return tuple(
        part if isinstance(part, InputError) and part.field in names else LicenceQRError(part.code, **part.facts)
        for part in parts
    )


def _plain(fault: LicenceQRError) -> FieldProblem:
    words = explain(fault, language().value)
    return FieldProblem("", words.what, words.todo)


def _overtaken(case: ActForm, typed: TypedForm, revision: int, refused: ConflictError) -> Response:
    """The form once more, now made from the newest state: what was left alone shows what the register says by now."""
    past: History = services().timeline.read(current_actor(), case.subject.uscc, revision)
    now = registered(case)
    touched = {name for name in now if typed.values.get(name, "") != typed.was.get(name, "")}
    values = {**typed.values, **{name: text for name, text in now.items() if name not in touched}}
    clashes = tuple(
        Clash(typed.fields[name], typed.values[name], now[name])
        for name in typed.fields
        if name in touched and now[name] not in (typed.was[name], typed.values[name])
    )
    since = Overtaken(tuple(days(past)), clashes)
    page = _page(case, values, now, overtaken=since)
    return make_response(page, refused.http_status)


def _naming(refused: RuleError, acts: Sequence[Rule]) -> RuleError:
    """The refusal, naming the acts that the page links to: those available to this reader."""
    zh, en = "、".join(rule.name.zh for rule in acts) or "无", "; ".join(rule.name.en for rule in acts) or "nothing"
    return RuleError(refused.code, **(refused.facts | {"allowed_zh": zh, "allowed_en": en}))


def _refused(case: ActForm, refused: RuleError) -> str:
    """The acts that are allowed. When it was a form that somebody overtook, also what happened since and what was typed:
    it cannot be sent any more, but is not lost."""
    offered = case.permit.acts if case.permit else case.detail.acts
    revision = read_revision(request.form)
    past = () if revision is None else days(services().timeline.read(current_actor(), case.subject.uscc, revision))
    fields = () if revision is None else _fields(case)
    typed = read_fields(request.form, fields)
    acts = tuple(rule for rule in offered if rule.told)
    return render_template(
        "desk/lifecycle/refused.html",
        case=case,
        refused=refused,
        words_of=explain(_naming(refused, acts), language().value),
        acts=acts,
        days=tuple(past),
        kept=tuple((field.label, shown_text(field, typed[field.name])) for field in fields if typed[field.name]),
    )
