"""Merged cells of a workbook: what they cover has no text of its own, but stands in the same cell for the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from licence_qr.domain.importing.cells import CellKind
from licence_qr.services.importing.files.lines import MAX_COLUMNS, Budget, Damaged, Excess, Line, MergedCells

_MOST = 200_000
# Told after the rows, which are read as a stream: so it is looked for before, without parsing.
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*["\']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["\']')
_OVERLAP = 1024


def merged_cells(pieces: Iterable[bytes]) -> list[MergedCells]:
    """The merged cells of a sheet, from the top. Raises Damaged; Excess ``import_too_many_merged``."""
    found: set[MergedCells] = set()
    kept = b""
    for piece in pieces:
        text = kept + piece
        for match in _MERGED.finditer(text) if b"mergeCell" in text else ():
            found.add(MergedCells(int(match[2]), _position(match[1]), int(match[4]), _position(match[3])))
        if len(found) > _MOST:
            raise Excess("import_too_many_merged", limit=_MOST)
        kept = text[-_OVERLAP:]
    kept_ones = sorted(each for each in found if each.first_column < MAX_COLUMNS)
    for each, further in zip(kept_ones, kept_ones[MAX_COLUMNS:], strict=False):
        if each.first_row == further.first_row:
            raise Damaged("merged cells that overlap")
    return kept_ones


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position - 1


def with_merged(lines: Iterator[Line], budget: Budget, merges: Iterable[MergedCells] = ()) -> Iterator[Line]:
    """The lines, with the text of a cell also in those merged with it further down, and those to its right marked.

    ``merges`` are those that the lines do not bring themselves, from the top. Cells merged across stay empty: two columns
    that share one text cannot both mean it.
    """
    waiting = iter(merges)
    upcoming = next(waiting, None)
    down: list[tuple[MergedCells, str, CellKind]] = []
    for line in lines:
        if upcoming is None and not down and not line.merges:
            yield line
            continue
        down = [each for each in down if each[0].last_row >= line.number]
        for merged, text, kind in down:
            budget.take(cells=_width(merged))
            _fill_down(line, merged, text, kind)
        starting = list(line.merges)
        while upcoming is not None and upcoming.first_row <= line.number:
            starting.append(upcoming)
            upcoming = next(waiting, None)
        for merged in starting:
            if merged.last_row >= line.number:
                budget.take(cells=_width(merged))
                _mark_across(line, merged)
            if merged.last_row > line.number and merged.first_row == line.number:
                column = merged.first_column
                down.append((merged, _text_at(line, column), line.kinds.get(column, CellKind.TEXT)))
        if len(down) > MAX_COLUMNS:
            raise Damaged("merged cells that overlap")
        yield line


def _fill_down(line: Line, merged: MergedCells, text: str, kind: CellKind) -> None:
    column = merged.first_column
    if text and not _text_at(line, column):
        line.texts.extend([""] * (column + 1 - len(line.texts)))
        line.texts[column] = text
        line.filled_down = (*line.filled_down, column)
        if kind is not CellKind.TEXT:
            line.kinds = {**line.kinds, column: kind}
    _mark_across(line, merged)


def _mark_across(line: Line, merged: MergedCells) -> None:
    across = range(merged.first_column + 1, min(merged.last_column + 1, MAX_COLUMNS))
    if marked := {column: CellKind.MERGED for column in across if not _text_at(line, column)}:
        line.kinds = {**line.kinds, **marked}


def _width(merged: MergedCells) -> int:
    """How many columns it covers in each of its rows; the time goes with it."""
    return max(min(merged.last_column + 1, MAX_COLUMNS) - merged.first_column, 1)


def _text_at(line: Line, column: int) -> str:
    return line.texts[column] if column < len(line.texts) else ""
