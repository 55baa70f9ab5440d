"""When two spellings of a name or address are the same one: width, brackets and spaces do not count."""

from __future__ import annotations

import unicodedata

_BRACKETS = str.maketrans({"〔": "(", "【": "(", "[": "(", "〈": "(", "〕": ")", "】": ")", "]": ")", "〉": ")"})


def name_key(text: str) -> str:
    """A key that is equal for spellings that differ only in width, kind of bracket, spaces or letter case.

    Only for comparing: what is stored and printed is always the registered spelling.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    kept = (c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return "".join(kept).casefold()
