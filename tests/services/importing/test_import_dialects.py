"""The dialects in which tables come are read by their content; what is no table is refused with what it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from department_workbooks import Book, ledger_sheet, read
from import_register import Register, as_csv

from bench.exports import licence
from licence_qr.domain.importing.cells import CellKind
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.errors import LicenceQRError
from licence_qr.services.importing.report import report_csv
from licence_qr.wording import explain

HEADINGS = list(MARKET_COLUMNS.values())


def cells_of(**changed: str) -> list[str]:
    row = licence(**changed)
    return [row.get(key, "") for key in MARKET_COLUMNS]


def the_row(data: bytes) -> dict[str, str]:
    found = read(data, Source.MARKET)
    assert len(found.rows) == 1
    return {key: text for key, text in found.rows[0].cells.items() if text}


def refusal(data: bytes) -> str:
    with pytest.raises(LicenceQRError) as caught:
        read(data, Source.MARKET)
    return caught.value.code


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_files_are_read_by_their_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    text = as_csv([licence()], MARKET_COLUMNS).decode().replace(",", delimiter)
    assert the_row(text.encode(encoding)) == licence()


def test_utf16_of_the_other_byte_order_with_a_mark_is_read() -> None:
    assert the_row(b"\xfe\xff" + as_csv([licence()], MARKET_COLUMNS).decode().encode("utf-16-be")) == licence()


def test_a_delimiter_that_excel_was_told_in_a_first_line_is_read() -> None:
    assert the_row(b"sep=;\r\n" + as_csv([licence()], MARKET_COLUMNS).replace(b",", b";")) == licence()


def test_a_delimiter_within_quotes_separates_nothing() -> None:
    changed = licence(business_scope="住宿服务;餐饮,服务")
    assert the_row(as_csv([changed], MARKET_COLUMNS)) == changed


HTML = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta charset="gb2312"><style>td{{mso:1}}</style></head>
<body><!-- a <td> in a comment --><table border=1><tr><td colspan=14>经营主体台账</td></tr>{rows}</table></body></html>"""


def html(*rows: list[str], end: str = "</td>") -> bytes:
    lines = ("<tr>" + "".join(f"<td class=x>{cell}{end}" for cell in row) + "</tr>" for row in rows)
    return HTML.format(rows="".join(lines)).encode("gb18030")


def test_an_html_page_named_as_a_workbook_is_read() -> None:
    assert the_row(html(HEADINGS, cells_of())) == licence()


def test_html_without_end_tags_with_entities_and_line_breaks_is_read() -> None:
    cells = cells_of(name="甲&amp;乙<b>酒店</b>&nbsp;", business_scope="住宿<br>服务")
    assert the_row(html(HEADINGS, cells, end="")) == licence(name="甲&乙酒店", business_scope="住宿\n服务")


def test_html_cells_over_several_rows_and_hidden_rows_are_read_as_such() -> None:
    first = [f"<td rowspan=2>{cells_of()[0]}</td>", *(f"<td>{cell}</td>" for cell in cells_of()[1:])]
    second = [f"<td>{cell}</td>" for cell in cells_of(name="另一家")[1:]]
    body = f"<tr>{''.join(first)}</tr><tr style='display:none'>{''.join(second)}</tr>"
    page = html(HEADINGS).decode("gb18030").replace("</table>", body + "</table>").encode("gb18030")
    found = read(page, Source.MARKET)
    assert [row.cells["name"] for row in found.rows] == [licence()["name"], "另一家"]
    assert found.rows[1].cells["uscc"] == licence()["uscc"]
    assert [remark.code for remark in found.rows[1].remarks] == ["remark_row_hidden", "remark_merged"]


def spreadsheetml(*rows: str, encoding: str = "utf-8") -> bytes:
    headings = "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in HEADINGS)
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="封面"><Table><Row><Cell><Data ss:Type="String">台账</Data></Cell></Row></Table></Worksheet>'
        f'<Worksheet ss:Name="执照"><Table><Row>{headings}</Row>{"".join(rows)}</Table></Worksheet></Workbook>'
    )
    return text.encode(encoding)


def xml_cell(text: str, kind: str = "String", further: str = "") -> str:
    return f'<Cell{further}><Data ss:Type="{kind}">{text}</Data></Cell>' if text else "<Cell/>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_workbooks_of_excel_2003_in_xml_are_read(encoding: str) -> None:
    row = "".join(xml_cell(text) for text in cells_of())
    found = read(spreadsheetml(f"<Row>{row}</Row>", encoding=encoding), Source.MARKET)
    assert {key: text for key, text in found.rows[0].cells.items() if text} == licence()
    assert found.codes == [("封面", 1, "left_out_no_table"), ("执照", 1, "left_out_headings")]


