"""What a cell of an export means where a program has written more into it: apostrophes, ="…", unseen characters.

What is undone is remarked of the row, so that the report says how each such cell was read; the row itself keeps its texts
as written. Texts without such tricks stay as they are, also where they could be written differently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from licence_qr.domain.characters.former_private_use import replacements, standardised
from licence_qr.domain.characters.refused import named
from licence_qr.domain.importing.cells import NO_VALUES, CellKind, Remark
from licence_qr.domain.importing.conflicts import SourceRow
from licence_qr.domain.importing.department_rows import COLUMNS, DAY_COLUMNS
from licence_qr.domain.importing.line_breaks import SEPARATORS, on_one_line
from licence_qr.domain.plain_text import blank
from licence_qr.domain.written_dates import read_written_date, without_end
from licence_qr.errors import InputError

_STARTS, _ENDS = frozenset({"term_from", "valid_from"}), frozenset({"term_to", "valid_to"})
# Nothing unseen belongs into these. In a name it may; whether it does is judged with the other characters.
_CODES = DAY_COLUMNS | {"uscc", "permit_no", "phone", "state", "grade"}
# What people and programs write where there is nothing to write, beside mere punctuation: words that are no name, and
# words that could be one.
_NOTHING = frozenset(
    {"无", "没有", "暂无", "未填", "未填写", "n/a", "#n/a", "#value!", "#ref!", "#null!", "#name?", "#num!", "#div/0!",
     "null", "(null)", "<null>", "undefined", "(空)", "(空白)", "(无)"}
)  # fmt: skip
_WORDS = frozenset({"空", "空白", "未知", "不详", "暂缺", "待补", "待定", "待办", "无代码", "na", "none", "nil", "nan"})
# Days of databases and spreadsheets that are none.
_NO_DAY = re.compile(r"0000[-/.]?00[-/.]?00(?: 00:00:00)?|1900[-/]0?1[-/]0?0")
_LONGEST_MISSING = 12
_NAMES = frozenset({"name", "principal", "address", "business_scope"})
_MAY_BE_MISSING = _NAMES | DAY_COLUMNS | {"uscc", "permit_no", "phone", "grade", "registered_capital", "permit_type"}
_AS_TEXT = re.compile(r"""=\s*["“”＂](.*)["“”＂]""", re.DOTALL)
_APOSTROPHES = "'’‘＇`′"
_QUOTATION_MARKS = frozenset({'""', "''", "“”", "‘’", "””", "’’", "＂＂", "＇＇"})
# Before a name, an apostrophe is a spreadsheet's only where no letter follows that it could belong to (’t Huis).
_NO_LETTER = re.compile(r"[0-9=+@\u3400-\u9fff-]")
_SIMPLE_DAY = re.compile(r"(?:19|20|21)\d{2}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])")
# What is simple enough to mean what it says, whatever the column.
_SIMPLE = re.compile(r"[1-9\u4e00-\u9fff][0-9A-Za-z()（）〔〕、；，:：\u4e00-\u9fff-]{4,}")


@dataclass(slots=True)
class _Reading:
    """One cell on its way from what is written to what is meant."""

    key: str
    heading: str
    text: str
    kind: CellKind
    kinds: Collection[str] = ()
    remarks: list[Remark] = field(default_factory=list)

    @classmethod
    def of(cls, row: SourceRow, key: str, kinds: Collection[str] = ()) -> _Reading:
        """The cell of a column as it is written."""
        heading = COLUMNS[row.place.source].get(key, "")
        return cls(key, heading, row.cells.get(key, ""), row.kinds.get(key, CellKind.TEXT), kinds)

    def becomes(self, text: str, code: str, **facts: str) -> None:
        """Go on with ``text``, and remark why."""
        self.remarks.append(Remark(code, {"heading": self.heading, "written": shown(self.text), "read": text, **facts}))
        self.text = text


def as_meant(row: SourceRow, kinds: Collection[str] = ()) -> SourceRow:
    """The row with what its cells mean, and with a further remark for each that reads otherwise than it is written.
    ``kinds`` are keys of names of kinds of place, which are not broken in two.

    A former private-use character becomes its standard one (GB 18030-2022), a mark of absence an empty cell, a date with
    a time of day the date. What the spreadsheet says is an error, a formula or a number stands as it is: it is no mark of
    absence, and is judged by its kind. Nothing is refused here.
    """
    texts, remarks = {}, list(row.remarks)
    for key in row.cells:
        reading = _Reading.of(row, key, kinds)
        _read(reading)
        texts[key] = reading.text
        remarks += [remark for remark in reading.remarks if remark not in row.remarks]
    return replace(row, cells=texts, remarks=tuple(remarks))


def meant_text(row: SourceRow, key: str) -> str:
    """What one cell means; empty where the file has no such column, or the cell has no value (#N/A)."""
    reading = _Reading.of(row, key)
    if reading.kind in NO_VALUES:
        return ""
    _read(reading)
    return reading.text


def _read(cell: _Reading) -> None:
    if not cell.text or (_SIMPLE_DAY if cell.key in DAY_COLUMNS else _SIMPLE).fullmatch(cell.text):
        return
    if cell.kind is not CellKind.TEXT:
        if cell.key in DAY_COLUMNS and cell.kind not in NO_VALUES:
            _read_day(cell)
        return
    if (line := on_one_line(cell.text, cell.key, cell.kinds)) != cell.text:
        separator = SEPARATORS.get(cell.key, "")
        if separator and line.count(separator) > cell.text.count(separator):
            cell.becomes(line, "import_read_items", separator=separator)
        else:
            cell.becomes(line, "import_read_one_line")
    _unwrap(cell)
    _drop_unseen(cell)
    if (standard := standardised(cell.text)) != cell.text:
        cell.becomes(standard, "import_read_standard", characters=replacements(cell.text))
    if cell.key in DAY_COLUMNS:
        _read_day(cell)
    if cell.key in _MAY_BE_MISSING and _missing(cell.text, cell.key):
        cell.becomes("", "import_read_missing")


def _unwrap(cell: _Reading) -> None:
    """Undo ="…" and the apostrophe by which spreadsheets keep a text from becoming a number."""
    text = cell.text
    while True:
        if match := _AS_TEXT.fullmatch(text):
            inner = match[1].replace('""', '"')
        elif cell.key in _CODES and len(text) > 2 and text[0] + text[-1] in _QUOTATION_MARKS:
            inner = text[1:-1]
        elif _marked_as_text(cell.key, text):
            inner = text[1:]
        else:
            break
        text = inner.strip()
    if text != cell.text:
        cell.becomes(text, "import_read_unwrapped")


def _marked_as_text(key: str, text: str) -> bool:
    if text[:1] not in _APOSTROPHES or not text[1:].strip() or text[-1] in _APOSTROPHES:
        return False
    return key in _CODES or _NO_LETTER.match(text[1:].lstrip()) is not None


def _drop_unseen(cell: _Reading) -> None:
    text = cell.text
    if text.isprintable() and not any(blank(char) for char in text):
        return
    if cell.key in _CODES:
        kept = "".join(char for char in text if not _unseen(char))
    else:  # only at the ends, where nothing is joined by it
        first = next((at for at, char in enumerate(text) if not _unseen(char)), len(text))
        last = next((at for at in range(len(text), first, -1) if not _unseen(text[at - 1])), first)
        kept = text[first:last]
    if kept.strip() != text:
        gone = dict.fromkeys(named(char) for char in text if _unseen(char))
        cell.becomes(kept.strip(), "import_read_unseen", characters="、".join(gone))


def _unseen(char: str) -> bool:
    return blank(char) or unicodedata.category(char) == "Cf"


def _read_day(cell: _Reading) -> None:
    if cell.key == "term_to" and without_end(cell.text):
        # In the words of the column no remark is needed; a day that stands for none is one.
        if any(char.isdigit() for char in cell.text):
            cell.becomes("", "import_read_without_end")
        cell.text = ""
        return
    for keys, bare in (
        (_ENDS, cell.text.removeprefix("至").removeprefix("到")),
        (_STARTS, cell.text.removesuffix("起")),
    ):
        if cell.key in keys and bare != cell.text:
            cell.becomes(bare.strip(), "import_read_day_alone")
    try:
        written = read_written_date(cell.text)
    except InputError:
        return
    if written.time is not None:
        cell.becomes(written.day.isoformat(), "import_read_time_dropped", time=written.time.isoformat())


def _missing(text: str, key: str) -> bool:
    if not text:
        return False
    if all(unicodedata.category(char)[0] in "PSZ" for char in text):
        return True
    if key == "uscc" and not text.strip("0０"):
        return True
    if len(text) > _LONGEST_MISSING:
        return key in DAY_COLUMNS and _NO_DAY.fullmatch(text) is not None
    folded = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return (
        folded in _NOTHING
        or (folded in _WORDS and key not in _NAMES)
        or (key in DAY_COLUMNS and bool(_NO_DAY.fullmatch(text)))
    )


def shown(text: str) -> str:
    """A text for a report: what nobody sees by its code point, what is long cut."""
    seen = "".join(f"[U+{ord(char):04X}]" if _unseen(char) or not char.isprintable() else char for char in text)
    return seen if len(seen) <= 60 else f"{seen[:60]}…"
