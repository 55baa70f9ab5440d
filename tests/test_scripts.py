"""The scripts of static/: which folder may import which (docs/architecture.md), no circles, and sizes that can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from scripts import MOST_LINES

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
SCRIPTS = sorted(path for kind in ("*.js", "*.ts") for path in STATIC.rglob(kind) if "vendor" not in path.parts)
MOST_FILES = 14
CODE = {".js", ".ts", ".css"}
# import … from "./a.js", export … from, import("./a.js"), and folders that a script loads from: new URL("../a/", …).
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*["'`](\.{1,2}/[^"'`]+)["'`]""")
# What is there in a page alone, and what reaches out of the device.
_OF_A_PAGE = re.compile(r"\b(?:document|window|navigator|location|localStorage|indexedDB|fetch|XMLHttpRequest)\b[.(]")


@cache
def table() -> dict[str, frozenset[str]]:
    """Folder → folders it may import from, those of ``vendor/`` too."""
    rows: dict[str, frozenset[str]] = {}
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if (folder := re.fullmatch(r"`([a-z/]+)/`", cells[0])) and len(cells) == 4:
            ours, vendored = (re.findall(r"[a-z][a-z/-]*", cell) for cell in cells[2:])
            rows[folder[1]] = frozenset({folder[1], *ours, *(f"vendor/{name}" for name in vendored)})
    return rows


def folder_of(path: Path) -> str:
    """The row of the table, or the vendored library, that a file belongs to."""
    parts = path.relative_to(STATIC).parts
    return "/".join(parts[:2] if parts[0] == "vendor" else parts[:-1])


def imported(path: Path) -> Iterator[Path]:
    """Every file of static/ that a script names to load, types too."""
    for found in _IMPORTED.findall(path.read_text(encoding="utf-8")):
        yield (path.parent / found).resolve() / ("any" if found.endswith("/") else "")


def test_the_table_was_read_and_every_script_has_a_row():
    assert table()["verifier"] == {"verifier", "vendor/cborg"} and "verify" not in table()["pack"]
    assert {folder_of(script) for script in SCRIPTS} == set(table())


def test_imports_are_seen():
    by_folder = {folder: set() for folder in table()}
    for script in SCRIPTS:
        by_folder[folder_of(script)] |= {folder_of(reached) for reached in imported(script)}
    assert {"pack", "ui", "verifier"} <= by_folder["verify"]
    assert "vendor/pdfjs" in by_folder["pdf"] and "vendor/zxing-wasm" in by_folder["reading"]


def test_a_script_imports_only_what_its_folder_may():
    wrong = [
        f"{script.relative_to(STATIC)}: {reached.relative_to(STATIC)}"
        for script in SCRIPTS
        for reached in imported(script)
        if folder_of(reached) not in table()[folder_of(script)]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_scripts_and_no_folders_import_in_a_circle():
    files = {script: {reached for reached in imported(script) if reached in SCRIPTS} for script in SCRIPTS}
    assert len(list(TopologicalSorter(files).static_order())) == len(SCRIPTS)  # CycleError names the circle
    TopologicalSorter({folder: may - {folder} for folder, may in table().items()}).prepare()


def test_the_verifier_needs_no_page():
    assert _OF_A_PAGE.search("document.title") and _OF_A_PAGE.search("await fetch(address)")
    found = {
        script.name: _OF_A_PAGE.findall(script.read_text(encoding="utf-8"))
        for script in SCRIPTS
        if folder_of(script) == "verifier"
    }
    assert len(found) > 5 and not any(found.values()), found


def test_every_script_is_checked_for_its_types():
    ours = [*SCRIPTS, *(ROOT / "tests" / "vectors").glob("*.js")]
    assert [
        path.name
        for path in ours
        if path.suffix == ".js" and not path.read_text(encoding="utf-8").startswith("// @ts-check\n")
    ] == []


def test_files_and_folders_can_be_read():
    code = [path for path in STATIC.rglob("*") if path.suffix in CODE and "vendor" not in path.parts]
    long = {path.name: lines for path in code if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long
    full = {str(folder): n for folder, n in Counter(path.parent for path in code).items() if n > MOST_FILES}
    assert not full
