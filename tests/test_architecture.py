"""The import table of docs/architecture.md, held against the code; and the sizes that keep files readable."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "licence_qr"
MODULES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(PACKAGE.rglob("*.py"))}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 50
# The package itself holds the version; every room may name it.
_OPEN_TO_ALL = "licence_qr"


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def table() -> dict[str, frozenset[str]]:
    """Room → rooms it may import, from the first table of the document. A room of files is named by its pattern."""
    rows: dict[str, frozenset[str]] = {}
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `") or len(cells) != 3:
            continue
        allowed = frozenset(re.findall(r"[a-z_]+", cells[2].split(";")[0])) - {""}
        for name in re.findall(r"`([a-z_*]+)(?:/|\.py)`", cells[0]):
            rows[name] = allowed | {name}
    return rows


def room_of(module: str) -> str:
    """The row of the table that a module belongs to."""
    parts = module.split(".")
    if len(parts) == 1:
        return _OPEN_TO_ALL
    name = parts[1]
    return (
        name if name in table() else next((room for room in table() if re.fullmatch(room.replace("*", ".*"), name)), "")
    )


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module of ours that a file imports, deferred and for types alone too, with the line."""
    known = set(MODULES.values()) | {name.removesuffix(".__init__") for name in MODULES.values()}
    here = MODULES[path].removesuffix(".__init__").split(".")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "licence_qr")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = here if path.name == "__init__.py" else here[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
            if base.split(".")[0] != "licence_qr":
                continue
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                yield node.lineno, deeper if deeper in known else base


def test_the_table_was_read():
    assert table()["errors"] == {"errors"}
    assert table()["services"] >= {"domain", "store"} and "web" not in table()["services"]
    assert {"wording", "domain"} <= table()["cli"] == table()["cli_*"] - {"cli_*"} | {"cli"}


def test_every_file_stands_in_a_room():
    homeless = [name for name in MODULES.values() if not room_of(name.removesuffix(".__init__"))]
    assert homeless == []


def test_every_room_of_the_table_is_there():
    rooms = {room_of(name.removesuffix(".__init__")) for name in MODULES.values()}
    assert set(table()) <= rooms


@pytest.mark.parametrize("path", MODULES, ids=MODULES.get)
def test_a_file_imports_only_what_its_room_may(path):
    room = room_of(MODULES[path].removesuffix(".__init__"))
    allowed = table().get(room, frozenset())
    # The commands are one room of several files; its rows name what lies outside it.
    within = {"cli", "cli_*"} if room in {"cli", "cli_*"} else {room}
    wrong = [
        f"line {line}: {name}"
        for line, name in imported(path)
        if (target := room_of(name)) != _OPEN_TO_ALL and target not in allowed | within
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("foreign", "rooms"),
    [
        ({"flask", "werkzeug", "flask_login", "flask_wtf", "whitenoise"}, {"web"}),
        ({"sqlite3", "sqlite_utils"}, {"store"}),
        ({"click"}, {"cli", "cli_*"}),
        ({"chinese_calendar"}, {"catalogue"}),
    ],
    ids=["flask", "sql", "click", "calendar"],
)
def test_a_library_of_one_room_is_used_in_that_room_alone(foreign, rooms):
    for path, name in MODULES.items():
        if room_of(name.removesuffix(".__init__")) in rooms:
            continue
        for node in ast.walk(tree(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.split(".")[0] for n in names} & foreign, f"{name}, line {getattr(node, 'lineno', 0)}"


def test_there_are_no_circles():
    graph = {
        MODULES[path].removesuffix(".__init__"): {name for _, name in imported(path)} - {MODULES[path]}
        for path in MODULES
    }
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " → ".join((*above[above.index(module) :], module))
        if module in done:
            return
        for name in sorted(graph.get(module, ())):
            walk(name, (*above, module))
        done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("path", MODULES, ids=MODULES.get)
def test_files_and_functions_stay_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MOST_LINES_OF_A_FUNCTION, f"{node.name} has {lines} lines"


def test_the_domain_asks_no_clock_and_opens_no_file():
    for path, name in MODULES.items():
        if not name.startswith(("licence_qr.domain", "licence_qr.credential")):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                clock = isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date", "time"}
                assert not (clock and node.attr in {"now", "today", "utcnow", "time"}), name
                assert node.attr not in {"read_text", "read_bytes", "write_bytes", "write_text"}, name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", name


def test_the_verifier_loads_no_web_no_database_and_no_network():
    code = "import sys, licence_qr.credential.verifier; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    )
    assert "licence_qr.credential.verifier" in loaded
    assert not loaded & {"flask", "sqlite3", "socket", "_socket", "ssl", "urllib.request", "http.client", "asyncio"}
