"""Two spellings of one name are one name; two names are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.names import name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("测试（重庆）有限公司", "测试(重庆)有限公司"),
        ("测试〔重庆〕有限公司", "测试【重庆】有限公司"),
        ("ＡＢＣ宾馆", "abc 宾馆"),
        ("测试　宾馆", "测试宾馆"),
        ("测试\u200b宾馆", "测试宾馆"),
        ("１号", "1号"),
        ("测试路1-2号", "测试路1—2号"),
        ("测试路1——2号", "测试路1－2号"),
        ("测试路1−2号", "测试路1ー2号"),
        ("测试路1~2号", "测试路1～2号"),
        ("测试路1〜2号", "测试路1∼2号"),
        ("重庆“老王”宾馆", '重庆"老王"宾馆'),
        ("重庆「老王」宾馆", "重庆＂老王＂宾馆"),
        ("L'Amour", "L’Amour"),
        ("L´Amour", "L`Amour"),
        ("SMITH，JOHN", "Smith, John"),
        ("演示路二〇二号", "演示路二○二号"),
        ("⾼⼀", "高一"),
        ("凉", "\uf979"),
        ("王\ue863", "王䶮"),
        ("王\ue81e", "王龴"),
        ("葛\U000e0100飾", "葛飾"),
        ("ئابدۇ\u200cراخمان", "ئابدۇراخمان"),
        ("演\u3164示", "演示"),
        ("\uff23\u00adＡＦÉ", "cafe\u0301"),
    ],
)
def test_width_brackets_spaces_case_and_kinds_of_punctuation_do_not_count(one, other):
    assert name_key(one) == name_key(other)


# U+00B7, U+2022, U+30FB, U+2027, U+22C5, U+0387, U+318D, U+FF65, U+FF0E and the full stop.
@pytest.mark.parametrize("dot", "\u00b7\u2022\u30fb\u2027\u22c5\u0387\u318d\uff65\uff0e.")
def test_the_dot_of_a_transcribed_name_is_one_whichever_is_typed(dot):
    assert name_key(f"阿布都{dot}买买提") == name_key("阿布都·买买提")
    assert name_key(f"阿布都{dot}买买提") != name_key("阿布都买买提")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1-2号", "1~2号"),
        ("1-2号", "12号"),
        ("3号", "叁号"),
        ("测试宾馆", "测试宾馆二店"),
        ("李明", "李明明"),
        ("𬭸", "鹏"),
        ("1号", "2号"),
        ("（重庆）", "重庆"),
    ],
)
def test_other_characters_do_count(one, other):
    assert name_key(one) != name_key(other)


@given(
    text=st.text(), space=st.sampled_from([" ", "\u3000", "\t", "\n", "\u00a0", "\ufeff"]), position=st.integers(0, 50)
)
def test_a_space_anywhere_changes_nothing_and_the_key_is_stable(text, space, position):
    key = name_key(text)
    assert name_key(text[:position] + space + text[position:]) == key


# Characters that some folding is about, beside arbitrary ones.
spelt = st.text(
    st.one_of(st.sampled_from("·•．.—-ー～“'’（[ Ａaİßﬁ㍿龍\u0301\u3164\ue863\u318d\u200c"), st.characters())
)


@given(text=spelt)
def test_the_key_of_a_key_is_that_key(text):
    assert name_key(name_key(text)) == name_key(text)


@given(one=spelt, other=spelt)
def test_names_are_the_same_whichever_is_looked_at_first(one, other):
    assert (name_key(one) == name_key(other)) == (name_key(other) == name_key(one))
    if name_key(one) == name_key(other):
        assert name_key(f"重庆{one}店") == name_key(f"重庆{other}店")
