"""Line breaks within a cell are read as one line, told, and kept in the row; two codes in a cell stay two."""

from __future__ import annotations

import pytest
from department_texts import FIRST, SECOND, health, market
from shipped import CATALOGUE

from licence_qr.domain.importing.conflicts import RowOutcome
from licence_qr.domain.importing.line_breaks import on_one_line
from licence_qr.domain.importing.meant import as_meant
from licence_qr.domain.importing.merge import merge
from licence_qr.errors import LicenceQRError
from licence_qr.wording import explain

REFUSALS = {(RowOutcome.REFUSED, "import_text_unusable"), (RowOutcome.REFUSED, "text_too_long")}
NUMBER = "渝高新卫公证字〔2022〕第00001号"


@pytest.mark.parametrize(
    ("key", "written", "line"),
    [
        ("business_scope", "住宿服务；\n餐饮服务", "住宿服务；餐饮服务"),
        ("business_scope", "住宿服务\r\n\r\n  餐饮服务", "住宿服务；餐饮服务"),
        ("business_scope", "许可项目：住宿服务\n一般项目：\n会议服务", "许可项目：住宿服务；一般项目：会议服务"),
        ("business_scope", "住宿服务；\n餐饮服务\n洗浴服务", "住宿服务；餐饮服务；洗浴服务"),
        ("business_scope", "住宿服务；餐饮服务；洗浴服务；会议\n服务", "住宿服务；餐饮服务；洗浴服务；会议服务"),
        ("business_scope", "住宿\nKTV\nHotel bar\nand grill", "住宿；KTV Hotel bar and grill"),
        ("items", "宾馆\n理发店", "宾馆、理发店"),
        ("items", "宾馆、\n理发店", "宾馆、理发店"),
        ("items", "宾馆\n（三楼）", "宾馆（三楼）"),
        ("name", "演示\u2028客栈\n\n", "演示客栈"),
        ("name", "Yanshi\nHotel", "Yanshi Hotel"),
        ("name", "演示 \r Hotel", "演示 Hotel"),
        ("address", "演示路1号\n（一楼）", "演示路1号（一楼）"),
        ("address", "演示路\n1号", "演示路 1号"),
        ("uscc", f"{FIRST[:6]}\n{FIRST[6:]}", FIRST),
        ("permit_no", NUMBER.replace("第", "\n第"), NUMBER),
        ("issued_on", "2022年\n5月1日", "2022年5月1日"),
        ("issued_on", "2022-\r\n05-01", "2022-05-01"),
        ("issued_on", "2022-05-01\n08:30", "2022-05-01 08:30"),
        ("phone", "13800000000\n13900000000", "13800000000 13900000000"),
        ("uscc", f"{FIRST}\n{SECOND}", f"{FIRST}\n{SECOND}"),
        ("permit_no", f"{NUMBER}\n{NUMBER}", f"{NUMBER}\n{NUMBER}"),
        ("permit_no", f'"{NUMBER}\n{NUMBER}"', f'"{NUMBER}\n{NUMBER}"'),
        ("name", "\n\r\n", ""),
        ("name", "演示客栈", "演示客栈"),
    ],
)
def test_a_cell_of_several_lines_says_what_it_says_on_one(key: str, written: str, line: str) -> None:
    assert on_one_line(written, key) == line


def test_line_breaks_are_undone_told_and_kept_in_the_row() -> None:
    written = {"name": "演示\n客栈", "uscc": f"{FIRST[:6]}\n{FIRST[6:]}", "established_on": "2019年\n3月1日"}
    row = market(**written, business_scope="住宿服务；\n餐饮服务", address="演示路\n一号")
    result = merge([row], CATALOGUE)
    [verdict], entity = result.verdicts, result.businesses[FIRST].record.entity
    assert verdict.code == "imported"
    assert (entity.name, entity.domicile, entity.business_scope) == ("演示客栈", "演示路一号", "住宿服务；餐饮服务")
    assert verdict.row.cells == row.cells
    assert [remark.code for remark in verdict.row.remarks] == ["import_read_one_line"] * 5
    told = [str(explain(LicenceQRError(each.code, **each.facts))) for each in verdict.row.remarks]
    assert any("经营范围" in each and "住宿服务；[U+000A]餐饮服务" in each for each in told)


def test_a_break_between_two_items_becomes_their_separator_and_is_told() -> None:
    row = health(items="宾馆\n公共\n浴室")
    [verdict] = merge([market(), row], CATALOGUE).verdicts[1:]
    assert verdict.code == "imported", verdict
    [remark] = verdict.row.remarks
    assert (remark.code, remark.facts["read"]) == ("import_read_items", "宾馆、公共浴室")
    assert "补上了“、”" in explain(LicenceQRError(remark.code, **remark.facts)).what


def test_two_codes_in_one_cell_are_refused_and_never_joined() -> None:
    for row in (market(uscc=f"{FIRST}\n{SECOND}"), health(permit_no=f"{NUMBER}\n{NUMBER}")):
        assert as_meant(row) == row
        verdict = merge([row], CATALOGUE).verdicts[0]
        assert (verdict.outcome, verdict.code) in REFUSALS


def test_a_long_run_of_white_space_costs_little() -> None:
    assert on_one_line(" " * 100_000 + "甲\n" + " " * 100_000 + "乙", "name").strip() == "甲乙"
