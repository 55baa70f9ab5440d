"""No printed name has characters that nobody sees, that mean something on one machine only, or piles of accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.characters.refused import MOST_MARKS, named, refused_character

# Uyghur and Mongolian names as they are spelt, with joiners and shapes that their scripts need.
NEEDED = [
    "ئابدۇ\u200cراخمان",
    "مەم\u200dەت",
    "ᠮᠣᠩᠭᠣᠯ\u180bᠤᠨ",
    "ᠠ\u180eᠠ",
    "ᠴᠢᠩᠭᠢᠰ\u180d",
    "葛\U000e0100",
    "辻\ufe00",
]
REFUSED = {
    "示\u3164例": ("character_refused", 2),
    "示\ufe0f例": ("character_refused", 2),
    "示\u200b例": ("character_refused", 2),
    "A\u200cB": ("character_refused", 2),
    "示\u200d": ("character_refused", 2),
    "ئابدۇ\u200c": ("character_refused", 6),
    "ئا\u200c\u200cب": ("character_refused", 3),
    "A\u180bB": ("character_refused", 2),
    "\u180bᠠ": ("character_refused", 1),
    "ᠠ\u180bA\u180b": ("character_refused", 4),
    "示\ufffd": ("character_refused", 2),
    "示\u2800例": ("character_refused", 2),
    "王\ue000": ("character_private_use", 2),
    "王\U000f0000": ("character_private_use", 2),
    "王\ue863": ("character_formerly_private", 2),
    "王\ue81e": ("character_formerly_private", 2),
    "e" + "\u0301" * 40: ("character_marks", 3),
    "e\u0301\u0301": ("character_marks", 3),
    "é\u0301": ("character_marks", 2),
    "王\u0301示": ("character_marks", 2),
    "示\u20dd": ("character_marks", 2),
    "Z\u0301\u0302\u0303\u0304\u0305": ("character_marks", 6),
    "བ" + "\u0f7f" * 48: ("character_marks", 3),
    "က\u103b\u1031\u102c\u1038\u103b": ("character_marks", 6),
    "\u0301王": ("character_marks", 1),
    "\u0f7f": ("character_marks", 1),
    "张 \u0301三": ("character_marks", 3),
    "（\u0308）": ("character_marks", 2),
}
KEPT = [
    "𠮷野家",
    "Ünal",
    "重庆Ünal酒店（Éclair）ガ",
    "Nguyễn Thị Ngọc Ánh",
    "O’Neill & Söhne",
    "阿布都·买买提",
    "བསྒྲུབས",
    "ئابدۇراخمان",
    "ᠮᠣᠩᠭᠣᠯ",
    "ไทย",
    "བཀྲ་ཤིས།ཨཿ",
    "ကျွှောင့်း",
    "Z\u0301\u0302",
]


@pytest.mark.parametrize("text", [*NEEDED, *KEPT])
def test_what_a_script_needs_is_kept(text: str) -> None:
    assert refused_character(text) is None


@pytest.mark.parametrize(("text", "fault"), REFUSED.items())
def test_the_first_character_that_is_refused_is_told_with_its_place(text: str, fault: tuple[str, int]) -> None:
    found = refused_character(text)
    assert found is not None
    assert (found.code, found.position) == fault
    assert found.character == named(text[found.position - 1])


def test_a_former_private_use_character_names_its_standard_one() -> None:
    found = refused_character("王\ue863")
    assert found and found.facts == {"character": "U+E863", "position": 2, "standard": "䶮", "standard_point": "U+4DAE"}


@given(text=st.text(alphabet=st.characters(), max_size=20))
def test_no_text_that_passes_has_what_is_refused(text: str) -> None:
    if refused_character(text) is None:
        assert not any(0xE000 <= ord(char) <= 0xF8FF or char in "\u3164\ufe0f\u200b\ufffd\n\0" for char in text)


@given(
    mark=st.characters(categories=["Mn"], min_codepoint=0x300, max_codepoint=0x36F),
    count=st.integers(MOST_MARKS + 1, 40),
)
def test_no_letter_has_more_marks_than_any_language_writes(mark: str, count: int) -> None:
    found = refused_character("示e" + mark * count)
    assert found is not None
