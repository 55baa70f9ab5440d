"""Comparison of names, addresses and staff numbers: width, brackets and spaces are ignored."""

from __future__ import annotations

import unicodedata

from licence_qr.domain.plain_text import blank

_BRACKETS = str.maketrans({"〔": "(", "【": "(", "[": "(", "〈": "(", "〕": ")", "】": ")", "]": ")", "〉": ")"})

_MINUS = "\u2212"  # a sign of arithmetic, and typed for a dash


def name_key(text: str) -> str:
    """A key that is equal for spellings that differ only in width, brackets, spaces or letter case.

    Only for comparing: what is stored and printed is always the registered spelling.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    kept = (c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return "".join(kept).casefold()


def look_key(text: str) -> str:
    """``name_key`` without the characters that nobody sees, also without those that choose the shape of an ideograph."""
    return name_key("".join(char for char in text if not blank(char)))


def staff_key(text: str) -> str:
    """A key that is equal for spellings of one staff number: width, letter case, spaces and the kind of dash are ignored.

    Only for comparing: what is stored and shown is the number as it was written.
    """
    folded = unicodedata.normalize("NFKC", text)
    dashed = ("-" if c == _MINUS or unicodedata.category(c) == "Pd" else c for c in folded)
    kept = (c for c in dashed if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return "".join(kept).casefold()


def username_key(text: str) -> str:
    """A key that is equal for user names that a reader takes for one: width, letter case, and dots and dashes at the ends
    are ignored. Only for comparing."""
    return unicodedata.normalize("NFKC", text).casefold().strip("-.")
