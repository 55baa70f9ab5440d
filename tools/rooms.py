"""How the layers are laid out, as a table: ``python -m tools.rooms [TOP]``, TOP another checkout to compare with.

A room is a folder without folders inside a layer, or a file that stands beside such folders. It stands on the floor above
the highest room that it imports; in a circle there is no highest, and every arrow that closes one runs up.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LAYERS = ("domain", "store", "services", "web")
_HEAD = "| layer | files | rooms | floors | arrows | arrows up | largest folder |\n|---|---|---|---|---|---|---|"


def imports(path: Path, modules: set[str]) -> Iterator[str]:
    """The modules of ``modules`` that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                for name in (f"{node.module}.{alias.name}", node.module):
                    if name in modules:
                        yield name
                        break


def room(module: str, paths: dict[str, Path]) -> str:
    """``licence_qr.web.desk.issuing.trade`` → ``desk.issuing``; a file that stands beside rooms is one by its own name."""
    layer, inside = ".".join(module.split(".")[:2]), module.split(".")[2:]
    folder = f"{layer}.{'.'.join(inside[:-1])}".rstrip(".")
    beside_rooms = any(other.startswith(f"{folder}.") and other.count(".") > module.count(".") for other in paths)
    return ".".join(inside if beside_rooms or not inside[:-1] else inside[:-1])


def arrows(top: Path, layer: str) -> tuple[dict[str, set[str]], int, int]:
    """Room → rooms it imports, the number of files, and that of the largest folder."""
    folder = top / "licence_qr" / layer
    paths = {
        ".".join(path.relative_to(top).with_suffix("").parts): path
        for path in sorted(folder.rglob("*.py"))
        if path.name != "__init__.py"
    }
    rooms = {module: room(module, paths) for module in paths}
    drawn: dict[str, set[str]] = {name: set() for name in rooms.values()}
    for module, path in paths.items():
        drawn[rooms[module]] |= {rooms[name] for name in imports(path, set(paths))} - {rooms[module]}
    largest = max(len(list(each.glob("*.py"))) for each in (folder, *(p for p in folder.rglob("*") if p.is_dir())))
    return drawn, len(paths), largest


def floors(drawn: dict[str, set[str]]) -> tuple[int, int]:
    """How many floors there are, and how many arrows run up."""
    floor: dict[str, int] = {}
    up: set[tuple[str, str]] = set()

    def stand(name: str, below: tuple[str, ...]) -> int:
        if name not in floor:
            heights = [0]
            for other in sorted(drawn[name]):
                if other in (*below, name):
                    up.add((name, other))
                else:
                    heights.append(stand(other, (*below, name)) + 1)
            floor[name] = max(heights)
        return floor[name]

    for name in sorted(drawn):
        stand(name, ())
    return max(floor.values()) + 1, len(up)


def main(top: Path) -> None:
    """Print the table."""
    print(_HEAD)
    for layer in LAYERS:
        drawn, files, largest = arrows(top, layer)
        high, up = floors(drawn)
        print(f"| {layer} | {files} | {len(drawn)} | {high} | {sum(map(len, drawn.values()))} | {up} | {largest} |")


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "."))
