"""The report file: one line for each row of both exports, for the people who have to correct them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.domain.importing.conflicts import RowVerdict
from licence_qr.errors import LicenceQRError

HEADINGS = ("file", "sheet", "row", "column", "outcome", "code", "reason_zh", "reason_en")


def report_csv(verdicts: Iterable[RowVerdict], explain: Callable[[LicenceQRError, str], object]) -> Iterator[bytes]:
    """The report as CSV, in pieces. ``explain`` returns the sentences of an error in a language (``wording.explain``)."""
    lines = ([guarded(cell) for cell in _line(verdict, explain)] for verdict in verdicts)
    return csv_pieces(chain([HEADINGS], lines))


def _line(verdict: RowVerdict, explain: Callable[[LicenceQRError, str], object]) -> tuple[str, ...]:
    row = verdict.row
    reason = LicenceQRError(verdict.code, **verdict.facts)
    return (
        row.file,
        row.place.sheet,
        str(row.place.number),
        verdict.column,
        verdict.outcome.value,
        verdict.code,
        str(explain(reason, "zh")),
        str(explain(reason, "en")),
    )
