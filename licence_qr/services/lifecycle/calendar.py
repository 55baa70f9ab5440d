"""Record what the calendar does to a business: deemed renewal, and the end of dormancy.

Both take effect by law, and the public page shows them, on their day; the register follows by the sweep or before the
next act.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject, rule
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import deemed_renewed
from licence_qr.domain.roles import SYSTEM, Actor
from licence_qr.services.lifecycle.case import ActCase
from licence_qr.services.lifecycle.licence_acts import resume
from licence_qr.services.lifecycle.permit_acts import deem_renewed
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity


def calendar_actor(office: str) -> Actor:
    """The calendar, acting for an office."""
    return Actor(0, SYSTEM, SYSTEM, office, frozenset())


def record_deemed_renewals(tx: Transaction, catalogue: Catalogue, uscc: str, now: datetime) -> bool:
    """Record the deemed renewals of one business; True if there were any."""
    due = [each for each in permits.of_business(tx, uscc) if deemed_renewed(each.permit, local_date(now))]
    stored = entities.get(tx, uscc)
    if stored is None or stored.state.ended:
        return False
    for each in due:
        request = ActRequest(Subject(uscc, each.permit_id), Act.DEEM_RENEWED, Grounds(), calendar_actor(stored.office))
        case = _case(tx, catalogue, stored, request, now)
        case.held[each.permit_id] = each
        deem_renewed(case)
    return bool(due)


def resume_after_rest(tx: Transaction, catalogue: Catalogue, uscc: str, now: datetime) -> bool:
    """Record the end of dormancy after its last day; True if it ended."""
    stored = entities.get(tx, uscc)
    until = stored.dormant_until if stored else None
    if stored is None or until is None or stored.state is not LicenceState.DORMANT or local_date(now) <= until:
        return False
    grounds = Grounds(effective_on=until + timedelta(days=1))
    request = ActRequest(Subject(uscc), Act.RESUME, grounds, calendar_actor(stored.office))
    resume(_case(tx, catalogue, stored, request, now))
    return True


def _case(tx: Transaction, catalogue: Catalogue, stored: StoredEntity, request: ActRequest, now: datetime) -> ActCase:
    return ActCase(tx, catalogue, request, rule(request.subject.kind, request.act), now, stored)
