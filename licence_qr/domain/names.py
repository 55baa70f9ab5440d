"""Comparison of names and addresses: width, brackets and spaces are ignored."""

from __future__ import annotations

import unicodedata

_BRACKETS = str.maketrans({"〔": "(", "【": "(", "[": "(", "〈": "(", "〕": ")", "】": ")", "]": ")", "〉": ")"})


def name_key(text: str) -> str:
    """A key that is equal for spellings that differ only in width, brackets, spaces or letter case.

    Only for comparing: what is stored and printed is always the registered spelling.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    kept = (c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return "".join(kept).casefold()
