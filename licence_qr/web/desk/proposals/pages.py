"""Four eyes at the desk: the list of proposals, proposing a grave act, deciding one with the password once more.

What was typed stays on every refusal, but for the password: it is asked for anew each time and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.inspecting.follow_up import FAULT_WORDS
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.plain_text import plain_text
from licence_qr.domain.proposals.proposal import FOUR_EYES, PAGE_LINES, STATE_WORDS, ProposalFilter, ProposalState
from licence_qr.domain.register.permit import SUSPENSION_DECISION
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.businesses.history import Timeline
from licence_qr.services.proposals.decide import NO_CHANGE, Proposals, ProposalVerdict
from licence_qr.services.proposals.read import Preview, ProposalLine, ProposalReading, ProposalView
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import typed_proof
from licence_qr.web.desk.businesses.history import Day, days
from licence_qr.web.desk.checking import CheckStep, checked, step
from licence_qr.web.desk.proposals.check import is_about_proof, proposing_check, verdict_check
from licence_qr.web.desk.proposals.fields import (
    BESIDE,
    GROUNDS,
    VERDICT_FIELDS,
    WITHDRAWAL_FIELDS,
    first_values,
    grounds_fields,
    read_proposing,
)
from licence_qr.web.desk.proposals.words import CREDIT, OUTCOME_TOLD, TONES
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Field, read_fields, read_revision, refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import PROPOSALS
from licence_qr.web.shell.readings import shows, shows_business
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording import explain

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")


@dataclass(frozen=True, slots=True)
class ProposalServices:
    """The services that the pages of proposals use."""

    proposals: Proposals
    reading: ProposalReading
    timeline: Timeline


services = Handed(ProposalServices)

_OUTDATED = "proposal_form_outdated"
_Refused = (InputError, InvalidApplication, RuleError, ConflictError)


# --- the list ----------------------------------------------------------------------------------------------------


@blueprint.get("")
@roles(*PROPOSALS.roles)
def list_proposals() -> str:
    """The proposals of this office: open ones, oldest first, or settled ones, newest first."""
    actor, wanted = current_actor(), _wanted()
    lines, total = services().reading.list(actor, wanted, current_instant())
    shows("list/proposals", "name", "proposed_by")
    return render_template(
        "desk/proposals/proposals.html",
        lines=lines,
        total=total,
        pages=max(1, -(-total // PAGE_LINES)),
        wanted=wanted,
        acts=FOUR_EYES,
        tones=TONES,
        state_words=STATE_WORDS,
        address=_address,
    )


def _wanted() -> ProposalFilter:
    """The filters in the address. An unknown value counts as none."""
    asked = request.args
    return ProposalFilter(
        state=None if asked.get("state") == "all" else ProposalState.OPEN,
        closed=asked.get("state") == "closed",
        act=act if (act := asked.get("act", "")) in set(Act) else "",
        proposed_by=current_actor().username if asked.get("by") == "me" else "",
        page=max(1, asked.get("page", 1, type=counted)),
    )


def _address(**changes: str | int | None) -> str:
    """The list with other filters; those not named stay, the page starts anew."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("state", "act", "by") if name in request.args}
    chosen = {name: value for name, value in (kept | changes).items() if value is not None}
    return url_for(".list_proposals", **chosen)


# --- proposing ---------------------------------------------------------------------------------------------------


@blueprint.get("/new/<uscc>/<path:subject>/<act>")
@roles(*access.PROPOSE.roles)
def propose(uscc: str, subject: str, act: str) -> str:
    """The form: what the act would do to ``subject`` (``licence`` or ``permit/<id>``), and its grounds."""
    preview = _preview(uscc, subject, act)
    return _proposing_page(preview, first_values(preview))


@blueprint.post("/new/<uscc>/<path:subject>/<act>")
@roles(*access.PROPOSE.roles)
@checked
def send_proposal(uscc: str, subject: str, act: str) -> Response:
    """Show what is proposed; from there, open the proposal. If it is refused, the form is shown again as typed, with what
    has changed since it was made."""
    try:
        preview = _preview(uscc, subject, act)
    except RuleError as refused:
        return make_response(_impossible_page(uscc, refused), refused.http_status)
    fields = grounds_fields(preview)
    values = read_fields(request.form, fields)
    revision, asked = read_revision(request.form) or 0, step()
    if asked is CheckStep.EDIT:
        return make_response(_proposing_page(replace(preview, revision=revision), values))
    try:
        wanted = read_proposing(preview, values, revision)
        if asked is CheckStep.CHECK:
            services().proposals.check_proposing(current_actor(), wanted, current_instant())
            shows_business(uscc)
            return make_response(proposing_check(preview, values, revision))
        number = services().proposals.propose(current_actor(), wanted, current_instant())
    except _Refused as refused:
        shown = preview if refused.code == _OUTDATED else replace(preview, revision=revision)
        return make_response(_proposing_page(shown, values, refused, revision), refused.http_status)
    flash(t("已提出，等另一位审批人员决定。", "Proposal submitted. Another person will decide it."))
    return redirect(url_for(".show_proposal", number=number), 303)


def _preview(uscc: str, subject: str, act: str) -> Preview:
    """What the form is about. Raises what ``ProposalReading.prepare`` raises: said on a page of its own."""
    return services().reading.prepare(current_actor(), uscc, subject, act, current_instant())


