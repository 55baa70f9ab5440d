"""The source files of the package, parsed once for all tests that read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "licence_qr"
FILES = tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def text(path: Path) -> str:
    """What the file says."""
    return path.read_text(encoding="utf-8")


def files_with(*words: str) -> tuple[Path, ...]:
    """The files in which one of these words stands: to parse all takes seconds, in each worker."""
    return tuple(path for path in FILES if any(word in text(path) for word in words))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of the parsed file."""
    return tuple(ast.walk(ast.parse(text(path))))
