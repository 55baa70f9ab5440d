"""The sheets of a workbook, line by line: what is held does not grow with the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import BinaryIO

from openpyxl.utils.datetime import from_excel

from licence_qr.domain.importing.cells import CellKind
from licence_qr.services.importing.files.archive import Archive
from licence_qr.services.importing.files.lines import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    MAX_ROW_CELLS,
    Budget,
    Damaged,
    Excess,
    ExportSheet,
    Line,
)
from licence_qr.services.importing.files.merged import merged_cells, with_merged
from licence_qr.services.importing.files.package import SHEET_NAMESPACES, Package, read_package
from licence_qr.services.importing.files.shared_texts import SharedTexts, written
from licence_qr.services.importing.files.xml_stream import Attributes, XmlStream, named

_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_MOST_RUNS = 1_000  # of a text within a cell
_LATER = "-"  # stands for a shared text until its row is read
_NO_TABLE = {"chartsheet": "left_out_sheet_chart", "dialogsheet": "left_out_sheet_chart"}


def xlsx_sheets(content: BinaryIO, budget: Budget) -> Iterator[ExportSheet]:
    """The sheets in the order of the workbook. Raises Damaged or Excess, now and while lines are read."""
    archive = Archive(content, budget)
    package = read_package(archive, budget)
    with ExitStack() as stack:
        texts = SharedTexts()
        stack.callback(texts.close)
        if package.shared_texts:
            texts.read(archive.pieces(package.shared_texts), budget)
        for each in package.sheets:
            day_of = partial(day_of_serial, dates_from_1904=package.dates_from_1904)
            if each.kind != "worksheet":
                no_table = _NO_TABLE.get(each.kind, "left_out_sheet_not_readable")
                yield ExportSheet(each.title, iter(()), each.hidden, no_table=no_table)
                continue
            merges = merged_cells(archive.pieces(each.part))
            sheet = ExportSheet(each.title, iter(()), each.hidden, day_of)
            lines = SheetLines(texts, package, sheet, budget).lines(archive.pieces(each.part))
            sheet.lines = with_merged(lines, budget, merges)
            yield sheet


def day_of_serial(text: str, *, dates_from_1904: bool) -> date | None:
    """The day of a number from 61 to 2958465 in the date system of the workbook; None of any other."""
    try:
        serial = float(text)
    except ValueError:
        return None
    if not 61 <= serial <= 2_958_465:
        return None
    return (_EPOCHS[dates_from_1904] + timedelta(days=int(serial))).date()


class SheetLines(XmlStream):
    """The lines of one sheet. A cell has four tags and more, so those are told apart here and not by a table."""

    def __init__(self, texts: SharedTexts, package: Package, sheet: ExportSheet, budget: Budget) -> None:
        starts = {
            "row": self._start_row,
            "f": self._start_formula,
            "rPh": self._start_reading,
            "col": self._column_format,
        }
        ends = {"row": self._end_row, "f": self._end_formula, "rPh": self._end_reading, "sheetData": self._end_data}
        super().__init__(named(SHEET_NAMESPACES, starts), named(SHEET_NAMESPACES, ends), budget)
        self._texts, self._package, self._sheet, self._budget = texts, package, sheet, budget
        self._name_tags(SHEET_NAMESPACES[0])
        self._epoch = _EPOCHS[package.dates_from_1904]
        self._done: deque[tuple[Line, list[tuple[int, int]]]] = deque()
        self._columns: dict[str, int] = {}
        self._row: list[str] = []
        # Cells with a shared text, and its number: many rows of a piece may share a long one, so it is read with its row.
        self._shared: list[tuple[int, int]] = []
        self._kinds: dict[int, CellKind] = {}
        self._number = self._column = self._beyond = self._cells = 0
        self._hidden = self._formula = self._reading = self._ended = self._in_cell = False
        self._type = self._style = ""
        self._value: str | None = None
        self._formula_text = ""
        self._inline: list[str] = []

    def lines(self, pieces: Iterator[bytes]) -> Iterator[Line]:
        """The lines. Raises Damaged, or Excess with the ``row``."""
        try:
            for _ in self.feed(pieces):
                while self._done:
                    line, shared = self._done.popleft()
                    for column, number in shared:
                        line.texts[column] = self._texts[number]
                    yield line
                if self._ended:
                    return
        except Excess as excess:
            excess.facts.setdefault("row", self._number)
            raise

    def _name_tags(self, namespace: str) -> None:
        self._c, self._v, self._t = (f"{namespace} {name}" for name in "cvt")

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == self._c:
            self._start_cell(attributes)
        elif name == self._t or name == self._v:
            if self._collecting:
                raise Damaged("a text within a text")
            self._collecting, self._collected = True, ""
        else:
            if not self._depth:
                self._name_tags(name.partition(" ")[0])
            super()._start(name, attributes)

    def _end(self, name: str) -> None:
        if name == self._c:
            self._end_cell()
        elif name == self._t:
            self._collecting = False
            if not self._reading:
                self._inline.append(self._collected)
                if len(self._inline) > _MOST_RUNS or len(self._inline) > 1 and self._too_long():
                    raise Excess("import_cell_too_long", limit=MAX_CELL_CHARS)
        elif name == self._v:
            self._collecting, self._value = False, self._collected
        else:
            super()._end(name)

    def _too_long(self) -> bool:
        return sum(map(len, self._inline)) > MAX_CELL_CHARS

    def _column_format(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in {"1", "true"}:
            first, last = _whole(attributes.get("min", "1")), _whole(attributes.get("max", "1"))
            self._sheet.hidden_columns.update(range(max(first - 1, 0), min(last, MAX_COLUMNS)))

    def _start_row(self, attributes: Attributes) -> None:
        written_number = attributes.get("r")
        number = _whole(written_number) if written_number else self._number + 1
        if number <= self._number:
            raise Damaged(f"row {number} after row {self._number}")
        self._number, self._column, self._beyond, self._cells = number, -1, 0, 0
        self._row, self._shared, self._kinds = [], [], {}
        self._hidden = attributes.get("hidden") in {"1", "true"} or attributes.get("ht") == "0"

    def _end_row(self) -> None:
        self._budget.take(cells=self._cells)
        self._done.append((Line(self._number, self._row, self._kinds, self._hidden, self._beyond), self._shared))

    def _end_data(self) -> None:
        self._ended = True

    def _start_cell(self, attributes: Attributes) -> None:
        if self._in_cell:
            raise Damaged("a cell within a cell")
        self._in_cell = True
        self._cells += 1
        if self._cells > MAX_ROW_CELLS:
            raise Excess("import_row_too_many_cells", limit=MAX_ROW_CELLS)
        ref = attributes.get("r")
        if ref:
            letters = ref.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = _position(letters)
            if column <= self._column:
                raise Damaged(f"cell {ref[:20]} out of order")
            self._column = column
        else:
            self._column += 1
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._value, self._formula = None, False
        if self._inline:
            self._inline = []

    def _start_formula(self, _: Attributes) -> None:
        self._formula = True
        self.collect()

    def _end_formula(self) -> None:
        self._formula_text = self.collected()

    def _start_reading(self, _: Attributes) -> None:
        """How a text is pronounced: it stands beside it and is no part of it."""
        self._reading = True

    def _end_reading(self) -> None:
        self._reading = False

    def _end_cell(self) -> None:
        self._in_cell = False
        kind, shared = CellKind.TEXT, -1
        if self._inline:
            text = written(self._inline[0] if len(self._inline) == 1 else "".join(self._inline))
        elif self._value and self._type == "s":
            shared = _whole(self._value)
            text = _LATER if self._texts.has_text(shared) else ""
        elif self._value is not None or self._formula:
            text, kind = self._found()
        else:
            return
        if not text:
            return
        if self._column >= MAX_COLUMNS:
            self._beyond += 1
            return
        row = self._row
        if len(row) < self._column:
            row.extend([""] * (self._column - len(row)))
        row.append(text)
        if shared >= 0:
            self._shared.append((self._column, shared))
        if kind is not CellKind.TEXT:
            self._kinds[self._column] = kind

    def _found(self) -> tuple[str, CellKind]:
        value, kind = self._value, self._type
        if kind == "str" and value is not None:
            return written(value), CellKind.TEXT
        if not value:
            return (f"={self._formula_text}", CellKind.FORMULA) if self._formula else ("", CellKind.TEXT)
        if kind == "b":
            return ("FALSE" if value.strip() in {"0", "false"} else "TRUE"), CellKind.TRUTH
        if kind == "e":
            return value.strip() or "#", CellKind.ERROR
        if kind == "d":
            return _iso(value), CellKind.DATE
        return self._number_found(value.strip())

    def _number_found(self, value: str) -> tuple[str, CellKind]:
        try:
            number = float(value)
            if self._style in self._package.date_styles:
                return _shown_day(from_excel(number, self._epoch)), CellKind.DATE
        except (ValueError, OverflowError):
            return value, CellKind.NUMBER  # told by the column, which can read no such number
        if not value.isdecimal() and number.is_integer() and abs(number) < 1e15:
            value = str(int(number))
        return value, CellKind.NUMBER


def _position(letters: str) -> int:
    """The position of a column, from 0."""
    if not (letters.isascii() and letters.isupper() and len(letters) <= 3):
        raise Damaged(f"no column {letters[:20]}")
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Damaged(f"no number: {text[:20]}") from None


def _iso(value: str) -> str:
    """A date in ISO 8601, as the strict dialect stores it, as a cell text."""
    try:
        return _shown_day(datetime.fromisoformat(value.strip()))
    except ValueError:
        return value.strip()


def _shown_day(found: object) -> str:
    if isinstance(found, datetime):
        whole = found.replace(microsecond=0, tzinfo=None)
        return whole.date().isoformat() if whole.time() == time.min else whole.isoformat(" ")
    return str(found)
