"""Lines of Chinese and mixed text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from licence_qr.printing.wrapping import fill, wrap


def width(text: str) -> float:
    """One for an ASCII character, two for any other."""
    return float(sum(1 if char.isascii() else 2 for char in text))


@given(st.text(alphabet="国中文（）〔〕，。、ab1-2 ", max_size=80), st.integers(6, 40))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, limit: int) -> None:
    lines = wrap(text, limit, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= limit for line in lines)


def test_words_stay_whole_and_marks_stay_with_their_text() -> None:
    assert wrap("凤笙路 118 号 3-2", 9, width) == ["凤笙路", "118 号", "3-2"]
    assert wrap("国国国（国国）国", 8, width) == ["国国国", "（国国）", "国"]
    assert wrap("国国国，国", 6, width) == ["国国", "国，国"]


def test_a_word_wider_than_a_line_is_broken() -> None:
    assert wrap("abcdefgh", 3, width) == ["abc", "def", "gh"]


def test_parts_break_between_rather_than_inside() -> None:
    assert fill(["国国", "", "国国国", "国"], 12, width) == ["国国　国国国", "国"]
    assert fill(["国国国", "国国国"], 10, width) == ["国国国", "国国国"]
