"""The import tables of docs/architecture.md, held against the code; and the sizes that keep files readable."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sources import FILES, nodes

pytestmark = pytest.mark.xdist_group("sources")  # parsed once for all of them

ROOT = Path(__file__).parents[1]
MODULES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
_KNOWN = set(MODULES.values()) | {name.removesuffix(".__init__") for name in MODULES.values()}
MOST_BY_POSITION, MOST_PARAMETERS = 6, 8
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_FILES_OF_A_FOLDER = 400, 50, 14
# The package itself holds the version; every room may name it.
_OPEN_TO_ALL = "licence_qr"
# Layers with a table of their own; what their own package holds, every room of the layer may name.
LAYERS_WITH_ROOMS = ("services", "web")


def rows_of_tables() -> Iterator[tuple[str, str]]:
    """The first and the last cell of every row of a table of three columns that begins with a name."""
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            yield cells[0], cells[2]


@cache
def table() -> dict[str, frozenset[str]]:
    """Room → rooms it may import, from the first table of the document."""
    rows: dict[str, frozenset[str]] = {}
    for named, imports in rows_of_tables():
        allowed = frozenset(re.findall(r"[a-z_]+", imports.split(";")[0]))
        for name in re.findall(r"`([a-z_]+)(?:/|\.py)`", named):
            rows[name] = allowed | {name}
    return rows


@cache
def inner_table() -> dict[str, frozenset[str]]:
    """Room inside a layer, as ``web/desk/work`` → rooms of that layer it may import, from the tables of the layers."""
    rows: dict[str, frozenset[str]] = {}
    for named, imports in rows_of_tables():
        for layer, path in re.findall(rf"`({'|'.join(LAYERS_WITH_ROOMS)})/([a-z_/]+?)(?:/|\.py)`", named):
            name = layer if path == "__init__" else f"{layer}/{path}"
            rows[name] = frozenset(f"{layer}/{each}" for each in re.findall(r"[a-z_/]+", imports)) | {name, layer}
    return rows


@cache
def room_of(module: str) -> str:
    """The row of the table that a module belongs to."""
    parts = module.split(".")
    if len(parts) == 1:
        return _OPEN_TO_ALL
    return parts[1] if parts[1] in table() else ""


@cache
def inner_room_of(module: str) -> str:
    """The row of a layer's table that a module belongs to: the longest that its path begins with; empty for none."""
    parts = module.split(".")[1:]
    known = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    room = next((name for name in known if name in inner_table()), "")
    # What the package of a layer holds is no room for what lies deeper.
    return "" if room in LAYERS_WITH_ROOMS and len(parts) > 1 else room


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


def test_the_tables_of_the_layers_were_read():
    assert inner_table()["services/register"] == {"services", "services/register"}
    assert inner_table()["services/signing"] == {"services", "services/signing", "services/register"}
    assert inner_table()["web/desk/work"] == {"web", "web/shell", "web/desk/words", "web/desk/tables", "web/desk/work"}


def test_every_file_of_a_layer_stands_in_a_room_of_it():
    inside = {
        path: name.removesuffix(".__init__")
        for path, name in MODULES.items()
        if name.split(".")[1] in LAYERS_WITH_ROOMS
    }
    homeless = [name for path, name in inside.items() if not inner_room_of(name) and not only_says_what_it_is(path)]
    assert homeless == []
    assert {inner_room_of(name) for name in inside.values()} - {""} == set(inner_table())


def only_says_what_it_is(path: Path) -> bool:
    """Whether a file holds a docstring and nothing else."""
    (module,) = (node for node in nodes(path) if isinstance(node, ast.Module))
    return len(module.body) == 1 and ast.get_docstring(module) is not None


def test_a_room_of_a_layer_imports_only_what_stands_above_it_in_the_table():
    above: set[str] = set(LAYERS_WITH_ROOMS)
    for room, allowed in inner_table().items():
        assert allowed - {room} <= above, f"{room} names {sorted(allowed - {room} - above)}"
        above.add(room)
    wrong = [
        f"{MODULES[path]}, line {line}: {name}"
        for path in MODULES
        if (room := inner_room_of(MODULES[path].removesuffix(".__init__")))
        for line, name in imported(path)
        if name.split(".")[1:2] == [room.split("/")[0]]
        and (inner_room_of(name) or room.split("/")[0]) not in inner_table()[room]
    ]
    assert not wrong, "\n".join(wrong)


def test_pages_are_handed_their_services_and_reach_no_others():
    wiring = {"licence_qr.web.app", "licence_qr.web.serving.site"}
    found = {
        MODULES[path]
        for path in MODULES
        if MODULES[path].startswith("licence_qr.web")
        for _, name in imported(path)
        if name.startswith("licence_qr.bootstrap")
    }
    assert found == wiring


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


def test_a_name_that_begins_with_an_underscore_stays_in_its_file():
    borrowed = [
        f"{MODULES[path]}, line {node.lineno}: {alias.name}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("licence_qr")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert not borrowed, "\n".join(borrowed)


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


def test_files_of_tests_stay_short_enough_to_read():
    files = sorted((ROOT / "tests").rglob("*.py"))
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert files and [f"{path} has {many} lines" for path, many in lines.items() if many > MOST_LINES] == []


# Entries written row by row, every row in the same order: their columns are named once, by the class.
ROWS_OF_A_TABLE = {"licence_qr.domain.lifecycle.act_rules"}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """How many parameters may be given by position, the object itself aside, and how many there are in all."""
    named = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    by_position = len(named) - (named[:1] in (["self"], ["cls"]))
    return by_position, by_position + len(function.args.kwonlyargs)


def test_what_belongs_together_is_handed_on_as_one_value():
    """A few more parameters may be where each must be named; nobody remembers the order of a long row of values."""
    wrong = []
    for path, name in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                by_position, in_all = parameters(node)
                if by_position > MOST_BY_POSITION or in_all > MOST_PARAMETERS:
                    wrong.append(f"{name}, line {node.lineno}: {node.name} takes {in_all}")
            elif isinstance(node, ast.Call) and len(node.args) > MOST_BY_POSITION and name not in ROWS_OF_A_TABLE:
                wrong.append(f"{name}, line {node.lineno}: {len(node.args)} values without names")
    assert not wrong, "\n".join(wrong)


def test_a_class_name_stands_for_one_thing():
    found: dict[str, list[str]] = defaultdict(list)
    for path, name in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{name}, line {node.lineno}")
    assert len(found) > 200
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_two_files_of_tests_have_one_name():
    """pytest imports them by name alone: of two, the second is not run when all are."""
    named = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 200
    assert [name for name, times in named.items() if times > 1] == []


def test_a_folder_holds_no_more_files_than_one_looks_through():
    folders = Counter(path.parent for root in ("licence_qr", "tests") for path in (ROOT / root).rglob("*.py"))
    full = [f"{folder.relative_to(ROOT)} has {n} files" for folder, n in folders.items() if n > MOST_FILES_OF_A_FOLDER]
    assert len(folders) > 50 and not full, "\n".join(full)


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


def test_the_twenty_questions_are_answered_by_files_that_are_there():
    questions = tomllib.loads((ROOT / "tests" / "data" / "where_is_the_rule.toml").read_text(encoding="utf-8"))[
        "question"
    ]
    assert len({question["ask"] for question in questions}) == 20
    assert [question["file"] for question in questions if not (ROOT / question["file"]).is_file()] == []
