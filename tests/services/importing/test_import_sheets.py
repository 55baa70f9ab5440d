"""Every sheet and line of a file ends in a verdict: read, refused, or left out with the reason."""

from __future__ import annotations

import pytest
from department_workbooks import HEALTH_HEADINGS, MARKET_HEADINGS, Book, Raw, SheetXml, ledger_sheet, read
from import_register import as_csv

from bench.exports import licence, permit
from licence_qr.domain.importing.cells import CellKind
from licence_qr.domain.importing.conflicts import RowOutcome, Source
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.errors import InputError, LicenceQRError
from licence_qr.wording import explain


def other(**cells: str) -> dict[str, str]:
    return permit(permit_no="渝高新卫公证字〔2022〕第00902号", **cells)


def refusal(data: bytes, source: Source = Source.HEALTH) -> LicenceQRError:
    with pytest.raises(LicenceQRError) as caught:
        read(data, source)
    return caught.value


def test_a_second_sheet_with_another_spelling_of_a_heading_is_read() -> None:
    headings = [text.replace("有效期止", "有效期至") for text in HEALTH_HEADINGS]
    second = SheetXml("二", [headings, [other().get(key) for key in HEALTH_COLUMNS]])
    found = read(Book([ledger_sheet(permit()), second]).data())
    assert [row.place.sheet for row in found.rows] == ["台账", "二"]
    assert found.rows[1].cells["valid_to"] == "2026-04-30"


def test_a_second_sheet_without_a_required_heading_is_refused_row_by_row() -> None:
    headings = ["到几时" if text == "有效期止" else text for text in HEALTH_HEADINGS]
    rows = [[each.get(key) for key in HEALTH_COLUMNS] for each in (permit(), other())]
    found = read(Book([ledger_sheet(permit()), SheetXml("二", [["标题"], headings, *rows])]).data())
    assert found.codes[1:] == [
        ("二", 1, "left_out_no_table"),
        ("二", 2, "left_out_no_table"),
        ("二", 3, "import_sheet_heading_missing"),
        ("二", 4, "import_sheet_heading_missing"),
    ]
    assert found.settled[-1].outcome is RowOutcome.REFUSED
    assert found.settled[-1].facts["heading"] == "有效期止"
    assert [(sheet.rows, sheet.left_out) for sheet in found.file.sheets] == [(1, 1), (2, 2)]


def test_a_sheet_that_continues_another_without_headings_is_refused_row_by_row() -> None:
    second = SheetXml("续", [[other().get(key) for key in HEALTH_COLUMNS]])
    found = read(Book([ledger_sheet(permit()), second]).data())
    assert found.codes[1:] == [("续", 1, "import_sheet_without_headings")]
    assert found.file.sheets[1].rows == 1


def test_covers_empty_sheets_and_charts_are_left_out_by_name() -> None:
    sheets = [
        SheetXml("封面", [["重庆高新区"], [], ["2026年"]]),
        ledger_sheet(permit()),
        SheetXml("空"),
        SheetXml("图", kind="chartsheet"),
    ]
    found = read(Book(sheets).data())
    assert found.codes == [
        ("封面", 1, "left_out_no_table"),
        ("封面", 3, "left_out_no_table"),
        ("台账", 1, "left_out_headings"),
        ("空", 0, "left_out_sheet_empty"),
        ("图", 0, "left_out_sheet_chart"),
    ]
    assert found.settled[0].facts["found"] == "重庆高新区"


def test_hidden_rows_sheets_and_columns_are_read_with_a_remark() -> None:
    sheets = [
        ledger_sheet(permit(), other(), hidden_rows=frozenset({3})),
        ledger_sheet(permit(), title="旧", state="veryHidden", before='<cols><col min="3" max="4" hidden="1"/></cols>'),
    ]
    found = read(Book(sheets).data())
    assert [[remark.code for remark in row.remarks] for row in found.rows] == [
        [],
        ["remark_row_hidden"],
        ["remark_sheet_hidden", "remark_columns_hidden"],
    ]
    assert found.rows[2].remarks[1].facts == {"columns": "C、D"}
    assert [sheet.hidden for sheet in found.file.sheets] == [False, True]


