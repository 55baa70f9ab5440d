"""Free text is cleaned of what nobody sees, whichever way a text takes."""

from __future__ import annotations

import sys

from licence_qr.domain.plain_text import BLANKS, plain_text, surely_seen
from licence_qr.domain.written_dates import without_end

_BELL = "\a"  # dropped wherever it stands; a text with it is looked at character by character
_FIRST_PLANE = range(0x10000)
_SOME_BEYOND = (*range(0x1F000, 0x20010), *range(0x2A6D0, 0x2A710), *range(0xE0000, 0xE0200), sys.maxunicode)


def test_what_is_seen_at_a_glance_is_what_is_seen_when_each_character_is_looked_at():
    for code in (*_FIRST_PLANE, *_SOME_BEYOND, *BLANKS):
        text = f"店{chr(code)}ب"
        assert plain_text(text) == plain_text(f"{text}{_BELL}"), hex(code)


def test_no_blank_and_no_control_is_surely_seen():
    assert not any(surely_seen(chr(code)) for code in (*BLANKS, 0x00, 0x0A, 0x7F, 0x2028, 0xD800))
    assert surely_seen("") and surely_seen("金凤镇 1号") and without_end("长\u200b期")
