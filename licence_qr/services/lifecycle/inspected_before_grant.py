"""An inspection sent from the phone is also the visit that the standard procedure wants before a grant, for whatever of its
checklists is applied for at these premises and not decided yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from licence_qr.domain.cases.case import AT_THE_AUTHORITY
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.inspecting.inspection import Inspection, VisitOutcome
from licence_qr.domain.lifecycle.visits import GrantVisit, GrantVisitOutcome
from licence_qr.domain.register.permit import PermitState
from licence_qr.domain.roles import Actor
from licence_qr.services.lifecycle.procedure import ProcedureStep, accepted_day, write_visit
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import permits


def record(
    tx: Transaction, catalogue: Catalogue, visit: Inspection, visited_on: date, actor: Actor, now: datetime
) -> None:
    """Record it for each of them that was accepted by that day and is decided by the officer's office. Only a whole visit
    counts, with two officers."""
    if not (visit.purpose.grades and visit.second_officer):
        return
    passed = visit.outcome is VisitOutcome.PASSED
    outcome = GrantVisitOutcome.PASSED if passed else GrantVisitOutcome.NOT_PASSED
    made = GrantVisit(
        visited_on=visited_on,
        officers=(visit.officer, visit.second_officer),
        named=(),
        outcome=outcome,
        words=visit.remarks,
        inspection=f"inspection/{visit.id}",
    )
    for subject in _concerned(tx, catalogue, visit, visited_on, actor.office):
        write_visit(ProcedureStep(tx, visit.subject.uscc, subject, actor, now), made)


def _concerned(
    tx: Transaction, catalogue: Catalogue, visit: Inspection, visited_on: date, office: str
) -> Iterator[str]:
    uscc, place = visit.subject.uscc, visit.subject.premises_no
    rules = catalogue.inspection_rules
    lists = tuple(found for found in (rules.checklist(*named) for named in visit.checklists) if found)
    for stored in permits.of_business(tx, uscc):
        permit = stored.permit
        accepted = permit.state is PermitState.PENDING and (permit.state_since or visited_on) <= visited_on
        here = permit.handling_office == office and permit.premises_no == place
        if accepted and here and any(each.fits(permit.permit_type, permit.kinds) for each in lists):
            yield f"permit/{stored.permit_id}"
    for item in items.of_business(tx, uscc):
        asked = item.item
        own = catalogue.own_office(asked.authority, visited_on)
        waits = asked.state in AT_THE_AUTHORITY and asked.premises_no == place and own is not None and own.id == office
        in_time = accepted_day(tx, asked.application_no, visited_on) <= visited_on
        if waits and in_time and any(asked.permit_type in each.permit_types for each in lists):
            yield f"item/{item.item_id}"
