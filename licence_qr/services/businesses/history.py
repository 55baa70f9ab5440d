"""The history of one business for readers: each event with its subject, actor, legal basis and changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from licence_qr.domain.businesses.history_words import FIELDS, INNER_EVENTS, INNER_FIELDS, INTRODUCED, PEOPLE
from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import NotFoundError
from licence_qr.services.register import access
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import inspections
from licence_qr.store.register import entities, history, permits
from licence_qr.store.register.history import EventRow
from licence_qr.store.register.permits import StoredPermit

_NO_NAME = Text("", "")


@dataclass(frozen=True, slots=True)
class NamedActor:
    """Who acted: the name that the account bore then, with that of today where it differs (else the user name), or the name
    of the program, and the office.

    ``behalf`` names the person for whom a system user or a substitute acted, None for everybody else.
    """

    name: Text
    office: str
    behalf: Text | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an event changed: JSON values before and after, None for "not present"."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One event. ``seq`` is its position in the history; ``about`` names its subject, empty for the licence itself.

    ``scale`` is the one that the permit it was done to is graded by, None where there is none.

    ``by``, ``proposed_by`` and ``reason`` are internal: None and empty for readers of other offices.
    """

    seq: int
    at: datetime
    kind: EventKind
    subject: str
    about: Text
    changes: tuple[Change, ...]
    legal_basis: str
    document_no: str
    effective_on: date | None
    by: NamedActor | None
    proposed_by: NamedActor | None
    reason: str
    scale: GradingScale | None


