"""No such file below 10 MB costs more to read than half a ledger of 100,000 rows, or 300 MB of memory.

Each is read alone in a process, which tells CPU time and memory; the clock on the wall says nothing here. The ledger is
the measure, because a second of a processor is worth less on a busy machine. Its rows cost the same each: outside the
campaign an eighth of them is read, and counted eight times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from department_workbooks import HEALTH_HEADINGS, Book, Raw, SheetXml, ledger_sheet

from bench.exports import permit
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS

MOST_BYTES, MOST_MEGABYTES = 10 * 2**20, 300
ROWS, FEWER_ROWS = 100_000, 12_500
CHILD = Path(__file__).parents[2] / "support" / "exports" / "read_in_child.py"
MB = 2**20


def figures(path: Path) -> dict[str, Any]:
    """What a process of its own tells of reading the file."""
    root = Path(__file__).parents[3]
    told = subprocess.run(
        [sys.executable, str(CHILD), Source.HEALTH, str(path)],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def in_sheet(xml: str) -> bytes:
    """A workbook with this XML as its only sheet."""
    sheet = SheetXml("台账")
    sheet.xml = lambda namespace: xml  # type: ignore[method-assign]
    return Book([sheet]).data()


def rows_xml(inner: str, before: str = "", after: str = "") -> bytes:
    whole = SheetXml("台账", [HEALTH_HEADINGS], before=before).xml()
    return in_sheet(whole.replace("</sheetData>", f"{inner}</sheetData>{after}"))


def part(name: str, inner: str) -> bytes:
    """A workbook with more in one of its other parts."""
    book = Book([ledger_sheet(permit())])
    parts = book._parts()
    at = parts[name].rindex("</")
    parts[name] = parts[name][:at] + inner + parts[name][at:]
    book._parts = lambda: parts  # type: ignore[method-assign]
    return book.data()


def of_shared_text(text: str, cells: int, rows: int) -> bytes:
    """A workbook in which many cells have one text, which stands in it once."""
    book = Book([ledger_sheet(permit())], texts=[f"<t>{text}</t>"])
    parts = book._parts()
    row = "<row>" + '<c t="s"><v>0</v></c>' * cells + "</row>"
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace("</sheetData>", row * rows + "</sheetData>")
    book._parts = lambda: parts  # type: ignore[method-assign]
    return book.data()


def many(count: int, pattern: str) -> str:
    return "".join(pattern.format(number) for number in range(count))


HTML_HEADINGS = "<table><tr>" + "".join(f"<td>{text}" for text in HEALTH_HEADINGS)
XML_BOOK = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet Name="a"><Table>'
)

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a cell of 24 MB": (
        lambda: rows_xml('<row r="2"><c t="inlineStr"><is><t>' + "x" * 24 * MB + "</t></is></c></row>"),
        "import_cell_too_long",
    ),
    "a value of 24 MB": (
        lambda: rows_xml('<row r="2"><c><v>' + "1" * 24 * MB + "</v></c></row>"),
        "import_cell_too_long",
    ),
    "a formula of 24 MB": (
        lambda: rows_xml("<row><c><f>" + "1" * 24 * MB + "</f></c></row>"),
        "import_cell_too_long",
    ),
    "an attribute of 24 MB": (lambda: rows_xml(f'<row><c r="{"A" * 24 * MB}"/></row>'), "import_markup_too_large"),
    "a comment of 24 MB": (lambda: rows_xml(f"<!--{'x' * 24 * MB}-->"), "import_markup_too_large"),
    "300,000 cells in a row": (
        lambda: rows_xml(f"<row>{'<c><v>1</v></c>' * 300_000}</row>"),
        "import_row_too_many_cells",
    ),
    "two million empty cells and more": (
        lambda: rows_xml(f"<row>{'<c/>' * 10_000}</row>" * 250),
        "import_too_much_markup",
    ),
    "13 million elements": (lambda: rows_xml("<a/>" * 13_000_000), "import_too_much_markup"),
    "2 million empty rows": (lambda: rows_xml("<row/>" * 2_000_000), "import_too_much_markup"),
    "nested without end": (lambda: rows_xml("<a>" * 1_000_000), "import_markup_too_large"),
    "a million attributes": (lambda: rows_xml("<row " + many(1_000_000, "a{}='' ") + "/>"), ""),
    "a million names": (lambda: rows_xml(many(1_000_000, "<a{}/>")), "import_markup_too_large"),
    "a million namespaces": (lambda: rows_xml(many(1_000_000, "<a xmlns:a{}='b'/>")), "import_markup_too_large"),
    "a million merges": (
        lambda: rows_xml("", after="<mergeCells>" + many(1_000_000, "<mergeCell ref='A{}:B9'/>") + "</mergeCells>"),
        "import_too_many_merged",
    ),
    "merges over each other": (
        lambda: rows_xml(
            many(20_000, "<row><c/></row>"),
            after="<mergeCells>"
            + many(190_000, '<mergeCell ref="A{}:IV199999"/>').replace("A0:", "A1:")
            + "</mergeCells>",
        ),
        "import_too_many_cells",
    ),
    "one merge over everything": (
        lambda: rows_xml(
            "".join(f'<row r="{number}"/>' for number in range(2, 900_000)),
            after='<mergeCells><mergeCell ref="A1:IV1000000"/></mergeCells>',
        ),
        "import_too_many_cells",
    ),
    "a shared text of 24 MB": (
        lambda: part("xl/sharedStrings.xml", f"<si><t>{'x' * 24 * MB}</t></si>"),
        "import_cell_too_long",
    ),
    "shared runs of 24 MB": (
        lambda: part("xl/sharedStrings.xml", "<si>" + ("<r><t>" + "x" * 100_000 + "</t></r>") * 240 + "</si>"),
        "import_cell_too_long",
    ),
    "a row of a long shared text": (lambda: of_shared_text("宾" * 131_000, 256, 50), "import_row_too_long"),
    "rows of a long shared text": (lambda: of_shared_text("宾" * 131_000, 7, 200_000), "import_too_many_characters"),
    "6 million shared texts": (lambda: part("xl/sharedStrings.xml", "<si/>" * 6_500_000), "import_too_much_markup"),
    "3 million styles": (
        lambda: part("xl/styles.xml", f"<cellXfs>{'<xf/>' * 3_000_000}</cellXfs>"),
        "import_too_much_markup",
    ),
    "a million formats": (lambda: part("xl/styles.xml", many(1_000_000, "<numFmt numFmtId='{}' formatCode='y'/>")), ""),
    "a million sheets": (
        lambda: part("xl/workbook.xml", many(1_000_000, "<sheet name='s{}'/>")),
        "import_too_many_sheets",
    ),
    "a million relations": (
        lambda: part("xl/_rels/workbook.xml.rels", many(1_000_000, "<Relationship Id='x{}'/>")),
        "",
    ),
    "an entity bomb": (
        lambda: in_sheet('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'),
        "import_spreadsheet_broken",
    ),
    "an external entity": (
        lambda: in_sheet('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        "import_spreadsheet_broken",
    ),
    "commas": (lambda: b",\n" + b"," * 900_000 + b"\n", "import_row_too_many_cells"),
    "rows of commas": (lambda: (b"," * 16_000 + b"\n") * 640, "import_too_many_cells"),
    "line ends": (lambda: b"a\n" + b"\n" * 10_000_000, "import_too_many_rows"),
    "quotes": (lambda: b'"' * 10_000_000, "import_csv_broken"),
    "no line end": (lambda: b"x" * 10_000_000, "import_csv_broken"),
    "html cells": (lambda: (HTML_HEADINGS + "<tr>" + "<td>" * 2_500_000).encode(), "import_row_too_many_cells"),
    "html rows": (lambda: (HTML_HEADINGS + "<tr>" * 2_500_000).encode(), "import_too_many_rows"),
    "html rows of cells": (
        lambda: (HTML_HEADINGS + ("<tr>" + "<td>" * 1_000) * 2_400).encode(),
        "",  # no more cells for its size than a packed ledger has: it is read, within the time
    ),
    "html tags without end": (lambda: (HTML_HEADINGS + "<" * 9_500_000).encode(), ""),
    "html comments without end": (lambda: (HTML_HEADINGS + "<!--" * 2_400_000).encode(), ""),
    "html spans": (lambda: (HTML_HEADINGS + "<tr><td rowspan=65535 colspan=999>x" * 280_000).encode(), ""),
    "html spans of a long text": (
        lambda: (HTML_HEADINGS + "<tr><td rowspan=65535>" + "宾" * 131_000 + "<tr><td>" * 65_000).encode(),
        "import_too_many_characters",
    ),
    "html entities": (
        lambda: (HTML_HEADINGS + "<tr><td>" + "&lt;" * 30_000 + ("<tr><td>" + "&" * 120_000) * 75).encode(),
        "",
    ),
    "xml cells": (lambda: (XML_BOOK + "<Row>" + "<Cell/>" * 1_400_000).encode(), "import_row_too_many_cells"),
    "xml rows": (lambda: (XML_BOOK + "<Row/>" * 1_600_000).encode(), "import_too_many_rows"),
    "xml sheets": (
        lambda: (XML_BOOK + "</Table></Worksheet>" + many(300_000, "<Worksheet Name='s{}'/>")).encode(),
        "import_too_many_sheets",
    ),
    "xml merges": (
        lambda: (XML_BOOK + "<Row><Cell MergeDown='9999' MergeAcross='9999'/></Row>" * 160_000).encode(),
        "",
    ),
}

# One of each measure, for every run of the tests; the campaign tries all.
SHORT = (
    "a cell of 24 MB",
    "300,000 cells in a row",
    "two million empty cells and more",
    "a million names",
    "one merge over everything",
    "shared runs of 24 MB",
    "a row of a long shared text",
    "rows of a long shared text",
    "html spans of a long text",
    "an entity bomb",
    "an external entity",
    "rows of commas",
    "quotes",
    "html comments without end",
    "html spans",
    "xml merges",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", HOSTILE if metafunc.config.getoption("--campaign") else SHORT)


def honest(rows: int) -> Iterator[list[object]]:
    for number in range(rows):
        row = permit(permit_no=f"渝高新卫公证字〔2022〕第{number:05d}号", note=f"第{number}行")
        yield [row.get(key) if key != "issued_on" else Raw('s="1"', "<v>44682</v>") for key in HEALTH_COLUMNS]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, rounds: Callable[[int, int], int]) -> dict[str, Any]:
    """What it costs to read a ledger of 100,000 rows; its memory is that of the rows that were read."""
    path, rows = tmp_path_factory.mktemp("ledger") / "file", rounds(FEWER_ROWS, ROWS)
    path.write_bytes(Book([SheetXml("台账", [HEALTH_HEADINGS, *honest(rows)])]).data())
    assert path.stat().st_size < MOST_BYTES
    told = figures(path)
    assert (told["code"], told["rows"]) == ("", rows)
    return told | {"seconds": told["seconds"] * ROWS / rows}


@pytest.mark.campaign
def test_a_ledger_is_read_in_little_memory(ledger: dict[str, Any]) -> None:
    assert ledger["megabytes"] < MOST_MEGABYTES / 10


@pytest.mark.campaign
def test_a_file_below_ten_megabytes_costs_no_more_than_half_that_ledger(
    name: str, tmp_path: Path, ledger: dict[str, Any]
) -> None:
    made, code = HOSTILE[name]
    path = tmp_path / "file"
    path.write_bytes(made())
    assert path.stat().st_size < MOST_BYTES
    told = figures(path)
    assert not code or told["code"] == code, told
    assert told["seconds"] < ledger["seconds"] / 2 and told["megabytes"] < MOST_MEGABYTES, (told, ledger)


@pytest.mark.campaign
def test_a_ledger_of_nearly_ten_megabytes_is_read_to_its_end(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    path, rows = tmp_path / "file", rounds(2_000, 175_000)
    path.write_bytes(Book([SheetXml("台账", [HEALTH_HEADINGS, *honest(rows)])]).data())
    told = figures(path)
    assert (told["code"], told["rows"]) == ("", rows)
