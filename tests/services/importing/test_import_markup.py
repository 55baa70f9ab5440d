"""A small workbook may hold only little markup; ledgers, and what Excel leaves below them, are far from that bound."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from department_workbooks import HEALTH_HEADINGS, STRICT, TRANSITIONAL, Book, SheetXml
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Border, Side
from test_import_limits import in_sheet, many, part, rows_xml

from bench.exports import permit
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS
from licence_qr.services.importing.files.lines import MARKUP_A_BYTE, Budget, Excess
from licence_qr.services.importing.files.xlsx import xlsx_sheets

MARGIN = 5
PIECE = 128 * 1024  # what is unpacked before it is counted; it may be all markup
BORDER = Border(left=Side(style="thin"), right=Side(style="thin"), top=Side(style="thin"), bottom=Side(style="thin"))


def markup_read(data: bytes) -> Budget:
    """All of a workbook is read; raises Excess."""
    budget = Budget(len(data))
    read_with(data, budget)
    return budget


def read_with(data: bytes, budget: Budget) -> None:
    for sheet in xlsx_sheets(io.BytesIO(data), budget):
        for _ in sheet.lines:
            pass


def by_openpyxl(rows: int, empty: int = 0) -> bytes:
    """Rows that are all the same, which packs best, and empty ones below; each cell has borders."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append(HEALTH_HEADINGS)
    row = [permit().get(key) for key in HEALTH_COLUMNS]
    for values in (*[row] * rows, *[[None] * len(row)] * empty):
        cells = [WriteOnlyCell(sheet, value=value) for value in values]
        for cell in cells:
            cell.border = BORDER
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_excel(rows: int, cell: str, namespace: str = TRANSITIONAL) -> bytes:
    """Rows of 14 cells as Excel writes them."""
    columns = "ABCDEFGHIJKLMN"
    inner = "".join(
        f'<row r="{number}" spans="1:14" ht="14.25" customHeight="1">'
        + "".join(cell.format(ref=f"{column}{number}", at=at) for at, column in enumerate(columns))
        + "</row>"
        for number in range(1, rows + 1)
    )
    sheet = SheetXml("台账")
    sheet.xml = lambda _: f'<worksheet xmlns="{namespace}"><sheetData>{inner}</sheetData></worksheet>'  # type: ignore[method-assign]
    return Book([sheet], namespace=namespace, texts=[f"<t>{heading}</t>" for heading in HEALTH_HEADINGS]).data()


EMPTY, SHARED = '<c r="{ref}" s="3"/>', '<c r="{ref}" s="3" t="s"><v>{at}</v></c>'
HONEST: dict[str, Callable[[], bytes]] = {
    "rows all the same": lambda: by_openpyxl(2_000),
    "empty rows with borders": lambda: by_openpyxl(10, empty=2_000),
    "shared texts, all the same": lambda: as_excel(2_000, SHARED),
    "shared texts, all the same, strict": lambda: as_excel(2_000, SHARED, STRICT),
    "empty formatted rows": lambda: as_excel(2_000, EMPTY),
    "rows with a height alone": lambda: in_sheet(
        '<worksheet xmlns="{}"><sheetData>{}</sheetData></worksheet>'.format(
            TRANSITIONAL, many(20_000, '<row r="1{:06d}" spans="1:14" ht="14.25" customHeight="1"/>')
        )
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_workbook_has_a_fifth_of_the_markup_that_its_size_allows(name: str) -> None:
    data = HONEST[name]()
    markup = markup_read(data).markup
    assert len(data) / MARGIN < markup < MARKUP_A_BYTE * len(data) / MARGIN


def test_a_ledger_whose_empty_rows_are_formatted_is_read_whatever_their_number() -> None:
    data = as_excel(25_000, EMPTY)
    budget = markup_read(data)
    assert budget.markup > Budget(0).most_markup and budget.cells == 14 * 25_000


PACKED_WELL: dict[str, Callable[[], bytes]] = {
    "elements": lambda: rows_xml("<a/>" * 1_000_000),
    "empty rows": lambda: rows_xml("<row/>" * 1_000_000),
    "empty cells": lambda: rows_xml(f"<row>{'<c/>' * 10_000}</row>" * 100),
    "shared texts": lambda: part("xl/sharedStrings.xml", "<si/>" * 1_000_000),
    "styles": lambda: part("xl/styles.xml", f"<cellXfs>{'<xf/>' * 1_000_000}</cellXfs>"),
}


@pytest.mark.parametrize("name", PACKED_WELL)
def test_what_packs_a_thousandfold_is_refused_early(name: str) -> None:
    data = PACKED_WELL[name]()
    budget = Budget(len(data))
    with pytest.raises(Excess, match="import_too_much_markup"):
        read_with(data, budget)
    assert budget.markup < budget.most_markup + PIECE < 1_300_000


@pytest.mark.parametrize("rows", [100_000, 180_000, 200_000, 1_000_000, 3_500_000])
def test_a_ledger_of_any_length_has_room_and_a_file_of_its_size_not_much_more(rows: int) -> None:
    """56 packed bytes a row, with 1.9 pieces of markup and 0.25 cells for each, as ``bench.exports`` writes them."""
    size = 56 * rows
    budget = Budget(size)
    assert 1.9 * size * 1.1 < budget.most_markup < max(12_000_001, 1.9 * size * 1.3)
    assert 0.25 * size * 1.1 < budget.most_cells < max(2_000_001, 0.25 * size * 1.3)
    assert budget.unpacked_bytes == 2**31 or 21.4 * size * 1.1 < budget.unpacked_bytes < max(2**28, 21.4 * size * 1.3)
