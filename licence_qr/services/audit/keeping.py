"""For how long traces are kept, and their deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import SHANGHAI, add_months, local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.register import events, refusals
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database
from licence_qr.store.register import traces

_DELETED_AT_ONCE = 2_000  # a few milliseconds, so that nobody waits long


@dataclass(frozen=True, slots=True)
class TraceKeeping:
    """Deletes traces at the end of their time (``traces_kept_months`` of the catalogue's dated figures)."""

    database: Database
    catalogue: Catalogue

    def sweep(self, by: Actor, now: datetime) -> int:
        """Delete what is no longer kept, a little at once; return how many. Each part leaves an event in the history that
        says how many, and from which day on traces are kept. Raises RegisterError."""
        today = local_date(now)
        kept_from = add_months(today, -self.catalogue.life_rules_on(today).traces_kept_months)
        before = datetime.combine(kept_from, time(), SHANGHAI).astimezone(UTC)
        with self.database.write() as tx:
            refusals.close(tx, now)
        deleted = 0
        while part := self._delete(by, now, before, kept_from):
            deleted += part
        return deleted

    def _delete(self, by: Actor, now: datetime, before: datetime, kept_from: date) -> int:
        with self.database.write() as tx:
            part = traces.count_before(tx, before, _DELETED_AT_ONCE)
            if part:
                told = {"deleted": part, "kept_from": kept_from.isoformat()}
                subject = f"traces/{kept_from.isoformat()}"
                events.write(tx, NewEvent(kind=EventKind.TRACES_DELETED, subject=subject, at=now, by=by, after=told))
                traces.delete_before(tx, before, _DELETED_AT_ONCE)
        return part

    def note_sweep(self, by: Actor, now: datetime, counts: Mapping[str, object]) -> None:
        """Write down who ran the daily sweep, and what it did. Raises RegisterError."""
        subject = f"sweep/{local_date(now).isoformat()}"
        with self.database.write() as tx:
            events.write(tx, NewEvent(kind=EventKind.SWEPT, subject=subject, at=now, by=by, after=counts))
