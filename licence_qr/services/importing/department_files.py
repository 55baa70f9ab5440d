"""Read the departments' exports (CSV or XLSX) into rows of text, one after another.

The content decides the format, not the file name. Nothing is evaluated: a formula is its text. A file that cannot be
read as a whole raises an error; faults of single rows are found later. However long a file is, one row is in memory.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, TextIO

from licence_qr.domain.importing.conflicts import Place, Source, SourceRow
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS, OPTIONAL_COLUMNS
from licence_qr.domain.names import name_key
from licence_qr.errors import InputError, LicenceQRError, UnreadableError

if TYPE_CHECKING:
    from licence_qr.services.importing.workbooks import Workbook

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELL_CHARS = 131_072
# One row of a CSV file, however many lines and cells it has.
MAX_ROW_CHARS = 1_000_000
_PIECE_BYTES = 256 * 1024
_HEADING_ROWS = 20  # titles and blank rows above the headings
_TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计"})
_ZIP_MAGIC, _OLD_EXCEL_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_Line = tuple[int, list[str]]


@dataclass(slots=True)
class DepartmentFile:
    """One export. ``stated_total`` is the number in its total row, or None; blank rows are not counted.

    Both it and ``row_count`` are known once all rows have been read.
    """

    source: Source
    name: str
    sha256: str
    columns: Mapping[str, str]
    content: BinaryIO
    encoding: str
    stated_total: int | None = None
    row_count: int = 0

    def rows(self) -> Iterator[SourceRow]:
        """The rows, in the order of the file.

        Raises UnreadableError ``import_csv_broken``, ``import_spreadsheet_broken``, ``import_spreadsheet_bomb`` or
        ``import_too_many_rows``; InputError ``import_heading_missing`` (the column named) or ``import_heading_twice``.
        """
        self.stated_total, self.row_count = None, 0
        missing: InputError | None = None
        for sheet, lines in self._sheets():
            try:
                table = _Table.under_headings(lines, self.columns, self.name)
            except InputError as error:
                missing = missing or error
                continue
            yield from self._rows(sheet, table)
        if missing and not self.row_count:
            raise missing

    def _rows(self, sheet: str, table: _Table) -> Iterator[SourceRow]:
        for number, cells in table.lines:
            if (total := _stated_total(cells)) is not None:
                self.stated_total = (self.stated_total or 0) + total
            elif any(cells):
                self.row_count += 1
                yield table.row(Place(self.source, sheet, number), self.name, cells)

    def _sheets(self) -> Iterator[tuple[str, Iterator[_Line]]]:
        self.content.seek(0)
        if self.encoding:
            yield "", _csv_lines(self.content, self.encoding, self.name)
        else:
            yield from _xlsx_sheets(self.content, self.name)


def read_market(content: BinaryIO, name: str) -> DepartmentFile:
    """Open the market regulator's export of licences. Raises as ``read_department``."""
    return read_department(content, name, Source.MARKET, MARKET_COLUMNS)


def read_health(content: BinaryIO, name: str) -> DepartmentFile:
    """Open the health department's ledger of permits. Raises as ``read_department``."""
    return read_department(content, name, Source.HEALTH, HEALTH_COLUMNS)


