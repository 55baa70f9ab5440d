"""Writes static/ui/terms.js, the terms that scripts use, from licence_qr/wording/terms.toml: python -m tools.terms_table."""

from __future__ import annotations

import json
import re
from pathlib import Path

from licence_qr.wording.terms import terms
from tools import states_table

STATIC = Path(__file__).parents[1] / "static"
FILE = STATIC / "ui" / "terms.js"
_USED = re.compile(r"\bTERMS\.(\w+)(?:\.(\w+))?")  # one term; or a whole group, where its name is not written there
_HEAD = """\
// @ts-check
// Made by `python -m tools.terms_table` from licence_qr/wording/terms.toml; change that file, not this one.

/**
 * The terms that scripts use, in Chinese and in English: t(...TERMS.field.premises).
 * @type {Record<string, Record<string, [string, string]>>}
 */
export const TERMS = {
"""


def used() -> dict[str, set[str]]:
    """Group → the names in it that some script mentions. KeyError for one that is no term."""
    found: dict[str, set[str]] = {}
    for script in STATIC.rglob("*.js"):
        if "vendor" in script.parts or script in (FILE, states_table.FILE):
            continue
        for group, name in _USED.findall(script.read_text(encoding="utf-8")):
            known = terms()[group]
            found.setdefault(group, set()).update([known[name] and name] if name else known)
    return found


def table() -> str:
    """The text of the file, in the order of the TOML."""
    wanted = used()
    lines = []
    for group, named in terms().items():
        if group in wanted:
            lines.append(f"  {group}: {{")
            for name, text in named.items():
                if name in wanted[group]:
                    pair = json.dumps([text.zh, text.en], ensure_ascii=False)
                    lines.append(f"    {name}: {pair},")
            lines.append("  },")
    return _HEAD + "\n".join(lines) + "\n};\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
