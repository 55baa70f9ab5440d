"""The import table of docs/architecture.md, held against the code; and the sizes that keep files readable."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sources import FILES, nodes

ROOT = Path(__file__).parents[1]
MODULES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
_KNOWN = set(MODULES.values()) | {name.removesuffix(".__init__") for name in MODULES.values()}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 50
# The package itself holds the version; every room may name it.
_OPEN_TO_ALL = "licence_qr"


@cache
def table() -> dict[str, frozenset[str]]:
    """Room → rooms it may import, from the first table of the document."""
    rows: dict[str, frozenset[str]] = {}
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `") or len(cells) != 3:
            continue
        allowed = frozenset(re.findall(r"[a-z_]+", cells[2].split(";")[0])) - {""}
        for name in re.findall(r"`([a-z_]+)(?:/|\.py)`", cells[0]):
            rows[name] = allowed | {name}
    return rows


@cache
def room_of(module: str) -> str:
    """The row of the table that a module belongs to."""
    parts = module.split(".")
    if len(parts) == 1:
        return _OPEN_TO_ALL
    return parts[1] if parts[1] in table() else ""


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module of ours that a file imports, deferred and for types alone too, with the line."""
    here = MODULES[path].removesuffix(".__init__").split(".")
    for node in nodes(path):
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
                yield node.lineno, deeper if deeper in _KNOWN else base


def test_the_table_was_read():
    assert table()["errors"] == {"errors"}
    assert table()["services"] >= {"domain", "store"} and "web" not in table()["services"]
    assert {"wording", "domain"} <= table()["cli"] and table()["__main__"] == {"__main__", "cli"}


def test_every_file_stands_in_a_room():
    homeless = [name for name in MODULES.values() if not room_of(name.removesuffix(".__init__"))]
    assert homeless == []


def test_every_room_of_the_table_is_there():
    rooms = {room_of(name.removesuffix(".__init__")) for name in MODULES.values()}
    assert set(table()) <= rooms


def imported_from_closed_rooms(path: Path) -> list[str]:
    """What a file imports although its room may not, with file and line."""
    room = room_of(MODULES[path].removesuffix(".__init__"))
    allowed = table().get(room, frozenset())
    return [
        f"{MODULES[path]}, line {line}: {name}"
        for line, name in imported(path)
        if (target := room_of(name)) != _OPEN_TO_ALL and target not in allowed
    ]


def test_a_file_imports_only_what_its_room_may():
    wrong = [fault for path in MODULES for fault in imported_from_closed_rooms(path)]
    assert not wrong, "\n".join(wrong)


# Library → the rooms that alone may use it.
OF_ONE_ROOM = {
    **dict.fromkeys(("flask", "werkzeug", "flask_login", "flask_wtf", "whitenoise"), {"web"}),
    **dict.fromkeys(("sqlite3", "pysqlite3", "sqlite_utils"), {"store"}),
    "click": {"cli"},
    "chinese_calendar": {"catalogue"},
}


def test_a_library_of_one_room_is_used_in_that_room_alone():
    wrong, used = [], set()
    for path, name in MODULES.items():
        room = room_of(name.removesuffix(".__init__"))
        for node in nodes(path):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for library in {n.split(".")[0] for n in names} & OF_ONE_ROOM.keys():
                used |= {room}
                if room not in OF_ONE_ROOM[library]:
                    wrong.append(f"{name}, line {node.lineno}: {library}")
    assert not wrong, "\n".join(wrong)
    assert used == set().union(*OF_ONE_ROOM.values())


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


def test_files_and_functions_stay_short_enough_to_read():
    long = []
    for path, name in MODULES.items():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        long += [f"{name} has {lines} lines"] * (lines > MOST_LINES)
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                long += [f"{name}: {node.name} has {lines} lines"] * (lines > MOST_LINES_OF_A_FUNCTION)
    assert not long, "\n".join(long)


def test_a_class_name_stands_for_one_thing():
    found: dict[str, list[str]] = defaultdict(list)
    for path, name in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{name}, line {node.lineno}")
    assert len(found) > 200
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_the_domain_asks_no_clock_and_opens_no_file():
    for path, name in MODULES.items():
        if not name.startswith(("licence_qr.domain", "licence_qr.credential")):
            continue
        for node in nodes(path):
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
