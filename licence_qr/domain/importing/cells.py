"""A cell of a department's export: where it stands, what kind of value the file says it holds, and its text.

A text file (CSV) knows no kinds: all its cells are TEXT. What a text means is judged by its column, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CellKind(StrEnum):
    """What a spreadsheet says that a cell holds. For a formula it is the kind of the stored result."""

    TEXT = "text"
    NUMBER = "number"  # the text has the digits that are stored, without a trailing ".0"
    DATE = "date"  # a number or text shown as a date: 2024-05-06, or 2024-05-06 13:30:00 where a time is stored too
    TRUTH = "truth"  # TRUE or FALSE
    ERROR = "error"  # #N/A and the like
    FORMULA = "formula"  # a formula without a stored result; the text is the formula
    MERGED = "merged"  # empty, because it is merged with a cell to its left


# Cells that hold nothing that could be taken for the value of any column, and the code that says what they hold.
NO_VALUES: Mapping[CellKind, str] = {
    CellKind.ERROR: "import_cell_error",
    CellKind.FORMULA: "import_cell_formula",
    CellKind.TRUTH: "import_cell_truth",
    CellKind.MERGED: "import_cell_merged",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``ref`` is its place in its sheet as a spreadsheet shows it (C7), or empty where that is not known."""

    text: str
    kind: CellKind = CellKind.TEXT
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row that does not stop it: the code of its sentences, and the facts that fill them."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


def column_letters(position: int) -> str:
    """The letters of a column from its position, which counts from 0: A, …, Z, AA, …"""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
