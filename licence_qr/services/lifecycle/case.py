"""One act being done: its subject as stored in this transaction, and how changes are written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Rule
from licence_qr.domain.lifecycle.dates import decided_since, effective_day
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import Permit
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import as_json, licence_facts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit


@dataclass(slots=True)
class ActCase:
    """``stored`` and ``held`` reflect what has been written so far. ``permit_id`` is set if the subject is a permit."""

    tx: Transaction
    catalogue: Catalogue
    request: ActRequest
    rule: Rule
    now: datetime
    stored: StoredEntity
    held: dict[int, StoredPermit] = field(default_factory=dict)

    @property
    def uscc(self) -> str:
        """The credit code of the business."""
        return self.stored.entity.uscc

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return local_date(self.now)

    @property
    def rules(self) -> LifeRules:
        """The life-cycle figures of today."""
        return self.catalogue.life_rules_on(self.today)

    @property
    def subject(self) -> StoredPermit:
        """The permit that the act is done to."""
        if self.request.subject.permit_id is None:
            raise AssertionError("an act on a licence asked for its permit")
        return self.held[self.request.subject.permit_id]

    @property
    def permit(self) -> Permit:
        """The permit, as a domain value."""
        return self.subject.permit

    @property
    def permit_type(self) -> PermitType | None:
        """Its type, or None if it is not in the catalogue."""
        return self.catalogue.permit_types.get(self.permit.permit_type)

    def months(self, permit_type: str) -> int | None:
        """The term of permits of that type in months, None without expiry date or if no office here issues them."""
        known = self.catalogue.permit_types.get(permit_type)
        return known.months if known else None

    def day_of_licence(self) -> date:
        """The day on which an act on the state of the licence takes effect. Raises InputError ``effective_…``."""
        return effective_day(self.request.grounds.effective_on, self.stored.decided_since, self.today)

    def day_of_permit(self) -> date:
        """The day on which an act on the permit takes effect: not before its grant or last decision."""
        return effective_day(self.request.grounds.effective_on, decided_since(self.permit), self.today)

    def note(
        self,
        kind: EventKind,
        subject: str,
        effective_on: date,
        before: dict[str, object] | None,
        after: dict[str, object] | None,
    ) -> None:
        """Append the event to the history, with its actor, grounds and effective date."""
        request, grounds = self.request, self.request.grounds
        new = NewEvent(
            kind=kind,
            subject=subject,
            at=self.now,
            by=request.actor,
            uscc=self.uscc,
            reason=grounds.reason,
            legal_basis=grounds.legal_basis or self.rule.basis.zh,
            document_no=grounds.document_no,
            before=before,
            after=after,
            effective_on=effective_on,
            proposed_by=request.proposed_by,
        )
        events.write(self.tx, new)

    def put_licence(self, kind: EventKind, changed: StoredEntity, effective_on: date) -> None:
        """Write the licence and record the change."""
        before, after = licence_facts(self.stored), licence_facts(changed)
        entities.put(self.tx, changed)
        self.stored = changed
        self.note(kind, "licence", effective_on, before, after)

    def put_permit(self, kind: EventKind, stored: StoredPermit, changed: Permit, effective_on: date) -> None:
        """Write a permit of this business and record the change."""
        now = replace(stored, permit=changed)
        permits.replace(self.tx, now)
        self.held[stored.permit_id] = now
        self.note(kind, f"permit/{stored.permit_id}", effective_on, as_json(stored.permit), as_json(changed))
