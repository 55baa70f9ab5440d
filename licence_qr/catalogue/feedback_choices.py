"""Choices for citizens: kinds of report, and reasons of a rating.

They belong to no permit or trade, so they are not part of the catalogue value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from licence_qr.catalogue.faults import Faults
from licence_qr.catalogue.schema import DatedEntry, Entry, Id, TextEntry
from licence_qr.catalogue.source_file import SourceFile, read_source
from licence_qr.domain.dates import Period
from licence_qr.domain.feedback.ratings import RatingReason
from licence_qr.domain.feedback.reports import ReportKind
from licence_qr.wording.text import Text


class ReportKindEntry(DatedEntry):
    id: Id
    name: TextEntry
    note: TextEntry | None = None


class ReportKindsFile(Entry):
    kind: Annotated[list[ReportKindEntry], Field(min_length=1)]


class RatingReasonEntry(DatedEntry):
    id: Id
    name: TextEntry


class RatingReasonsFile(Entry):
    praise: list[RatingReasonEntry]
    complaint: list[RatingReasonEntry]


@dataclass(frozen=True, slots=True)
class Answering:
    """All choices with their dates, in the order in which they are offered."""

    report_kinds: tuple[ReportKind, ...]
    rating_reasons: tuple[RatingReason, ...]


_File = TypeVar("_File", ReportKindsFile, RatingReasonsFile)


def load_answering(folder: Path | None = None) -> Answering:
    """The choices in ``folder``, or those of the package.

    Raises InvalidCatalogue with every fault: a violation of the schema, an id used twice, an end before its start.
    """
    folder, faults = folder or Path(__file__).parent, Faults()
    kinds = read_source(folder / "report_kinds.toml", ReportKindsFile, faults)
    reasons = read_source(folder / "rating_reasons.toml", RatingReasonsFile, faults)
    if kinds is None or reasons is None:
        raise faults.error()
    _check(kinds, [("kind", each) for each in kinds.entries.kind], faults)
    both = [("praise", each) for each in reasons.entries.praise]
    _check(reasons, [*both, *(("complaint", each) for each in reasons.entries.complaint)], faults)
    if faults.found:
        raise faults.error()
    return Answering(
        tuple(_kind(entry) for entry in kinds.entries.kind),
        (
            *(_reason(entry, praise=True) for entry in reasons.entries.praise),
            *(_reason(entry, praise=False) for entry in reasons.entries.complaint),
        ),
    )


def _check(
    source: SourceFile[_File], rows: Iterable[tuple[str, ReportKindEntry | RatingReasonEntry]], faults: Faults
) -> None:
    first_line: dict[str, int] = {}
    counts = {"kind": 0, "praise": 0, "complaint": 0}
    for table, entry in rows:
        place = (table, counts[table])
        counts[table] += 1
        line = source.line(*place, "id")
        if entry.id in first_line:
            facts = {"key": "id", "value": entry.id, "first_line": first_line[entry.id]}
            faults.add("catalogue_repeated", source.name, line, **facts)
        first_line.setdefault(entry.id, line)
        if entry.valid_to is not None and entry.valid_to < entry.valid_from:
            days = {"valid_from": entry.valid_from.isoformat(), "valid_to": entry.valid_to.isoformat()}
            faults.add("catalogue_dates_out_of_order", source.name, source.line(*place, "valid_to"), **days)


def _text(entry: TextEntry) -> Text:
    return Text(entry.zh, entry.en)


def _kind(entry: ReportKindEntry) -> ReportKind:
    note = None if entry.note is None else _text(entry.note)
    return ReportKind(entry.id, _text(entry.name), note, Period(entry.valid_from, entry.valid_to))


def _reason(entry: RatingReasonEntry, *, praise: bool) -> RatingReason:
    return RatingReason(entry.id, _text(entry.name), praise, Period(entry.valid_from, entry.valid_to))
