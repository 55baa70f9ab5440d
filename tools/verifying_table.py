"""Writes the refusals of docs/verifying/verifying.md from the program's sentences: python -m tools.verifying_table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from licence_qr.wording import sentences

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "verifying" / "verifying.md"
MARK = "<!-- table -->\n"
HEAD = "| code | what it means | what to do |\n|---|---|---|\n"


def refusals() -> Iterator[str]:
    """The codes with which a code or a list is refused, in the order of the sentences; not those of making a code."""
    raised = set()
    for path in (ROOT / "licence_qr").rglob("*.py"):
        raised |= set(re.findall(r'(?:TokenError|Shape)\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    return (code for code in sentences() if code in raised)


def table() -> str:
    """The table, one row a code."""
    return HEAD + "".join(_row(code, sentences()[code]) for code in refusals())


def _row(code: str, said: dict[str, str]) -> str:
    return f"| `{code}` | {said['zh']}<br>{said['en']} | {said['do_zh']}<br>{said['do_en']} |\n"


def main() -> None:
    """Replace everything behind the mark."""
    before, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(MARK)
    DOCUMENT.write_text(before + MARK + table(), encoding="utf-8")


if __name__ == "__main__":
    main()
