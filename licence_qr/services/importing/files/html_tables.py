"""Tables of an HTML page, which many systems export and name .xls; a spreadsheet opens it as one sheet, and so do we.

Only what such exports have is understood: tables, rows, cells, spans and line breaks. Python's own HTML parser takes time
with the square of some malformed pages, and several seconds for a page of ordinary size.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from licence_qr.services.importing.files.lines import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    MAX_ROW_CELLS,
    Budget,
    Excess,
    ExportSheet,
    Line,
    MergedCells,
)
from licence_qr.services.importing.files.merged import with_merged

_PIECE_CHARS = 64 * 1024
_MOST_PENDING_CHARS = 1024 * 1024
_MOST_ROWSPAN = 65_535
# A tag, or the beginning of a comment; what stands before it is text.
_TAG = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>|<[!?][^<>]*>")
_COMMENT, _COMMENT_END = "<!--", "-->"
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*(\d{1,5})", re.IGNORECASE)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SILENT = frozenset({"style", "script", "head", "xml"})
_SPACES = re.compile(r"[ \t\r\n\f]+")


def html_sheets(content: BinaryIO, encoding: str, budget: Budget) -> Iterator[ExportSheet]:
    """All rows of all tables, as one sheet without a title. Reading raises Excess."""
    yield ExportSheet("", with_merged(_lines(content, encoding, budget), budget))


def _lines(content: BinaryIO, encoding: str, budget: Budget) -> Iterator[Line]:
    content.seek(0)
    text = io.TextIOWrapper(content, encoding)
    rows = _Rows(budget)
    pending = ""
    try:
        while piece := text.read(_PIECE_CHARS):
            budget.take(markup=piece.count("<") + piece.count("&"))
            pending += piece
            pending = rows.take(pending)
            yield from rows.taken()
            if len(pending) > _MOST_PENDING_CHARS:
                raise Excess("import_markup_too_large")
        rows.tag("/table", "")
        yield from rows.taken()
    except Excess as excess:
        excess.facts.setdefault("row", rows.number)
        raise
    finally:
        if not content.closed:
            text.detach()  # the file is the caller's to close


class _Rows:
    """Rows as the tags make them; a tag that would end an element may be missing, as HTML allows."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._done: list[Line] = []
        self._line: Line | None = None
        self._cell: list[str] | None = None
        self._silent = ""
        self._column = self._start = self._cells = self._chars = 0
        self._spanned: dict[int, int] = {}  # column → last row that a cell above reaches down to
        self.number = 0

    def take(self, pending: str) -> str:
        """Go through the tags and comments that are complete; what is left of the text is returned."""
        used = 0
        while tag := _TAG.search(pending, used):
            self.text(pending[used : tag.start()])
            used = tag.start()
            end = tag.end()
            if tag[0] == _COMMENT:
                end = pending.find(_COMMENT_END, end) + len(_COMMENT_END)
                if end < used:
                    break
            self.tag((tag[1] or "") + (tag[2] or "").lower(), tag[3] or "")
            used = end
        return pending[used:]

    def taken(self) -> list[Line]:
        """The rows that are complete; they are given once."""
        done, self._done = self._done, []
        return done

    def text(self, text: str) -> None:
        """Text between two tags."""
        if self._cell is not None and not self._silent and text:
            self._chars += len(text)
            if self._chars > MAX_CELL_CHARS:
                raise Excess("import_cell_too_long", limit=MAX_CELL_CHARS)
            self._cell.append(_SPACES.sub(" ", text))

    def tag(self, name: str, attributes: str) -> None:
        """A tag by its name, with a slash before it where it ends an element."""
        if self._silent:
            self._silent = "" if name == f"/{self._silent}" else self._silent
        elif name in _SILENT:
            self._silent = name
        elif name in {"td", "th"}:
            self._end_cell()
            self._start_cell(attributes)
        elif name in {"/td", "/th"}:
            self._end_cell()
        elif name == "tr":
            self._end_row()
            self._start_row(attributes)
        elif name in {"/tr", "/table"}:
            self._end_row()
        elif name == "br" and self._cell is not None:
            self._cell.append("\n")

    def _start_row(self, attributes: str) -> None:
        self.number += 1
        self._column, self._cells = -1, 0
        hidden = bool(attributes) and _NOT_SHOWN.search(attributes) is not None
        self._line = Line(self.number, [], {}, hidden)
        if self._spanned:
            self._budget.take(cells=len(self._spanned))
            self._spanned = {column: last for column, last in self._spanned.items() if last >= self.number}

    def _end_row(self) -> None:
        self._end_cell()
        if self._line is not None:
            self._budget.take(cells=self._cells)
            self._done.append(self._line)
            self._line = None

    def _start_cell(self, attributes: str) -> None:
        if self._line is None:
            self._start_row("")
        self._cells += 1
        if self._cells > MAX_ROW_CELLS:
            raise Excess("import_row_too_many_cells", limit=MAX_ROW_CELLS)
        self._column += 1
        while self._column in self._spanned:
            self._column += 1
        self._cell, self._chars, self._start = [], 0, self._column
        if "span" in attributes:
            spans = {kind.lower(): int(number) for kind, number in _SPAN.findall(attributes)}
            across, down = max(spans.get("col", 1), 1), min(max(spans.get("row", 1), 1), _MOST_ROWSPAN)
            self._span(across, down)
            self._column += across - 1

    def _span(self, across: int, down: int) -> None:
        if self._line is None or self._column >= MAX_COLUMNS or (across, down) == (1, 1):
            return
        last = min(self._column + across - 1, MAX_COLUMNS)
        self._line.merges.append(MergedCells(self.number, self._column, self.number + down - 1, last))
        if down > 1:
            self._spanned.update(dict.fromkeys(range(self._column, last + 1), self.number + down - 1))

    def _end_cell(self) -> None:
        if self._cell is None or self._line is None:
            return
        text, self._cell = html.unescape("".join(self._cell)).replace("\xa0", " ").strip(), None
        if not text:
            return
        if self._start >= MAX_COLUMNS:
            self._line.beyond += 1
            return
        self._line.texts.extend([""] * (self._start - len(self._line.texts)))
        self._line.texts.append(text)
