"""The offline inspection pack (随身包): the part of the register that an inspector uses without a network.

For its format see docs/using/inspectors-pack.md. Like the public page it is an allow-list: it has only the facts named
here, which are all public by law (企业信息公示暂行条例), and no telephone numbers or identity documents. ``kit`` adds what
an inspection needs, which is only for officers of the office.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing.publish import shown_permits
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import Permit, PermitStatus
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError
from licence_qr.services.inspecting import kit as inspection_kit
from licence_qr.services.register import access, events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database
from licence_qr.store.register import office_register
from licence_qr.store.register.office_register import OfficeBusiness

FORMAT = 1
LIFETIME = timedelta(hours=12)  # a shift; the status of a permit may change the next day
# For a business without premises the domicile on its licence (住所) is used.
DOMICILE_NO = 0


@dataclass(frozen=True, slots=True)
class Pack:
    """Makes packs from this register."""

    database: Database
    catalogue: Catalogue

    def for_actor(self, actor: Actor, now: datetime) -> Iterator[bytes]:
        """The businesses of the office of ``actor`` as JSON in UTF-8, in parts. The download is recorded before the first.

        Keys are sorted, without spaces, and rows are in order of credit code, so one register at one instant gives one
        text. Each part is read when it is asked for, in a transaction of its own: a slow download holds up nobody, and
        each business is as it was when its part was read.

        Raises AccessError ``role_not_allowed`` unless ``actor`` is an inspector, ``pack_office_unknown`` for an account
        whose office is not in the catalogue; RegisterError, also between parts.
        """
        access.demand(actor, access.MAKE_INSPECTIONS)
        office = self.catalogue.offices.get(actor.office)
        if office is None:
            raise AccessError("pack_office_unknown", office=actor.office)
        today = local_date(now)
        with self.database.read() as tx:
            ours = office_register.credit_codes(tx, actor.office)
            kit = inspection_kit.kit(tx, self.catalogue, actor, today)
        content = {
            "format": FORMAT,
            "as_of": _instant(now),
            "expires": _instant(now + LIFETIME),
            "office": _both(office.name),
            "permit_types": {known.id: _both(known.name) for known in self.catalogue.permit_types.values()},
            "businesses": [],
            "inspection": kit,
        }
        self._note(actor, len(ours), now)
        return self._parts(canonical_json(content), ours, today)

    def _parts(self, around: str, ours: Sequence[str], today: date) -> Iterator[bytes]:
        """``around`` with the rows of the businesses in their empty place."""
        before, place, after = around.partition('"businesses":[')
        yield (before + place).encode("utf-8")
        for first in range(0, len(ours), office_register.PAGE):
            with self.database.read() as tx:
                page = office_register.read(tx, ours[first : first + office_register.PAGE])
                rows = canonical_json([_row(business, today) for business in page])[1:-1]
            yield ("," * (first > 0) + rows).encode("utf-8")
        yield after.encode("utf-8")

    def _note(self, actor: Actor, businesses: int, now: datetime) -> None:
        taken = NewEvent(
            kind=EventKind.EXPORTED,
            subject="export/pack",
            at=now,
            by=actor,
            after={"businesses": businesses},
        )
        events.write_of_reader(self.database, taken)


def _row(business: OfficeBusiness, today: date) -> list[Any]:
    places = business.premises or [(DOMICILE_NO, business.domicile)]
    visited = {held.permit.permit_no: business.inspected.get(held.permit_id) for held in business.permits}
    shown = shown_permits(tuple(held.permit for held in business.permits), today)
    held = [_permit(permit, status, visited[permit.permit_no]) for permit, status in shown]
    number = business.code_id.number if business.code_id else ""
    return [number, business.uscc, business.holder_name, places, held]


def _permit(permit: Permit, status: PermitStatus, visited_on: date | None) -> list[Any]:
    last = permit.period.last if permit.period else None
    inspected = max(filter(None, (permit.checked_on, visited_on)), default=None)
    return [
        permit.permit_type,
        permit.permit_no,
        permit.items,
        permit.premises_no,
        status.value,
        last and last.isoformat(),
        inspected and inspected.isoformat(),
        list(permit.kinds),
    ]


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]


def _instant(when: datetime) -> str:
    """The instant in UTC to the second (RFC 3339)."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
