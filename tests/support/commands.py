"""What the tests of several commands hand to the program."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
DATA = Path(__file__).parents[1] / "data"


def sample(folder: Path) -> tuple[Path, str]:
    """A picture of the demonstration and the address in it."""
    picture = folder / "var" / "demonstration" / "codes" / "01-in-force.png"
    index = (folder / "var" / "demonstration" / "codes" / "index.txt").read_text(encoding="utf-8")
    return picture, index.split("01-in-force.png", 1)[1].split("\n")[1].strip()


def copy_of(installed: Path, to: Path) -> Path:
    """A copy of an installation that others may read meanwhile: what SQLite has beside the register goes with them."""
    return Path(shutil.copytree(installed, to, ignore=shutil.ignore_patterns("*-wal", "*-shm")))
