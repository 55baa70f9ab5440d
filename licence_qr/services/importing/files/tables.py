"""The table of a sheet: its headings, its rows, and the lines that are neither, each with a verdict."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice, zip_longest

from licence_qr.catalogue.headings import SOURCES
from licence_qr.domain.importing.cells import CellKind, Remark, column_letters
from licence_qr.domain.importing.column_kinds import ColumnKind
from licence_qr.domain.importing.conflicts import Place, RowOutcome, RowVerdict, SourceRow
from licence_qr.domain.importing.department_rows import DAY_COLUMNS
from licence_qr.domain.importing.headings import Headings, heading_key
from licence_qr.domain.plain_text import plain_line
from licence_qr.errors import InputError
from licence_qr.services.importing.files.lines import ExportSheet, Line

HEADING_ROWS = 20  # titles and blank rows above the headings
# A sheet with so many headings is a table of the department, and one that misses a heading is a fault.
_A_TABLE = 3
_MOST_SHOWN = 60
# Lines that are no rows have few cells.
_FEW = 3
_TOTAL = re.compile(r"(本页|本表|本月)?(合计|总计|小计|共计|累计)[:：]?(\d{0,7})[户家条份个张]?")
_PARTIAL = ("本页", "小计")
_PAGE = re.compile(r"第\d+页.{0,12}|[一二三四五六七八九十]{1,3}、.*")
_CODE_OR_NUMBER = re.compile(r"[0-9A-Z]{15,18}|.*字[〔\[(（【].*")
Settle = Callable[[RowVerdict], None]


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column under a heading of the map: how that is ``written``, in which column, and as which heading it was read.

    ``instead_of`` is the heading as which it would be read without the map, or empty.
    """

    written: str
    column: str
    heading: str
    instead_of: str


