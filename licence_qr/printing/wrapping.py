"""Breaking texts into lines: Chinese anywhere, scripts with spaces or other marks between words there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from licence_qr.printing.typesetting import clusters

Measure = Callable[[str], float]

# Words of letters that are written with spaces between words, or in Tibetan with a tsheg after each syllable, are not
# broken; other text may break anywhere, except at the punctuation below. The blocks: ASCII, Latin to Arabic, Mongolian,
# Latin and Greek extended, Arabic presentation forms.
_WORD = "!-~\u00a1-\u08ff\u1800-\u18af\u1e00-\u1fff\u200c\u200d\ufb50-\ufdff\ufe70-\ufeff"
_UNIT = re.compile(rf"[{_WORD}]+|[\u0f00-\u0f0a\u0f15-\u0fff]+[\u0f0b-\u0f14]*|.", re.DOTALL)
_NOT_FIRST = frozenset("，。、；：？！）〕》」』】”’…—·,.;:?!)]")
_NOT_LAST = frozenset("（〔《「『【“‘([")


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """``text`` in lines no wider than ``width`` by ``measure``; a word wider than a line is broken, but no character is
    parted from the marks on it.

    No line starts with a closing mark or ends with an opening one, unless it is too narrow for anything else.
    """
    if measure(text) <= width:
        return [text.rstrip()]
    lines = [""]
    for unit in _units(text):
        for piece in [unit] if measure(unit) <= width else clusters(unit):
            if measure((lines[-1] + piece).rstrip()) <= width or not lines[-1]:
                lines[-1] += piece
            else:
                lines.append(piece.lstrip())
    return [line.rstrip() for line in lines]


def fill(parts: Iterable[str], width: float, measure: Measure, gap: str = "　") -> list[str]:
    """Lines of ``parts`` joined with ``gap``; a line breaks between parts if possible, else inside one."""
    lines: list[str] = []
    for part in filter(None, parts):
        if lines and measure(lines[-1] + gap + part) <= width:
            lines[-1] += gap + part
        else:
            lines += wrap(part, width, measure)
    return lines


def _units(text: str) -> list[str]:
    units: list[str] = []
    for token in _UNIT.findall(text):
        if units and (_is_mark(token[0]) or token[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST):
            units[-1] += token
        else:
            units.append(token)
    return units


def _is_mark(char: str) -> bool:
    return len(clusters(f"x{char}")) == 1
