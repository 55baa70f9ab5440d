"""``make bench``: one table of figure, goal, measured and ratio."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Callable

from bench import bulk, camera, pack, scan, status, symbol, verify, work

PARTS: dict[str, Callable[[], list[dict[str, str | float]]]] = {
    "verify": verify.measure,
    "status": status.measure,
    "pack": pack.measure,
    "work": work.measure,
    "symbol": symbol.measure,
    "camera": camera.measure,
    "bulk": bulk.measure,
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


def main() -> None:
    """Run all parts, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    rows: list[dict[str, str | float]] = []
    for name in parser.parse_args().parts or PARTS:
        print(f"… {name}", flush=True)
        rows += PARTS[name]()
    print(_table(rows))


if __name__ == "__main__":
    main()
