"""Breaking Chinese and mixed text into lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Measure = Callable[[str], float]

# ASCII words are not broken; other text may break anywhere, except at the punctuation below.
_UNIT = re.compile(r"[!-~]+|.", re.DOTALL)
_NOT_FIRST = frozenset("，。、；：？！）〕》」』】”’…—·,.;:?!)]")
_NOT_LAST = frozenset("（〔《「『【“‘([")


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """``text`` in lines no wider than ``width`` by ``measure``; an ASCII word wider than a line is broken.

    No line starts with a closing mark or ends with an opening one, unless it is too narrow for anything else.
    """
    lines = [""]
    for unit in _units(text):
        for piece in [unit] if measure(unit) <= width else list(unit):
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
        if units and (token[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST):
            units[-1] += token
        else:
            units.append(token)
    return units
