"""Checks of the life-cycle figures: all are present, none is unknown, and steps decrease from one to the next."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import LifeRulesFile
from licence_qr.catalogue.source_file import SourceFile
from licence_qr.domain.catalogue.life_rules import DESCENDING, LIFE_RULE_IDS, LIFE_RULES_OF_TYPES, MAY_BE_NOTHING


def check_life_rules(source: SourceFile[LifeRulesFile], permit_types: Collection[str], faults: Faults) -> None:
    """Add faults to ``faults``. Gaps and overlaps in time are checked in ``cross_checks``."""
    entries = source.entries.life_rule
    for place, entry in enumerate(entries):
        if entry.id not in LIFE_RULE_IDS:
            _unknown(source, place, "id", entry.id, LIFE_RULE_IDS, faults)
        elif entry.permit_type is not None and entry.id not in LIFE_RULES_OF_TYPES:
            _unknown(source, place, "id", entry.id, LIFE_RULES_OF_TYPES, faults)
        elif entry.permit_type is not None and entry.permit_type not in permit_types:
            _unknown(source, place, "permit_type", entry.permit_type, permit_types, faults)
        if entry.value == 0 and entry.id not in MAY_BE_NOTHING:
            facts = {"key": "value", "found": 0, "example": 30}
            faults.add("catalogue_value_wrong", source.name, source.line("life_rule", place, "value"), **facts)
    for missing in sorted(set(LIFE_RULE_IDS) - {entry.id for entry in entries if entry.permit_type is None}):
        faults.add("catalogue_entry_missing", source.name, 1, entry=f'[[life_rule]] id = "{missing}"')
    for steps in DESCENDING:
        _check_steps(source, steps, faults)


def _unknown(
    source: SourceFile[LifeRulesFile], place: int, key: str, found: str, known: Collection[str], faults: Faults
) -> None:
    facts = {"key": key, "found": f'"{found}"', "example": " / ".join(f'"{each}"' for each in known)}
    faults.add("catalogue_value_wrong", source.name, source.line("life_rule", place, key), **facts)


def _check_steps(source: SourceFile[LifeRulesFile], steps: tuple[str, ...], faults: Faults) -> None:
    """Check that on every day on which one of the figures changes, each is smaller than the one before it."""
    entries = list(enumerate(source.entries.life_rule))
    for day in sorted({entry.valid_from for _, entry in entries if entry.id in steps}):
        in_force = {
            entry.id: (place, entry)
            for place, entry in entries
            if entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to)
        }
        found = [in_force[step] for step in steps if step in in_force]
        for (_, higher), (place, lower) in pairwise(found):
            if lower.value >= higher.value:
                facts = {"key": "value", "found": lower.value, "example": f"{higher.value - 1} (< {higher.id})"}
                faults.add("catalogue_value_wrong", source.name, source.line("life_rule", place, "value"), **facts)
                return
