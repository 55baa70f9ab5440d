"""Names that a reader takes for each other share a key; names that differ to the eye share none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.characters import confusables_table
from licence_qr.domain.characters.confusables import certain_parts, look_alike_keys
from licence_qr.domain.characters.differences import pointed
from licence_qr.domain.names import name_key
from tools.confusables_table import table

ALIKE = [
    ("⽰例宾馆", "示例宾馆"),
    ("СОСО宾馆", "COCO宾馆"),
    ("НОТЕL", "HOTEL"),
    ("⻰门客栈", "龙门客栈"),
    ("カ量健身", "力量健身"),
    ("1号店", "l号店"),
    ("О2宾馆", "02宾馆"),
    ("测试“店”", '测试"店"'),
    ("示例 宾馆", "示例宾馆"),
    ("ΑΒС", "ABC"),
    ("rnodern", "modern"),
    ("口口香", "ロロ香"),
    ("示例宾馆·西永", "示例宾馆•西永"),
    ("示例宾馆西永店", "示例宾馆·西永店"),
    ("示例宾馆有限公司", "示例宾馆有限公司。"),
    ("示例，宾馆", "示例宾馆"),
    ("Café示例", "Cafe示例"),
    ("CAFE\u0301示例", "cafe示例"),
    ("Lǎo Chéngdū", "Lao Chengdu"),
    ("Søren Łódź", "Soren Lodz"),
    ("Кафе й", "Кафе и"),
]
APART = [
    ("示例宾馆", "示例旅馆"),
    ("一号店", "二号店"),
    ("COCO", "KOKO"),
    ("", "示例"),
    ("示例", "示例例"),
    ("张三", "张四"),
    ("བོད", "བད"),
    ("カキ", "ガギ"),
    ("Café", "Cafa"),
]
names = st.text(
    alphabet=st.sampled_from(
        [*"示例宾馆龙一力口·-1lIOoСсcAАаrnm—“（ ", "\u2f70", "\u2ef0", "\u200b", "\ue863", "é", "\u0301"]
    )
)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_look_alikes_share_a_key_and_are_selected(one: str, other: str) -> None:
    assert look_alike_keys(one) & look_alike_keys(other)
    _selects(one, other)
    _selects(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_names_share_none(one: str, other: str) -> None:
    assert not look_alike_keys(one) & look_alike_keys(other)


@given(one=names, other=names)
def test_looking_alike_is_mutual_and_what_is_the_same_looks_alike(one: str, other: str) -> None:
    alike = bool(look_alike_keys(one) & look_alike_keys(other))
    assert alike == bool(look_alike_keys(other) & look_alike_keys(one))
    if name_key(one) == name_key(other) and look_alike_keys(one):
        assert alike
    if alike:  # the first selection of the register misses none
        _selects(one, other)


def _selects(one: str, other: str) -> None:
    position = 0
    for part in certain_parts(one):
        position = name_key(other).index(part, position) + len(part)


def test_the_table_says_where_it_is_from_and_has_its_licence_beside_it() -> None:
    assert confusables_table.VERSION == "15.0.0"
    licence = Path(confusables_table.__file__).with_suffix(".LICENSE")
    assert licence.read_text(encoding="utf-8").startswith("UNICODE, INC. LICENSE AGREEMENT")


def test_the_table_has_only_what_is_not_folded_anyway() -> None:
    """What ``tools.confusables_table`` makes of a few lines of Unicode's file."""
    rows = ("0421 ; 0043", "2010 ; 002D", "2014 ; 30FC", "4E00 ; 30FC", "FF23 ; 0043")
    lines = "\n".join(("# Version: 1.2.3", "", *(f"{row} ; MA # why" for row in rows)))
    made = table(lines.encode())
    assert 'VERSION = "1.2.3"' in made
    assert 'ALIKE = """\n002D: 4E00; 0043: 0421;\n"""\n' in made


def test_a_difference_is_shown_by_place_and_code_point() -> None:
    assert pointed("阿布都◦买买提", "阿布都·买买提") == (
        "阿布都◦买买提 [4: U+25E6 WHITE BULLET]",
        "阿布都·买买提 [4: U+00B7 MIDDLE DOT]",
    )
    assert pointed("张三", "张三丰") == ("张三", "张三丰 [3: U+4E30]")
    assert pointed("СОСО", "COCO")[1].startswith("COCO [1: U+0043 LATIN CAPITAL LETTER C; 2: ")
    assert pointed("张三", "李四") == ("张三", "李四")
    assert pointed("重庆甲旅馆", "成都某某公司") == ("重庆甲旅馆", "成都某某公司")