def read_department(content: BinaryIO, name: str, source: Source, columns: Mapping[str, str]) -> DepartmentFile:
    """Look through one export whose headings are the values of ``columns``; its rows are read when they are asked for.

    ``content`` is a file in which one can go back. Raises UnreadableError ``import_file_too_large``,
    ``import_file_empty``, ``import_file_old_excel`` or ``import_text_encoding``.
    """
    digest, blank, size = hashlib.sha256(), True, 0
    for piece in _pieces(content):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise UnreadableError("import_file_too_large", file=name, limit_mb=MAX_FILE_BYTES // 2**20)
        digest.update(piece)
        blank = blank and not piece.strip()
    if blank:
        raise UnreadableError("import_file_empty", file=name)
    content.seek(0)
    start = content.read(4)
    if start == _OLD_EXCEL_MAGIC:
        raise UnreadableError("import_file_old_excel", file=name)
    encoding = "" if start == _ZIP_MAGIC else _encoding(content, start, name)
    return DepartmentFile(
        source=source, name=name, sha256=digest.hexdigest(), columns=columns, content=content, encoding=encoding
    )


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(_PIECE_BYTES):
        yield piece


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


def _bound(number: int, name: str) -> None:
    """Limit the number of rows, blank ones included: a file of nothing but line ends would take long."""
    if number > MAX_ROWS:
        raise UnreadableError("import_too_many_rows", file=name, limit=MAX_ROWS)


def _encoding(content: BinaryIO, start: bytes, name: str) -> str:
    """UTF-8 with or without a byte order mark, else GB18030; both strict, so that a wrong guess is an error."""
    if start.startswith(_UTF16_MARKS):
        raise UnreadableError("import_text_encoding", file=name, position=0)
    wrong = []
    for encoding in ("utf-8-sig", "gb18030"):
        position = _first_wrong_byte(content, encoding)
        if position is None:
            return encoding
        wrong.append(position)
    raise UnreadableError("import_text_encoding", file=name, position=max(wrong))


def _first_wrong_byte(content: BinaryIO, encoding: str) -> int | None:
    """Where the file is no text of this encoding; None where all of it is."""
    decoder, passed = codecs.getincrementaldecoder(encoding)(), 0
    for piece in chain(_pieces(content), (b"",)):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return passed - pending + error.start
        passed += len(piece)
    return None


def _csv_lines(content: BinaryIO, encoding: str, name: str) -> Iterator[_Line]:
    text = io.TextIOWrapper(content, encoding, newline="")
    try:
        lines = _Lines(text)
        # Strict, because an unclosed quote would otherwise swallow all rows after it.
        reader = csv.reader(lines, strict=True)
        number = 0
        while True:
            lines.since = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableError("import_csv_broken", file=name, line=reader.line_num) from error
            number += 1
            _bound(number, name)
            yield number, [cell.strip() for cell in cells]
    finally:
        if not content.closed:
            text.detach()  # the file is the caller's to close


class _Lines:
    """The lines of a text, for csv; it is stopped where one row would not end."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.since = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARS + 1)
        self.since += len(line)
        if not line:
            raise StopIteration
        if self.since > MAX_ROW_CHARS:
            raise csv.Error("a row too long")
        return line


def _xlsx_sheets(content: BinaryIO, name: str) -> Iterator[tuple[str, Iterator[_Line]]]:
    # Loaded when a workbook comes: it takes a tenth of the time of a start.
    from openpyxl.xml import DEFUSEDXML

    from licence_qr.services.importing.workbooks import TooLargeUnpacked, Workbook

    if not DEFUSEDXML:
        raise AssertionError("openpyxl reads XML without defusedxml: entity bombs would expand")
    try:
        workbook = Workbook(content)
    except TooLargeUnpacked as found:
        raise UnreadableError(
            "import_spreadsheet_bomb", file=name, unpacked_mb=found.size // 2**20, parts=found.parts
        ) from found
    except Exception as error:  # openpyxl raises many kinds of exception for a broken file
        raise UnreadableError("import_spreadsheet_broken", file=name) from error
    for title, part in workbook.sheets:
        yield title, _xlsx_lines(workbook, part, name)


def _xlsx_lines(workbook: Workbook, part: str, name: str) -> Iterator[_Line]:
    try:
        for number, values in workbook.rows(part):
            _bound(number, name)
            texts = [_cell_text(value) for value in values]
            if any(len(text) > MAX_CELL_CHARS for text in texts):
                raise ValueError("a cell too long")
            yield number, texts
    except LicenceQRError:
        raise
    except Exception as error:  # as above
        raise UnreadableError("import_spreadsheet_broken", file=name) from error


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
