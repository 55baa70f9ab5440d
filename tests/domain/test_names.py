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
    ],
)
def test_width_brackets_spaces_and_case_do_not_count(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("测试宾馆", "测试宾馆二店"), ("李明", "李明明"), ("𬭸", "鹏"), ("1号", "2号"), ("（重庆）", "重庆")],
)
def test_other_characters_do_count(one, other):
    assert name_key(one) != name_key(other)


@given(
    text=st.text(), space=st.sampled_from([" ", "\u3000", "\t", "\n", "\u00a0", "\ufeff"]), position=st.integers(0, 50)
)
def test_a_space_anywhere_changes_nothing_and_the_key_is_stable(text, space, position):
    key = name_key(text)
    assert name_key(text[:position] + space + text[position:]) == key
