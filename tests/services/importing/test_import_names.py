"""Names that are those of other businesses, or look like them, are told in the report; how a cell was read is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_register import NOW, SUPERVISOR, Imported, Register, as_csv

from bench.exports import licence, permit
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.conflicts import Decision
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path)


def code(number: int) -> str:
    """A credit code of a made-up business."""
    return complete_uscc("91500107", f"M{number:07d}")


def company(number: int, name: str, **cells: str) -> dict[str, str]:
    return licence(
        uscc=code(number),
        name=name,
        entity_type="有限责任公司",
        term_from="2019-03-01",
        state="存续（在营、开业、在册）",
        **cells,
    )


def remarks(report: Imported) -> list[list[str]]:
    return [sorted(remark.code for remark in verdict.row.remarks) for verdict in report.rows]


def test_names_that_look_alike_are_told_within_a_file_and_against_the_register(register: Register) -> None:
    first = register.import_rows(
        [company(1, "重庆示例宾馆"), company(2, "重庆⽰例宾馆"), company(3, "重庆别的宾馆")], []
    )
    assert remarks(first) == [["import_name_alike"], ["import_name_alike"], []]
    assert code(2) in first.rows[0].row.remarks[0].facts["others"]
    later = register.import_rows([company(4, "СОСО客栈"), company(5, "重庆别的宾馆")], [])
    assert remarks(later) == [[], ["import_name_alike"]]
    assert later.rows[1].row.remarks[0].facts["others"] == f"{code(3)} “重庆别的宾馆”"
    last = register.import_rows([company(6, "COCO客栈")], [])
    assert "U+0421 CYRILLIC CAPITAL LETTER ES" in last.rows[0].row.remarks[0].facts["others"]


def test_the_same_business_again_is_no_look_alike(register: Register) -> None:
    rows = [company(1, "重庆示例宾馆")]
    register.import_rows(rows, [])
    assert remarks(register.import_rows([*rows, *rows], [])) == [[], []]


def test_a_row_that_is_refused_has_nothing_more_to_tell(register: Register) -> None:
    report = register.import_rows([company(1, "重庆示例宾馆"), company(2, "重庆示例宾馆", issued_on="5/6/24")], [])
    assert [verdict.code for verdict in report.rows] == ["imported", "date_ambiguous"]
    assert remarks(report) == [["import_name_alike"], []]


def test_of_many_namesakes_only_some_are_named(register: Register) -> None:
    report = register.import_rows([company(number, "重庆示例宾馆") for number in range(1, 7)], [])
    assert all(verdict.row.remarks[0].facts["others"].endswith("、…") for verdict in report.rows)


def test_how_a_cell_was_read_is_told_and_a_waiting_row_is_decided_as_it_was_read(register: Register) -> None:
    """The row in the register keeps what the file has; its links and the decision go by what is meant."""
    market = company(1, "重庆示例宾馆", principal="王\ue863")
    ledger = permit(
        uscc=f"'{code(1)}",
        name="重庆示例宾馆",
        principal="李四",
        permit_no='="渝高新卫公证字〔2022〕第00001号"',
        issued_on="2022-05-01 08:30",
    )
    report = register.import_rows([market], [ledger])
    assert [verdict.code for verdict in report.rows] == ["imported", "waiting_principal_differs"]
    assert remarks(report) == [
        ["import_read_standard"],
        ["import_read_time_dropped", "import_read_unwrapped", "import_read_unwrapped"],
    ]
    [question] = register.waiting_rows()
    settled = register.waiting.decide(SUPERVISOR, question.id, Decision.TAKE_MARKET.value, "核对身份证", NOW)
    assert [verdict.code for verdict in settled.rows] == ["imported_by_decision"]
    assert register.values("SELECT principal FROM entities") == [("王䶮",)]
    assert register.values("SELECT permit_no, issued_on FROM permits") == [
        ("渝高新卫公证字〔2022〕第00001号", "2022-05-01")
    ]
    assert remarks(register.import_rows([market], [ledger])) == remarks(report)


def test_gb_18030_bytes_of_a_former_private_use_character_are_its_standard_one(register: Register) -> None:
    """FE59 is 龴; Python still decodes it to U+E81E."""
    market = as_csv([company(1, "重庆示例宾馆", principal="王？？")], MARKET_COLUMNS).decode().encode("gb18030")
    market = market.replace("王？？".encode("gb18030"), "王".encode("gb18030") + b"\xfe\x59")
    register.import_bytes(market, as_csv([], HEALTH_COLUMNS))
    assert register.values("SELECT principal FROM entities") == [("王龴",)]
