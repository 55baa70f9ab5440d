"""Writes static/ui/states.js, the states that scripts say, from wording/states.toml: python -m tools.states_table."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from licence_qr.domain.register.permit import EXPIRING_SOON_DAYS
from licence_qr.wording.states import Saying, states

FILE = Path(__file__).parents[1] / "static" / "ui" / "states.js"
# What only the register knows is said by no script.
_LEFT_OUT = frozenset({"mark", "standing"})
_WIDTH = 120
_HEAD = f"""\
// @ts-check
// Made by `python -m tools.states_table` from licence_qr/wording/states.toml; change that file, not this one.

/** @import {{ State }} from "./types.d.ts" */

/** A permit expires soon from so many days before its end. */
export const EXPIRING_SOON_DAYS = {EXPIRING_SOON_DAYS};

/**
 * Every state that scripts say, by group and name: its words, its tone and its severity.
 * @type {{Record<string, Record<string, State>>}}
 */
export const STATES = {{
"""


def table() -> str:
    """The text of the file, in the order of the TOML."""
    lines = []
    for group, named in states().items():
        if group not in _LEFT_OUT:
            lines += [f"  {group}: {{", *(line for name, said in named.items() for line in _row(name, said)), "  },"]
    return _HEAD + "\n".join(lines) + "\n};\n"


def _row(name: str, said: Saying) -> list[str]:
    """On one line, or, where that would be too long, as the formatter breaks it."""
    parts = [
        json.dumps(each, ensure_ascii=False) for each in (said.zh, said.en, said.tone.value, said.severity, said.bare)
    ]
    line = f"    {name}: [{', '.join(parts)}],"
    if len(line) + sum(unicodedata.east_asian_width(char) in "WF" for char in line) <= _WIDTH:
        return [line]
    return [f"    {name}: [", *(f"      {part}," for part in parts), "    ],"]


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
