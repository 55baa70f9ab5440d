"""The values of a merge: equal records, a licence joined with its permits, and the outcome."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.importing.conflicts import Conflict, Place, RowVerdict, Side, Source, SourceRow
from licence_qr.domain.importing.department_rows import HealthRecord, MarketRecord, office_of, region_of
from licence_qr.domain.names import name_key
from licence_qr.domain.register.entity import Entity, LicenceState, Premises
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.register.record import CombinedRecord

Known = tuple[Entity, LicenceState]  # what the register says of a business


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """One licence or permit as exported: texts by column key, and the rows they come from.

    ``key`` is empty for the licence and the permit number for a permit.
    """

    key: str
    facts: Mapping[str, str]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class MergedBusiness:
    """One merged business. Its ``parts`` lack the licence when only the register has it."""

    record: CombinedRecord
    state: LicenceState
    phone: str
    office: str
    parts: tuple[ExportedPart, ...]


def licence_texts(entity: Entity, state: LicenceState, phone: str) -> dict[str, str]:
    """A licence as texts by column key, so that an export and the register can be compared."""
    return {
        "name": entity.name,
        "entity_type": entity.entity_type,
        "principal": entity.principal,
        "registered_capital": entity.registered_capital,
        "established_on": entity.established_on.isoformat(),
        "term_to": entity.term_to.isoformat() if entity.term_to else "",
        "address": entity.domicile,
        "business_scope": entity.business_scope,
        "authority": entity.registration_authority,
        "issued_on": entity.issued_on.isoformat(),
        "state": state.value,
        "phone": phone,
    }


def permit_texts(permit: Permit, address: str) -> dict[str, str]:
    """A granted permit as texts by column key, so that an export and the register can be compared."""
    first, last = (permit.period.first, permit.period.last) if permit.period else (None, None)
    return {
        "permit_no": permit.permit_no,
        "address": address,
        "items": permit.items,
        "kinds": ",".join(permit.kinds),
        "authority": permit.issuing_authority,
        "office": permit.handling_office,
        "issued_on": permit.issued_on.isoformat() if permit.issued_on else "",
        "valid_from": first.isoformat() if first else "",
        "valid_to": last.isoformat() if last else "",
        "state": permit.state.value,
        "grade": permit.grade,
    }


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome: businesses by credit code, open questions by key, and one verdict per row, in file order."""

    businesses: Mapping[str, MergedBusiness]
    conflicts: Mapping[str, Conflict]
    verdicts: tuple[RowVerdict, ...]


RecordT = TypeVar("RecordT", MarketRecord, HealthRecord)


@dataclass(frozen=True, slots=True)
class Unit(Generic[RecordT]):
    """One record and all rows with the same content; the record is that of the first row."""

    record: RecordT
    rows: tuple[SourceRow, ...]

    def places(self) -> tuple[Place, ...]:
        """Where its rows are."""
        return tuple(row.place for row in self.rows)


@dataclass(slots=True)
class Licence:
    """A licence with the permits joined to it. ``unit`` is None when only the register has the licence."""

    entity: Entity
    state: LicenceState
    side: Side
    unit: Unit[MarketRecord] | None
    overrides: dict[str, str] = field(default_factory=dict)
    permits: list[tuple[Unit[HealthRecord], Permit]] = field(default_factory=list)

    def spellings(self, what: str) -> set[str]:
        """The keys of the names or principals that count as those of this business."""
        own = self.own(what)
        return {name_key(own), name_key(self.overrides.get(what, own))}

    def own(self, what: str) -> str:
        """The ``name`` or ``principal`` on the licence itself."""
        return self.entity.holder_name if what == "name" else self.entity.principal

    def units(self) -> tuple[Unit[MarketRecord] | Unit[HealthRecord], ...]:
        """The licence, then its permits."""
        permits = tuple(unit for unit, _ in self.permits)
        return (self.unit, *permits) if self.unit else permits

    def business(self, catalogue: Catalogue) -> MergedBusiness:
        """The combined record. Premises 1 is the address of the licence; others follow by permit number."""
        name = self.overrides.get("name", self.entity.name)
        entity = replace(self.entity, name=name, principal=self.overrides.get("principal", self.entity.principal))
        addresses = {name_key(entity.domicile): entity.domicile}
        permits, parts = [], []
        phone = self.unit.record.phone if self.unit else ""
        if self.unit:
            parts.append(ExportedPart("", licence_texts(entity, self.state, phone), self.unit.places()))
        for unit, permit in self.permits:
            address = addresses.setdefault(name_key(unit.record.address), unit.record.address)
            premises_no = list(addresses).index(name_key(address)) + 1
            permits.append(replace(permit, premises_no=premises_no))
            parts.append(ExportedPart(permit.permit_no, permit_texts(permit, address), unit.places()))
        permits.sort(key=lambda p: (p.premises_no, p.permit_no))
        premises = (Premises(n, a, region_of(a, catalogue)) for n, a in enumerate(addresses.values(), start=1))
        return MergedBusiness(
            record=CombinedRecord(entity, tuple(premises), tuple(permits)),
            state=self.state,
            phone=phone,
            office=permits[0].handling_office if permits else office_of(entity.domicile, catalogue),
            parts=tuple(parts),
        )


def versions(
    records: Iterable[RecordT], identity: Callable[[RecordT], str], facts: Callable[[RecordT], Hashable]
) -> dict[str, list[Unit[RecordT]]]:
    """Units by identity, in an order that does not depend on the order of the rows."""
    grouped: dict[str, dict[Hashable, list[RecordT]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        grouped[identity(record)][facts(record)].append(record)
    found = {}
    for key, group in grouped.items():
        units = [unit_of(same) for same in group.values()]
        found[key] = sorted(units, key=lambda unit: _text(unit.record.row))
    return found


def unit_of(records: Iterable[RecordT]) -> Unit[RecordT]:
    """One unit of equal records; the first spelling in code point order represents it."""
    ordered = sorted(records, key=lambda record: (_text(record.row), reading_order(record.row)))
    return Unit(ordered[0], tuple(record.row for record in ordered))


def licence_facts(record: MarketRecord) -> Hashable:
    """Facts of a licence row for comparison, with spellings of names folded."""
    e = record.entity
    names = tuple(name_key(text) for text in (e.name, e.principal, e.domicile, e.business_scope, e.entity_type))
    return (
        *names,
        e.registered_capital,
        e.established_on,
        e.issued_on,
        e.term_to,
        e.registration_authority,
        record.state,
    )


def register_side(entity: Entity) -> Side:
    """The register's side of a conflict, in the columns of a licence row."""
    facts = {
        "uscc": entity.uscc,
        "name": entity.name,
        "principal": entity.principal,
        "address": entity.domicile,
        "established_on": entity.established_on.isoformat(),
    }
    return Side(Source.REGISTER, "", 0, facts)


def reading_order(row: SourceRow) -> tuple[bool, str, int]:
    """Sort key: licences before permits, then by sheet and row."""
    return (row.place.source is not Source.MARKET, row.place.sheet, row.place.number)


def _text(row: SourceRow) -> str:
    return json.dumps(dict(row.cells), ensure_ascii=False, sort_keys=True)
