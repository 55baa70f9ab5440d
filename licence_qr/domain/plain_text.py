"""Words that strangers type into a public form, made fit to keep and to show to others."""

from __future__ import annotations

import unicodedata

from licence_qr.errors import InputError

# Characters that turn or hide the text around them (Unicode TR9, and the byte order mark): whoever reads a report at the
# desk shall read it in the order in which it was written.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_DROPPED = {"Cc", "Cs", "Cn"}  # controls (null bytes too), halves of characters, no characters at all


def plain_text(text: str) -> str:
    """``text`` without characters that cannot be seen or that turn its order; lines stay, blank edges go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in lines if c == "\n" or (unicodedata.category(c) not in _DROPPED and c not in _TURNING))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def plain_line(text: str) -> str:
    """``plain_text`` on one line, runs of blanks folded."""
    return " ".join(plain_text(text).split())


def demand_length(text: str, most: int, field: str) -> str:
    """``text`` unless it is longer than ``most`` characters. Raises InputError ``words_too_long`` of ``field``."""
    if len(text) > most:
        raise InputError("words_too_long", field=field, length=len(text), limit=most)
    return text
