"""Workbooks as one XML file, as Excel 2002 and 2003 wrote them (SpreadsheetML) and many systems still do, named .xls."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, time
from typing import BinaryIO

from licence_qr.domain.importing.cells import CellKind
from licence_qr.services.importing.files.lines import (
    MAX_COLUMNS,
    MAX_ROW_CELLS,
    Budget,
    Damaged,
    Excess,
    ExportSheet,
    Line,
    MergedCells,
)
from licence_qr.services.importing.files.merged import with_merged
from licence_qr.services.importing.files.xml_stream import Attributes, XmlStream, named

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_PIECE_CHARS = 64 * 1024
_KINDS = {"Number": CellKind.NUMBER, "DateTime": CellKind.DATE, "Boolean": CellKind.TRUTH, "Error": CellKind.ERROR}


def spreadsheetml_sheets(content: BinaryIO, encoding: str, budget: Budget) -> Iterator[ExportSheet]:
    """The sheets in their order; their lines are read with them. Raises Damaged or Excess, now and while lines are read."""
    content.seek(0)
    text = io.TextIOWrapper(content, encoding)
    try:
        reader = _Reader(budget)
        waiting = reader.found(iter(lambda: text.read(_PIECE_CHARS), ""))
        upcoming = next(waiting, None)
        while isinstance(upcoming, str):
            lines = _LinesOfSheet(waiting)
            yield ExportSheet(upcoming, with_merged(lines, budget))
            upcoming = lines.rest()
    finally:
        if not content.closed:
            text.detach()  # the file is the caller's to close


class _LinesOfSheet:
    """Lines up to the title of the next sheet."""

    def __init__(self, found: Iterator[str | Line]) -> None:
        self._found = found
        self._next: str | None = None
        self._over = False

    def __iter__(self) -> _LinesOfSheet:
        return self

    def __next__(self) -> Line:
        if not self._over:
            each = next(self._found, None)
            if isinstance(each, Line):
                return each
            self._next, self._over = each, True
        raise StopIteration

    def rest(self) -> str | None:
        """Pass over the lines that nobody asked for; the title of the next sheet, or None."""
        for _ in self:
            pass
        return self._next


class _Reader:
    """Handlers of the elements: titles of sheets, and their lines."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._done: list[str | Line] = []
        self._merges: list[MergedCells] = []
        self._row: list[str] = []
        self._kinds: dict[int, CellKind] = {}
        self._number = self._column = self._beyond = self._cells = 0
        self._hidden = self._in_comment = self._collecting = False
        self._formula = self._kind = self._text = ""
        self._across = self._down = 0

    def found(self, pieces: Iterator[str]) -> Iterator[str | Line]:
        starts = {
            "Worksheet": self._start_sheet, "Row": self._start_row, "Cell": self._start_cell,
            "Data": self._start_data, "Comment": self._start_comment,
        }  # fmt: skip
        ends = {"Row": self._end_row, "Cell": self._end_cell, "Data": self._end_data, "Comment": self._end_comment}
        self._stream = XmlStream(named([NAMESPACE], starts), named([NAMESPACE], ends), self._budget)
        try:
            for _ in self._stream.feed(pieces):
                yield from self._done
                self._done.clear()
        except Excess as excess:
            excess.facts.setdefault("row", self._number)
            raise

    def _start_sheet(self, attributes: Attributes) -> None:
        self._number = 0
        self._done.append(_of(attributes, "Name"))

    def _start_row(self, attributes: Attributes) -> None:
        number = _whole(_of(attributes, "Index"), self._number + 1)
        if number <= self._number:
            raise Damaged(f"row {number} after row {self._number}")
        self._number, self._column, self._beyond, self._cells = number, -1, 0, 0
        self._row, self._kinds, self._merges = [], {}, []
        self._hidden = _of(attributes, "Hidden") == "1"

    def _end_row(self) -> None:
        self._budget.take(cells=self._cells)
        line = Line(self._number, self._row, self._kinds, self._hidden, self._beyond, merges=self._merges)
        self._done.append(line)

    def _start_cell(self, attributes: Attributes) -> None:
        self._cells += 1
        if self._cells > MAX_ROW_CELLS:
            raise Excess("import_row_too_many_cells", limit=MAX_ROW_CELLS)
        column = _whole(_of(attributes, "Index"), self._column + self._across + 2) - 1
        if column <= self._column:
            raise Damaged(f"cell {column + 1} out of order")
        self._column = column
        self._across, self._down = _whole(_of(attributes, "MergeAcross"), 0), _whole(_of(attributes, "MergeDown"), 0)
        self._formula, self._kind, self._text = _of(attributes, "Formula"), "", ""
        if self._across or self._down:
            last = min(column + self._across, MAX_COLUMNS)
            self._merges.append(MergedCells(self._number, column, self._number + self._down, last))

    def _start_data(self, attributes: Attributes) -> None:
        self._collecting = not self._in_comment
        if self._collecting:
            self._kind = _of(attributes, "Type")
            self._stream.collect()

    def _end_data(self) -> None:
        if self._collecting:
            self._text, self._collecting = self._stream.collected().replace("\r\n", "\n").strip(), False

    def _start_comment(self, _: Attributes) -> None:
        self._in_comment = True

    def _end_comment(self) -> None:
        self._in_comment = False

    def _end_cell(self) -> None:
        text, kind = self._text, _KINDS.get(self._kind, CellKind.TEXT)
        if not text and not self._kind and self._formula:
            text, kind = self._formula, CellKind.FORMULA
        if kind is CellKind.DATE:
            text = _day(text)
        if not text:
            return
        if self._column >= MAX_COLUMNS:
            self._beyond += 1
            return
        self._row.extend([""] * (self._column - len(self._row)))
        self._row.append(text)
        if kind is not CellKind.TEXT:
            self._kinds[self._column] = kind


def _of(attributes: Attributes, name: str) -> str:
    if not attributes:
        return ""
    return attributes.get(f"{NAMESPACE} {name}") or attributes.get(name, "")


def _whole(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    if not text.isdecimal() or len(text) > 9:
        raise Damaged(f"no number: {text[:20]}")
    return int(text)


def _day(text: str) -> str:
    try:
        found = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return text
    return found.date().isoformat() if found.time() == time.min else found.isoformat(" ")
