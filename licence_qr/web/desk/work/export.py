"""The task list as a table for other programs: CSV and XLSX, safe to open in a spreadsheet.

A name that begins like a formula (``=``, ``+``, ``-``, ``@``, also full-width, or a control character) is data from
outside; a spreadsheet would run it. In CSV such a cell gets an apostrophe before it; in XLSX every text is a cell of
type text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import chain
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.desk.words import office_name
from licence_qr.web.desk.work.words import step_words, task_words
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (20, 36, 22, 44, 12, 14, 12, 12, 14, 24)

Value = str | int | date | None


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        in_words(term("record.task")),
        in_words(term("field.name")),
        in_words(term("field.credit_code")),
        in_words(term("field.address")),
        in_words(term("field.due_date")),
        t("紧急程度", "Urgency"),
        t("剩余天数", "Days left"),
        t("逾期天数", "Days overdue"),
        t("工作日", "Working days"),
        t("窗口", "Office"),
    )


def row(line: WorkLine, rules: LifeRules) -> tuple[Value, ...]:
    """One line as values. Days that are left and days overdue stand in columns of their own, so none is negative."""
    task, left = line.task, line.left
    ahead = left.days if left.days is not None and left.days >= 0 else None
    behind = -left.days if left.days is not None and left.days < 0 else None
    return (
        task_words(line),
        task.holder_name,
        task.uscc,
        task.address,
        task.due_on,
        step_words(left.step, rules),
        ahead,
        behind,
        None if left.working_days is None else abs(left.working_days),
        office_name(task.office),
    )


def as_csv(lines: Iterable[WorkLine], rules: LifeRules) -> Iterator[bytes]:
    """The table as CSV, piece by piece, in the language of the request."""
    guarded_rows = (
        [guarded(value) if isinstance(value, str) else _plain(value) for value in row(line, rules)] for line in lines
    )
    return csv_pieces(chain([headings()], guarded_rows))


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def as_xlsx(lines: Iterable[WorkLine], rules: LifeRules) -> BinaryIO:
    """One sheet, in a file that goes when it is closed; days are dates, counts are numbers, all else is text and never a
    formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(in_words(term("record.tasks")))
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJ"[number]].width = width
    for values in chain([headings()], (row(line, rules) for line in lines)):
        sheet.append([_cell(sheet, value) for value in values])
    file = tempfile.TemporaryFile()
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Cell:
    if isinstance(value, str):
        cell: Cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, datetime.combine(value, time()))
        cell.number_format = "yyyy-mm-dd"
        return cell
    return WriteOnlyCell(sheet, value)