def _impossible_page(uscc: str, refused: RuleError) -> str:
    """The page if the act is no longer allowed since the form was made: the acts that are allowed, and the typed text."""
    return render_template(
        "desk/proposals/proposal_refused.html",
        uscc=uscc,
        explanation=explain(refused, language().value),
        fields=GROUNDS,
        values=read_fields(request.form, GROUNDS),
    )


def _proposing_page(
    preview: Preview, values: Mapping[str, str], refused: LicenceQRError | None = None, since: int = 0
) -> str:
    shows_business(preview.about.subject.uscc)
    fields = grounds_fields(preview)
    summary, problems = refusals(refused, fields, BESIDE)
    outdated = refused is not None and refused.code == _OUTDATED
    return render_template(
        "desk/proposals/proposal_new.html",
        preview=preview,
        effects=preview.rule.told,
        fields=fields,
        values=values,
        summary=summary,
        problems=problems,
        days=_changes(preview.about.subject.uscc, since) if outdated else (),
    )


# --- one proposal ------------------------------------------------------------------------------------------------


@blueprint.get("/<int:number>")
@roles(*PROPOSALS.roles)
def show_proposal(number: int) -> Response:
    """What is proposed, by whom, what has changed since, and how it was decided."""
    return _page(_view(number))


@blueprint.post("/<int:number>/decide")
@roles(*access.DECIDE_PROPOSALS.roles)
@checked
def decide(number: int) -> Response:
    """Show what the decision does and ask for the password; from there, decide. What is not accepted keeps everything but
    the password."""
    actor, values, asked = current_actor(), read_fields(request.form, VERDICT_FIELDS), step()
    if asked is CheckStep.EDIT:
        return _page(_view(number), values)
    verdict = ProposalVerdict(
        approve={"approve": True, "refuse": False}.get(values["verdict"]),
        reason=plain_text(values["reason"]),
        proof=typed_proof(),
        client=request.remote_addr or "",
        seen=read_revision(request.form) or 0,
        confirmed=bool(values["confirmed"]),
    )
    try:
        if asked is CheckStep.CHECK:
            view = _view(number)  # before the check, so that nothing newer than what was confirmed is let through
            services().proposals.check_verdict(actor, number, verdict)
            return verdict_check(_noted(view), values)
        outcome = services().proposals.decide(actor, number, verdict, current_instant())
    except (*_Refused, AccessError) as refused:
        view = _view(number)
        if asked is CheckStep.RECORD and is_about_proof(refused) and view.line.mine_to_decide:
            return verdict_check(_noted(view), values, refused)
        return _page(view, values, refused)
    told = OUTCOME_TOLD[outcome]
    flash(t(told.zh, told.en))
    if outcome is ProposalState.CLOSED and verdict.reason.strip():
        flash(t("您填写的内容：", "What you entered: ") + verdict.reason.strip())
    return redirect(url_for(".show_proposal", number=number), 303)


@blueprint.post("/<int:number>/withdraw")
@roles(*access.PROPOSE.roles)
def withdraw(number: int) -> Response:
    """Retract one's own proposal, or that of whom one stands in for, with a reason."""
    values = read_fields(request.form, WITHDRAWAL_FIELDS)
    try:
        services().proposals.withdraw(current_actor(), number, plain_text(values["withdrawal"]), current_instant())
    except _Refused as refused:
        return _page(_view(number), values, refused)
    flash(t("提议已收回。", "You have retracted the proposal."))
    return redirect(url_for(".show_proposal", number=number), 303)


def _asked(line: ProposalLine) -> tuple[Field, ...]:
    """The fields that the page of a proposal has for its reader."""
    if line.state is not ProposalState.OPEN:
        return ()
    if line.mine_to_decide:
        return VERDICT_FIELDS
    return WITHDRAWAL_FIELDS if line.mine or line.for_absent else ()


def _view(number: int) -> ProposalView:
    return services().reading.get(current_actor(), number, current_instant())


def _noted(view: ProposalView) -> ProposalView:
    """The proposal; whoever sees it leaves a trace."""
    line = view.line
    shows(f"proposal/{line.number}", "name", "address", "reason", "proposed_by", uscc=line.about.subject.uscc)
    return view


def _page(
    view: ProposalView, values: Mapping[str, str] | None = None, refused: LicenceQRError | None = None
) -> Response:
    line, main = _noted(view).line, language().value
    summary, problems = refusals(refused, _asked(line), BESIDE)
    page = render_template(
        "desk/proposals/proposal.html",
        view=view,
        effects=view.rule.told,
        credit=CREDIT[view.bar.fault] if view.bar else None,
        tones=TONES,
        state_words=STATE_WORDS,
        fault_words=FAULT_WORDS,
        suspension_words=SUSPENSION_DECISION,
        fields=VERDICT_FIELDS,
        withdrawal=WITHDRAWAL_FIELDS,
        lost=refused is not None and view.line.state is not ProposalState.OPEN,
        values=values or {},
        summary=summary,
        problems=problems,
        impossible=explain(view.refused_now, main) if view.refused_now else None,
        days=_changes(view.line.about.subject.uscc, view.since) if view.changed else (),
    )
    return make_response(page, status_of(refused) if refused else 200)


def _changes(uscc: str, since: int) -> tuple[Day, ...]:
    """What changed the business after a revision, for the macro of the time line."""
    past = services().timeline.read(current_actor(), uscc, since)
    events = tuple(event for event in past.events if event.kind not in NO_CHANGE)
    return tuple(days(replace(past, events=events)))
