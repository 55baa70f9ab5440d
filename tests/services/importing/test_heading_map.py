"""A map of headings: as what it has a column read is told, and refused where that plainly cannot be."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from department_workbooks import Book, Read, SheetXml, headings, read
from import_register import as_csv

from bench.exports import licence, permit
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.errors import InputError, LicenceQRError
from licence_qr.services.importing.files.tables import MappedColumn
from licence_qr.services.importing.heading_map import read_heading_map
from licence_qr.wording import explain


def mapped(columns: Mapping[str, str], *rows: Mapping[str, str], says: Mapping[str, str]) -> Read:
    """A ledger under ``columns``, read with a map."""
    lines = "\n".join(f'"{heading}" = "{field}"' for heading, field in says.items())
    known = read_heading_map(f"[permits]\n{lines}\n".encode(), "map.toml").added_to(headings())
    return read(as_csv(rows or [permit()], columns), Source.HEALTH, known=known)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[permits]\n"到几时" = "有效期止"\n"到几时" = "发证日期"\n', (2, 3)),
        ('[permits]\n"到几时" = "有效期止"\n\n"到 几时（必填）" = "发证日期"\n', (2, 4)),
        ('[permits]\n"到几时" = "有效期止"\n[licences]\n"名" = "名称"\n# \n"名*" = "名称"\n', (4, 6)),
    ],
)
def test_one_heading_named_twice_is_refused_with_both_lines(text: str, lines: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        read_heading_map(text.encode(), "map.toml")
    error = caught.value
    assert (error.code, error.facts["first"], error.facts["line"]) == ("import_map_heading_twice", *lines)
    assert f"第 {lines[0]} 行和第 {lines[1]} 行" in explain(error).what


def test_one_table_given_twice_is_told_with_both_lines() -> None:
    with pytest.raises(InputError) as caught:
        read_heading_map(b'[permits]\n"a" = "uscc"\n[permits]\n"b" = "name"\n', "map.toml")
    assert (caught.value.code, caught.value.facts["line"]) == ("import_map_broken", 3)
    assert "(first: line 1)" in str(caught.value.facts["detail"])


def test_two_headings_of_one_field_may_stand_in_a_map_for_exports_of_different_days() -> None:
    says = {"到几时": "有效期止", "至何日": "有效期止"}
    for heading in says:
        found = mapped({**HEALTH_COLUMNS, "valid_to": heading}, says=says)
        assert found.rows[0].cells["valid_to"] == permit()["valid_to"]


def test_each_column_that_a_map_names_is_told_with_what_it_is_read_as() -> None:
    columns = {**HEALTH_COLUMNS, "valid_to": "到几时", "issued_on": "有效期起", "valid_from": "发证日期"}
    found = mapped(columns, says={"到几时": "有效期止", "有效期起": "发证日期", "发证日期": "有效期起"})
    assert found.file.sheets[0].mapped == (
        MappedColumn("有效期起", "H", "发证日期", "有效期起"),
        MappedColumn("发证日期", "I", "有效期起", "发证日期"),
        MappedColumn("到几时", "J", "有效期止", ""),
    )
    [verdict] = found.settled
    assert (verdict.code, verdict.facts["unread"]) == ("left_out_headings_mapped", "-")
    assert "“到几时”（J）→“有效期止”" in explain(LicenceQRError(verdict.code, **verdict.facts)).what


def test_a_map_that_says_what_is_known_anyway_is_not_told() -> None:
    found = mapped({**HEALTH_COLUMNS, "valid_to": "有效期至"}, says={"有效期至": "有效期止"})
    assert found.codes == [("", 1, "left_out_headings")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("permit_no", "name"),
        ("permit_no", "issued_on"),
        ("uscc", "permit_no"),
        ("name", "uscc"),
        ("principal", "valid_to"),
        ("address", "permit_no"),
        ("items", "issued_on"),
    ],
)
def test_two_columns_the_wrong_way_round_are_refused_before_any_row_is_taken(one: str, other: str) -> None:
    names = {HEALTH_COLUMNS[one]: HEALTH_COLUMNS[other], HEALTH_COLUMNS[other]: HEALTH_COLUMNS[one]}
    with pytest.raises(InputError) as caught:
        mapped(HEALTH_COLUMNS, says=names)
    error = caught.value
    assert (error.code, error.field in {one, other}) == ("import_map_unlike", True)
    assert str(error.facts["cell"]) in explain(error).what
    told = str(explain(error))
    assert not any(permit()[key] in told for key in ("name", "principal", "address", "permit_no", "uscc"))


def test_telephones_and_days_that_a_map_swaps_are_refused_too() -> None:
    text = f'[licences]\n"联系电话" = "{MARKET_COLUMNS["uscc"]}"\n"统一社会信用代码" = "联系电话"\n'
    known = read_heading_map(text.encode(), "map.toml").added_to(headings())
    with pytest.raises(InputError, match="import_map_unlike"):
        read(as_csv([licence()], MARKET_COLUMNS), Source.MARKET, known=known)


def test_what_is_merely_wrong_is_left_to_its_row() -> None:
    rows = [permit(valid_to=text) for text in ("2024-02-30", "5/6/24", "长期", "二〇二六年四月", "/")]
    found = mapped({**HEALTH_COLUMNS, "valid_to": "到几时"}, *rows, says={"到几时": "有效期止"})
    assert len(found.rows) == len(rows)


def test_a_few_cells_of_another_kind_do_not_make_another_column() -> None:
    numbers = ["2024-00012", "20240013", "甲", "", "CQ0014"]
    found = mapped(
        {**HEALTH_COLUMNS, "permit_no": "编号"}, *(permit(permit_no=n) for n in numbers), says={"编号": "许可证号"}
    )
    assert len(found.rows) == len(numbers)


def test_a_second_sheet_is_asked_for_itself() -> None:
    swapped = {**permit(), "permit_no": permit()["name"], "name": permit()["permit_no"]}
    columns = [{"permit_no": "号", "name": "谁"}.get(key, text) for key, text in HEALTH_COLUMNS.items()]
    sheets = [
        SheetXml(title, [columns, [row.get(key) for key in HEALTH_COLUMNS]])
        for title, row in (("一", permit()), ("二", swapped))
    ]
    known = read_heading_map('[permits]\n"号" = "许可证号"\n"谁" = "单位名称"\n'.encode(), "m").added_to(headings())
    with pytest.raises(InputError) as caught:
        read(Book(sheets).data(), known=known)
    assert (caught.value.code, caught.value.facts["sheet"]) == ("import_map_unlike", "二")
