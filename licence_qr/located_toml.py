"""TOML with line numbers: the values of ``tomllib``, and the line of each table and key.

The standard parser keeps no positions, and an error in a file of four hundred lines is useless without its line. The
values are always those of ``tomllib``; the scan below only finds their lines, after ``tomllib`` has accepted the text,
so a bug in it could give a wrong line but never a wrong value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_HEADER = re.compile(r"[ \t]*(?P<open>\[\[?)(?P<name>[^\]\n]+?)\]")
_WORD = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"[ \t]*(?P<name>{_WORD}(?:[ \t]*\.[ \t]*{_WORD})*)[ \t]*=")
_PART = re.compile(_WORD)
# Tokens that decide where a value ends: strings and comments are skipped whole.
_TOKEN = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}|\'\'\'(?:(?!\'\'\').)*\'{3,5}'
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[{]|[\]}]|\n|[^"\'#\[\]{}\n]+',
    re.DOTALL,
)
# The time of tomllib grows with the square of the parts of a dotted key; no real key has this many.
_ENDLESS_KEY = re.compile(r"^(?![ \t]*#)(?:[^.=\n]*\.){33}", re.MULTILINE)
_KEY_TWICE, _TABLE_TWICE = "Cannot overwrite a value", "Cannot declare"
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class TomlFault(ValueError):
    """The text is not TOML. ``line`` counts from 1; ``detail`` is the message of the parser.

    Where a key or table stands twice, ``first`` is the line of the first, which ``detail`` names too; else 0.
    ``of_table``: it is a table.
    """

    def __init__(self, line: int, detail: str, first: int = 0) -> None:
        self.line = line
        self.detail = f"{detail} (first: line {first})" if first else detail
        self.first = first
        self.of_table = detail.startswith(_TABLE_TWICE)
        super().__init__(f"line {line}: {self.detail}")


@dataclass(frozen=True, slots=True)
class LocatedToml:
    """``values`` of ``tomllib``, and ``lines`` of tables and keys by path, including array positions."""

    values: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the key, else of what contains it, else 1."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)


def read_toml(text: str) -> LocatedToml:
    """Read TOML 1.0. Raises TomlFault when the text is not TOML, or nested too deep."""
    text = text.replace("\r\n", "\n")
    if endless := _ENDLESS_KEY.search(text):
        raise TomlFault(text.count("\n", 0, endless.start()) + 1, "Key with too many parts")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        position = _POSITION.search(str(fault))
        line = int(position[1]) if position and position[1] else text.rstrip("\n").count("\n") + 1
        detail = _POSITION.sub("", str(fault))
        raise TomlFault(
            line, detail, _first_of(text, line) if detail.startswith((_KEY_TWICE, _TABLE_TWICE)) else 0
        ) from None
    except (ValueError, RecursionError) as fault:  # a number of thousands of digits, or endless brackets
        raise TomlFault(1, type(fault).__name__) from None
    return LocatedToml(values, _lines(text))


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    for line, path in _statements(text):
        _note(lines, path, line)
    return lines


def _first_of(text: str, line: int) -> int:
    """The line where the key or table of ``line`` stands for the first time; 0 where that is not found."""
    lines: dict[Path, int] = {}
    for at, path in _statements(text):
        if at >= line:
            return lines.get(path, 0)
        _note(lines, path, at)
    return 0


def _statements(text: str) -> Iterator[tuple[int, Path]]:
    """The line and the path of each table and key."""
    arrays: dict[Path, int] = {}
    table: Path = ()
    offset, line = 0, 1
    while offset < len(text):
        end = _end_of_statement(text, offset)
        if header := _HEADER.match(text, offset):
            table = _enter(_parts(header["name"]), arrays, is_array=header["open"] == "[[")
            yield line, table
        elif key := _KEY.match(text, offset):
            yield line, table + _parts(key["name"])
        line += text.count("\n", offset, end)
        offset = end


def _end_of_statement(text: str, offset: int) -> int:
    """The offset after the newline that ends the statement at ``offset`` (outside strings and brackets)."""
    depth = 0
    for token in _TOKEN.finditer(text, offset):
        mark = token.group()
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif mark == "\n" and depth <= 0:
            return token.end()
    return len(text)


def _parts(name: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(name))


def _enter(parts: Path, arrays: dict[Path, int], *, is_array: bool) -> Path:
    """The path of a table header, with the position of the current element after each array of tables."""
    path: Path = ()
    for depth, part in enumerate(parts, start=1):
        path += (part,)
        if is_array and depth == len(parts):
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path += (arrays[path],)
    return path


def _note(lines: dict[Path, int], path: Path, line: int) -> None:
    """Record the line of ``path``, and of the tables that contain it if they have none."""
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], line)
