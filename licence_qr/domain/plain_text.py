"""Words that people type into a form, made fit to keep and to show to others."""

from __future__ import annotations

import unicodedata

from licence_qr.errors import InputError

# Controls (null bytes too), format characters, which hide or turn the text around them (Unicode TR9, zero width), and
# halves of characters: whoever reads a text at the desk shall read it in the order in which it was written.
_DROPPED = {"Cc", "Cf", "Cs"}
_LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029")


def plain_text(text: str) -> str:
    """``text`` without characters that cannot be seen or that turn its order; lines stay, blank edges go."""
    for line_end in _LINE_ENDS:
        text = text.replace(line_end, "\n")
    kept = (char for char in text if char == "\n" or not _unseen(char))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def plain_line(text: str) -> str:
    """``plain_text`` on one line, runs of blanks folded."""
    return " ".join(plain_text(text).split())


def demand_length(text: str, most: int, field: str) -> str:
    """``text`` unless it is longer than ``most`` characters. Raises InputError ``words_too_long`` of ``field``."""
    if len(text) > most:
        raise InputError("words_too_long", field=field, length=len(text), limit=most)
    return text


def unassigned(char: str) -> bool:
    """Whether no character stands at that point.

    Planes 2 and 3 hold only ideographs: their unassigned points count as assigned, since newer characters for names are
    added there and Python's table may be older.
    """
    ideographic_plane = 0x20000 <= ord(char) <= 0x3FFFD and ord(char) & 0xFFFF < 0xFFFE
    return unicodedata.category(char) == "Cn" and not ideographic_plane


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in _DROPPED or unassigned(char)
