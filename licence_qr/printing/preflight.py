"""Whether a card can be printed whole: asked before numbers are given, and again before each print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.text_limits import MAX_CHARS, MAX_PERMIT_NO_CHARS
from licence_qr.errors import PrintError
from licence_qr.printing.card import TITLE, CardContent
from licence_qr.printing.fonts import FACES, SANS, font_path
from licence_qr.printing.layout import Arrangement, NoRoom, arrange
from licence_qr.printing.typesetting import NoGlyph, check_characters
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
FONT_MISSING = "font_missing"
LIMITS: Mapping[str, int] = {
    "title": 8,
    "name": MAX_CHARS["name"],
    "operator": MAX_CHARS["principal"],
    "uscc": 18,
    "address": MAX_CHARS["premises_address"],
    "licence_authority": 30,
    "permit name": 24,
    "permit name_en": 48,
    "permit number": MAX_PERMIT_NO_CHARS,
    "permit items": MAX_CHARS["permitted_items"],
    "permit authority": 30,
    "permit address": MAX_CHARS["premises_address"],
    "item name": 24,
    "item name_en": 48,
    "item authority": 30,
    "item address": MAX_CHARS["premises_address"],
    "host": 40,
    "code_number": 24,
    "office": 24,
}
"""Most characters of each text of a card: what the record takes, and for names of the catalogue and of the host what has
room. Tests print cards with all of them full."""

_ADDRESS, _PERMIT_TYPE = FIELD_LABELS["premises_address"], Text("许可种类", "Permit type")
_LABELS: Mapping[str, Text] = {
    "title": TITLE,
    "name": term("field.name"),
    "operator": term("field.holder_title"),
    "uscc": term("field.credit_code"),
    "address": _ADDRESS,
    "licence_authority": term("field.registration_authority"),
    "permit name": _PERMIT_TYPE,
    "permit name_en": _PERMIT_TYPE,
    "permit number": term("field.permit_number"),
    "permit items": term("field.permitted_activities"),
    "permit authority": term("field.issuing_authority"),
    "permit address": _ADDRESS,
    "item name": _PERMIT_TYPE,
    "item name_en": _PERMIT_TYPE,
    "item authority": term("field.issuing_authority"),
    "item address": _ADDRESS,
    "host": Text("公开网址", "Public address"),
    "code_number": term("field.code_number"),
    "office": term("field.handling_office"),
}


def check_card(content: CardContent) -> Arrangement:
    """The arrangement of a card that can be printed whole.

    Raises the first of ``faults``; PrintError ``font_missing`` and ``card_without_holder``. Not checked: that the symbol
    belongs to the text beside it.
    """
    for fault in faults(content):
        raise fault
    return arrange(content)


def check_fonts() -> None:
    """Raise PrintError ``font_missing`` where a face that every sheet is set in is not installed."""
    for face in FACES:
        font_path(face)


def faults(content: CardContent) -> Iterator[PrintError]:
    """What of ``content`` cannot be printed, a fault for each text: ``character_not_in_font``, ``script_font_missing``,
    ``text_too_long_for_sheet`` and ``text_no_room``. Each has the facts ``field``, ``label_zh`` and ``label_en``.

    Raises PrintError ``font_missing`` where the machine prints no cards at all, ``card_without_holder``.
    """
    check_fonts()
    if not content.name and not content.operator:
        raise PrintError("card_without_holder", code_number=content.code_number)
    found = [fault for field, text in content.texts() if (fault := text_fault(field, text))]
    yield from found
    if not found:
        try:
            arrange(content)
        except NoRoom as full:
            yield PrintError("text_no_room", length=full.length, **_place(full.field))


def text_fault(field: str, text: str) -> PrintError | None:
    """What keeps one text of ``CardContent.texts`` from being printed. Raises PrintError ``font_missing``."""
    limit = LIMITS[_kind(field)]
    if len(text) > limit:
        return PrintError("text_too_long_for_sheet", length=len(text), limit=limit, **_place(field))
    try:
        check_characters(text, SANS)
    except NoGlyph as lacking:
        return _no_glyph(lacking, _place(field))
    return None


def _no_glyph(lacking: NoGlyph, place: Mapping[str, str]) -> PrintError:
    """The fault names the character as it looks, if it can be shown, and its code points."""
    shown = "�" if any(unicodedata.category(char) in _NOT_SHOWN for char in lacking.cluster) else lacking.cluster
    codepoint = " ".join(f"U+{ord(char):04X}" for char in lacking.cluster)
    if lacking.script and lacking.packages:
        package, name = " ".join(lacking.packages), lacking.script.name
        return PrintError(
            "script_font_missing",
            char=shown,
            codepoint=codepoint,
            script_zh=name.zh,
            script_en=name.en,
            package=package,
            **place,
        )
    return PrintError("character_not_in_font", char=shown, codepoint=codepoint, **place)


def _place(field: str) -> Mapping[str, str]:
    label = _LABELS[_kind(field)]
    return {"field": field, "label_zh": label.zh, "label_en": label.en}


@lru_cache(maxsize=256)
def _kind(field: str) -> str:
    return " ".join(word for word in field.split() if not word.isdigit())
