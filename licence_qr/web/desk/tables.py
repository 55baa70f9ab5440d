"""Tables for other programs: CSV and XLSX, safe to open in a spreadsheet.

A text that begins like a formula (``=``, ``+``, ``-``, ``@``, also full-width, or a control character) is data from
outside; a spreadsheet would run it. In CSV such a cell gets an apostrophe before it; in XLSX every text is a cell of
type text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from licence_qr.domain.csv_text import csv_pieces, guarded

if TYPE_CHECKING:  # loaded when a workbook is asked for: it takes a tenth of the time of a start
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Value = str | int | date | None
Row = Sequence[Value]


def csv_table(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The table as CSV, piece by piece while ``rows`` are read."""
    guarded_rows = ([guarded(value) if isinstance(value, str) else _plain(value) for value in row] for row in rows)
    return csv_pieces(chain([headings], guarded_rows))


def xlsx_table(title: str, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Row]) -> BinaryIO:
    """One sheet, in a file that goes when it is closed; days are dates, counts are numbers, all else is text and never a
    formula. ``widths`` are in characters."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    cell = _cells_of(sheet)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for values in chain([headings], rows):
        sheet.append([cell(value) for value in values])
    file = tempfile.TemporaryFile()
    book.save(file)
    file.seek(0)
    return file


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def _cells_of(sheet: WriteOnlyWorksheet) -> Callable[[Value], Cell]:
    """What makes a cell of a value."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def cell_of(value: Value) -> Cell:
        if isinstance(value, str):
            cell: Cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
            cell.data_type = "s"
            return cell
        if isinstance(value, date):
            cell = WriteOnlyCell(sheet, datetime.combine(value, time()))
            cell.number_format = "yyyy-mm-dd"
            return cell
        return WriteOnlyCell(sheet, value)

    return cell_of
