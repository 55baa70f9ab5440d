"""What the program says in Chinese and in English, collected from its sources without running it.

``python tests/support/pairs.py [OTHER]`` counts it by kind of place; with OTHER, the folder of another version of the
program, also how much of it is not said in the same words there.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment
from jinja2 import nodes as jinja

ROOT = Path(__file__).parents[2]
IN_BOTH = {"t", "both", "Text", "Saying"}  # what takes a text in one language and then in the other
HANZI = re.compile("[\u4e00-\u9fff]")
_LITERAL = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
_IN_A_ROW = re.compile(rf"{_LITERAL}\s*,\s*{_LITERAL}")
_BY_NAME = re.compile(rf"\bzh:\s*{_LITERAL}\s*,\s*en:\s*{_LITERAL}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages. What is filled in is left out of it; ``whole`` says that nothing is.

    A text of the command line holds both languages in one; it stands in ``zh`` and ``en`` is empty.
    """

    kind: str
    place: str
    zh: str
    en: str
    whole: bool = True


@cache
def pairs(root: Path = ROOT) -> tuple[Pair, ...]:
    """Every text of the program under ``root``."""
    return tuple(_pairs(root))


def _pairs(root: Path) -> Iterator[Pair]:
    for path in sorted((root / "templates").rglob("*.*")):
        yield from _of_template(path, root)
    for path in sorted((root / "licence_qr").rglob("*.py")):
        yield from _of_module(path, root)
    for path in sorted((root / "static").rglob("*.js")):
        if "vendor" not in path.parts and path.name not in {"terms.js", "states.js"}:
            yield from _of_script(path, root)
    for path in sorted((root / "licence_qr").rglob("*.toml")):
        kind = {"wording": "sentence", "catalogue": "catalogue"}.get(path.parent.name, "demonstration")
        yield from _of_table("term" if path.name in {"terms.toml", "states.toml"} else kind, path, root)


def _of_template(path: Path, root: Path) -> Iterator[Pair]:
    for call in Environment(autoescape=True).parse(path.read_text(encoding="utf-8")).find_all(jinja.Call):
        if isinstance(call.node, jinja.Name) and call.node.name in IN_BOTH and len(call.args) == 2:
            # A list around each, because what is searched is what lies below.
            zh, en = (
                "".join(str(each.value) for each in jinja.List([text]).find_all(jinja.Const)) for text in call.args
            )
            whole = all(isinstance(text, jinja.Const) for text in call.args)
            yield Pair("template", f"{path.relative_to(root)}:{call.lineno}", zh, en, whole)


def _of_module(path: Path, root: Path) -> Iterator[Pair]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and len(node.args) >= 2 and getattr(node.func, "id", "") in IN_BOTH:
            zh, en = (_constants(text) for text in node.args[:2])
            whole = all(isinstance(text, ast.Constant) for text in node.args[:2])
            yield Pair("module", f"{path.relative_to(root)}:{node.lineno}", zh, en, whole)
        elif (
            path.parent.name == "cli"
            and isinstance(node, (ast.Constant, ast.JoinedStr))
            and HANZI.search(_constants(node))
        ):
            yield Pair("command", f"{path.relative_to(root)}:{node.lineno}", _constants(node), "", whole=False)


def _constants(text: ast.AST) -> str:
    return "".join(str(each.value) for each in ast.walk(text) if isinstance(each, ast.Constant))


def _of_script(path: Path, root: Path) -> Iterator[Pair]:
    text = path.read_text(encoding="utf-8")
    for pattern in (_IN_A_ROW, _BY_NAME):
        for match in pattern.finditer(text):
            zh, en = (each[1:-1] for each in match.groups())
            if HANZI.search(zh) and not HANZI.search(en):
                line = text.count("\n", 0, match.start()) + 1
                yield Pair("script", f"{path.relative_to(root)}:{line}", zh, en, "${" not in zh + en)


def _of_table(kind: str, path: Path, root: Path) -> Iterator[Pair]:
    def walk(value: object, name: str) -> Iterator[Pair]:
        if isinstance(value, dict):
            for first, second in (("zh", "en"), ("do_zh", "do_en")):
                zh, en = value.get(first), value.get(second)
                if isinstance(zh, str) and isinstance(en, str):
                    yield Pair(kind, f"{path.relative_to(root)}: {name}", zh, en, "{" not in zh + en)
            for key, below in value.items():
                yield from walk(below, key)
        elif isinstance(value, list):
            for below in value:
                yield from walk(below, name)

    yield from walk(tomllib.loads(path.read_text(encoding="utf-8")), "")


def _count(other: Path | None) -> Iterator[str]:
    here = pairs()
    there = Counter((pair.zh, pair.en) for pair in pairs(other)) if other else Counter()
    changed: Counter[str] = Counter()
    for pair in here:
        if there[pair.zh, pair.en]:
            there[pair.zh, pair.en] -= 1
        else:
            changed[pair.kind] += 1
    for kind, count in Counter(pair.kind for pair in here).items():
        yield f"{kind}\t{count}" + (f"\t{changed[kind]}" if other else "")
    yield f"all\t{len(here)}" + (f"\t{changed.total()}" if other else "")


if __name__ == "__main__":
    for line in _count(Path(sys.argv[1]) if sys.argv[1:] else None):
        sys.stdout.write(f"{line}\n")
