"""Headings of the departments' files, from ``headings.toml``. They are no rules of licences, so no part of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import DatedEntry, Entry, Words
from licence_qr.catalogue.source_file import SourceFile, read_source
from licence_qr.domain.dates import Period
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import COLUMNS, OPTIONAL_COLUMNS
from licence_qr.domain.importing.headings import Headings, heading_key


class File(StrEnum):
    """The two files, as the catalogue and a map of headings name them."""

    LICENCES = "licences"
    PERMITS = "permits"


SOURCES = {File.LICENCES: Source.MARKET, File.PERMITS: Source.HEALTH}


class HeadingEntry(DatedEntry):
    file: Annotated[File, Field(strict=False)]
    field: Words
    spellings: Annotated[list[Words], Field(min_length=1)]


class NotesEntry(Entry):
    words: list[Words]


class HeadingsFile(Entry):
    heading: Annotated[list[HeadingEntry], Field(min_length=1)]
    notes: NotesEntry


def load_headings(day: date, folder: Path | None = None) -> Mapping[Source, Headings]:
    """The headings that departments use on ``day``, of each file.

    Raises InvalidCatalogue with every fault: a violation of the schema, an unknown field, a spelling of two fields.
    """
    faults = Faults()
    source = read_source((folder or Path(__file__).parent) / "headings.toml", HeadingsFile, faults)
    if source is None:
        raise faults.error()
    found = {each: _fields(source, each, day, faults) for each in File}
    if faults.found:
        raise faults.error()
    notes = tuple(sorted(source.entries.notes.words, key=len, reverse=True))
    return {
        SOURCES[each]: Headings(
            SOURCES[each], COLUMNS[SOURCES[each]], fields, frozenset(COLUMNS[SOURCES[each]]) - OPTIONAL_COLUMNS, notes
        )
        for each, fields in found.items()
    }


def _fields(source: SourceFile[HeadingsFile], file: File, day: date, faults: Faults) -> dict[str, str]:
    """The field of each spelling, in the order of the file: of two columns of a field, the earlier spelling is read."""
    fields: dict[str, str] = {}
    first_line: dict[str, int] = {}
    for number, entry in enumerate(source.entries.heading):
        if entry.file is not file or day not in Period(entry.valid_from, entry.valid_to):
            continue
        if entry.field not in COLUMNS[SOURCES[file]]:
            line, known = source.line("heading", number, "field"), " ".join(COLUMNS[SOURCES[file]])
            facts = {"key": "field", "value": entry.field, "target": "COLUMNS", "known": known}
            faults.add("catalogue_reference_unknown", source.name, line, **facts)
        line = source.line("heading", number, "spellings")
        for spelling in entry.spellings:
            key = heading_key(spelling)
            if key in fields:
                first = first_line[key]
                faults.add("catalogue_repeated", source.name, line, key="spellings", value=spelling, first_line=first)
            fields[key], first_line[key] = entry.field, line
    return fields
