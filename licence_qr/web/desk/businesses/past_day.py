"""The state of a business on a past day, as the register knows it today, from its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.entity import Entity, LicenceState
from licence_qr.domain.register.marks import Mark
from licence_qr.domain.register.permit import Permit, PermitState, PermitStatus, status_on
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.register.state_on_day import PastState
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.handed import Handed, catalogue

life = Handed(Life)

DAY = Field(
    "day",
    Text("看过去某一天的情况", "View a past date"),
    Text("按今天所知的历史。例如 2026-11-23。", "Based on what is recorded today. For example 2026-11-23."),
    characters=12,
)


@dataclass(frozen=True, slots=True)
class PastPermit:
    """A permit as it was on the day."""

    permit_type: Text
    permit: Permit
    address: str
    status: PermitStatus


@dataclass(frozen=True, slots=True)
class PastDay:
    """A business on ``day``; ``entity`` and ``state`` are None before the register had it."""

    day: date
    entity: Entity | None
    state: LicenceState | None
    dormant_until: date | None
    premises: tuple[str, ...]
    permits: tuple[PastPermit, ...]
    marks: tuple[Mark, ...]
    version: int


def past_day(uscc: str, typed: str, today: date) -> PastDay:
    """The state on the day typed. Raises InputError ``date_…`` and, for a day to come, ``past_day_not_yet``."""
    day = read_date(typed, DAY.name)
    if day > today:
        raise InputError("past_day_not_yet", field=DAY.name, found=day.isoformat(), today=today.isoformat())
    return _shown(life().state_on(uscc, day))


def _shown(past: PastState) -> PastDay:
    addresses = {place.premises_no: place.address for place in past.premises}
    kept = (permit for permit in past.permits.values() if permit.state is not PermitState.REFUSED)
    return PastDay(
        day=past.day,
        entity=past.entity,
        state=past.state,
        dormant_until=past.dormant_until if past.state is LicenceState.DORMANT else None,
        premises=tuple(p.address for p in past.premises if p.closed_on is None or p.closed_on > past.day),
        permits=tuple(
            PastPermit(_name(permit), permit, addresses.get(permit.premises_no, ""), status_on(permit, past.day))
            for permit in kept
        ),
        marks=tuple(mark for mark in past.marks.values() if mark.stands_on(past.day)),
        version=past.version,
    )


def _name(permit: Permit) -> Text:
    known = catalogue().permit_types.get(permit.permit_type)
    return known.name if known else Text(permit.permit_type, permit.permit_type)