def merged_headings() -> tuple[list[list[object]], tuple[str, ...]]:
    """Headings over two rows, with 有效期 over its two parts."""
    first, last = HEALTH_HEADINGS.index("有效期起"), HEALTH_HEADINGS.index("有效期止")
    upper: list[object] = list(HEALTH_HEADINGS)
    upper[first], upper[last] = "有效期", None
    lower: list[object] = [None] * len(HEALTH_HEADINGS)
    lower[first], lower[last] = "起", "止"
    down = tuple(f"{chr(65 + at)}2:{chr(65 + at)}3" for at, text in enumerate(upper) if at not in {first, last})
    return [upper, lower], (*down, f"{chr(65 + first)}2:{chr(65 + last)}2")


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "not-merged"])
@pytest.mark.parametrize("parts", [("起", "止"), ("有效期起", "有效期止"), ("自", "至")])
def test_headings_over_two_rows_are_read(parts: tuple[str, str], merged: bool) -> None:
    rows, merges = merged_headings()
    rows[1] = [{"起": parts[0], "止": parts[1]}.get(str(cell), cell) for cell in rows[1]]
    title = ["公共场所卫生许可台账"]
    sheet = SheetXml("台账", [title, *rows, [permit().get(key) for key in HEALTH_COLUMNS]])
    sheet.merged = ("A1:O1", *merges) if merged else ()
    found = read(Book([sheet]).data())
    assert [row.place.number for row in found.rows] == [4]
    assert {key: text for key, text in found.rows[0].cells.items() if text} == permit()


def test_cells_merged_downwards_are_read_from_above_and_told() -> None:
    below = {key: text for key, text in other().items() if key not in {"name", "uscc"}}
    sheet = ledger_sheet(permit(), below, merged=("B2:B3", "C2:C3"))
    found = read(Book([sheet]).data())
    assert found.rows[1].cells["name"] == permit()["name"]
    assert found.rows[1].cells["uscc"] == permit()["uscc"]
    assert found.rows[1].remarks[0].facts == {"cells": "B3、C3"}
    assert not found.rows[0].remarks


def test_a_cell_merged_with_the_one_to_its_left_has_no_value_of_its_own() -> None:
    cells = {**permit(), "valid_from": "2022-05-01至2026-04-30"}
    del cells["valid_to"]
    at = HEALTH_HEADINGS.index("有效期起")
    sheet = ledger_sheet(cells, merged=(f"{chr(65 + at)}2:{chr(66 + at)}2",))
    row = read(Book([sheet]).data()).rows[0]
    assert row.cell("valid_to").kind is CellKind.MERGED
    assert row.cell("valid_to").ref == f"{chr(66 + at)}2"


def test_merged_cells_that_overlap_are_a_damaged_workbook() -> None:
    merged = tuple(f"A2:{chr(65 + at % 26)}{3 + at}" for at in range(2_000))
    assert refusal(Book([ledger_sheet(permit(), other(), merged=merged)]).data()).code == "import_spreadsheet_broken"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["合计", "5"], "left_out_total"),
        (["总 计：5户"], "left_out_total"),
        (["本页小计", "3"], "left_out_total"),
        (["制表人：李四", "", "审核人：王五"], "left_out_note"),
        (["打印日期:2026-11-01"], "left_out_note"),
        (["注：本表一式两份"], "left_out_note"),
        (["第 1 页 共 3 页"], "left_out_note"),
        (["一、白市驿镇"], "left_out_note"),
        (MARKET_HEADINGS, "left_out_headings_again"),
    ],
)
def test_lines_below_the_headings_that_are_no_rows_are_left_out(line: list[str], code: str) -> None:
    data = as_csv([licence()], MARKET_COLUMNS) + (",".join(line) + "\r\n").encode()
    found = read(data, Source.MARKET)
    assert (len(found.rows), found.codes[-1]) == (1, ("", 3, code))


