"""Comparison of names, addresses and staff numbers: width, brackets and spaces are ignored."""

from __future__ import annotations

import unicodedata

from licence_qr.domain.plain_text import blank

_BRACKETS = str.maketrans({"〔": "(", "【": "(", "[": "(", "〈": "(", "〕": ")", "】": ")", "]": ")", "〉": ")"})

# What looks alike in the letters of a screen, and what one overlooks, in a user name.
_LOOK_ALIKE = str.maketrans({"I": "l", "1": "l", "0": "o"})
_UNSEEN = str.maketrans({"-": None, ".": None})
_MINUS = "\u2212"  # a sign of arithmetic, and typed for a dash


def name_key(text: str) -> str:
    """A key that is equal for spellings that differ only in width, brackets, spaces or letter case.

    Only for comparing: what is stored and printed is always the registered spelling.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    if folded.isprintable():  # as most are: then a plain space is all that would be left out below
        return folded.replace(" ", "").casefold()
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


def username_keys(text: str) -> frozenset[str]:
    """Keys of a user name; two names of which a reader takes one for the other share one. Only for comparing.

    Width, letter case, dots and dashes are ignored, and so is whether a letter or its look-alike stands there.
    """
    folded = unicodedata.normalize("NFKC", text)
    return frozenset(each.casefold().translate(_UNSEEN) for each in (folded, folded.translate(_LOOK_ALIKE)))
