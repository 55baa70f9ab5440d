"""Pages compare states, kinds, steps and modes by their names in the domain, never by their texts."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from enum import StrEnum
from pathlib import Path

import pytest
from sources import FILES, PACKAGE, nodes

from licence_qr import domain
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import PermitStatus

TEMPLATES = sorted((Path(__file__).parents[3] / "templates").rglob("*.html"))
# Of the address of the list of proposals: all that are decided, whatever became of them. Of a form: the name of a field. Of
# the address of a page that is asked for after a code was refused: that it was.
OTHER_MEANING = {("proposals", "closed"), ("feedback", "text"), ("public", "refused")}


def closed_sets() -> set[type[StrEnum]]:
    """Every set of states, kinds, steps and modes that the domain has."""
    found = set()
    for module in pkgutil.walk_packages(domain.__path__, "licence_qr.domain."):
        for each in vars(importlib.import_module(module.name)).values():
            named = isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum
            if named and re.search(r"(State|Status|Kind|Step|Mode|Outcome|Regime|Act)$", each.__name__):
                found.add(each)
    return found


VALUES = {member.value for each in closed_sets() for member in each}


def compared_texts(path: Path) -> list[str]:
    """The texts that a file of Python compares something with."""
    sides: list[ast.expr] = []
    for node in nodes(path):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                sides += side.elts if isinstance(side, ast.Set | ast.Tuple | ast.List) else [side]
    return [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]


def test_the_sets_are_found() -> None:
    assert {EventKind, PermitStatus} <= closed_sets() and len(closed_sets()) >= 15
    assert {"effective", "open", "escalated", "set_aside", "licence_granted"} <= VALUES


PAGES = [path for path in FILES if path.is_relative_to(PACKAGE / "web")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_compares_the_text_of_a_state(path: Path) -> None:
    found = [(path.parent.name, text) for text in compared_texts(path) if text in VALUES]
    assert [each for each in found if each not in OTHER_MEANING] == []


def test_no_template_compares_the_text_of_a_state() -> None:
    wrong = [
        f"{path.name}: {text}"
        for path in TEMPLATES
        for text in re.findall(r"""(?:==|!=)\s*["']([a-z_]+)["']""", path.read_text(encoding="utf-8"))
        if text in VALUES
    ]
    assert wrong == []
