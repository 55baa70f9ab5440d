"""Rows as CSV, row by row: however many there are, few are held at once."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_PIECE_CHARS = 16_384
_BEGINS_A_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def guarded(text: str) -> str:
    """``text``, or with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def csv_pieces(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """UTF-8 with byte-order mark, by which spreadsheets know the encoding; CRLF (RFC 4180). Some rows in each piece."""
    yield codecs.BOM_UTF8
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(row)
        if text.tell() >= _PIECE_CHARS:
            yield text.getvalue().encode("utf-8")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8")
