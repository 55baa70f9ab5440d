"""Acts on a licence, one function each. The state has been checked; these check dates and values, and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.changes import RENAMES_HOLDER, changed_entity, new_premises
from licence_qr.domain.lifecycle.dates import check_dormancy, effective_day
from licence_qr.domain.lifecycle.details import (
    ClosingPremises,
    Dormancy,
    LicenceChange,
    LiftedMark,
    NewMark,
    NewPremises,
    Reprint,
    ReprintCause,
)
from licence_qr.domain.register.entity import LicenceState, Premises
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.marks import Mark, marks_for
from licence_qr.domain.register.permit import PermitStatus, status_on
from licence_qr.errors import InputError, RuleError
from licence_qr.services.lifecycle.case import ActCase
from licence_qr.services.lifecycle.permit_acts import close_permit
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.grant_rules import check_delegation
from licence_qr.store.register import codes, entities, marks


def change(case: ActCase) -> None:
    """变更登记: the licence is printed again; a new name or principal re-issues the permits in force."""
    details = case.request.details
    if not isinstance(details, LicenceChange):
        raise InputError("details_missing", field="name")
    day = effective_day(case.request.grounds.effective_on, case.stored.entity.established_on, case.today)
    check_delegation(case.catalogue, case.stored.office, case.catalogue.licence.id, case.today)
    before = case.stored.entity
    after = changed_entity(before, details, case.today)
    case.put_licence(EventKind.LICENCE_CHANGED, replace(case.stored, entity=after), day)
    if any(getattr(before, field) != getattr(after, field) for field in RENAMES_HOLDER):
        _reissue_permits(case)


def _reissue_permits(case: ActCase) -> None:
    """Re-issue the permits in force as of today, with the same numbers and expiry dates.

    A permit of an authority without a delegation to this office must be changed by that authority.
    """
    for stored in list(case.held.values()):
        permit = stored.permit
        standing = status_on(permit, case.today)
        power = case.catalogue.delegation(permit.handling_office, permit.permit_type, case.today)
        ours = power is not None and power.authority == permit.issuing_authority
        if not ours or not (standing.in_force or standing in {PermitStatus.SUSPENDED, PermitStatus.NOT_YET_VALID}):
            continue
        if permit.issued_on != case.today:
            case.put_permit(EventKind.PERMIT_CHANGED, stored, replace(permit, issued_on=case.today), case.today)


def add_premises(case: ActCase) -> None:
    """增设经营场所: add premises, without a permit yet, which must be applied for."""
    details = case.request.details
    if not isinstance(details, NewPremises):
        raise InputError("details_missing", field="premises_address")
    day = effective_day(case.request.grounds.effective_on, case.stored.entity.established_on, case.today)
    check_delegation(case.catalogue, case.stored.office, case.catalogue.licence.id, case.today)
    asked = new_premises(0, details)
    known = entities.premises_at(case.tx, case.uscc, asked.address)
    if known is not None:
        raise RuleError("premises_already_there", address=known.address)
    added = entities.add_premises(case.tx, case.uscc, asked.address, asked.region, asked.area_m2)
    case.note(EventKind.PREMISES_ADDED, f"premises/{added.premises_no}", day, None, as_json(added))


def close_premises(case: ActCase) -> None:
    """撤并经营场所: the premises are given up, and their permits with them. The last are closed only with the licence."""
    details = case.request.details
    if not isinstance(details, ClosingPremises):
        raise InputError("details_missing", field="premises_no")
    places = {p.premises_no: p for p in entities.premises_of(case.tx, case.uscc) if p.open}
    place = places.get(details.premises_no)
    if place is None:
        raise InputError("premises_unknown", field="premises_no", number=details.premises_no)
    if len(places) == 1:
        raise RuleError("last_premises", address=place.address)
    day = effective_day(case.request.grounds.effective_on, case.stored.entity.established_on, case.today)
    _close(case, place, replace(place, closed_on=day))


def _close(case: ActCase, before: Premises, after: Premises) -> None:
    day = after.closed_on or case.today
    for stored in list(case.held.values()):
        if stored.permit.premises_no == after.premises_no:
            close_permit(case, stored, day)
    entities.replace_premises(case.tx, case.uscc, after)
    case.note(EventKind.PREMISES_CLOSED, f"premises/{after.premises_no}", day, as_json(before), as_json(after))


def reprint(case: ActCase) -> None:
    """补发、换发: no signed fact changes; a lost print is declared void from that day on."""
    details = case.request.details
    if not isinstance(details, Reprint):
        raise InputError("details_missing", field="cause")
    old = codes.latest_of_business(case.tx, case.uscc)
    made_on = old.issued_on if old else case.stored.entity.established_on
    day = effective_day(case.request.grounds.effective_on, made_on, case.today)
    check_delegation(case.catalogue, case.stored.office, case.catalogue.licence.id, case.today)
    version = old.version if old else 0
    if old is not None and details.cause is ReprintCause.LOST:
        codes.declare_void(case.tx, old, day)
    facts: dict[str, object] = {"cause": details.cause.value, "void": details.cause is ReprintCause.LOST}
    case.note(EventKind.LICENCE_REPRINTED, f"code/{version}", day, None, facts)


def dormant(case: ActCase) -> None:
    """歇业, no longer than the rule of its first day allows. Permits are not changed."""
    details = case.request.details
    if not isinstance(details, Dormancy):
        raise InputError("details_missing", field="until")
    day = case.day_of_licence()
    check_dormancy(day, details.until, case.catalogue.life_rules_on(day))
    if details.until < case.today:
        raise InputError("dormancy_before_start", field="until", since=day.isoformat(), found=details.until.isoformat())
    resting = replace(case.stored, state=LicenceState.DORMANT, state_since=day, dormant_until=details.until)
    case.put_licence(EventKind.LICENCE_STATE_CHANGED, resting, day)


def resume(case: ActCase) -> None:
    """恢复营业."""
    day = case.day_of_licence()
    trading = replace(case.stored, state=LicenceState.ACTIVE, state_since=day, dormant_until=None)
    case.put_licence(EventKind.LICENCE_STATE_CHANGED, trading, day)


def end(case: ActCase) -> None:
    """Revoke, annul, cancel or move out: the licence ends and its permits are closed, each with its own event.

    An annulled registration (撤销登记) is void from the start; the other acts take effect on the given day.
    """
    target = case.rule.target
    if not isinstance(target, LicenceState):
        raise AssertionError("the table gives a licence's act a licence's state")
    day = case.day_of_licence()
    ended = replace(case.stored, state=target, state_since=day, dormant_until=None)
    from_start = target is LicenceState.ANNULLED
    case.put_licence(EventKind.LICENCE_STATE_CHANGED, ended, case.stored.entity.established_on if from_start else day)
    for stored in list(case.held.values()):
        close_permit(case, stored, day)


def mark(case: ActCase) -> None:
    """列入名录、标记. Only one mark of a kind is in force at a time."""
    details = case.request.details
    if not isinstance(details, NewMark):
        raise InputError("details_missing", field="kind")
    if details.kind not in marks_for(case.stored.entity.form):
        raise InputError("mark_not_for_this_form", field="kind")
    grounds = case.request.grounds
    day = effective_day(grounds.effective_on, case.stored.entity.established_on, case.today)
    if details.until is not None and details.until < case.today:
        raise InputError(
            "mark_ends_before_today", field="until", since=day.isoformat(), found=details.until.isoformat()
        )
    held = marks.of_business(case.tx, case.uscc)
    if any(m.mark.kind is details.kind and m.mark.stands_on(case.today) for m in held):
        raise RuleError("mark_stands_already")
    basis = grounds.legal_basis or case.rule.basis.zh
    new = Mark(
        kind=details.kind,
        since=day,
        until=details.until,
        lifted_on=None,
        reason=grounds.reason,
        legal_basis=basis,
        document_no=grounds.document_no,
    )
    stored = marks.add(case.tx, case.uscc, new)
    case.note(EventKind.MARK_SET, f"mark/{stored.mark_id}", day, None, as_json(new))


def lift_mark(case: ActCase) -> None:
    """移出名录、取消标记."""
    details = case.request.details
    if not isinstance(details, LiftedMark):
        raise InputError("details_missing", field="mark_id")
    stored = marks.get(case.tx, details.mark_id)
    if stored is None or stored.uscc != case.uscc:
        raise InputError("mark_unknown", field="mark_id")
    if stored.mark.lifted_on is not None:
        raise RuleError("mark_lifted_already", day=stored.mark.lifted_on.isoformat())
    day = effective_day(case.request.grounds.effective_on, stored.mark.since, case.today)
    marks.lift(case.tx, stored.mark_id, day)
    lifted = replace(stored.mark, lifted_on=day)
    case.note(EventKind.MARK_LIFTED, f"mark/{stored.mark_id}", day, as_json(stored.mark), as_json(lifted))


LICENCE_ACTS: Mapping[Act, Callable[[ActCase], None]] = {
    Act.CHANGE: change,
    Act.ADD_PREMISES: add_premises,
    Act.CLOSE_PREMISES: close_premises,
    Act.REPRINT: reprint,
    Act.DORMANT: dormant,
    Act.RESUME: resume,
    Act.MOVE_OUT: end,
    Act.ANNUL: end,
    Act.REVOKE: end,
    Act.CANCEL: end,
    Act.MARK: mark,
    Act.LIFT_MARK: lift_mark,
}
