"""Results that an authority hands over as a file (CSV), one row for each item: read strictly, entered row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licence_qr.domain.cases.case import ItemState
from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.plain_text import plain_text
from licence_qr.domain.roles import Actor
from licence_qr.errors import (
    AccessError,
    InputError,
    InvalidApplication,
    LicenceQRError,
    NotFoundError,
    RuleError,
    TokenError,
)
from licence_qr.services.cases.officers import Officers, WaitingItem

MAX_FILE_BYTES = 5 * 1024 * 1024

# Column → how its heading may be written. What a row may leave empty may be left out.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "application_no": ("application number", "受理号"),
    "permit_type": ("permit type", "事项"),
    "outcome": ("outcome", "结果"),
    "permit_no": ("permit number", "许可证号"),
    "permitted_items": ("permitted activities", "许可项目"),
    "issued_on": ("issued", "issued on", "签发日期"),
    "valid_from": ("valid from", "有效期自"),
    "valid_to": ("valid to", "有效期至"),
    "reason": ("reason", "理由"),
}
_NEEDED = ("application_no", "permit_type", "outcome")
_OUTCOMES = {"granted": True, "准予": True, "准予许可": True, "refused": False, "不予": False, "不予许可": False}


class RowResult(StrEnum):
    """What became of one row."""

    GRANTED = "granted"
    REFUSED = "refused"
    ALREADY = "already"  # entered before, as this row says
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row: its line in the file, and what stands in its columns. ``whole``: it has a cell for each heading and no more,
    so that each value stands in its column."""

    line: int
    values: Mapping[str, str]
    whole: bool = True

    def cell(self, column: str) -> str:
        """What stands in a column."""
        return self.values.get(column, "")


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """What became of one row, with the error where nothing was done."""

    row: ResultRow
    verdict: RowResult
    error: LicenceQRError | None = None


def read_results(data: bytes, name: str) -> tuple[ResultRow, ...]:
    """The rows of a file. Raises InputError ``results_file_too_large``, ``results_file_broken``,
    ``results_heading_missing``, ``results_heading_unknown``."""
    if len(data) > MAX_FILE_BYTES:
        raise InputError("results_file_too_large", name=name, mebibytes=MAX_FILE_BYTES // (1024 * 1024))
    try:
        reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
        heading = [each.strip() for each in next(reader, [])]
        columns = _columns(heading, name)
        return tuple(_row(reader.line_num, cells, heading, columns) for cells in reader if any(map(str.strip, cells)))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("results_file_broken", name=name) from None


def _row(line: int, cells: list[str], heading: list[str], columns: Mapping[str, int]) -> ResultRow:
    """A spreadsheet program may leave empty columns at the right, in the heading as in each row."""
    values = {column: cells[at].strip() for column, at in columns.items() if at < len(cells)}
    beside = (cell for at, cell in enumerate(cells) if at >= len(heading) or not heading[at])
    whole = len(values) == len(columns) and not any(map(str.strip, beside))
    return ResultRow(line, values, whole)


def enter_results(
    officers: Officers, catalogue: Catalogue, actor: Actor, rows: tuple[ResultRow, ...], now: datetime
) -> Iterator[EnteredRow]:
    """Enter the rows one after the other, each whole or not at all. Once more, it changes nothing.

    A row that cannot be entered stops no other. Raises KeyStoreError and RegisterError, after which nothing more is done.
    """
    for row in rows:
        try:
            yield EnteredRow(row, _entered(officers, catalogue, actor, row, now))
        except (InputError, InvalidApplication, RuleError, NotFoundError, AccessError, TokenError) as error:
            yield EnteredRow(row, RowResult.NOT_DONE, error)


def _entered(officers: Officers, catalogue: Catalogue, actor: Actor, row: ResultRow, now: datetime) -> RowResult:
    if not row.whole:
        raise InputError("result_row_not_whole", field="row")
    permit_type = _permit_type(catalogue, row.cell("permit_type"))
    granted = _OUTCOMES.get(row.cell("outcome").casefold())
    if granted is None:
        raise InputError("result_outcome_unknown", field="outcome", found=row.cell("outcome"))
    found = officers.of_application(actor, row.cell("application_no"), permit_type, now)
    item, reason = found.item, plain_text(row.cell("reason"))
    if granted and item.state is ItemState.ON_REGISTER and found.permit_no == row.cell("permit_no"):
        _demand_entered_so(officers, actor, row, found, now)
        return RowResult.ALREADY
    if not granted and item.state is ItemState.REFUSED and item.note == reason:
        return RowResult.ALREADY
    if granted:
        officers.enter_result(actor, found.item_id, parse_certificate(row.values, local_date(now)), now)
        return RowResult.GRANTED
    officers.refuse(actor, found.item_id, reason, now)
    return RowResult.REFUSED


def _demand_entered_so(officers: Officers, actor: Actor, row: ResultRow, found: WaitingItem, now: datetime) -> None:
    """Raise InputError ``result_differs`` unless the row says what was entered, whatever became of the permit later: a
    correction that is passed over in silence would be taken for done."""
    entered = officers.entered(actor, found.item_id, now)
    if entered is not None and parse_certificate(row.values, entered.on) != entered.certificate:
        raise InputError("result_differs", field="permit_no", permit_no=found.permit_no, day=entered.on.isoformat())


def _permit_type(catalogue: Catalogue, written: str) -> str:
    for known in catalogue.permit_types.values():
        if written in {known.id, known.name.zh} or written.casefold() == known.name.en.casefold():
            return known.id
    raise InputError("result_permit_type_unknown", field="permit_type", found=written)


def _columns(heading: list[str], name: str) -> Mapping[str, int]:
    """Column → its place, of those that the file has. A heading that is none, or stands twice, would hide a value: a permit
    whose "valid until" is not read has no end."""
    spelt = {spelling: column for column, spellings in HEADINGS.items() for spelling in spellings}
    found: dict[str, int] = {}
    unknown = []
    for at, each in enumerate(heading):
        column = spelt.get(each.casefold())
        if column is not None and column not in found:
            found[column] = at
        elif each:
            unknown.append(each[:40])
    missing = [HEADINGS[column][0] for column in _NEEDED if column not in found]
    if missing:
        raise InputError("results_heading_missing", name=name, missing="、".join(missing))
    if unknown:
        raise InputError("results_heading_unknown", name=name, unknown="、".join(unknown[:5]))
    return found


def _decoded(data: bytes) -> str:
    """Spreadsheet programs write UTF-8, those of a Chinese Windows often GB 18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
