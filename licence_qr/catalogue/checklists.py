"""Inspection checklists: schema of the file, checks beyond the schema, and conversion into domain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import DatedEntry, Entry, Id, PermitTypeEntry, TextEntry, Words
from licence_qr.catalogue.source_file import SourceFile, read_source
from licence_qr.domain.catalogue.checklists import Checklist, ChecklistItem, DrawWeights, InspectionRules, Publication
from licence_qr.domain.dates import Period
from licence_qr.wording.text import Text

Weight = Annotated[int, Field(ge=1, le=100)]


class ChecklistItemEntry(Entry):
    id: Id
    section: TextEntry
    text: TextEntry
    law: TextEntry
    weight: Weight
    critical: bool = False
    always: bool = False
    photo: bool = False


class CommonEntry(Entry):
    id: Words
    item: Annotated[list[ChecklistItemEntry], Field(min_length=1)]


class ChecklistEntry(DatedEntry):
    id: Id
    version: Words
    name: TextEntry
    permit_types: Annotated[list[Id], Field(min_length=1)]
    kinds: list[Id] = []
    common: Words
    item: Annotated[list[ChecklistItemEntry], Field(min_length=1)]


class DrawWeightsEntry(DatedEntry):
    a: Weight
    b: Weight
    c: Weight
    none: Weight
    basis: TextEntry


class PublicationEntry(DatedEntry):
    rectification_days: Annotated[int, Field(ge=0, le=3660)]
    basis: TextEntry


class ChecklistsFile(Entry):
    draw_weights: Annotated[list[DrawWeightsEntry], Field(min_length=1)]
    publication: list[PublicationEntry] = []
    common: Annotated[list[CommonEntry], Field(min_length=1)]
    checklist: Annotated[list[ChecklistEntry], Field(min_length=1)]


Source = SourceFile[ChecklistsFile]


def read_checklists(folder: Path, faults: Faults) -> Source | None:
    """Read ``checklists.toml``. If it has faults, add them to ``faults`` and return None."""
    return read_source(folder / "checklists.toml", ChecklistsFile, faults)


def check_checklists(
    source: Source, kinds: Container[str], permit_types: Mapping[str, PermitTypeEntry], faults: Faults
) -> None:
    """References exist, a type that is inspected has its rule on orders to rectify, ids are unique in their list, and no two
    versions of one list hold on one day."""
    commons = {common.id: common for common in source.entries.common}
    for place, entry in enumerate(source.entries.checklist):
        for kind in entry.kinds:
            if kind not in kinds:
                _wrong(source, place, "kinds", kind, "kinds_of_place.toml", faults)
        for permit_type in entry.permit_types:
            if permit_type not in permit_types:
                _wrong(source, place, "permit_types", permit_type, "permit_types.toml", faults)
            elif permit_types[permit_type].by_kind_of_place is not bool(entry.kinds):
                _wrong(source, place, "kinds", entry.kinds, f"{permit_type}: by_kind_of_place", faults)
            elif permit_types[permit_type].rectify_basis is None:
                _wrong(
                    source,
                    place,
                    "permit_types",
                    permit_type,
                    f"permit_types.toml, {permit_type}: rectify_basis",
                    faults,
                )
        if entry.common not in commons:
            _wrong(source, place, "common", entry.common, " / ".join(commons), faults)
            continue
        ids = Counter(item.id for item in (*commons[entry.common].item, *entry.item))
        for twice in (item_id for item_id, count in ids.items() if count > 1):
            _wrong(source, place, "id", twice, f"{twice}_2", faults)
    _check_dates(source, faults)


def _check_dates(source: Source, faults: Faults) -> None:
    """Check that no version occurs twice, and that versions of a list and rules of a kind do not overlap."""
    for place, entry in enumerate(source.entries.checklist):
        for earlier in source.entries.checklist[:place]:
            if earlier.id == entry.id and (earlier.version == entry.version or _overlap(earlier, entry)):
                _wrong(source, place, "valid_from", entry.valid_from, f"valid_to ({earlier.version})", faults)
    for name, dated in (("draw_weights", source.entries.draw_weights), ("publication", source.entries.publication)):
        for place, rule in enumerate(dated):
            if any(_overlap(earlier, rule) for earlier in dated[:place]):
                facts = {"key": "valid_from", "found": str(rule.valid_from), "example": "valid_to"}
                faults.add("catalogue_value_wrong", source.name, source.line(name, place, "valid_from"), **facts)


def inspection_rules(source: Source) -> InspectionRules:
    """The domain values of a checked file."""
    commons = {common.id: tuple(map(_item, common.item)) for common in source.entries.common}
    return InspectionRules(
        tuple(
            Checklist(
                id=e.id,
                version=e.version,
                name=_text(e.name),
                permit_types=tuple(e.permit_types),
                kinds=tuple(e.kinds),
                period=_period(e),
                items=(*commons[e.common], *map(_item, e.item)),
            )
            for e in source.entries.checklist
        ),
        tuple(
            DrawWeights(_period(e), e.a, e.b, e.c, e.none, _text(e.basis)) for e in source.entries.draw_weights
        ),
        tuple(Publication(_period(e), e.rectification_days, _text(e.basis)) for e in source.entries.publication),
    )  # fmt: skip


def _wrong(source: Source, place: int, key: str, found: object, example: str, faults: Faults) -> None:
    line = source.line("checklist", place, key)
    faults.add("catalogue_value_wrong", source.name, line, key=key, found=f'"{found}"', example=example)


def _overlap(one: DatedEntry, other: DatedEntry) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def _item(entry: ChecklistItemEntry) -> ChecklistItem:
    section, text, law = _text(entry.section), _text(entry.text), _text(entry.law)
    return ChecklistItem(
        id=entry.id,
        section=section,
        text=text,
        law=law,
        weight=entry.weight,
        critical=entry.critical,
        always=entry.always,
        photo=entry.photo,
    )


def _text(entry: TextEntry) -> Text:
    return Text(entry.zh, entry.en)


def _period(entry: DatedEntry) -> Period:
    return Period(entry.valid_from, entry.valid_to)
