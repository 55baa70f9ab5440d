"""Characters that GBK and older GB 18030 kept in the private-use area have their standard code points."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.characters.former_private_use import STANDARD, replacements, standardised


def test_the_two_of_the_names_that_are_met_most() -> None:
    assert standardised("王\ue863、王\ue81e") == "王䶮、王龴"
    assert replacements("王\ue863\ue863") == "U+E863 → 䶮 (U+4DAE)"


def test_the_table_agrees_with_what_python_knows_of_gb_18030() -> None:
    """Python decodes as GB 18030-2000 did: most of the ideographs were standard by then, 14 were not."""
    still_private = 0
    for at, trail in enumerate(byte for byte in range(0x50, 0xA1) if byte != 0x7F):
        decoded = bytes((0xFE, trail)).decode("gb18030")
        still_private += decoded in STANDARD
        assert STANDARD[chr(0xE815 + at)] == STANDARD.get(decoded, decoded)
    assert still_private in {0, 14}
    for code, pinyin in ((0xE7C7, b"\xa8\xbc"), (0xE7C8, b"\xa8\xbf")):
        decoded = pinyin.decode("gb18030")
        assert STANDARD[chr(code)] == STANDARD.get(decoded, decoded)


def test_every_standard_character_is_one() -> None:
    assert len(STANDARD) == 80 + 10 + 2 + 13
    assert all(unicodedata.category(char) == "Co" for char in STANDARD)
    assert not any(unicodedata.category(char) in {"Co", "Cn"} for char in STANDARD.values())
    assert len(set(STANDARD.values())) == len(STANDARD)


@given(text=st.text())
def test_a_text_is_standard_after_one_turn_and_as_long(text: str) -> None:
    once = standardised(text)
    assert standardised(once) == once
    assert len(once) == len(text)
    assert not replacements(once)
