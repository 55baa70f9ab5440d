"""Free text from forms, cleaned so that it can be stored and shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from licence_qr.errors import InputError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

# Controls (including null bytes), surrogates, and format characters, which hide or reorder the text around them
# (Unicode TR9, zero width): a text must be read in the order in which it was written.
_DROPPED = {"Cc", "Cf", "Cs"}
# Names of free-text fields in errors; a page may use its own.
FREE_TEXTS: Mapping[str, Text] = {
    "reason": term("field.reason"),
    "legal_basis": term("field.legal_basis"),
    "document_no": term("field.document_number"),
    "findings": term("inspection.what_was_found"),
    "title": Text("抽查名称", "Title"),
    "seed_source": Text("种子来源", "Source of the seed"),
    "text": Text("内容", "Text"),
    "place": Text("地点", "Place"),
    "contact": Text("联系方式", "Contact details"),
}
# Nothing is drawn for them, whatever their category says: Default_Ignorable_Code_Point of Unicode 16
# (DerivedCoreProperties.txt), and the blank Braille pattern.
_BLANK_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
BLANKS = frozenset(code for first, last in _BLANK_RANGES for code in range(first, last + 1))
_BLANK_CHARACTERS = frozenset(map(chr, BLANKS))
# They choose the shape of the character before them: of an ideograph, of a Mongolian letter.
_VARIATIONS = frozenset((*range(0xFE00, 0xFE03), *range(0xE0100, 0xE01F0)))
_MONGOLIAN_SHAPES = frozenset((0x180B, 0x180C, 0x180D, 0x180F))
# They choose whether the letters on both sides join: zero width non-joiner and joiner, Mongolian vowel separator.
_JOINS = frozenset((0x200C, 0x200D, 0x180E))
# Letters that join, of the scripts of Uyghur, Kazakh and Kyrgyz, and of Mongolian, Manchu and Xibe.
_ARABIC = (
    range(0x0620, 0x064B),
    range(0x066E, 0x06D6),
    range(0x06FA, 0x0700),
    range(0x0750, 0x0780),
    range(0x0870, 0x08CA),
)
_MONGOLIAN = (range(0x1820, 0x18AB),)
_SCRIPTS = (_ARABIC, _MONGOLIAN)
_LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029")


def plain_text(text: str) -> str:
    """``text`` without invisible or reordering characters, trimmed; line breaks are kept."""
    if not surely_seen(text):
        for line_end in _LINE_ENDS:
            text = text.replace(line_end, "\n")
        kept = (char for char, before, after in neighbours(text) if char == "\n" or not _unseen(char, before, after))
        text = "".join(kept)
    return unicodedata.normalize("NFC", text).strip()


def surely_seen(text: str) -> bool:
    """Whether every character of it is drawn, or is a space, as far as that can be told at a glance: that of most texts."""
    return text.isprintable() and _BLANK_CHARACTERS.isdisjoint(text)


def plain_line(text: str) -> str:
    """``plain_text`` on one line, with runs of white space folded."""
    return " ".join(plain_text(text).split())


def length_faults(text: str, most: int, field: str, label: Text | None = None) -> tuple[InputError, ...]:
    """InputError ``text_too_long`` where ``text`` has more than ``most`` characters, else nothing.

    ``label`` is the name of ``field``; by default the one in ``FREE_TEXTS``.
    """
    if len(text) <= most:
        return ()
    name = label or FREE_TEXTS[field]
    facts = {"label_zh": name.zh, "label_en": name.en, "length": len(text), "limit": most}
    return (InputError("text_too_long", field=field, **facts),)


def demand_length(text: str, most: int, field: str, label: Text | None = None) -> str:
    """Return ``text``, or raise InputError ``text_too_long`` if it has more than ``most`` characters."""
    for fault in length_faults(text, most, field, label):
        raise fault
    return text


def unassigned(char: str) -> bool:
    """Whether Unicode assigns no character to that code point.

    Code points of planes 2 and 3 all count as assigned: they hold only ideographs, new characters for names are added
    there, and Python's table may be older.
    """
    ideographic_plane = 0x20000 <= ord(char) <= 0x3FFFD and ord(char) & 0xFFFF < 0xFFFE
    return unicodedata.category(char) == "Cn" and not ideographic_plane


def neighbours(text: str) -> Iterator[tuple[str, str, str]]:
    """Each character with the one before and the one after it; a space stands where there is none."""
    return zip(text, f" {text}", f"{text[1:]} ", strict=False)


def blank(char: str, before: str = "", after: str = "") -> bool:
    """Whether nothing is drawn for that character, although it is no white space, and it shapes no other.

    A variation selector after an ideograph or a Mongolian letter chooses the shape that a name is registered in; a
    joiner between two letters of Arabic or of Mongolian script is part of how a name in that script is spelt.
    """
    return ord(char) in BLANKS and not _shapes(char, before, after)


def _shapes(char: str, before: str, after: str) -> bool:
    code = ord(char)
    if code in _VARIATIONS:
        return before != "" and ideograph(before)
    if code in _MONGOLIAN_SHAPES:
        return _in_script(before, _MONGOLIAN)
    return code in _JOINS and any(_in_script(before, script) and _in_script(after, script) for script in _SCRIPTS)


def _in_script(char: str, script: tuple[range, ...]) -> bool:
    return any(char != "" and ord(char) in letters for letters in script)


def ideograph(char: str) -> bool:
    """Whether that character is a Chinese one; also of planes 2 and 3, where new ones are added."""
    return unicodedata.name(char, "").startswith("CJK ") or 0x20000 <= ord(char) <= 0x3FFFD


def _unseen(char: str, before: str, after: str) -> bool:
    if ord(char) in BLANKS:
        return blank(char, before, after)
    return unicodedata.category(char) in _DROPPED or unassigned(char)
