"""What every script of ours is held to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from licence_qr.web.app import STATIC

_RUNS_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
MOST_LINES = 400


def scripts_of(*folders: str) -> list[Path]:
    """Every script in these folders of ``static/``, rooms inside them too."""
    return sorted(script for folder in folders for script in (STATIC / folder).rglob("*.js"))


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
