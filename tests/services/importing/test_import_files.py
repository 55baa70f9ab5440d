"""Reading the exports: the real mess is read, hostile and broken files end in one clear error."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from department_workbooks import Read, headings, read
from hypothesis import given, settings
from hypothesis import strategies as st
from import_register import HEALTH, MARKET, as_csv
from openpyxl.cell import WriteOnlyCell
from openpyxl.xml.constants import SHARED_STRINGS

from bench.exports import licence, permit
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.errors import InputError, LicenceQRError, UnreadableError
from licence_qr.services.importing.department_files import MAX_FILE_BYTES, read_department
from licence_qr.services.importing.files.lines import MAX_UNPACKED_BYTES


def read_market(data: bytes, name: str) -> Read:
    return read(data, Source.MARKET, name)


def read_health(data: bytes, name: str) -> Read:
    return read(data, Source.HEALTH, name)


def workbook(*rows: list[object], title: str = "台账") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ledger(*cells: dict[str, object]) -> bytes:
    return workbook(list(HEALTH_COLUMNS.values()), *[[row.get(key, "") for key in HEALTH_COLUMNS] for row in cells])


def repacked(data: bytes, part: str, content: bytes) -> bytes:
    """The workbook with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == part else old.read(info))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET_START = b"<worksheet " + NAMESPACE + b"><sheetData>"
STRINGS_START = b"<sst " + NAMESPACE + b">"


