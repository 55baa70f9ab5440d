"""Cells as programs and people write them: what is meant is read, what was undone is told, what is written is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from department_texts import FIRST, health, market
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.importing.conflicts import RowOutcome, RowVerdict, SourceRow
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS
from licence_qr.domain.importing.meant import as_meant, meant_text
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.ties import code_in, permit_in, ties_of
from licence_qr.errors import LicenceQRError
from licence_qr.wording import explain

UNDONE = [
    ("uscc", f"'{FIRST}", FIRST, "import_read_unwrapped"),
    ("uscc", f"’{FIRST}", FIRST, "import_read_unwrapped"),
    ("uscc", f'="{FIRST}"', FIRST, "import_read_unwrapped"),
    ("uscc", f'"{FIRST}"', FIRST, "import_read_unwrapped"),
    ("uscc", f'\'="{FIRST}"', FIRST, "import_read_unwrapped"),
    ("uscc", f"{FIRST}\u200b", FIRST, "import_read_unseen"),
    ("uscc", f"\ufeff{FIRST}", FIRST, "import_read_unseen"),
    ("uscc", f"{FIRST[:8]}\u00ad\u202a{FIRST[8:]}\u202c", FIRST, "import_read_unseen"),
    ("permit_no", "'渝高新卫公证字〔2022〕第00001号", "渝高新卫公证字〔2022〕第00001号", "import_read_unwrapped"),
    ("name", '="演示客栈"', "演示客栈", "import_read_unwrapped"),
    ("name", "'演示客栈", "演示客栈", "import_read_unwrapped"),
    ("name", "演示客栈\u200b", "演示客栈", "import_read_unseen"),
    ("uscc", f"‘{FIRST}’", FIRST, "import_read_unwrapped"),
    ("address", "'=路1号", "=路1号", "import_read_unwrapped"),
    ("issued_on", "0000-00-00", "", "import_read_missing"),
    ("issued_on", "0000-00-00 00:00:00", "", "import_read_missing"),
    ("issued_on", "1900/1/0", "", "import_read_missing"),
    ("uscc", "0" * 18, "", "import_read_missing"),
    ("name", "……", "", "import_read_missing"),
    ("principal", "王\ue863", "王䶮", "import_read_standard"),
    ("principal", "王\ue81e", "王龴", "import_read_standard"),
    ("issued_on", "2022-05-01 08:30:00", "2022-05-01", "import_read_time_dropped"),
    ("issued_on", "44682.5", "2022-05-01", "import_read_time_dropped"),
    ("valid_to", "至2026年4月30日", "2026年4月30日", "import_read_day_alone"),
    ("valid_from", "2022年5月1日起", "2022年5月1日", "import_read_day_alone"),
    ("grade", "/", "", "import_read_missing"),
    ("phone", "nan", "", "import_read_missing"),
]
ABSENT = [
    "/",
    "无",
    "暂无",
    "-",
    "—",
    "——",
    "－",
    "N/A",
    "n/a",
    "NULL",
    "null",
    "#N/A",
    "没有",
    " / ",
    "\\",
    "***",
    "×",
    "？？",
    "000000000000000000",
    "无代码",
    "待补",
    "未知",
]
AS_IT_IS = [
    ("name", "'老王'饭店'"),
    ("name", "O’Neill"),
    ("name", "’t Huis"),
    ("name", "'s-Gravenhage"),
    ("principal", "\ue000"),
    ("principal", "\U00031350"),
    ("name", "“老王”宾馆"),
    ("name", "王\u200b示例"),
    ("name", "Nan"),
    ("name", "None"),
    ("note", "无"),
    ("note", "/"),
    ("state", "无"),
    ("issued_on", "2022/5/1"),
    ("issued_on", "44682"),
    ("issued_on", "5/6/22"),
    ("uscc", FIRST.lower()),
    ("uscc", f"{FIRST[:6]} {FIRST[6:]}"),
    ("name", "ئابدۇ\u200cراخمان"),
    ("principal", "王\ue000"),
    ("valid_to", "长期"),
    ("address", "测试路1—2号"),
]


def the_verdict(row: SourceRow, *others: SourceRow) -> RowVerdict:
    """What comes of ``row``."""
    verdicts = merge((row, *others), CATALOGUE).verdicts
    return next(verdict for verdict in verdicts if verdict.row.place == row.place)


def told(row: SourceRow) -> list[str]:
    """The remarks on a row, in words; each can be said in both languages."""
    remarks = [LicenceQRError(remark.code, **remark.facts) for remark in row.remarks]
    return [str(explain(remark, "zh")) + str(explain(remark, "en")) for remark in remarks]


@pytest.mark.parametrize(("key", "written", "meant", "code"), UNDONE)
def test_what_a_program_wrote_around_a_value_is_undone_and_told(key: str, written: str, meant: str, code: str) -> None:
    row = health(**{key: written}) if key in HEALTH_COLUMNS else market(**{key: written})
    read = as_meant(row)
    assert read.cells[key] == meant == meant_text(row, key)
    assert [remark.code for remark in read.remarks] == [code]
    assert len(told(read)) == 1
    assert as_meant(read) == read


def test_a_row_is_tied_to_others_by_what_it_means() -> None:
    number, name, address = "渝高新卫公证字〔2022〕第00001号", "演示客栈", "演示路1号"
    plain = health(permit_no=number)
    assert ties_of(health(uscc=f"'{FIRST}\u200b", permit_no=f'="{number}"')) == ties_of(plain)
    assert code_in(health(uscc=f'="{FIRST}"')) == FIRST
    assert permit_in(health(permit_no=f"'{number}")) == permit_in(plain) != ""
    lost = health(uscc="无", permit_no=number, name=f"'{name}", address=f'="{address}"')
    assert ties_of(lost) == ties_of(health(uscc="", permit_no=number, name=name, address=address))
    assert len(ties_of(lost)) == 2


def test_a_row_that_comes_back_from_the_register_is_remarked_once() -> None:
    row = health(uscc=f"'{FIRST}", grade="/")
    known = as_meant(row).remarks
    assert as_meant(replace(row, remarks=known)).remarks == known


@pytest.mark.parametrize(("key", "written"), AS_IT_IS)
def test_a_text_without_such_tricks_stays_as_it_is(key: str, written: str) -> None:
    row = health(**{key: written})
    assert as_meant(row) == row


def test_a_row_keeps_its_texts_as_written_and_says_how_they_were_read() -> None:
    verdict = the_verdict(health(uscc=f"'{FIRST}", principal="陈样\u200b"), market())
    assert verdict.outcome is RowOutcome.IMPORTED
    assert (verdict.row.cells["uscc"], verdict.row.cells["principal"]) == (f"'{FIRST}", "陈样\u200b")
    words = told(verdict.row)
    assert len(words) == 2
    assert any("U+200B ZERO WIDTH SPACE" in each and "法定代表人（负责人）" in each for each in words)


@pytest.mark.parametrize("written", ABSENT)
def test_a_mark_of_absence_is_a_missing_code_which_may_wait(written: str) -> None:
    verdict = the_verdict(health(uscc=written), market())
    assert (verdict.outcome, verdict.code) == (RowOutcome.WAITING, "waiting_code_missing")
    assert [remark.code for remark in verdict.row.remarks] == ["import_read_missing"]
    assert the_verdict(market(uscc=written)).code == "import_cell_empty"


@pytest.mark.parametrize("written", ["/", "无", "NULL", "——", "#N/A", "(空)"])
def test_no_name_is_a_mark_of_absence(written: str) -> None:
    assert the_verdict(market(principal=written)).code == "import_cell_empty"
    assert the_verdict(market(name=written)).code == "import_cell_empty"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("9.15E+17", "uscc_rounded"),
        ("9.1500107E17", "uscc_rounded"),
        ("'9.15E+17", "uscc_rounded"),
        ("９．１５Ｅ＋１７", "uscc_rounded"),
        ("915001070000001000", "uscc_rounded"),
        ("915001070000001000.0", "uscc_rounded"),
        ("500107000012345", "uscc_old_number"),
        (f"{FIRST}（新）", "uscc_length"),
        ("915O0107M000001A9R", "uscc_alphabet"),
        ("91500107М000001A9R", "uscc_alphabet"),
    ],
)
def test_a_code_that_cannot_be_meant_says_what_stands_there(written: str, code: str) -> None:
    verdict = the_verdict(market(uscc=written))
    assert (verdict.outcome, verdict.code) == (RowOutcome.REFUSED, code)
    error = LicenceQRError(verdict.code, **verdict.facts)
    shown = str(explain(error, "zh"))
    assert ("U+" in shown) if code == "uscc_alphabet" else (written.lstrip("'") in shown)


@pytest.mark.parametrize(
    "written",
    [
        "长期",
        "长期有效",
        "永久",
        "永续",
        "无固定期限",
        "/",
        "-",
        "——",
        "无",
        "至长期",
        "null",
        "9999-12-31",
        "2999/12/31",
        "",
    ],
)
def test_a_term_without_end_in_the_usual_words(written: str) -> None:
    result = merge([market(term_to=written)], CATALOGUE)
    assert result.businesses[FIRST].record.entity.term_to is None
    assert [verdict.code for verdict in result.verdicts] == ["imported"]


def test_a_day_that_stands_for_no_end_is_told() -> None:
    assert "9999-12-31" in told(the_verdict(market(term_to="9999-12-31")).row)[0]
    assert told(the_verdict(market(term_to="长期")).row) == []


def test_a_permit_needs_a_day_on_which_it_ends() -> None:
    assert the_verdict(health(valid_to="长期"), market()).code == "date_without_end"


def test_a_licence_on_a_former_private_use_character_is_signed_with_the_standard_one() -> None:
    for mine, theirs in (("王\ue863", "王䶮"), ("王䶮", "王\ue863"), ("王\ue81e", "王龴")):
        result = merge([market(principal=mine), health(principal=theirs)], CATALOGUE)
        assert [verdict.code for verdict in result.verdicts] == ["imported", "imported"]
        assert result.businesses[FIRST].record.entity.principal in {"王䶮", "王龴"}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("王\ue000", "import_private_use", "U+E000"),
        ("演\u3164示", "import_text_unusable", "U+3164 HANGUL FILLER"),
        ("演\ufe0f示", "import_text_unusable", "U+FE0F VARIATION SELECTOR-16"),
        ("e" + "\u0301" * 10, "import_marks", "U+0301 COMBINING ACUTE ACCENT"),
    ],
)
def test_no_message_about_a_character_advises_to_cut_a_name(text: str, code: str, words: str) -> None:
    verdict = the_verdict(market(principal=text))
    assert (verdict.code, verdict.column) == (code, "法定代表人/经营者")
    shown = str(explain(LicenceQRError(verdict.code, **verdict.facts), "zh"))
    assert words in shown
    if code == "import_private_use":
        assert "不要删字" in shown


def test_a_difference_that_stays_is_shown_by_code_point() -> None:
    verdict = the_verdict(health(principal="陈◦样"), market(principal="陈·样"))
    assert verdict.code == "waiting_principal_differs"
    assert verdict.facts == {"market": "陈·样 [2: U+00B7 MIDDLE DOT]", "health": "陈◦样 [2: U+25E6 WHITE BULLET]"}


def test_one_address_in_two_spellings_is_one_premises() -> None:
    road = "重庆市九龙坡区金凤镇演示路"
    for one, other in (
        ("1-2号", "1—2号"),
        ("1~2号", "1～2号"),
        ("#3", "＃3"),
        ("1-2号", "1——2号"),
        ("“甲”座", '"甲"座'),
    ):
        result = merge([market(address=road + one), health(address=road + other)], CATALOGUE)
        assert [each.address for each in result.businesses[FIRST].record.premises] == [road + one]


@given(
    cells=st.fixed_dictionaries(
        {},
        optional={
            key: st.text(
                st.one_of(st.sampled_from("'\"=/-无\u200b\ufeff\u3164\ue863 1：:年月日长期E+."), st.characters()),
                max_size=12,
            )
            for key in HEALTH_COLUMNS
        },
    )
)
def test_what_is_meant_means_itself_and_every_remark_can_be_said(cells: dict[str, str]) -> None:
    row = health(**{key: text.strip() for key, text in cells.items()})
    read = as_meant(row)
    assert as_meant(read).cells == read.cells
    assert set(read.cells) == set(row.cells)
    assert len(told(read)) == len(read.remarks)
    assert all(read.cells[key] == row.cells[key] for key in row.cells) == (not read.remarks) or "valid_to" in cells
    verdict = the_verdict(row)
    assert verdict.row.cells == row.cells
