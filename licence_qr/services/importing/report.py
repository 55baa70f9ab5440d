"""The report file: one line for each line of both exports that is not blank, for the people who have to correct them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.domain.importing.cells import Cell
from licence_qr.domain.importing.conflicts import RowVerdict
from licence_qr.domain.importing.department_rows import COLUMNS
from licence_qr.domain.importing.meant import shown
from licence_qr.errors import LicenceQRError

HEADINGS = ("file", "sheet", "row", "column", "cell", "found", "outcome", "code", "reason_zh", "reason_en")


def report_csv(verdicts: Iterable[RowVerdict], explain: Callable[[LicenceQRError, str], object]) -> Iterator[bytes]:
    """The report as CSV, in pieces. ``explain`` returns the sentences of an error in a language (``wording.explain``)."""
    lines = ([guarded(cell) for cell in _line(verdict, explain)] for verdict in verdicts)
    return csv_pieces(chain([HEADINGS], lines))


def _line(verdict: RowVerdict, explain: Callable[[LicenceQRError, str], object]) -> tuple[str, ...]:
    row = verdict.row
    reasons = [LicenceQRError(verdict.code, **verdict.facts)]
    reasons += [LicenceQRError(remark.code, **remark.facts) for remark in row.remarks]
    cell = _cell(verdict)
    return (
        row.file,
        row.place.sheet,
        str(row.place.number),
        verdict.column,
        cell.ref,
        shown(cell.text),
        verdict.outcome.value,
        verdict.code,
        "".join(str(explain(reason, "zh")) for reason in reasons),
        " ".join(str(explain(reason, "en")) for reason in reasons),
    )


def _cell(verdict: RowVerdict) -> Cell:
    """The cell that a verdict is about, or an empty one."""
    columns = COLUMNS.get(verdict.row.place.source, {})
    key = next((key for key, heading in columns.items() if heading == verdict.column), "")
    return verdict.row.cell(key)