def test_the_kinds_places_and_merges_of_xml_cells_are_read() -> None:
    cells = [xml_cell(text) for text in cells_of()]
    cells[0] = xml_cell(cells_of()[0], further=' ss:MergeDown="1"')
    cells[5] = xml_cell("2019-03-01T00:00:00.000", "DateTime")
    cells[6:8] = []
    cells[6] = cells[6].replace("<Cell", '<Cell ss:Index="9"', 1)
    cells[-1] = xml_cell("13800000000", "Number")
    below = "".join(
        xml_cell(text, further=f' ss:Index="{at}"')
        for at, text in enumerate(cells_of(name="另一家"), start=1)
        if at > 1
    )
    comment = '<Comment><Data ss:Type="String">批注</Data></Comment>'
    cells[1] = cells[1].replace("</Cell>", f"{comment}</Cell>")
    data = spreadsheetml(f'<Row ss:Index="3">{"".join(cells)}</Row><Row ss:Hidden="1">{below}</Row>')
    first, second = read(data, Source.MARKET).rows
    assert (first.place.number, second.place.number) == (3, 4)
    assert {key: text for key, text in first.cells.items() if text} == licence()
    assert dict(first.kinds) == {"established_on": CellKind.DATE, "phone": CellKind.NUMBER}
    assert second.cells["uscc"] == licence()["uscc"]
    assert [remark.code for remark in second.remarks] == ["remark_row_hidden", "remark_merged"]


def test_an_xml_workbook_without_sheets_is_told_as_that() -> None:
    empty = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    assert refusal(empty) == "import_no_sheet"


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return out.getvalue()


def compound(*names: str) -> bytes:
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + directory + bytes(4096)


def encrypted() -> bytes:
    """A workbook whose parts say that they are encrypted, as archives do it."""
    data = bytearray(Book([ledger_sheet()]).data())
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(magic, at + 1)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (compound("EncryptedPackage", "EncryptionInfo"), "import_file_password"),
        (compound("Workbook"), "import_file_old_excel"),
        (compound("Book"), "import_file_old_excel"),
        (compound("WordDocument"), "import_file_compound"),
        (encrypted(), "import_file_password"),
        (archive("xl/workbook.bin", "_rels/.rels"), "import_file_xlsb"),
        (archive("mimetype", "content.xml"), "import_file_ods"),
        (archive("word/document.xml"), "import_file_document"),
        (archive("2026/台账.xlsx"), "import_file_archive"),
        (b"%PDF-1.7\n", "import_file_pdf"),
        (b"Rar!\x1a\x07", "import_file_archive"),
        (b"\x89PNG\r\n", "import_file_picture"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "import_file_web_archive"),
        (b'<?xml version="1.0"?><rows><row/></rows>', "import_file_markup"),
        (b"<html><body>No access. Sign in again.</body></html>", "import_headings_none"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_it_is(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", ["演示\0客栈", "\0", "Yan\0shi Hotel"])
def test_a_stray_empty_byte_does_not_make_a_file_utf_16(encoding: str, name: str) -> None:
    data = as_csv([licence(name=name)], MARKET_COLUMNS).decode().encode(encoding)
    assert the_row(data) == {key: text for key, text in licence(name=name).items() if text}


def test_a_cell_with_an_empty_byte_is_refused_by_name_and_shown_in_the_report(tmp_path: Path) -> None:
    register = Register(tmp_path)
    market = as_csv([licence(business_scope="住宿\0服务")], MARKET_COLUMNS)
    verdict = register.import_bytes(market, as_csv([], HEALTH_COLUMNS)).rows[0]
    assert (verdict.code, verdict.column) == ("import_text_unusable", "经营范围")
    assert verdict.facts == {"character": "U+0000", "position": "3"}
    report = b"".join(report_csv([verdict], explain))
    assert b"\0" not in report
    assert "住宿[U+0000]服务" in report.decode("utf-8-sig")


TRADITIONAL = "統一社會信用代碼,名稱,類型,法定代表人,註冊資本,成立日期\r\n"


@pytest.mark.parametrize("rows", ["", "91500107M000001A9R,示例賓館,有限責任公司,陳樣,,2019-03-01\r\n", "碁,\r\n"])
@pytest.mark.parametrize("encoding", ["cp950", "big5hkscs"])
def test_a_text_in_big5_is_told_as_that(rows: str, encoding: str) -> None:
    with pytest.raises(LicenceQRError) as caught:
        read((TRADITIONAL + rows * 50).encode(encoding), Source.MARKET, "臺帳.csv")
    error = caught.value
    assert error.code == "import_text_big5"
    assert "Big5" in explain(error).what and "UTF-8" in explain(error, "en").todo


def test_no_other_encoding_is_taken_for_big5() -> None:
    for data in (
        as_csv([licence()] * 50, {key: f"甲{text}" for key, text in MARKET_COLUMNS.items()}).decode().encode("gb18030"),
        (TRADITIONAL * 50).encode("gb18030"),  # traditional characters are no sign of it
    ):
        with pytest.raises(LicenceQRError) as caught:
            read(data, Source.MARKET)
        assert caught.value.code == "import_headings_none_gb18030"


def test_a_file_read_as_gb18030_without_headings_shows_what_was_read_and_names_the_possibility() -> None:
    headings = "證書,店家,種類,老闆,本錢,創辦於\r\n"  # too few words to tell
    with pytest.raises(LicenceQRError) as caught:
        read(headings.encode("big5hkscs"), Source.MARKET)
    error = caught.value
    assert error.code == "import_headings_none_gb18030"
    assert headings.encode("big5hkscs").decode("gb18030", "ignore")[:2] in str(explain(error, "zh"))
    for language, words in (
        ("zh", "可能是另一种编码（例如 Big5）"),
        ("en", "may be in another encoding, such as Big5"),
    ):
        assert words in explain(error, language).todo
    assert refusal("甲,乙,丙\r\n".encode()) == "import_headings_none"
