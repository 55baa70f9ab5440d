"""Acts on a permit, one function each. The state has been checked; these check dates and values, and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from licence_qr.domain.catalogue.grading import scale_facts
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.changes import renamed_premises
from licence_qr.domain.lifecycle.dates import effective_day, granted_on, renewal_deadline, renewed_period
from licence_qr.domain.lifecycle.details import Grading, PermitChange, Suspending
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import ENDS_BEFORE_CLOSING, Permit, PermitState
from licence_qr.domain.register.permit import deemed_renewed as is_deemed_renewed
from licence_qr.errors import InputError, RuleError
from licence_qr.services.lifecycle.case import ActCase
from licence_qr.services.lifecycle.credit_record import check_application
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.before_grant import demand_visit
from licence_qr.services.signing.grant_rules import (
    check_delegation,
    check_kinds,
    first_period,
    next_permit_no,
    type_name,
)
from licence_qr.store.register import entities
from licence_qr.store.register.permits import StoredPermit
from licence_qr.wording.text import Text


def grant(case: ActCase) -> None:
    """准予许可: a number is taken and the period begins today.

    Raises what ``signing.grant_rules`` and ``before_grant.demand_visit`` raise, and RuleError ``application_barred`` while
    the holder is barred.
    """
    permit = case.permit
    if case.request.grounds.effective_on not in {None, case.today}:
        raise InputError("grant_is_of_today", field="effective_on", today=case.today.isoformat())
    authority = _check_power(case)
    name = type_name(case.catalogue, permit.permit_type)
    # It was applied for before the bar began, but a grant now would circumvent the bar.
    check_application(case.tx, case.uscc, permit.permit_type, permit.mode, case.today, name)
    demand_visit(case.tx, case.catalogue, case.request.subject.text, permit.permit_type, case.today, case.request.actor)
    granted = replace(
        permit,
        permit_no=next_permit_no(case.tx, case.catalogue, permit.permit_type, authority, case.today),
        issuing_authority=authority,
        issued_on=case.today,
        period=first_period(case.catalogue, permit.permit_type, case.today),
        state=PermitState.EFFECTIVE,
        state_since=case.today,
    )
    case.put_permit(EventKind.PERMIT_GRANTED, case.subject, granted, case.today)


def _check_power(case: ActCase) -> str:
    """The authority in whose name the office may issue this permit today.

    Raises RuleError ``no_delegation_today``, ``kind_needs_no_permit_today``, or ``delegation_of_other_authority`` for a
    permit of an authority without a delegation to the office.
    """
    permit, office = case.permit, case.request.actor.office
    authority = check_delegation(case.catalogue, office, permit.permit_type, case.today)
    if authority != permit.issuing_authority:
        known = case.catalogue.authorities.get(permit.issuing_authority)
        name = known.name if known else Text(permit.issuing_authority, permit.issuing_authority)
        raise RuleError("delegation_of_other_authority", authority_zh=name.zh, authority_en=name.en)
    if permit.kinds:
        check_kinds(case.catalogue, permit.permit_type, permit.kinds, case.today)
    return authority


def refuse(case: ActCase) -> None:
    """不予许可: the application is closed and gets no number."""
    refuse_pending(case, case.subject, case.day_of_permit())


def refuse_pending(case: ActCase, stored: StoredPermit, day: date) -> None:
    """Close one application."""
    refused = replace(stored.permit, state=PermitState.REFUSED, state_since=day)
    case.put_permit(EventKind.PERMIT_REFUSED, stored, refused, day)


def change(case: ActCase) -> None:
    """许可变更: only the name of the street can change in a permit. Raises what ``renamed_premises`` raises."""
    details = case.request.details
    if not isinstance(details, PermitChange):
        raise InputError("details_missing", field="premises_address")
    day = case.day_of_permit()
    number = case.permit.premises_no
    premises = next(p for p in entities.premises_of(case.tx, case.uscc) if p.premises_no == number)
    renamed = renamed_premises(premises, details, case.permit_type)
    entities.replace_premises(case.tx, case.uscc, renamed)
    case.note(EventKind.PREMISES_CHANGED, f"premises/{number}", day, as_json(premises), as_json(renamed))


def apply_renewal(case: ActCase) -> None:
    """申请延续. Later than 30 days before expiry it is still accepted, but is not deemed granted if not decided."""
    permit = case.permit
    last = permit.period.last if permit.period else None
    if last is None:
        raise RuleError("renewal_not_needed", permit_no=permit.permit_no)
    if permit.renewal_applied_on is not None:
        raise RuleError(
            "renewal_already_applied", permit_no=permit.permit_no, day=permit.renewal_applied_on.isoformat()
        )
    day = effective_day(case.request.grounds.effective_on, granted_on(permit) or date.min, case.today)
    if case.today > last:
        raise InputError("renewal_after_end", field="effective_on", last=last.isoformat(), found=day.isoformat())
    in_time = day <= renewal_deadline(last, case.catalogue.life_rules_on(day, permit.permit_type))
    applied = replace(permit, renewal_applied_on=day, renewal_in_time=in_time)
    case.put_permit(EventKind.RENEWAL_APPLIED, case.subject, applied, day)


def renew(case: ActCase) -> None:
    """准予延续: the new term begins the day after the old expiry date; number and first day do not change.

    The premises are inspected for it, so it counts as a review; else the next review would be overdue at once. Raises
    what ``signing.grant_rules`` raises.
    """
    day = _day_of_renewal(case)
    permit = case.permit
    _check_power(case)
    case.put_permit(
        EventKind.PERMIT_RENEWED,
        case.subject,
        replace(_lengthened(case, permit), issued_on=case.today, reviewed_on=case.today),
        day,
    )


def deem_renewed(case: ActCase) -> None:
    """视为准予延续, from the day after the old expiry date. It takes effect by law; the register only records it."""
    permit = case.permit
    if permit.period is None or permit.period.last is None or not is_deemed_renewed(permit, case.today):
        raise InputError("renewal_not_applied", field="renewal_applied_on", permit_no=permit.permit_no)
    begins = permit.period.last + timedelta(days=1)
    case.put_permit(EventKind.PERMIT_DEEMED_RENEWED, case.subject, _lengthened(case, permit), begins)


def refuse_renewal(case: ActCase) -> None:
    """不予延续: the permit is valid until its expiry date."""
    day = _day_of_renewal(case)
    refused = replace(case.permit, renewal_applied_on=None, renewal_in_time=False)
    case.put_permit(EventKind.RENEWAL_REFUSED, case.subject, refused, day)


def _day_of_renewal(case: ActCase) -> date:
    """The day of a decision on a renewal: not before the application and not after expiry."""
    permit = case.permit
    last = permit.period.last if permit.period else None
    if permit.renewal_applied_on is None or last is None:
        raise InputError("renewal_not_applied", field="renewal_applied_on", permit_no=permit.permit_no)
    day = effective_day(case.request.grounds.effective_on, permit.renewal_applied_on, case.today)
    if case.today > last:
        raise InputError("renewal_after_end", field="effective_on", last=last.isoformat(), found=day.isoformat())
    return day


def _lengthened(case: ActCase, permit: Permit) -> Permit:
    if permit.period is None:
        raise AssertionError("a permit that was granted has a period")
    period = renewed_period(permit.period, case.months(permit.permit_type))
    return replace(permit, period=period, renewal_applied_on=None, renewal_in_time=False)


def _day_of_supervision(case: ActCase, last: date | None) -> date:
    """The day of a check, review or grade: not before the grant or the ``last`` one of its kind."""
    floor = max(granted_on(case.permit) or date.min, last or date.min)
    return effective_day(case.request.grounds.effective_on, floor, case.today)


def review(case: ActCase) -> None:
    """复核."""
    day = _day_of_supervision(case, case.permit.reviewed_on)
    case.put_permit(EventKind.PERMIT_REVIEWED, case.subject, replace(case.permit, reviewed_on=day), day)


def check(case: ActCase) -> None:
    """核查: the premises were inspected on site and the commitment was met."""
    day = _day_of_supervision(case, case.permit.checked_on)
    case.put_permit(EventKind.PERMIT_CHECKED, case.subject, replace(case.permit, checked_on=day), day)


def grade(case: ActCase) -> None:
    """量化分级: set the hygiene grade."""
    details = case.request.details
    scale = case.permit_type.scale if case.permit_type else None
    if not isinstance(details, Grading) or (details.grade and not (scale and scale.grade(details.grade))):
        raise InputError("grade_unknown", field="grade", **scale_facts(scale))
    day = _day_of_supervision(case, case.permit.graded_on)
    graded = replace(case.permit, grade=details.grade, graded_on=day)
    case.put_permit(EventKind.PERMIT_GRADED, case.subject, graded, day)


def turn(case: ActCase) -> None:
    """Suspend, reinstate, revoke, withdraw: the state that the table names, from the day on; of a suspension also the
    decision, where it is known."""
    target = case.rule.target
    if not isinstance(target, PermitState):
        raise AssertionError("the table gives a permit's act a permit's state")
    day = case.day_of_permit()
    details = case.request.details
    suspension = details.suspension if isinstance(details, Suspending) else None
    changed = replace(case.permit, state=target, state_since=day, suspension=suspension)
    case.put_permit(EventKind.PERMIT_STATE_CHANGED, case.subject, changed, day)


def annul(case: ActCase) -> None:
    """撤销: decided on the given day, and void from the grant, which is the effective date of the event."""
    decided = case.day_of_permit()
    changed = replace(case.permit, state=PermitState.ANNULLED, state_since=decided, suspension=None)
    case.put_permit(EventKind.PERMIT_STATE_CHANGED, case.subject, changed, granted_on(case.permit) or decided)


def cancel(case: ActCase) -> None:
    """注销: the record is closed; ``ended_by`` names an earlier end."""
    close_permit(case, case.subject, case.day_of_permit())


def close_permit(case: ActCase, stored: StoredPermit, day: date) -> None:
    """Cancel one permit, not before its last decision. A pending application is refused."""
    permit = stored.permit
    day = max(day, permit.state_since or day, granted_on(permit) or day)
    if permit.state is PermitState.PENDING:
        refuse_pending(case, stored, day)
    elif permit.state not in {PermitState.CANCELLED, PermitState.REFUSED}:
        ended_by = permit.state if permit.state in ENDS_BEFORE_CLOSING else None
        closed = replace(permit, state=PermitState.CANCELLED, state_since=day, ended_by=ended_by, suspension=None)
        case.put_permit(EventKind.PERMIT_STATE_CHANGED, stored, closed, day)


PERMIT_ACTS: Mapping[Act, Callable[[ActCase], None]] = {
    Act.GRANT: grant,
    Act.REFUSE: refuse,
    Act.CHANGE: change,
    Act.APPLY_RENEWAL: apply_renewal,
    Act.RENEW: renew,
    Act.REFUSE_RENEWAL: refuse_renewal,
    Act.DEEM_RENEWED: deem_renewed,
    Act.REVIEW: review,
    Act.CHECK: check,
    Act.GRADE: grade,
    Act.SUSPEND: turn,
    Act.REINSTATE: turn,
    Act.REVOKE: turn,
    Act.WITHDRAW: turn,
    Act.ANNUL: annul,
    Act.CANCEL: cancel,
}
