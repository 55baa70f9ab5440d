"""The offices: a window says its region, an authority's own office from when it decides, and no two are of one authority."""

from __future__ import annotations

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import EXAMPLES, AuthoritiesFile, DelegationsFile, OfficesFile
from licence_qr.catalogue.source_file import SourceFile


def check_offices(
    source: SourceFile[OfficesFile],
    authorities: SourceFile[AuthoritiesFile],
    delegations: SourceFile[DelegationsFile],
    faults: Faults,
) -> None:
    """Add faults to ``faults``. Unique ids are checked in ``cross_checks``."""
    known = [entry.id for entry in authorities.entries.authority]
    lines: dict[str, int] = {}
    for place, entry in enumerate(source.entries.office):
        needed = ("region", "region_name") if entry.authority is None else ("decides_from",)
        for key in needed:
            if getattr(entry, key) is None:
                line = source.line("office", place, key)
                faults.add("catalogue_key_missing", source.name, line, key=key, example=EXAMPLES[key])
        if entry.authority is None:
            continue
        line = source.line("office", place, "authority")
        if entry.authority not in known:
            facts = {"key": "authority", "value": entry.authority, "known": ", ".join(known)}
            faults.add("catalogue_reference_unknown", source.name, line, target="authorities.toml", **facts)
        elif entry.authority in lines:
            facts = {"key": "authority", "value": entry.authority, "first_line": str(lines[entry.authority])}
            faults.add("catalogue_repeated", source.name, line, **facts)
        lines.setdefault(entry.authority, line)
    windows = [entry.id for entry in source.entries.office if entry.authority is None]
    own = {entry.id for entry in source.entries.office} - set(windows)
    for place, delegation in enumerate(delegations.entries.delegation):
        if delegation.office in own:  # it decides in its own authority's name, and in no other
            facts = {"key": "office", "found": f'"{delegation.office}"', "example": " / ".join(windows)}
            line = delegations.line("delegation", place, "office")
            faults.add("catalogue_value_wrong", delegations.name, line, **facts)
