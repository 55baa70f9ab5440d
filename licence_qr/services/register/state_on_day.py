"""The state of a business on a past day, computed from its history: as known today, or as known at an earlier instant.

Each event has the full values before and after. Only the fields that an event changed are taken from it, in the order
of recording, and only from events in effect on that day. So a later decision with effect from an earlier day (撤销 is
void from the grant) is included on that day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.register.entity import Entity, LicenceState, Premises
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.marks import Mark
from licence_qr.domain.register.permit import Permit
from licence_qr.store.register.history import EventRow

# Events whose values are a whole licence, premises, permit or mark. Other events have their own fields.
STATE_KINDS = frozenset(
    {
        EventKind.LICENCE_GRANTED,
        EventKind.LICENCE_IMPORTED,
        EventKind.LICENCE_CHANGED,
        EventKind.LICENCE_STATE_CHANGED,
        EventKind.PREMISES_ADDED,
        EventKind.PREMISES_CHANGED,
        EventKind.PREMISES_CLOSED,
        EventKind.PERMIT_APPLIED,
        EventKind.PERMIT_GRANTED,
        EventKind.PERMIT_IMPORTED,
        EventKind.PERMIT_FILED,
        EventKind.PERMIT_SHOWN,
        EventKind.PERMIT_CHANGED,
        EventKind.PERMIT_REFUSED,
        EventKind.PERMIT_STATE_CHANGED,
        EventKind.RENEWAL_APPLIED,
        EventKind.RENEWAL_REFUSED,
        EventKind.PERMIT_RENEWED,
        EventKind.PERMIT_DEEMED_RENEWED,
        EventKind.PERMIT_REVIEWED,
        EventKind.PERMIT_CHECKED,
        EventKind.PERMIT_GRADED,
        EventKind.MARK_SET,
        EventKind.MARK_LIFTED,
    }
)
_LIFE_OF_LICENCE = ("state_since", "dormant_until")

Value = TypeVar("Value", Entity, Premises, Permit, Mark)
_READERS: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (Entity, Premises, Permit, Mark)}


@dataclass(frozen=True, slots=True)
class PastState:
    """A business on ``day``. ``entity`` and ``state`` are None before the register had it.

    ``state`` is the decided one; after the end of dormancy it counts as resumed. ``marks`` are all marks by key, past
    ones too: check ``stands_on``. ``version`` is the newest print of its code, 0 before the first.
    """

    uscc: str
    day: date
    known_at: datetime | None
    entity: Entity | None = None
    state: LicenceState | None = None
    state_since: date | None = None
    dormant_until: date | None = None
    premises: tuple[Premises, ...] = ()
    permits: dict[int, Permit] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)
    version: int = 0


def effective_day_of(event: EventRow) -> date:
    """The day on which an event takes effect: the one it names, or the day it was recorded."""
    named: str = event["effective_on"]
    return date.fromisoformat(named) if named else local_date(datetime.fromisoformat(event["at"]))


def fold(uscc: str, events: Iterable[EventRow], day: date, known_at: datetime | None) -> PastState:
    """The state on ``day`` from the events of one business, oldest first; with ``known_at`` those recorded by then."""
    subjects: dict[str, dict[str, Any]] = {}
    version = 0
    for event in events:
        if known_at is not None and datetime.fromisoformat(event["at"]) > known_at:
            continue
        if effective_day_of(event) > day:
            continue
        if event["event"] == EventKind.CODE_ISSUED:
            version = int(event["subject"].removeprefix("code/"))
        elif event["event"] in STATE_KINDS and event["after"] is not None:
            _take(subjects.setdefault(event["subject"], {}), event)
    return _state(PastState(uscc, day, known_at, version=version), subjects)


def _take(values: dict[str, Any], event: EventRow) -> None:
    """Apply the changes of this event. A field that is missing from the later value is removed."""
    before = json.loads(event["before"]) if event["before"] is not None else {}
    after = json.loads(event["after"])
    for name in before.keys() - after.keys():
        values.pop(name, None)
    values.update({name: value for name, value in after.items() if name not in before or before[name] != value})


def _state(empty: PastState, subjects: dict[str, dict[str, Any]]) -> PastState:
    numbered: dict[str, dict[int, dict[str, Any]]] = {"premises": {}, "permit": {}, "mark": {}}
    for subject, values in subjects.items():
        room, _, number = subject.partition("/")
        if number.isdigit() and room in numbered:
            numbered[room][int(number)] = values
    premises = (_value(Premises, values) for values in numbered["premises"].values())
    permits = {number: _value(Permit, values) for number, values in numbered["permit"].items()}
    marks = {number: _value(Mark, values) for number, values in numbered["mark"].items()}
    licence = dict(subjects.get("licence", {}))
    state = licence.pop("state", None)
    since, until = (_day(licence.pop(name, None)) for name in _LIFE_OF_LICENCE)
    return PastState(
        uscc=empty.uscc,
        day=empty.day,
        known_at=empty.known_at,
        entity=_value(Entity, licence) if licence else None,
        state=licence_state_on(LicenceState(state), until, empty.day) if state else None,
        state_since=since,
        dormant_until=until,
        premises=tuple(sorted((p for p in premises if p is not None), key=lambda p: p.premises_no)),
        permits={number: permit for number, permit in sorted(permits.items()) if permit is not None},
        marks={number: mark for number, mark in sorted(marks.items()) if mark is not None},
        version=empty.version,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _value(kind: type[Value], values: dict[str, Any]) -> Value | None:
    """The domain value, or None if its creation was not yet in effect on the day.

    Unknown fields are ignored, and fields newer than the event get their defaults.
    """
    known = {each.name for each in fields(kind)}
    if not {each.name for each in fields(kind) if each.default is MISSING} <= values.keys():
        return None
    read: Value = _READERS[kind].validate_python({name: value for name, value in values.items() if name in known})
    return read