@dataclass(slots=True)
class SheetRead:
    """What was read of one sheet. ``stated_total`` is the sum of its total rows, or None; it is complete at the end."""

    title: str
    hidden: bool = False
    rows: int = 0
    left_out: int = 0
    blank: int = 0
    stated_total: int | None = None
    missing: InputError | None = None
    has_table: bool = False
    mapped: tuple[MappedColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the headings stand: the row, and the position of each field. ``unread`` are columns of no field; ``mapped``
    those that a map of headings names, by field."""

    number: int
    positions: Mapping[str, int]
    heading: str
    heading_at: int
    unread: str
    mapped: Mapping[str, MappedColumn]


@dataclass(slots=True)
class TableReader:
    """Reads the sheets of one file. ``settle`` takes the verdicts on lines that are no rows."""

    file: str
    headings: Headings
    other: Headings
    settle: Settle
    sheets: list[SheetRead] = field(default_factory=list)

    def rows(self, sheet: ExportSheet) -> Iterator[SourceRow]:
        """The rows of a sheet. Raises InputError ``import_heading_twice``, and after the last row ``import_map_unlike``
        where a column is not what the map says; what the sheet misses is in ``sheets``."""
        read = SheetRead(sheet.title, sheet.hidden)
        self.sheets.append(read)
        if sheet.no_table:
            self._settle(read, 0, sheet.no_table)
            return
        lines = (line for line in sheet.lines if _counted(line, read))
        layout, before, after = self._find(lines)
        for line in before:
            self._no_row(read, line, "left_out_above_headings")
        if layout is None:
            self._without_table(read, before, after, lines)
            return
        read.has_table = True
        self._settle_headings(read, layout)
        remarks = self._remarks(sheet, layout)
        letters = {key: column_letters(at) for key, at in layout.positions.items()}
        kinds = [ColumnKind(key) for key in layout.mapped]
        for line in _chain(after, lines):
            if not self._is_no_row(read, line, layout):
                read.rows += 1
                row = self._row(line, sheet, layout, letters, remarks)
                for kind in kinds:
                    kind.see(row)
                yield row
        self._demand_kinds(read, layout, kinds)

    def _demand_kinds(self, read: SheetRead, layout: _Layout, kinds: Sequence[ColumnKind]) -> None:
        for kind in kinds:
            if kind.is_another:
                facts = asdict(layout.mapped[kind.key]) | {"cell": kind.unlike_at, "sheet": read.title or "-"}
                raise InputError("import_map_unlike", field=kind.key, file=self.file, **facts)

    # Finding the headings.

    def _find(self, lines: Iterator[Line]) -> tuple[_Layout | None, list[Line], list[Line]]:
        """The layout, the lines above the headings, and those below that were read already."""
        looked_at: list[Line] = []
        best: tuple[int, list[str]] = (0, [])
        for line in islice(lines, HEADING_ROWS):
            above = looked_at[-1] if looked_at else None
            looked_at.append(line)
            found = self.headings.of(_heading_texts(self.headings, line, above))
            if len(set(found) - {""}) > len(set(best[1]) - {""}):
                best = (len(looked_at), found)
            if not self.headings.missing(found):
                break
        at, found = best
        if not at or self.headings.missing(found):
            return None, [], looked_at
        line = looked_at[at - 1]
        above = looked_at[at - 2] if at > 1 else None
        return self._layout(line, _heading_texts(self.headings, line, above)), looked_at[: at - 1], looked_at[at:]

    def _layout(self, line: Line, texts: Sequence[str]) -> _Layout:
        order = list(self.headings.fields)
        positions: dict[str, int] = {}
        for at, (key, text) in enumerate(zip(self.headings.of(texts), texts, strict=True)):
            if not key:
                continue
            known = positions.get(key)
            if known is not None and heading_key(texts[known]) == heading_key(text):
                raise InputError("import_heading_twice", field=key, file=self.file, heading=self.headings.names[key])
            if known is None or order.index(heading_key(text)) < order.index(heading_key(texts[known])):
                positions[key] = at
        unread = "、".join(
            f"{plain_line(text)[:20]}（{column_letters(at)}）"
            for at, text in enumerate(texts)
            if text and at not in positions.values()
        )
        first = min(positions.values())
        own = line.texts[first] if first < len(line.texts) else ""
        mapped = {
            key: self._mapped(key, texts[at], at) for key, at in positions.items() if self._usual(texts[at]) != key
        }
        return _Layout(line.number, positions, own, first, unread[:200], mapped)

    def _usual(self, text: str) -> str:
        """The field that a heading means without the map of headings, or empty."""
        known = heading_key(text)
        return self.headings.mapped.get(known, self.headings.fields.get(known, ""))

    def _mapped(self, key: str, text: str, at: int) -> MappedColumn:
        usual = self.headings.names.get(self._usual(text), "")
        return MappedColumn(plain_line(text)[:40], column_letters(at), self.headings.names[key], usual)

    def _without_table(self, read: SheetRead, before: list[Line], after: list[Line], lines: Iterator[Line]) -> None:
        """Lines of a sheet without headings: what looks like data is refused, and is never passed over in silence."""
        looked_at = [*before, *after]
        read.missing = self._missing(read, looked_at)
        broken = read.missing.code == "import_heading_missing"
        some = False
        for line in _chain(looked_at, lines):
            some = True
            if broken and line.number > int(str(read.missing.facts["row"])):
                self._refuse(read, line, "import_sheet_heading_missing", heading=read.missing.facts["heading"])
            elif not broken and _looks_like_data(line):
                self._refuse(read, line, "import_sheet_without_headings")
            else:
                self._no_row(read, line, "left_out_no_table")
        if not some:
            self._settle(read, 0, "left_out_sheet_empty")

    def _missing(self, read: SheetRead, looked_at: Sequence[Line]) -> InputError:
        """Why no table was found here."""
        pairs = list(zip(looked_at, [None, *looked_at], strict=False))
        table = next(file.value for file, source in SOURCES.items() if source is self.headings.source)
        place = {"file": self.file, "sheet": read.title or "-", "table": table}
        other = self.other
        if any(not other.missing(other.of(_heading_texts(other, line, above))) for line, above in pairs):
            return InputError("import_files_swapped", **place)
        texts = [_heading_texts(self.headings, line, above) for line, above in pairs]
        found = [self.headings.of(each) for each in texts]
        best = max(range(len(texts)), key=lambda at: self.headings.known(texts[at]), default=-1)
        if best < 0 or self.headings.known(texts[best]) < _A_TABLE:
            widest = max(texts, key=lambda each: sum(map(bool, each)), default=[])
            return InputError("import_headings_none", unread=_listed(widest), **place)
        missing = self.headings.missing(found[best])[0]
        unread = [each for each, key in zip(texts[best], found[best], strict=True) if not key]
        return InputError(
            "import_heading_missing",
            field=missing,
            heading=self.headings.names[missing],
            row=looked_at[best].number,
            unread=_listed(unread),
            **place,
        )

    # Rows, and lines that are none.

    def _is_no_row(self, read: SheetRead, line: Line, layout: _Layout) -> bool:
        texts = line.texts
        if layout.heading_at < len(texts) and layout.heading and texts[layout.heading_at] == layout.heading:
            self._no_row(read, line, "left_out_headings_again")
            return True
        filled = [text for text in texts if text]
        if not filled or len(filled) > _FEW:
            return False
        if total := _TOTAL.fullmatch("".join(filled[0].split())):
            self._total(read, line, total, filled)
        elif self._is_note(filled[0], line):
            self._no_row(read, line, "left_out_note")
        elif not any(at < len(texts) and texts[at] for at in layout.positions.values()):
            self._no_row(read, line, "left_out_nothing_known")
        else:
            return False
        return True

    def _is_note(self, text: str, line: Line) -> bool:
        folded = "".join(unicodedata.normalize("NFKC", text).split())
        for word in self.headings.notes:
            if folded.startswith(word) and folded[len(word) : len(word) + 1] in {"", ":"}:
                return True
        across = sum(kind is CellKind.MERGED for kind in line.kinds.values())
        return _PAGE.fullmatch(folded) is not None or across > len(self.headings.required) // 2

    def _total(self, read: SheetRead, line: Line, total: re.Match[str], filled: Sequence[str]) -> None:
        number = next((text for text in (total[3], *filled[1:]) if text.isascii() and text.isdigit()), "")
        if not total[0].startswith(_PARTIAL):
            read.stated_total = (read.stated_total or 0) + int(number or 0)
        self._settle(read, line.number, "left_out_total", found=number or "-", rows=read.rows)

    def _row(
        self, line: Line, sheet: ExportSheet, layout: _Layout, letters: Mapping[str, str], remarks: tuple[Remark, ...]
    ) -> SourceRow:
        texts, positions = line.texts, layout.positions
        cells = {key: texts[at] if at < len(texts) else "" for key, at in positions.items()}
        width = max(positions.values()) + 1
        beyond = line.beyond + (sum(map(bool, texts[width:])) if len(texts) > width else 0)
        kinds = {}
        if line.kinds:
            kinds = {key: line.kinds[at] for key, at in positions.items() if at in line.kinds}
            for key in DAY_COLUMNS & kinds.keys():
                if kinds[key] is CellKind.NUMBER and (day := sheet.day_of(cells[key])):
                    cells[key], kinds[key] = day.isoformat(), CellKind.DATE
        if line.hidden:
            remarks = (*remarks, Remark("remark_row_hidden"))
        if filled := [at for at in line.filled_down if at in positions.values()]:
            refs = "、".join(f"{column_letters(at)}{line.number}" for at in filled)
            remarks = (*remarks, Remark("remark_merged", {"cells": refs}))
        place = Place(self.headings.source, sheet.title, line.number)
        return SourceRow(place, self.file, cells, beyond, kinds=kinds, columns=letters, remarks=remarks)

    def _remarks(self, sheet: ExportSheet, layout: _Layout) -> tuple[Remark, ...]:
        """What is to be remarked of every row of a sheet."""
        hidden = [column_letters(at) for at in layout.positions.values() if at in sheet.hidden_columns]
        of_columns = (Remark("remark_columns_hidden", {"columns": "、".join(hidden)}),) if hidden else ()
        return (*((Remark("remark_sheet_hidden"),) if sheet.hidden else ()), *of_columns)

    # Verdicts.

    def _settle_headings(self, read: SheetRead, layout: _Layout) -> None:
        """The line of the headings, with the columns that are not read, and those that are read by a map."""
        read.mapped = tuple(layout.mapped.values())
        told = "；".join(f"“{each.written}”（{each.column}）→“{each.heading}”" for each in read.mapped)
        if told:
            self._settle(read, layout.number, "left_out_headings_mapped", mapped=told, unread=layout.unread or "-")
        elif layout.unread:
            self._settle(read, layout.number, "left_out_headings_unread", unread=layout.unread)
        else:
            self._settle(read, layout.number, "left_out_headings")

    def _no_row(self, read: SheetRead, line: Line, code: str) -> None:
        self._settle(read, line.number, code, found=_shown(line))

    def _refuse(self, read: SheetRead, line: Line, code: str, **facts: object) -> None:
        read.rows += 1
        self.settle(RowVerdict(self._place(read, line.number), RowOutcome.REFUSED, code, facts=facts))

    def _settle(self, read: SheetRead, number: int, code: str, **facts: object) -> None:
        read.left_out += 1
        self.settle(RowVerdict(self._place(read, number), RowOutcome.LEFT_OUT, code, facts=facts))

    def _place(self, read: SheetRead, number: int) -> SourceRow:
        return SourceRow(Place(self.headings.source, read.title, number), self.file, {})


def _counted(line: Line, read: SheetRead) -> bool:
    """Whether the line has anything in it; else it is counted as blank."""
    if any(line.texts) or line.beyond:
        return True
    read.blank += 1
    return False


def _heading_texts(headings: Headings, line: Line, above: Line | None) -> list[str]:
    """The texts that may be headings: those of the line, and where it continues the line above, of both.

    Headings over two rows have the name of a group above (有效期), and its parts below (起, 止); what is no group stands in
    the upper row alone.
    """
    upper = above.texts if above else []
    found: list[str] = []
    group = ""
    for text, over in zip_longest(line.texts, upper, fillvalue=""):
        group = over or group  # it stands over the columns to its right too, merged or not
        possible = (text, group + text) if text else (over,)
        found.append(next((each for each in possible if heading_key(each) in headings.fields), text))
    return found


def _looks_like_data(line: Line) -> bool:
    return any(
        _CODE_OR_NUMBER.fullmatch(unicodedata.normalize("NFKC", text[:80]).upper().strip()) for text in line.texts
    )


def _listed(headings: Sequence[str]) -> str:
    """Headings as a sentence lists them."""
    return "、".join(plain_line(each)[:20] for each in headings if each)[:200] or "-"


def _shown(line: Line) -> str:
    return plain_line(" ".join(line.texts))[:_MOST_SHOWN]


def _chain(first: Sequence[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest
