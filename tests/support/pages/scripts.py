"""What every script of ours is held to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_RUNS_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
MOST_LINES = 400


def faults_of_scripts(scripts: Iterable[Path]) -> dict[str, str]:
    """By name, the scripts that take text for markup or code, or are too long to read, and why."""
    found = {}
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        if risky := _RUNS_TEXT.search(text):
            found[script.name] = risky[0]
        elif (lines := len(text.splitlines())) > MOST_LINES:
            found[script.name] = f"{lines} lines"
    return found
