"""Text files with one row a line: CSV, and its relatives with tabs, semicolons or bars."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, TextIO

from licence_qr.services.importing.files.lines import MAX_COLUMNS, MAX_ROW_CELLS, Budget, Excess, ExportSheet, Line

# One row, however many lines and cells it has.
MAX_ROW_CHARS = 1_000_000
DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_ROWS = 20
_DECLARED = "sep="  # a first line by which Excel is told the delimiter


def delimited_sheet(
    content: BinaryIO, encoding: str, known: Callable[[Sequence[str]], int], budget: Budget
) -> ExportSheet:
    """The file as a sheet without a title.

    The delimiter is the one with which the best of the first rows has most headings, as ``known`` counts them. Reading
    raises Excess.
    """
    delimiter = max(DELIMITERS, key=lambda each: _most_known(content, encoding, each, known))
    return ExportSheet("", _lines(content, encoding, delimiter, budget))


def _most_known(content: BinaryIO, encoding: str, delimiter: str, known: Callable[[Sequence[str]], int]) -> int:
    most = 0
    with _text(content, encoding) as text:
        try:
            for cells in islice(csv.reader(_BoundedLines(text), delimiter=delimiter), _SAMPLE_ROWS):
                most = max(most, known(cells[:MAX_COLUMNS]))
        except csv.Error:
            pass  # told when the file is read with the delimiter that fits best
    return most


def _lines(content: BinaryIO, encoding: str, delimiter: str, budget: Budget) -> Iterator[Line]:
    with _text(content, encoding) as text:
        lines = _BoundedLines(text)
        # Strict, because an unclosed quote would otherwise swallow all rows after it.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 0
        while True:
            lines.since = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Excess("import_csv_broken", line=reader.line_num) from error
            number += 1
            if len(cells) > MAX_ROW_CELLS:
                raise Excess("import_row_too_many_cells", row=number, limit=MAX_ROW_CELLS)
            budget.take(cells=len(cells))
            if number == 1 and cells[:1] and cells[0].casefold().startswith(_DECLARED):
                continue
            yield Line(number, [cell.strip() for cell in cells])


@contextmanager
def _text(content: BinaryIO, encoding: str) -> Iterator[TextIO]:
    content.seek(0)
    text = io.TextIOWrapper(content, encoding, newline="")
    try:
        yield text
    finally:
        if not content.closed:
            text.detach()  # the file is the caller's to close


class _BoundedLines:
    """The lines of a text, for csv; it is stopped where one row would not end."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.since = 0

    def __iter__(self) -> _BoundedLines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARS + 1)
        self.since += len(line)
        if not line:
            raise StopIteration
        if self.since > MAX_ROW_CHARS:
            raise csv.Error("a row too long")
        return line
