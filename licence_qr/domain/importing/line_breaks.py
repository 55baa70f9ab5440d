"""Line breaks within a cell (Alt+Enter in a spreadsheet): what the cell says on one line."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, pairwise

from licence_qr.domain.importing.department_rows import CODE_COLUMNS, DAY_COLUMNS

_BREAKS = re.compile(r"[\r\n\u2028\u2029]+")
_CREDIT_CODE = re.compile(r"[0-9A-Za-z]{15}")


def on_one_line(text: str, key: str) -> str:
    """``text`` of the column ``key`` without line breaks, and without the white space around them.

    Parts are joined as they stand where both neighbours are Chinese characters or punctuation, and in columns of codes;
    with one space elsewhere. In a column of days the space stands between two digits only (a day and its time). A cell
    with two whole codes stays as it is.
    """
    lines = _BREAKS.split(text)
    if len(lines) == 1:
        return text
    parts = [part for line in lines if (part := line.strip())]
    if key in CODE_COLUMNS and sum(map(_whole_code, parts)) > 1:
        return text
    joints = [_between(before[-1], after[0], key) for before, after in pairwise(parts)]
    return "".join(chain.from_iterable(zip(parts, [*joints, ""], strict=True))) if parts else ""


def _whole_code(part: str) -> bool:
    """Whether it has a whole credit code, or number of a permit, in it: two of them are never joined to one."""
    return _CREDIT_CODE.search(part) is not None or ("字" in part and "号" in part)


def _between(before: str, after: str, key: str) -> str:
    if key in CODE_COLUMNS:
        return ""
    if key in DAY_COLUMNS:
        return " " if before.isdigit() and after.isdigit() else ""
    return "" if _needs_no_space(before) and _needs_no_space(after) else " "


def _needs_no_space(char: str) -> bool:
    return unicodedata.east_asian_width(char) in {"W", "F"} or unicodedata.category(char)[0] == "P"