@dataclass(frozen=True, slots=True)
class History:
    """All events of a business, newest first. ``inner``: the reader is of an office that deals with it."""

    uscc: str
    holder_name: str
    form: EntityForm
    established_on: date
    inner: bool
    events: tuple[PastEvent, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Reads histories. Facts about permits are open to every office; names and reasons are not."""

    database: Database
    catalogue: Catalogue

    def read(self, actor: Actor, uscc: str, after: int = 0) -> History:
        """The events of one business after the revision ``after``. Raises NotFoundError ``business_not_found``."""
        access.demand(actor, access.READ_BUSINESSES)
        with self.database.read() as tx:
            stored = entities.get(tx, uscc)
            if stored is None:
                raise NotFoundError("business_not_found", uscc=uscc)
            held = permits.of_business(tx, uscc)
            offices = (stored.office, *(each.permit.handling_office for each in held))
            inner = access.may(actor, access.READ_INTERNAL_HISTORY, *offices)
            names, scales = _names(tx, self.catalogue, uscc), _scales(tx, self.catalogue, uscc, held)
            foreign = _items_of_others(tx, self.catalogue, actor, uscc)
            reader = _HistoryReader(PastNames(tx), self.catalogue, inner, names, scales, foreign)
            rows = history.since(tx, uscc, after)
            events = tuple(reader.event(row) for row in reversed(rows) if inner or row["event"] not in INNER_EVENTS)
        entity = stored.entity
        return History(uscc, entity.holder_name, entity.form, entity.established_on, inner, events)


@dataclass(frozen=True, slots=True)
class _HistoryReader:
    """Converts rows into events within one read transaction. ``foreign`` are the subjects of whose events the reader sees
    what other offices see, though ``inner``."""

    people: PastNames
    catalogue: Catalogue
    inner: bool
    names: Mapping[str, Text]
    scales: Mapping[str, GradingScale]
    foreign: frozenset[str]

    def event(self, row: EventRow) -> PastEvent:
        if self.inner and row["subject"] in self.foreign:
            return replace(self, inner=False).event(row)
        before, after = _values(row["before"]), _values(row["after"])
        at = datetime.fromisoformat(row["at"])
        return PastEvent(
            seq=row["seq"],
            at=at,
            kind=EventKind(row["event"]),
            subject=row["subject"],
            about=self._about(row["subject"], after or {}),
            changes=tuple(self._named(EventKind(row["event"]), _changes(before, after), at)),
            legal_basis=row["legal_basis"],
            document_no=row["document_no"],
            effective_on=date.fromisoformat(row["effective_on"]) if row["effective_on"] else None,
            by=self._actor(row, at) if self.inner else None,
            proposed_by=self._proposer(row, at),
            reason=row["reason"] if self.inner else "",
            scale=self.scales.get(row["subject"]),
        )

    def _actor(self, row: EventRow, at: datetime) -> NamedActor:
        behalf = row["on_behalf_of"]
        return NamedActor(self._name(row["actor"], at), row["office"], self._name(behalf, at) if behalf else None)

    def _proposer(self, row: EventRow, at: datetime) -> NamedActor | None:
        """The proposer of a decided act. For a retracted proposal None, because nobody decided."""
        proposer = row["proposed_by"]
        if not self.inner or not proposer or proposer == row["actor"]:
            return None
        return NamedActor(self._name(proposer, at), "")

    def _about(self, subject: str, after: Mapping[str, Any]) -> Text:
        """What an event is about: a proposal is about its subject, a check or a credit entry about a permit."""
        for known in (subject, str(after.get("about", "")), f"permit/{after.get('permit_id')}"):
            if known in self.names:
                return self.names[known]
        return _NO_NAME

    def _named(self, kind: EventKind, changes: Iterable[Change], at: datetime) -> Iterator[Change]:
        """Replace user names by display names; these, and what else is internal, only for readers who may see it."""
        for change in changes:
            if not self.inner and (change.field in PEOPLE or (kind, change.field) in INNER_FIELDS):
                continue
            if change.field not in PEOPLE:
                yield change
            elif isinstance(change.after, list):
                yield Change(change.field, None, "、".join(self._name(str(each), at).zh for each in change.after))
            elif change.after:
                yield Change(change.field, None, self._name(str(change.after), at).zh)

    def _name(self, username: str, at: datetime) -> Text:
        return self.people.words(username, at)


def _names(tx: Transaction, catalogue: Catalogue, uscc: str) -> dict[str, Text]:
    """Subject → its name: permits by type and number, premises by address, items by type, cases by application number."""
    named = {f"premises/{p.premises_no}": Text(p.address, p.address) for p in entities.premises_of(tx, uscc)}
    for stored in permits.of_business(tx, uscc):
        known = catalogue.permit_types.get(stored.permit.permit_type)
        name = known.name if known else Text(stored.permit.permit_type, stored.permit.permit_type)
        number = stored.permit.permit_no
        named[f"permit/{stored.permit_id}"] = Text(f"{name.zh} {number}".strip(), f"{name.en} {number}".strip())
    for kept in items.of_business(tx, uscc):
        wanted, number = catalogue.permit_types.get(kept.item.permit_type), kept.item.application_no
        named[f"item/{kept.item_id}"] = wanted.name if wanted else Text(kept.item.permit_type, kept.item.permit_type)
        named[f"case/{number}"] = Text(number, number)
    return named


def _items_of_others(tx: Transaction, catalogue: Catalogue, actor: Actor, uscc: str) -> frozenset[str]:
    """The items that neither the office of ``actor`` took nor its authority decides: what is asked there, why it is refused
    and who does it are not for whoever has decided on another permit of the business."""
    found = set()
    for kept in items.of_business(tx, uscc):
        decide = (each.id for each in catalogue.offices.values() if each.authority == kept.item.authority)
        if not access.may(actor, access.READ_INTERNAL_HISTORY, kept.item.office, *decide):
            found.add(f"item/{kept.item_id}")
    return frozenset(found)


def _scales(tx: Transaction, catalogue: Catalogue, uscc: str, held: Iterable[StoredPermit]) -> dict[str, GradingScale]:
    """Subject → the scale that its permit is graded by: permits, and the inspections of them."""
    by_permit = {each.permit_id: scale for each in held if (scale := catalogue.scale(each.permit.permit_type))}
    visits = inspections.inspected_permits(tx, uscc).items()
    found = {f"inspection/{visit}": by_permit[permit_id] for visit, permit_id in visits if permit_id in by_permit}
    return found | {f"permit/{permit_id}": scale for permit_id, scale in by_permit.items()}


def _values(text: str | None) -> dict[str, Any] | None:
    """The values as a flat mapping: nested values are named ``whole.part``. An allow-list decides what is shown."""
    if text is None:
        return None
    flat: dict[str, Any] = {}
    for name, value in json.loads(text).items():
        if isinstance(value, dict):
            flat |= {f"{name}.{part}": inner for part, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Change]:
    """The fields that differ, in the order of ``FIELDS``; for something new only those that identify it."""
    shown = FIELDS if before is not None else INTRODUCED
    old, new = before or {}, after or {}
    for field in shown:
        was, became = old.get(field), new.get(field)
        if after is not None and field in old.keys() | new.keys() and (was or None) != (became or None):
            yield Change(field, was, became)
