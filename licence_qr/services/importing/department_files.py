"""Read the departments' exports into rows of text, one after another, and account for every sheet and line.

The content decides the dialect, not the file name. Nothing is evaluated. A file that cannot be read as a whole raises an
error; faults of single rows are found later. However long a file is, one row is in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from licence_qr.domain.importing.conflicts import RowVerdict, Source, SourceRow
from licence_qr.domain.importing.headings import Headings
from licence_qr.errors import InputError, LicenceQRError, UnreadableError
from licence_qr.services.importing.files.dialects import Form, form_of, sheets_of
from licence_qr.services.importing.files.encodings import is_big5, pieces_of
from licence_qr.services.importing.files.lines import (
    MAX_SHEETS,
    Budget,
    Damaged,
    Excess,
    ExportSheet,
    Line,
)
from licence_qr.services.importing.files.tables import Settle, SheetRead, TableReader

MAX_FILE_BYTES = 200 * 1024 * 1024


def _nobody(verdict: RowVerdict) -> None:
    """Where nobody asks for what is no row."""


@dataclass(slots=True)
class DepartmentFile:
    """One export. What was read of each sheet is known once all rows have been read."""

    headings: Headings
    other: Headings
    name: str
    sha256: str
    content: BinaryIO
    form: Form
    size: int
    sheets: list[SheetRead] = field(default_factory=list)

    @property
    def source(self) -> Source:
        """Whose export it is."""
        return self.headings.source

    @property
    def row_count(self) -> int:
        """How many rows it has; lines that are no rows, and blank ones, are not counted."""
        return sum(sheet.rows for sheet in self.sheets)

    @property
    def stated_total(self) -> int | None:
        """The number in its total rows, or None if it has none."""
        totals = [sheet.stated_total for sheet in self.sheets if sheet.stated_total is not None]
        return sum(totals) if totals else None

    def rows(self, settle: Settle = _nobody) -> Iterator[SourceRow]:
        """The rows, in the order of the file; ``settle`` is given what came of each line that is no row.

        Raises UnreadableError (the file is damaged, too large, or holds too much of something) and InputError
        ``import_heading_missing``, ``import_headings_none``, ``import_headings_none_gb18030`` or
        ``import_files_swapped`` where no sheet has a table, ``import_heading_twice``.
        """
        reader = TableReader(self.name, self.headings, self.other, settle)
        self.sheets = reader.sheets
        title = ""
        budget = Budget(self.size)
        try:
            for sheet in sheets_of(self.form, self.content, self.headings.known, budget):
                title = sheet.title
                self._demand_own_name(sheet)
                sheet.lines = _bounded(sheet.lines, budget)
                yield from reader.rows(sheet)
        except Excess as excess:
            facts = {"sheet": title or "-", "row": "-", **excess.facts}
            raise UnreadableError(excess.code, file=self.name, **facts) from excess
        except Damaged as damage:
            facts = {"sheet": title or "-", "damage": str(damage)[:80]}
            raise UnreadableError("import_spreadsheet_broken", file=self.name, **facts) from damage
        if not any(sheet.has_table for sheet in self.sheets):
            raise self._no_table()

    def _demand_own_name(self, sheet: ExportSheet) -> None:
        """Verdicts go by the names of sheets, so that each has its own; and there are not too many."""
        if len(self.sheets) >= MAX_SHEETS:
            raise Excess("import_too_many_sheets", limit=MAX_SHEETS)
        if any(sheet.title.casefold() == known.title.casefold() for known in self.sheets):
            raise Damaged("two sheets of one name")

    def _no_table(self) -> LicenceQRError:
        """Why no sheet could be read: that of the sheet that comes nearest to a table of the department."""
        reasons = [sheet.missing for sheet in self.sheets if sheet.missing is not None]
        order = ("import_heading_missing", "import_files_swapped", "import_headings_none")
        nearest = sorted(reasons, key=lambda reason: order.index(reason.code))
        if not nearest:
            return UnreadableError("import_no_sheet", file=self.name)
        if nearest[0].code == "import_headings_none" and self.form.encoding == "gb18030":
            if is_big5(self.content):
                return UnreadableError("import_text_big5", file=self.name)
            # Most bytes are some text in GB18030, also those of Big5: what was read may be nonsense.
            facts = {name: str(fact) for name, fact in nearest[0].facts.items()}
            return InputError("import_headings_none_gb18030", **facts)
        return nearest[0]


def read_department(
    content: BinaryIO, name: str, source: Source, headings: Mapping[Source, Headings]
) -> DepartmentFile:
    """Look through one export; its rows are read when they are asked for.

    ``content`` is a file in which one can go back. Raises UnreadableError ``import_file_too_large``,
    ``import_file_empty``, ``import_text_encoding``, ``import_text_big5``, or ``import_file_…`` where it is no table.
    """
    digest, blank, size = hashlib.sha256(), True, 0
    for piece in pieces_of(content):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise UnreadableError("import_file_too_large", file=name, limit_mb=MAX_FILE_BYTES // 2**20)
        digest.update(piece)
        blank = blank and not piece.strip()
    if blank:
        raise UnreadableError("import_file_empty", file=name)
    try:
        form = form_of(content)
    except Excess as excess:
        raise UnreadableError(excess.code, file=name, **excess.facts) from excess
    other = Source.HEALTH if source is Source.MARKET else Source.MARKET
    return DepartmentFile(
        headings=headings[source],
        other=headings[other],
        name=name,
        sha256=digest.hexdigest(),
        content=content,
        form=form,
        size=size,
    )


def _bounded(lines: Iterator[Line], budget: Budget) -> Iterator[Line]:
    """The lines of all sheets, each counted."""
    for line in lines:
        budget.take_line(line)
        yield line