def shared(data: bytes) -> bytes:
    """The workbook with its texts apart from the cells, as spreadsheet programs write it; openpyxl leaves them inside."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet, types = archive.read(SHEET).decode(), archive.read("[Content_Types].xml").decode()
    texts: list[str] = []

    def moved(cell: re.Match[str]) -> str:
        texts.append(cell[2])
        return f'<c {cell[1]} t="s"><v>{len(texts) - 1}</v></c>'

    sheet = re.sub(r'<c (r="\w+") t="inlineStr"><is><t>(.*?)</t></is></c>', moved, sheet)
    strings = STRINGS_START + "".join(f"<si><t>{text}</t></si>" for text in texts).encode() + b"</sst>"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}"/></Types>'
    data = repacked(
        repacked(data, SHEET, sheet.encode()), "[Content_Types].xml", types.replace("</Types>", override).encode()
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    assert len(texts) > 10
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(LicenceQRError) as caught:
        read_health(data, "health.xlsx")
    return caught.value.code


def test_the_market_export_is_read_as_gb18030() -> None:
    file = read_market(MARKET.read_bytes(), "market.csv")
    assert len(file.rows) == 43
    assert file.rows[0].place.number == 2
    assert file.rows[0].cells["name"] == "重庆高新区青木长河客栈（个体工商户）"
    assert any("𠅤" in row.cells["name"] for row in file.rows)


def test_the_ledger_is_read_below_its_title_without_blank_and_total_rows() -> None:
    file = read_health(HEALTH.read_bytes(), "health.xlsx")
    assert (len(file.rows), file.file.stated_total) == (40, 40)
    assert (file.rows[0].place.number, file.rows[0].place.sheet) == (4, "公共场所卫生许可")
    assert "2023-09-22" in {row.cells["issued_on"] for row in file.rows}  # stored as 45191


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_give_the_same_rows(encoding: str) -> None:
    data = as_csv([licence(name="缙㛃䶮店")], MARKET_COLUMNS).decode("utf-8").encode(encoding)
    assert read_market(data, "m").rows[0].cells["name"] == "缙㛃䶮店"


def test_either_format_may_come_from_either_department() -> None:
    rows = [[row.get(key, "") for key in MARKET_COLUMNS] for row in (licence(),)]
    from_xlsx = read_market(workbook(list(MARKET_COLUMNS.values()), *rows), "m.xlsx")
    from_csv = read_market(as_csv([licence()], MARKET_COLUMNS), "m.csv")
    assert from_xlsx.rows[0].cells == from_csv.rows[0].cells


def test_columns_may_stand_in_any_order_and_unknown_ones_are_left_out() -> None:
    shuffled = dict(reversed(MARKET_COLUMNS.items())) | {"extra": "内部编号"}
    file = read_market(as_csv([licence(extra="7")], shuffled), "m.csv")
    assert file.rows[0].cells["uscc"] == licence()["uscc"]
    assert "extra" not in file.rows[0].cells


def test_real_dates_and_numbers_of_a_workbook_become_days() -> None:
    file = read_health(ledger({**permit(), "issued_on": datetime(2022, 5, 1), "valid_from": 44682.0}), "h")
    assert (file.rows[0].cells["issued_on"], file.rows[0].cells["valid_from"]) == ("2022-05-01", "2022-05-01")


def test_cells_beyond_the_headings_are_counted() -> None:
    line = as_csv([licence()], MARKET_COLUMNS).decode() + ",".join(["x"] * 16) + "\r\n"
    assert [row.beyond for row in read_market(line.encode(), "m").rows] == [0, 2]


@pytest.mark.parametrize("heading", ["许可证号", "统一社会信用代码", "有效期止"])
def test_a_missing_column_is_named(heading: str) -> None:
    columns = {key: text for key, text in HEALTH_COLUMNS.items() if text != heading}
    with pytest.raises(InputError) as caught:
        read_health(as_csv([permit()], columns), "h.csv")
    assert (caught.value.code, caught.value.facts["heading"]) == ("import_heading_missing", heading)


def test_a_column_that_appears_twice_is_refused() -> None:
    columns = {**HEALTH_COLUMNS, "again": "单位名称"}
    assert refusal(as_csv([permit()], columns)) == "import_heading_twice"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_file_empty"),
        (b" \n ", "import_file_empty"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "import_file_compound"),
        ("名称".encode("utf-16")[:-1], "import_text_encoding"),
        (b"abc\xff\xff\xff", "import_text_encoding"),
        (b'a,"never closed\nb,c\n', "import_csv_broken"),
        (b'"' + b"x" * 200_000 + b'"', "import_csv_broken"),
        (b"PK\x03\x04" + bytes(200), "import_spreadsheet_broken"),
        (b'a,"' + b"line\n" * 300_000 + b'",b\n', "import_csv_broken"),
        (b"," * 1_100_000 + b"\n", "import_csv_broken"),
        (b'"x\n",' * 200_000 + b"\n", "import_csv_broken"),
    ],
    ids="empty blank old-excel utf-16 no-encoding open-quote huge-cell broken-zip many-lines many-cells both".split(),
)
def test_a_broken_file_ends_in_one_clear_error(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_file_is_refused_beyond_200_megabytes_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    for size, code in ((MAX_FILE_BYTES, "import_csv_broken"), (MAX_FILE_BYTES + 1, "import_file_too_large")):
        with path.open("wb+") as file:
            file.truncate(size)
            with pytest.raises(UnreadableError, match=code):
                list(read_department(file, "health.csv", Source.HEALTH, headings()).rows())
    assert MAX_FILE_BYTES == 200 * 2**20


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_however_long_a_file_is_little_of_it_is_held(tmp_path: Path, kind: str) -> None:
    rows = [permit(note=f"第{number}行" + "注" * 2_000) for number in range(3_000)]
    data = as_csv(rows, HEALTH_COLUMNS) if kind == "csv" else shared(ledger(*rows))
    path = tmp_path / f"health.{kind}"
    path.write_bytes(data)
    with path.open("rb") as file:
        tracemalloc.start()
        try:
            count = sum(1 for _ in read_department(file, path.name, Source.HEALTH, headings()).rows())
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert count == 3_000
    assert sum(len(row["note"].encode()) for row in rows) > 18_000_000 > 3 * most


def test_blank_rows_without_end_are_refused() -> None:
    assert refusal(as_csv([permit()], HEALTH_COLUMNS) + b"\n" * 2**20) == "import_too_many_rows"


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    honest = repacked(ledger(permit()), SHEET, bytes(200 * 2**20))
    claimed = (MAX_UNPACKED_BYTES + 1).to_bytes(4, "little")
    assert len(honest) < 2**20
    assert refusal(honest.replace((200 * 2**20).to_bytes(4, "little"), claimed)) == "import_spreadsheet_bomb"


def test_a_directory_too_long_to_be_looked_through_is_not() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(25_000):
            archive.writestr(f"part{number}", b"")
    assert refusal(out.getvalue()) == "import_spreadsheet_broken"


@pytest.mark.parametrize("rows", [b'<row r="2"/><row r="2"/>', b'<row r="2"/><row r="1"/>'], ids=["same", "earlier"])
def test_rows_out_of_order_are_refused(rows: bytes) -> None:
    assert refusal(repacked(ledger(permit()), SHEET, SHEET_START + rows + b"</sheetData></worksheet>")) == (
        "import_spreadsheet_broken"
    )


def test_texts_apart_from_the_cells_are_the_same_texts() -> None:
    data = ledger(permit(), permit(name="另一家"))
    assert read_health(shared(data), "h").rows == read_health(data, "h").rows


def test_a_zip_of_many_parts_is_refused() -> None:
    out = io.BytesIO(ledger(permit()))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(600):
            archive.writestr(f"part{number}", b"")
    assert refusal(out.getvalue()) == "import_spreadsheet_bomb"


def test_a_directory_that_understates_a_part_does_not_help_a_bomb() -> None:
    honest = repacked(ledger(permit()), "xl/worksheets/sheet1.xml", bytes(200 * 2**20))
    lying = honest.replace((200 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert refusal(lying) == "import_spreadsheet_broken"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_an_entity_bomb_is_refused(part: str) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>'.encode()
    assert refusal(repacked(ledger(permit()), part, bomb)) == "import_spreadsheet_broken"


def test_an_external_entity_is_refused() -> None:
    sheet = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x>&f;</x>'
    assert refusal(repacked(ledger(permit()), "xl/worksheets/sheet1.xml", sheet)) == "import_spreadsheet_broken"


def test_a_cell_at_the_far_corner_of_the_sheet_costs_nothing() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append(list(HEALTH_COLUMNS.values()))
    sheet.append([WriteOnlyCell(sheet, permit().get(key, "")) for key in HEALTH_COLUMNS])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    far = xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    data = repacked(out.getvalue(), "xl/worksheets/sheet1.xml", far)
    assert [(row.place.number, row.beyond) for row in read_health(data, "h").rows] == [(2, 0), (1048576, 1)]


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", as_csv([permit()], HEALTH_COLUMNS)):
        try:
            read_health(start + data, "h")
        except (UnreadableError, InputError) as error:
            assert error.code.startswith("import_")
