"""What every dialect is read into: sheets of lines of cells; and how much of it there may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from licence_qr.domain.importing.cells import CellKind

# Excel holds 32,767 characters in a cell; text files may have more in one.
MAX_CELL_CHARS = 131_072
# A text that stands in a file once may be that of many cells.
MAX_ROW_CHARS = 1_048_576
MAX_ROWS = 1_000_000
MAX_SHEETS = 255
MAX_ROW_CELLS = 16_384  # the width of a sheet in Excel
# Cells to the right of this column are counted, not kept.
MAX_COLUMNS = 256
# Any file may hold so much, and a ledger as much as it has for each of its packed bytes, with a fifth or a quarter to spare:
# one of 100,000 rows has 1.9 pieces of markup, 0.25 cells and 21.4 unpacked bytes for each of 5.6 million.
_UNPACKED_BYTES, _UNPACKED_A_BYTE = 160 * 1024 * 1024, 26
_CELLS, _CELLS_A_BYTE = 2_000_000, 0.3
_MARKUP, _LEDGER_MARKUP_A_BYTE = 12_000_000, 2.4
# A small file may hold only little markup, but what takes about a second: packed, a million empty elements are 4 KB.
# Ledgers and empty formatted rows have 0.3 to 2.2 for each byte, also where all rows are the same, because cells and rows
# have their numbers (docs/contributing/figures.md).
_SMALL_MARKUP, MARKUP_A_BYTE = 1_000_000, 12
# However large the file is.
MAX_UNPACKED_BYTES = 2 * 1024**3


class Excess(Exception):
    """There is more of something than is read. ``code`` is that of the error, ``facts`` fill its sentences."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


class Damaged(Exception):
    """The file breaks the rules of its dialect; the text says where, for whoever looks into it."""


@dataclass(slots=True)
class Budget:
    """How much a file of ``size`` bytes, packed, may hold, so that the time to read it grows with its size only.

    ``unpacked_bytes`` is how many bytes it may unpack to, and as many characters may stand in its cells: only texts that
    many cells share make more of them.
    """

    size: int
    cells: int = 0
    markup: int = 0
    lines: int = 0
    characters: int = 0
    unpacked_bytes: int = field(init=False)
    most_cells: int = field(init=False)
    most_markup: int = field(init=False)

    def __post_init__(self) -> None:
        self.unpacked_bytes = min(max(_UNPACKED_BYTES, _UNPACKED_A_BYTE * self.size), MAX_UNPACKED_BYTES)
        self.most_cells = max(_CELLS, int(_CELLS_A_BYTE * self.size))
        of_any_ledger = max(_MARKUP, int(_LEDGER_MARKUP_A_BYTE * self.size))
        self.most_markup = min(_SMALL_MARKUP + MARKUP_A_BYTE * self.size, of_any_ledger)

    def take(self, markup: int = 0, cells: int = 0) -> None:
        """Count what was read. Raises Excess ``import_too_many_cells`` or ``import_too_much_markup``."""
        self.markup += markup
        self.cells += cells
        if self.cells > self.most_cells:
            raise Excess("import_too_many_cells", limit=self.most_cells)
        if self.markup > self.most_markup:
            raise Excess("import_too_much_markup", limit=self.most_markup)

    def take_line(self, line: Line) -> None:
        """Count a line that was read, blank ones too: a file of nothing but line ends would take long. Raises Excess
        ``import_too_many_rows``, ``import_row_too_long`` or ``import_too_many_characters``."""
        characters = sum(map(len, line.texts))
        self.lines += 1
        self.characters += characters
        if self.lines > MAX_ROWS:
            raise Excess("import_too_many_rows", limit=MAX_ROWS)
        if characters > MAX_ROW_CHARS:
            raise Excess("import_row_too_long", limit=MAX_ROW_CHARS, row=line.number)
        if self.characters > self.unpacked_bytes:
            raise Excess("import_too_many_characters", limit=self.unpacked_bytes)


@dataclass(frozen=True, slots=True, order=True)
class MergedCells:
    """A block of merged cells: rows as a spreadsheet counts them, positions of columns from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Line:
    """One line of a sheet: its number as a spreadsheet shows it, and the texts of its cells from column A on, trimmed.

    ``kinds`` has the cells that are no plain text, by position. ``beyond`` counts filled cells right of ``MAX_COLUMNS``.
    ``filled_down`` are the positions whose text is that of a cell merged with them from above; ``merges`` begin here, in
    dialects that tell them with the cells.
    """

    number: int
    texts: list[str]
    kinds: Mapping[int, CellKind] = field(default_factory=dict)
    hidden: bool = False
    beyond: int = 0
    filled_down: tuple[int, ...] = ()
    merges: list[MergedCells] = field(default_factory=list)


def no_serials(text: str) -> date | None:
    """The dates of a file that stores none as numbers."""
    return None


@dataclass(slots=True)
class ExportSheet:
    """A sheet whose lines are read as they are asked for, in the order of the sheets. A text file is one without a title.

    ``day_of`` gives the day that a number stands for in the date system of the file, or None where it is none.
    ``no_table`` is set where the sheet cannot hold a table: it is the code that says why.
    """

    title: str
    lines: Iterator[Line]
    hidden: bool = False
    day_of: Callable[[str], date | None] = no_serials
    no_table: str = ""
    hidden_columns: set[int] = field(default_factory=set)
