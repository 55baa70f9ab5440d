"""Commitment checks (告知承诺核查) at the desk: which are due, what was found, and recording one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import FAULT_WORDS, Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.lifecycle.acts import Act, SubjectKind, rule
from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.domain.proposals.proposal import STATE_WORDS
from licence_qr.domain.work.tasks import DueStep
from licence_qr.errors import ConflictError, InputError, InvalidApplication, LicenceQRError, RuleError
from licence_qr.services.inspecting.follow_ups import FollowUps, FollowUpView
from licence_qr.services.inspecting.named_checks import NamedChecks
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk import words as desk_words
from licence_qr.web.desk.checking import CheckStep, checked, step
from licence_qr.web.desk.inspecting.follow_up_check import follow_up_check
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget, read_fields, read_revision, refusals
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import t
from licence_qr.web.shell.navigation import FOLLOW_UPS
from licence_qr.web.shell.readings import shows, shows_list
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.web.shell.words import Tone
from licence_qr.wording.terms import term

blueprint = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")
follow_ups = Handed(FollowUps)
named_checks = Handed(NamedChecks)

_DAY_EXAMPLE = Text("例如 2026-11-23。", "For example 2026-11-23.")
OUTCOMES: Mapping[FollowUpOutcome, tuple[Text, Text]] = {
    FollowUpOutcome.MET: (
        term("inspection.commitment_met"),
        Text("公众页面改为“已于某日核查”。", "The public page will show the date of the check."),
    ),
    FollowUpOutcome.RECTIFY: (
        term("inspection.rectification_ordered"),
        Text("到期前再核查一次。", "Another check is due by that date."),
    ),
    FollowUpOutcome.FAILED: (
        Text("不通过，提议撤销", "Failed: propose annulment"),
        Text(
            "由另一位审批人员决定；信用记录和限制申请随决定生效。",
            "Another person decides. The credit record and any bar follow from that decision.",
        ),
    ),
}
OUTCOME_TONES = {FollowUpOutcome.MET: Tone.GOOD, FollowUpOutcome.RECTIFY: Tone.CARE, FollowUpOutcome.FAILED: Tone.BAD}
_CHECKED_ON = Field("checked_on", term("inspection.date_of_check"), _DAY_EXAMPLE, characters=12)
_OUTCOME = Field(
    "outcome",
    term("field.outcome"),
    widget=Widget.RADIOS,
    choices=tuple(Choice(each.value, name, hint) for each, (name, hint) in OUTCOMES.items()),
)
_FINDINGS = Field(
    "findings",
    term("inspection.what_was_found"),
    Text("整改或不通过时必填。不公开。", "Required if you order rectification or the check is failed. Not published."),
    widget=Widget.PARAGRAPH,
    optional=True,
)
_DOCUMENT_NO = Field("document_no", term("field.document_number"), characters=30, optional=True)
_RECTIFY_BY = Field("rectify_by", term("inspection.rectification_deadline"), _DAY_EXAMPLE, characters=12, optional=True)
_FAULT = Field(
    "fault",
    term("inspection.reason_for_failing"),
    widget=Widget.RADIOS,
    choices=tuple(Choice(each.value, words) for each, words in FAULT_WORDS.items()),
    optional=True,
)
_LEGAL_BASIS = Field("legal_basis", Text("撤销的法律依据", "Legal basis for annulment"), optional=True)


@blueprint.get("")
@roles(*FOLLOW_UPS.roles)
def list_follow_ups() -> str:
    """The checks due from this office, by due date, with the days left."""
    lines = follow_ups().open(current_actor(), current_instant())
    shows_list("follow-ups")
    overdue = sum(line.left.overdue for line in lines)
    only = request.args.get("due") == DueStep.OVERDUE
    return render_template(
        "desk/inspecting/follow_ups.html",
        lines=tuple(line for line in lines if line.left.overdue) if only else lines,
        total=len(lines),
        overdue=overdue,
        only_overdue=only,
        say_left=desk_words,
    )


@blueprint.get("/<int:permit_id>")
@roles(*FOLLOW_UPS.roles)
def show_follow_up(permit_id: int) -> str:
    """One permit: its earlier checks, and the form to record one."""
    view = follow_ups().get(current_actor(), permit_id, current_instant())
    today = local_date(current_instant()).isoformat()
    basis = rule(SubjectKind.PERMIT, Act.ANNUL).basis.zh
    return _page(view, {"checked_on": today, "legal_basis": basis})


@blueprint.post("/<int:permit_id>")
@roles(*access.RECORD_FOLLOW_UPS.roles)
@checked
def record_follow_up(permit_id: int) -> Response:
    """Show what follows; from there, hand in a check for the officers it names. If refused, the form is shown as typed."""
    actor, now = current_actor(), current_instant()
    view = follow_ups().get(actor, permit_id, now)
    fields = _all_fields(view)
    values, asked, revision = read_fields(request.form, fields), step(), read_revision(request.form)
    if asked is CheckStep.EDIT:
        return make_response(_page(view, values))
    try:
        report = _report(TypedForm.into(fields, values))
        if asked is CheckStep.CHECK:
            named_checks().check(actor, permit_id, report, now, revision)
            return make_response(follow_up_check(view, _asked(fields, report), values, revision))
        number = named_checks().hand_in(actor, permit_id, report, now, revision)
    except (InputError, InvalidApplication, RuleError, ConflictError) as refused:
        return make_response(_page(view, values, refused), refused.http_status)
    flash(
        t(
            "已提交，同行人员确认后生效。",
            "Handed in. The check takes effect once the officers you named have confirmed it.",
        )
    )
    return redirect(url_for("desk.follow_ups_named.show_named", named_id=number), 303)


def _report(typed: TypedForm) -> FollowUpReport:
    """Read the form. Raises InvalidApplication with every date that cannot be read; the service checks the rest."""
    outcome = next((each for each in FollowUpOutcome if each.value == typed.values["outcome"]), None)
    rectify, failed = outcome is FollowUpOutcome.RECTIFY, outcome is FollowUpOutcome.FAILED
    report = FollowUpReport(
        checked_on=typed.day("checked_on", required=False),
        outcome=outcome,
        others=typed.ticked("others"),
        findings=plain_text(typed.text("findings")),
        rectify_by=typed.day("rectify_by", required=False) if rectify else None,
        document_no=plain_line(typed.text("document_no")),
        fault=next((each for each in Fault if each.value == typed.values["fault"]), None) if failed else None,
        legal_basis=plain_line(typed.text("legal_basis")) if failed else "",
    )
    typed.check()
    return report


def _others(view: FollowUpView) -> Field:
    """The colleagues who can be named as second officer."""
    return Field(
        "others",
        Text("与您一同核查的监督员", "Officers who were with you"),
        Text(
            f"核查至少要有 {view.count} 人，包括您自己。",
            f"A check takes at least {view.count} officers, including you.",
        ),
        widget=Widget.CHECKBOXES,
        choices=tuple(Choice(each.username, Text(each.display_name, each.display_name)) for each in view.colleagues),
    )


def _all_fields(view: FollowUpView) -> tuple[Field, ...]:
    return (
        _CHECKED_ON,
        _others(view),
        _OUTCOME,
        _FINDINGS,
        _DOCUMENT_NO,
        _RECTIFY_BY,
        _FAULT,
        _LEGAL_BASIS,
    )


def _asked(fields: tuple[Field, ...], report: FollowUpReport) -> tuple[Field, ...]:
    """The fields that count with this outcome."""
    left_out = set() if report.outcome is FollowUpOutcome.RECTIFY else {_RECTIFY_BY.name}
    left_out |= set() if report.outcome is FollowUpOutcome.FAILED else {_FAULT.name, _LEGAL_BASIS.name}
    return tuple(field for field in fields if field.name not in left_out)


def _page(view: FollowUpView, values: Mapping[str, str], refused: LicenceQRError | None = None) -> str:
    permit = view.permit
    shows(f"follow-up/{permit.permit_id}", "name", "address", "officers", "findings", uscc=permit.uscc)
    waiting = named_checks().open_one(current_actor(), permit.permit_id)
    can_record = view.may_record and bool(view.colleagues) and not waiting
    summary, problems = refusals(refused, _all_fields(view) if can_record else ())
    return render_template(
        "desk/inspecting/follow_up.html",
        view=view,
        waiting=waiting,
        can_record=can_record,
        always=(_CHECKED_ON, _others(view), _OUTCOME, _FINDINGS, _DOCUMENT_NO),
        on_rectify=_RECTIFY_BY,
        on_failure=(_FAULT, _LEGAL_BASIS),
        values=values,
        summary=summary,
        problems=problems,
        outcomes=OUTCOMES,
        outcome_tones=OUTCOME_TONES,
        fault_words=FAULT_WORDS,
        proposal_words=STATE_WORDS,
        say_left=desk_words,
    )
