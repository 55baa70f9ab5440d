"""No id of a permit type, an authority or an office of the shipped catalogue stands in a module: they are data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shipped import CATALOGUE
from sources import FILES, nodes, text

IDS = sorted({*CATALOGUE.permit_types, *CATALOGUE.authorities, *CATALOGUE.offices})
# A whole word: "food" is the permit type, "seafood" is not.
ANY_ID = re.compile(rf"(?<![a-z0-9_])(?:{'|'.join(map(re.escape, IDS))})(?![a-z0-9_])")


def docstrings(path: Path) -> Iterator[ast.AST]:
    """The docstrings of a file, and of its attributes: statements that are nothing but a text."""
    for node in nodes(path):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def ids_in(path: Path) -> Iterator[str]:
    """Every id in a text of the file, with its line."""
    if not ANY_ID.search(text(path)):
        return
    left_out = set(map(id, docstrings(path)))
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield from (f"line {node.lineno}: {found}" for found in ANY_ID.findall(node.value))


def test_there_are_ids_to_look_for():
    assert len(IDS) >= 20
    assert {type_.id for type_ in CATALOGUE.permit_types.values()} <= set(IDS)


def test_no_module_names_an_entry_of_the_shipped_catalogue():
    assert FILES
    assert {path: found for path in FILES if (found := list(ids_in(path)))} == {}


def test_an_id_in_a_text_is_found_and_one_in_a_docstring_is_not(tmp_path: Path):
    module = tmp_path / "module.py"
    module.write_text(
        f'"""{IDS[0]}"""\n\nTYPE = "{IDS[0]}"\nOTHER = f"x/{IDS[1]}/{{TYPE}}"\nNEAR = "x{IDS[0]}"\n', "utf-8"
    )
    assert list(ids_in(module)) == [f"line 3: {IDS[0]}", f"line 4: {IDS[1]}"]