def test_a_short_line_that_is_no_known_note_stays_a_row() -> None:
    found = read(as_csv([licence()], MARKET_COLUMNS) + "91500107M000001A9R,某店\r\n".encode(), Source.MARKET)
    assert [row.cells["name"] for row in found.rows] == [licence()["name"], "某店"]


def test_a_line_with_nothing_in_a_known_column_is_left_out() -> None:
    columns = {"no": "序号", **MARKET_COLUMNS}
    found = read(as_csv([licence(no="1"), {"no": "2"}], columns), Source.MARKET)
    assert found.codes == [("", 1, "left_out_headings_unread"), ("", 3, "left_out_nothing_known")]
    assert found.settled[0].facts == {"unread": "序号（A）"}
    assert found.settled[0].facts["unread"] == "序号（A）"


def test_the_number_in_a_total_row_is_told_beside_the_rows_read() -> None:
    data = as_csv([licence(), licence()], MARKET_COLUMNS) + "小计,2\r\n合计,5\r\n".encode()
    found = read(data, Source.MARKET)
    assert found.settled[-1].facts == {"found": "5", "rows": 2}
    assert found.file.stated_total == 5


@pytest.mark.parametrize("heading", ["*{}", "{}（必填）", "{}\n(选填)", "{}：", " {} *"])
def test_marks_that_forms_add_to_headings_make_no_difference(heading: str) -> None:
    columns = {key: heading.format(text) for key, text in MARKET_COLUMNS.items()}
    assert read(as_csv([licence()], columns), Source.MARKET).rows[0].cells["uscc"] == licence()["uscc"]


def test_of_two_columns_of_a_field_the_usual_spelling_is_read() -> None:
    columns = {"other": "经营场所", **MARKET_COLUMNS}
    found = read(as_csv([licence(other="别处")], columns), Source.MARKET)
    assert found.rows[0].cells["address"] == licence()["address"]
    assert found.settled[0].facts["unread"] == "经营场所（A）"


def test_headings_that_are_all_read_need_no_action() -> None:
    [verdict] = read(as_csv([], MARKET_COLUMNS), Source.MARKET).settled
    assert (verdict.code, verdict.facts) == ("left_out_headings", {})
    assert str(explain(LicenceQRError(verdict.code))) == "这是表头，不是数据。无须办理。"


def test_the_two_files_in_the_wrong_order_are_told_as_that() -> None:
    assert refusal(as_csv([permit()], HEALTH_COLUMNS), Source.MARKET).code == "import_files_swapped"
    assert refusal(as_csv([licence()], MARKET_COLUMNS), Source.HEALTH).code == "import_files_swapped"


def test_a_file_without_headings_lists_what_stands_there() -> None:
    error = refusal("甲,乙,丙\r\n1,2,3\r\n".encode())
    assert isinstance(error, InputError)
    assert (error.code, error.facts["unread"]) == ("import_headings_none", "甲、乙、丙")
    assert "甲、乙、丙" in explain(error).what
    assert "工作表" not in explain(error).what  # a text file has none


def test_a_missing_heading_is_told_with_its_row_and_what_was_not_recognised() -> None:
    columns = {**HEALTH_COLUMNS, "valid_to": "到几时"}
    error = refusal(b"\r\n" + as_csv([permit()], columns))
    assert (error.code, error.facts["row"], error.facts["unread"]) == ("import_heading_missing", 2, "到几时")


def test_a_workbook_without_sheets_is_told_as_that() -> None:
    assert refusal(Book([]).data()).code == "import_no_sheet"


def test_two_sheets_of_one_name_are_a_damaged_workbook() -> None:
    assert refusal(Book([ledger_sheet(permit()), ledger_sheet(other())]).data()).code == "import_spreadsheet_broken"


def test_a_filled_cell_far_from_the_table_is_counted_beside_it() -> None:
    far = [Raw('r="XFD2"', "<v>1</v>")]
    sheet = SheetXml("台账", [HEALTH_HEADINGS, [*(permit().get(key) for key in HEALTH_COLUMNS), *far]])
    data = Book([sheet]).data()
    row = read(data).rows[0]
    assert row.beyond == 1
