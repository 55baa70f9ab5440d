"""The permit types: one of them is the business licence, the acts that a type names are acts it can choose, and the act that
grades has its scale."""

from __future__ import annotations

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import EXAMPLES, PermitTypeEntry, PermitTypesFile, TypeActEntry
from licence_qr.catalogue.source_file import SourceFile
from licence_qr.domain.lifecycle.acts import RULES, Act, SubjectKind

# Acts that permits have only if their type names them.
FURTHER_ACTS = tuple(rule.act.value for rule in RULES if rule.kind is SubjectKind.PERMIT and rule.by_type)


def check_permit_types(source: SourceFile[PermitTypesFile], faults: Faults) -> None:
    """Add faults to ``faults``. Unique ids and wire ids are checked in ``cross_checks``."""
    licences = [place for place, entry in enumerate(source.entries.permit_type) if entry.licence]
    if not licences:
        faults.add("catalogue_entry_missing", source.name, 1, entry="[[permit_type]] licence = true")
    for place in licences[1:]:
        line, first = (source.line("permit_type", each, "licence") for each in (place, licences[0]))
        faults.add("catalogue_repeated", source.name, line, key="licence", value="true", first_line=first)
    for place, entry in enumerate(source.entries.permit_type):
        _check_acts(source, place, entry, faults)
        _check_filing(source, place, entry, faults)


def _check_acts(source: SourceFile[PermitTypesFile], place: int, entry: PermitTypeEntry, faults: Faults) -> None:
    """Check that a type names acts of the list, each once, and that the licence names none."""
    known = () if entry.licence else FURTHER_ACTS
    lines: dict[str, int] = {}
    for number, each in enumerate(entry.act):
        line = source.line("permit_type", place, "act", number, "act")
        if each.act not in known:
            facts = {"key": "act", "found": f'"{each.act}"', "example": " / ".join(f'"{act}"' for act in known) or "–"}
            faults.add("catalogue_value_wrong", source.name, line, **facts)
        elif each.act in lines:
            facts = {"key": "act", "value": each.act, "first_line": str(lines[each.act])}
            faults.add("catalogue_repeated", source.name, line, **facts)
        else:
            _check_scale(source, (place, number), each, faults)
        lines.setdefault(each.act, line)


def _check_filing(source: SourceFile[PermitTypesFile], place: int, entry: PermitTypeEntry, faults: Faults) -> None:
    """A filing is recorded as another type of the same authority, which is none that is filed as a third."""
    if entry.filed_as is None:
        return
    others = {
        other.id: other
        for other in source.entries.permit_type
        if other.id != entry.id and other.authority == entry.authority and not other.licence
    }
    found = others.get(entry.filed_as)
    if found is None or found.filed_as is not None or found.by_kind_of_place:
        known = ", ".join(id_ for id_, other in others.items() if not other.filed_as and not other.by_kind_of_place)
        line = source.line("permit_type", place, "filed_as")
        facts = {"key": "filed_as", "value": entry.filed_as, "known": known or "–"}
        faults.add("catalogue_reference_unknown", source.name, line, target=source.name, **facts)


def _check_scale(source: SourceFile[PermitTypesFile], at: tuple[int, int], named: TypeActEntry, faults: Faults) -> None:
    """The act that grades says by which scale and no other act does; no two grades of a scale are called alike."""
    place, number = at
    here = ("permit_type", place, "act", number)
    if named.scale is None:
        if named.act == Act.GRADE:
            line = source.line(*here, "act")
            faults.add("catalogue_key_missing", source.name, line, key="scale", example=EXAMPLES["scale"])
        return
    if named.act != Act.GRADE:
        facts = {"key": "act", "found": f'"{named.act}"', "example": f'"{Act.GRADE.value}"'}
        faults.add("catalogue_value_wrong", source.name, source.line(*here, "act"), **facts)
    lines: dict[str, int] = {}
    for rank, grade in enumerate(named.scale.grade):
        line = source.line(*here, "scale", "grade", rank, "id")
        if grade.id in lines:
            facts = {"key": "id", "value": grade.id, "first_line": str(lines[grade.id])}
            faults.add("catalogue_repeated", source.name, line, **facts)
        lines.setdefault(grade.id, line)
