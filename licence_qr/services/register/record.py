"""The combined record of one business from the current register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

from licence_qr.domain.cases.case import CaseItem, current_items
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.errors import NotFoundError
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity

_PLAIN = frozenset({str, int, bool, type(None)})


@dataclass(frozen=True, slots=True)
class StoredBusiness:
    """The stored entity, the combined record built from it, and its permits by their key in the register."""

    stored: StoredEntity
    record: CombinedRecord
    permits: Mapping[int, Permit]


def load(tx: Transaction, uscc: str) -> StoredBusiness:
    """Read one business. Raises NotFoundError ``business_not_found``."""
    stored = entities.get(tx, uscc)
    if stored is None:
        raise NotFoundError("business_not_found", uscc=uscc)
    held = held_by(tx, uscc)
    record = CombinedRecord(stored.entity, entities.premises_of(tx, uscc), tuple(held.values()))
    return StoredBusiness(stored, record, held)


def held_by(tx: Transaction, uscc: str) -> dict[int, Permit]:
    """All permits and filings of one business by their key in the register."""
    return {stored.permit_id: stored.permit for stored in permits.of_business(tx, uscc)}


def items_of_business(
    tx: Transaction, uscc: str, held: Mapping[int, Permit]
) -> tuple[tuple[CaseItem, Permit | None], ...]:
    """What the business needs: the newest item of each type at each of the premises, with its permit or filing of ``held``
    (``held_by``) if it has one. Empty for a business that never applied here."""
    found = current_items(stored.item for stored in items.of_business(tx, uscc))
    return tuple((each, None if each.permit_id is None else held[each.permit_id]) for each in found)


def licence_facts(stored: StoredEntity) -> dict[str, Any]:
    """A licence with its state as JSON values for the history, without the telephone number.

    Unknown days of the state are left out, as in older events.
    """
    facts = as_json(stored.entity) | {"state": stored.state.value}
    days = {"state_since": stored.state_since, "dormant_until": stored.dormant_until}
    return facts | {name: day.isoformat() for name, day in days.items() if day is not None}


def as_json(value: Any) -> dict[str, Any]:
    """A domain value as JSON values, for the history."""
    facts = {}
    for name in _names(type(value)):  # type: ignore[arg-type]  # a class is hashable
        part = getattr(value, name)
        # Most are plain: every act writes some such values.
        facts[name] = part if type(part) in _PLAIN else _plain(part)
    return facts


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(part: Any) -> Any:
    kind = type(part)
    return part if kind in _PLAIN else _way_of(kind)(part)  # type: ignore[arg-type]  # a class is hashable


@cache
def _way_of(kind: type) -> Callable[[Any], Any]:
    """How values of one kind become those of JSON. Asked once of each kind: a dataclass is slow to be told."""
    if is_dataclass(kind):
        return as_json
    if issubclass(kind, dict):
        return lambda part: {key: _plain(value) for key, value in part.items()}
    if issubclass(kind, (list, tuple)):
        return lambda part: [_plain(value) for value in part]
    if issubclass(kind, Enum):
        return attrgetter("value")
    return date.isoformat if issubclass(kind, date) else lambda part: part
