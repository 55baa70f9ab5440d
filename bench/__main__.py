"""``make bench``: one table of figure, goal, measured and ratio."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Callable, Sequence

from bench import audit, bulk, camera, hostile, journal, pack, scan, status, symbol, turns, verify, work, writers

PARTS: dict[str, Callable[[], list[dict[str, str | float]]]] = {
    "verify": verify.measure,
    "status": status.measure,
    "pack": pack.measure,
    "work": work.measure,
    "audit": audit.measure,
    "symbol": symbol.measure,
    "camera": camera.measure,
    "bulk": bulk.measure,
    "turns": turns.measure,
    "journal": journal.measure,
    "hostile": hostile.measure,
    "writers": writers.measure,
    "scan": scan.measure,
}
COLUMNS = ("figure", "goal", "measured", "ratio")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _table(rows: list[dict[str, str | float]]) -> str:
    cells = [COLUMNS, *(tuple(str(row.get(column, "")) for column in COLUMNS) for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(COLUMNS))]
    lines = [
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def chosen(arguments: Sequence[str]) -> list[str]:
    """The parts to run: those named, each once and in the order of the table; all when none is named.

    argparse's ``choices`` is not used: it holds the default of ``nargs="*"`` against them as if it were one choice.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of: {', '.join(PARTS)}; none for all")
    named = parser.parse_args(arguments).parts
    if unknown := sorted(set(named) - set(PARTS)):
        parser.error(f"没有这一项 no such part: {', '.join(unknown)}; 可选 choose from: {', '.join(PARTS)}")
    return [name for name in PARTS if name in named or not named]


def main() -> None:
    """Run all parts, or those named; a part's rows are shown as soon as they are there, and the whole table at the end."""
    rows: list[dict[str, str | float]] = []
    for name in chosen(sys.argv[1:]):
        print(f"… {name}", flush=True)
        measured = PARTS[name]()
        print(_table(measured), flush=True)
        rows += measured
    print(f"\n{_table(rows)}")


if __name__ == "__main__":
    main()
