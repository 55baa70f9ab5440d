"""Line breaks within a cell (Alt+Enter in a spreadsheet): what the cell says on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from itertools import chain, pairwise

from licence_qr.domain.importing.department_rows import CODE_COLUMNS, DAY_COLUMNS
from licence_qr.domain.names import name_key

_BREAKS = re.compile(r"[\r\n\u2028\u2029]+")
SEPARATORS: Mapping[str, str] = {"items": "、", "business_scope": "；"}
"""What stands between two items in the columns that list some."""
_SEPARATED = re.compile("[、，,；;。]")
_WRAPPED = 15  # characters: of a list that has punctuation, a line of this length was broken for its length
_CREDIT_CODE = re.compile(r"[0-9A-Za-z]{15}")


def on_one_line(text: str, key: str, kinds: Collection[str] = ()) -> str:
    """``text`` of the column ``key`` without line breaks, and without the white space around them.

    Parts are joined as they stand where both neighbours are Chinese characters or punctuation, and in columns of codes;
    with one space elsewhere. In a column of days the space stands between two digits only (a day and its time). A cell
    with two whole codes stays as it is. In a column of items a break between two of them becomes their separator;
    ``kinds`` are keys of names (``name_key``) that may be an item, and are not broken in two.
    """
    lines = _BREAKS.split(text)
    if len(lines) == 1:
        return text
    parts = [part for line in lines if (part := line.strip())]
    if key in CODE_COLUMNS and sum(map(_whole_code, parts)) > 1:
        return text
    listed = _SEPARATED.search(text) is not None
    joints = [
        SEPARATORS[key]
        if key in SEPARATORS and _two_items(before, after, kinds, listed=listed)
        else _between(before[-1], after[0], key)
        for before, after in pairwise(parts)
    ]
    return "".join(chain.from_iterable(zip(parts, [*joints, ""], strict=True))) if parts else ""


def _whole_code(part: str) -> bool:
    """Whether it has a whole credit code, or number of a permit, in it: two of them are never joined to one."""
    return _CREDIT_CODE.search(part) is not None or ("字" in part and "号" in part)


def _two_items(before: str, after: str, kinds: Collection[str], *, listed: bool) -> bool:
    """Whether a break stands between two items, and not within one. ``listed``: the cell separates some by punctuation."""
    last, first = before[-1], after[0]
    if _punctuation(last) or _punctuation(first) or not (_wide(last) or _wide(first)):
        return False
    item, following = _SEPARATED.split(before)[-1], _SEPARATED.split(after)[0]
    if name_key(item) in kinds and name_key(following) in kinds:
        return True
    if name_key(item + following) in kinds:
        return False
    return not (listed and len(before) >= _WRAPPED)


def _between(before: str, after: str, key: str) -> str:
    if key in CODE_COLUMNS:
        return ""
    if key in DAY_COLUMNS:
        return " " if before.isdigit() and after.isdigit() else ""
    return "" if _needs_no_space(before) and _needs_no_space(after) else " "


def _needs_no_space(char: str) -> bool:
    return _wide(char) or _punctuation(char)


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in {"W", "F"}


def _punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] == "P"
