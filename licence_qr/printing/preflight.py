"""Checks before a card is printed, so that no incomplete sheet is made."""

from __future__ import annotations

from licence_qr.errors import PrintError
from licence_qr.printing.card import CardContent
from licence_qr.printing.fonts import FACES, SANS, coverage, font_path
from licence_qr.printing.qr import min_size_mm

LIMITS = {
    "title": 8,
    "title_en": 40,
    "name": 60,
    "operator": 40,
    "uscc": 18,
    "address": 60,
    "licence_authority": 30,
    "permit name": 24,
    "permit name_en": 48,
    "permit number": 36,
    "permit items": 60,
    "permit authority": 30,
    "permit address": 60,
    "host": 40,
    "code_number": 24,
    "office": 24,
}
"""Most characters that fit on a card, by field; tests print cards with all fields full."""


def check_card(content: CardContent) -> None:
    """Raise PrintError if ``content`` cannot be printed.

    Codes: ``font_missing``, ``text_too_long_for_sheet`` (field, length, limit),
    ``character_not_in_font`` (char, codepoint, field), ``card_without_holder``, and ``symbol_version_not_printed``.
    Not checked: that the symbol belongs to the text beside it.
    """
    for face in FACES:
        font_path(face)
    if not content.headline.removeprefix("经营者："):
        raise PrintError("card_without_holder", code_number=content.code_number)
    for field, text in content.texts():
        _check_length(field, text)
        _check_characters(field, text)
    min_size_mm(content.symbol.version)


def _check_length(field: str, text: str) -> None:
    kind = " ".join(word for word in field.split() if not word.isdigit())
    if len(text) > LIMITS[kind]:
        raise PrintError("text_too_long_for_sheet", field=field, length=len(text), limit=LIMITS[kind])


def _check_characters(field: str, text: str) -> None:
    """Check the characters of the sans serif face: it has all those of the serif face, and names fall back to it."""
    known = coverage(SANS)
    for char in text:
        if char not in known:
            shown = char if char.isprintable() else "�"
            raise PrintError("character_not_in_font", char=shown, codepoint=f"U+{ord(char):04X}", field=field)
