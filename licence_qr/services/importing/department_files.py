"""Read the departments' exports (CSV or XLSX) into rows of text.

The content decides the format, not the file name. Nothing is evaluated: a formula is its text. A file that cannot be
read as a whole raises an error; faults of single rows are found later.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from openpyxl import load_workbook
from openpyxl.xml import DEFUSEDXML

from licence_qr.domain.importing.conflicts import Place, Source, SourceRow
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS, OPTIONAL_COLUMNS
from licence_qr.domain.names import name_key
from licence_qr.errors import InputError, UnreadableError

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 64
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
MAX_PARTS = 500
_HEADING_ROWS = 20  # titles and blank rows above the headings
_TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计"})
_ZIP_MAGIC, _OLD_EXCEL_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_T = TypeVar("_T")
_Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class DepartmentFile:
    """One export. ``stated_total`` is the number in its total row, or None; blank rows are not counted."""

    source: Source
    name: str
    sha256: str
    rows: tuple[SourceRow, ...]
    stated_total: int | None


def read_market(data: bytes, name: str) -> DepartmentFile:
    """Read the market regulator's export of licences. Raises as ``read_department``."""
    return read_department(data, name, Source.MARKET, MARKET_COLUMNS)


def read_health(data: bytes, name: str) -> DepartmentFile:
    """Read the health department's ledger of permits. Raises as ``read_department``."""
    return read_department(data, name, Source.HEALTH, HEALTH_COLUMNS)


def read_department(data: bytes, name: str, source: Source, columns: Mapping[str, str]) -> DepartmentFile:
    """Read one export whose headings are the values of ``columns``.

    Raises UnreadableError ``import_file_too_large``, ``import_file_empty``, ``import_file_old_excel``,
    ``import_text_encoding``, ``import_csv_broken``, ``import_spreadsheet_broken``, ``import_spreadsheet_bomb`` or
    ``import_too_many_rows``; InputError ``import_heading_missing`` (the column named) or ``import_heading_twice``.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError("import_file_too_large", file=name, limit_mb=MAX_FILE_BYTES // 2**20)
    if not data.strip():
        raise UnreadableError("import_file_empty", file=name)
    if data.startswith(_OLD_EXCEL_MAGIC):
        raise UnreadableError("import_file_old_excel", file=name)
    read = _xlsx_sheets if data.startswith(_ZIP_MAGIC) else _csv_sheets
    rows: list[SourceRow] = []
    totals: list[int] = []
    missing: InputError | None = None
    for sheet, lines in read(data, name):
        try:
            table = _Table.under_headings(lines, columns, name)
        except InputError as error:
            missing = missing or error
            continue
        for number, cells in table.lines:
            if (total := _stated_total(cells)) is not None:
                totals.append(total)
            elif any(cells):
                place = Place(source, sheet, number)
                rows.append(table.row(place, name, cells))
    if missing and not rows:
        raise missing
    stated = sum(totals) if totals else None
    return DepartmentFile(source, name, hashlib.sha256(data).hexdigest(), tuple(rows), stated)


@dataclass(frozen=True, slots=True)
class _Table:
    """The lines below the headings, and the cell of each column."""

    positions: Mapping[str, int]
    lines: Iterator[_Line]

    @classmethod
    def under_headings(cls, lines: Iterator[_Line], columns: Mapping[str, str], file: str) -> _Table:
        """Find the heading row: the one of the first rows that names most columns."""
        keys = {name_key(heading): key for key, heading in columns.items()}
        best: list[str] = []
        for number, cells in lines:
            found = [keys.get(name_key(cell), "") for cell in cells]
            if sum(map(bool, found)) > sum(map(bool, best)):
                best = found
            if set(columns) - OPTIONAL_COLUMNS <= set(found):
                break
            if number >= _HEADING_ROWS:
                break
        for key, heading in columns.items():
            if key not in best and key not in OPTIONAL_COLUMNS:
                raise InputError("import_heading_missing", field=key, file=file, heading=heading)
            if best.count(key) > 1:
                raise InputError("import_heading_twice", field=key, file=file, heading=heading)
        return cls({key: best.index(key) for key in columns if key in best}, lines)

    def row(self, place: Place, file: str, cells: Sequence[str]) -> SourceRow:
        """One row of texts; a column missing from the file or the row is empty."""
        texts = {key: cells[at] if at < len(cells) else "" for key, at in self.positions.items()}
        width = max(self.positions.values()) + 1
        return SourceRow(place, file, texts, beyond=sum(1 for cell in cells[width:] if cell))


def _stated_total(cells: Sequence[str]) -> int | None:
    """The number in a total row (0 if it has none), or None if this is not a total row."""
    filled = [cell for cell in cells if cell]
    if not filled or "".join(filled[0].split()) not in _TOTAL_WORDS or len(filled) > 3:
        return None
    return next((int(cell) for cell in filled[1:] if cell.isascii() and cell.isdigit()), 0)


def _bound(count: int, name: str) -> None:
    """Limit the number of rows, blank ones included: ten megabytes of line ends would take half a minute."""
    if count > MAX_ROWS:
        raise UnreadableError("import_too_many_rows", file=name, limit=MAX_ROWS)


def _csv_sheets(data: bytes, name: str) -> Iterator[tuple[str, Iterator[_Line]]]:
    yield "", _csv_lines(_decode(data, name), name)


def _decode(data: bytes, name: str) -> str:
    """UTF-8 with or without a byte order mark, else GB18030; both strict, so that a wrong guess is an error."""
    if data.startswith(_UTF16_MARKS):
        raise UnreadableError("import_text_encoding", file=name, position=0)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = error.start
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UnreadableError("import_text_encoding", file=name, position=max(position, error.start)) from None


def _csv_lines(text: str, name: str) -> Iterator[_Line]:
    # Strict, because an unclosed quote would otherwise swallow all rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError("import_csv_broken", file=name, line=reader.line_num) from error
        number += 1
        _bound(number, name)
        yield number, [cell.strip() for cell in cells]


def _xlsx_sheets(data: bytes, name: str) -> Iterator[tuple[str, Iterator[_Line]]]:
    if not DEFUSEDXML:
        raise AssertionError("openpyxl reads XML without defusedxml: entity bombs would expand")
    _refuse_bomb(data, name)
    workbook = _broken_as_error(lambda: load_workbook(io.BytesIO(data), read_only=True, keep_links=False), name)
    for sheet in workbook.worksheets:
        rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
        yield sheet.title, _xlsx_lines(iter(rows), name)


def _xlsx_lines(rows: Iterator[Iterable[object]], name: str) -> Iterator[_Line]:
    end: Iterable[object] = ()
    number = 0
    while (values := _broken_as_error(lambda: next(rows, end), name)) is not end:
        number += 1
        _bound(number, name)
        yield number, [_cell_text(value) for value in values]


def _broken_as_error(step: Callable[[], _T], name: str) -> _T:
    try:
        return step()
    except Exception as error:  # openpyxl raises many kinds of exception for a broken file
        raise UnreadableError("import_spreadsheet_broken", file=name) from error


def _refuse_bomb(data: bytes, name: str) -> None:
    """Refuse an archive by its directory, before anything is decompressed.

    The directory can only understate sizes: zipfile stops at the stated size and then fails on the checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableError("import_spreadsheet_broken", file=name) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise UnreadableError("import_spreadsheet_bomb", file=name, unpacked_mb=unpacked // 2**20, parts=len(parts))


def _cell_text(value: object) -> str:
    """A cell as text: dates in ISO form, whole numbers without a decimal point, everything else as written."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
