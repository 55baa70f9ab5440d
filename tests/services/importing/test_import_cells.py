"""A cell is what its type says: formulas, errors, numbers, dates, and texts in all the ways in which they are stored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from department_workbooks import HEALTH_HEADINGS, STRICT, Book, Raw, ledger, ledger_sheet, read
from import_register import Register, as_csv

from bench.exports import licence, permit
from licence_qr.domain.importing.cells import Cell, CellKind, column_letters
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS


def cell(key: str, value: object, **of_the_book: object) -> Cell:
    """What is read of one cell."""
    return read(ledger({**permit(), key: value}, **of_the_book)).rows[0].cell(key)


def ref(key: str) -> str:
    return f"{column_letters(list(HEALTH_COLUMNS).index(key))}2"


@pytest.mark.parametrize(
    ("raw", "text", "kind"),
    [
        (Raw('t="str"', "<f>A1</f><v>某店</v>"), "某店", CellKind.TEXT),
        (Raw('t="str"', '<f>IF(1,"")</f><v></v>'), "", CellKind.TEXT),
        (Raw("", "<f>SUM(1,1)</f><v>2</v>"), "2", CellKind.NUMBER),
        (Raw('t="e"', "<f>NA()</f><v>#N/A</v>"), "#N/A", CellKind.ERROR),
        (Raw('t="e"', "<v>#REF!</v>"), "#REF!", CellKind.ERROR),
        (Raw("", "<f>CONCATENATE(A1)</f><v/>"), "=CONCATENATE(A1)", CellKind.FORMULA),
        (Raw("", '<f t="shared" si="0"/>'), "=", CellKind.FORMULA),
        (Raw('t="b"', "<v>1</v>"), "TRUE", CellKind.TRUTH),
        (Raw("", "<v>9.15001071e+17</v>"), "9.15001071e+17", CellKind.NUMBER),
        (Raw("", "<v>13800000000</v>"), "13800000000", CellKind.NUMBER),
        (Raw("", "<v>1.38E10</v>"), "13800000000", CellKind.NUMBER),
        (Raw("", "<v>3.5</v>"), "3.5", CellKind.NUMBER),
        (Raw('s="1"', "<v>44682</v>"), "2022-05-01", CellKind.DATE),
        (Raw('s="2"', "<v>44682.5625</v>"), "2022-05-01 13:30:00", CellKind.DATE),
        (Raw('s="3"', "<v>44682</v>"), "44682", CellKind.NUMBER),
        (Raw('s="1"', "<v>99999999</v>"), "99999999", CellKind.NUMBER),
        (Raw('t="d"', "<v>2022-05-01T00:00:00</v>"), "2022-05-01", CellKind.DATE),
        (Raw('t="d"', "<v>2022-05-01T13:30:00.000</v>"), "2022-05-01 13:30:00", CellKind.DATE),
        (Raw('t="inlineStr"', "<is><r><t>某</t></r><r><rPr><b/></rPr><t>店</t></r></is>"), "某店", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is><t>某店</t><rPh sb='0' eb='1'><t>mou</t></rPh></is>"), "某店", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is><t>某店_x000D_</t></is>"), "某店", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is><t>_x005F_x000D_</t></is>"), "_x000D_", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is><t>_xD840__xDD64_</t></is>"), "𠅤", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is/>"), "", CellKind.TEXT),
        (Raw('t="inlineStr"', "<is><t>=1+1</t></is>"), "=1+1", CellKind.TEXT),
        (Raw('t="s"', "<v>0</v>"), "某店", CellKind.TEXT),
        (Raw('t="s"', "<v>1</v>"), "和𠅤", CellKind.TEXT),
    ],
)
def test_a_cell_is_what_its_type_says(raw: Raw, text: str, kind: CellKind) -> None:
    shared = ["<r><t>某</t></r><r><t>店_x000D_</t></r>", "<t>和𠅤</t><rPh sb='0' eb='1'><t>he</t></rPh>"]
    assert cell("note", raw, texts=shared) == Cell(text, kind, ref("note"))


@pytest.mark.parametrize("number", [27, 31, 57, 58])
def test_the_date_formats_that_chinese_programs_have_built_in_are_dates(number: int) -> None:
    styles = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs>'
    assert cell("issued_on", Raw('s="1"', "<v>44682</v>"), styles=styles).text == "2022-05-01"


@pytest.mark.parametrize(
    ("code", "is_day"),
    [("yyyy年m月d日", True), ("[$-804]yyyy/m/d;@", True), ("0.00", False), ('0"d"', False), ("[h]:mm:ss", False)],
)
def test_a_format_of_the_workbook_says_whether_a_number_is_a_day(code: str, is_day: bool) -> None:
    code = code.replace('"', "&quot;")
    styles = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs>'
    kind = cell("note", Raw('s="0"', "<v>44682</v>"), styles=styles).kind
    assert kind is (CellKind.DATE if is_day else CellKind.NUMBER)


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize("style", ['s="1"', ""], ids=["shown-as-day", "as-number"])
def test_days_are_counted_from_the_epoch_of_the_workbook(from_1904: bool, style: str) -> None:
    epoch = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    serial = (date(2024, 5, 6) - epoch) // timedelta(days=1)
    found = cell("issued_on", Raw(style, f"<v>{serial}</v>"), dates_from_1904=from_1904)
    assert found == Cell("2024-05-06", CellKind.DATE, ref("issued_on"))


def test_a_number_of_eight_digits_in_a_column_of_days_stays_for_the_column_to_read() -> None:
    assert cell("issued_on", 20240506) == Cell("20240506", CellKind.NUMBER, ref("issued_on"))


def test_the_strict_dialect_is_read_like_the_transitional_one() -> None:
    sheet = ledger_sheet({**permit(), "issued_on": Raw('t="d"', "<v>2022-05-01</v>")})
    row = read(Book([sheet], namespace=STRICT).data()).rows[0]
    assert {key: text for key, text in row.cells.items() if text} == permit()


def test_what_a_workbook_says_of_its_size_is_not_believed() -> None:
    sheet = ledger_sheet(permit(), before='<dimension ref="A1:B1"/>')
    assert read(Book([sheet]).data()).rows[0].cells["office"] == permit()["office"]


def test_a_prefix_for_the_namespace_makes_no_difference() -> None:
    book = Book([ledger_sheet(permit())])
    plain = book.sheets[0].xml()
    prefixed = plain.replace("<worksheet xmlns=", "<x:worksheet xmlns:x=").replace("</worksheet>", "</x:worksheet>")
    for name in ("sheetData", "row", "c", "is", "t"):
        prefixed = prefixed.replace(f"<{name}>", f"<x:{name}>").replace(f"<{name} ", f"<x:{name} ")
        prefixed = prefixed.replace(f"</{name}>", f"</x:{name}>")
    book.sheets[0].xml = lambda namespace: prefixed  # type: ignore[method-assign]
    assert read(book.data()).rows[0].cells["name"] == permit()["name"]


# What comes of such cells when they are imported.


@pytest.fixture
def register(tmp_path) -> Register:
    return Register(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("uscc", 915001071000000000, "import_code_as_number"),
        ("uscc", Raw("", "<v>9.15001071e+17</v>"), "import_code_as_number"),
        ("uscc", "9.15E+17", "uscc_rounded"),
        ("permit_no", 202200901, "import_code_as_number"),
        ("address", Raw("", "<f>CONCATENATE(A1)</f><v/>"), "import_cell_formula"),
        ("name", Raw('t="e"', "<v>#N/A</v>"), "import_cell_error"),
        ("grade", Raw('t="e"', "<f>VLOOKUP(A1,B:C,2)</f><v>#N/A</v>"), "import_cell_error"),
        ("valid_to", Raw('t="e"', "<v>#N/A</v>"), "import_cell_error"),
        ("uscc", 0, "import_code_as_number"),
        ("items", Raw('t="b"', "<v>1</v>"), "import_cell_truth"),
        ("name", Raw('t="b"', "<v>0</v>"), "import_cell_truth"),
        ("issued_on", Raw('t="b"', "<v>1</v>"), "import_cell_truth"),
    ],
)
def test_a_cell_without_a_value_of_its_own_is_refused_by_name(
    register: Register, key: str, value: object, code: str
) -> None:
    report = register.import_bytes(as_csv([licence()], MARKET_COLUMNS), ledger({**permit(), key: value}))
    verdict = report.rows[-1]
    assert (verdict.code, verdict.column) == (code, HEALTH_HEADINGS[list(HEALTH_COLUMNS).index(key)])
    assert verdict.row.cell(key).ref == ref(key)
    assert not verdict.row.remarks
    if verdict.code.startswith("import_cell_"):
        assert verdict.facts["found"] == verdict.row.cell(key).text != ""


def test_a_code_that_a_spreadsheet_has_rounded_is_refused_in_a_text_file_too(register: Register) -> None:
    report = register.import_bytes(as_csv([licence(uscc="9.15E+17")], MARKET_COLUMNS), as_csv([], HEALTH_COLUMNS))
    assert report.rows[0].code == "uscc_rounded"


def test_the_stored_value_of_a_formula_is_imported(register: Register) -> None:
    stored = Raw('t="str"', f"<f>CONCATENATE(A1)</f><v>{permit()['address']}</v>")
    report = register.import_bytes(as_csv([licence()], MARKET_COLUMNS), ledger({**permit(), "address": stored}))
    assert [verdict.code for verdict in report.rows] == ["imported", "imported"]
