"""Characters that no printed and signed record may have, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from licence_qr.domain.characters.former_private_use import STANDARD
from licence_qr.domain.plain_text import blank, ideograph, neighbours, unassigned

# Controls, format characters (bidi overrides, zero width), surrogates, private use, line and paragraph separators; and
# what stands where a text was damaged.
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_DAMAGE = "\ufffd"
# No more marks in a row than any language writes: of those above and below a letter (Unicode Technical Standard #39,
# section 5.4), and of those beside it (Burmese).
MOST_MARKS = 4
# All that most names consist of, so that they need not be looked at character by character.
_USUAL = re.compile(r"[ -~·—…‘’“”\u3001-\u3011\u3014-\u301b\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]*")
_BESIDE = "Mc"


@dataclass(frozen=True, slots=True)
class CharacterFault:
    """The first character that is refused. ``code`` is that of an error, ``character`` its code point and name, as in
    ``U+202E RIGHT-TO-LEFT OVERRIDE``; ``standard`` is the character that has taken its place in Unicode, or empty."""

    code: str
    character: str
    position: int
    standard: str = ""

    @property
    def facts(self) -> dict[str, object]:
        """What fills the sentences of ``code``."""
        facts: dict[str, object] = {"character": self.character, "position": self.position}
        if self.standard:
            facts |= {"standard": self.standard, "standard_point": named(self.standard)}
        return facts


def named(char: str) -> str:
    """A character by its code point and, where Unicode gives it one of its own, its name: ``U+00B7 MIDDLE DOT``."""
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X} {'' if name.startswith('CJK UNIFIED') else name}".strip()


def refused_character(text: str) -> CharacterFault | None:
    """The first character not allowed in a printed record, or None.

    Refused are characters that nobody sees (``character_refused``), those that mean something on one machine only
    (``character_private_use``, or ``character_formerly_private`` where there is a standard one by now), and accents
    piled on one letter (``character_marks``). Ideographs newer than Python's table are accepted; whether a font can
    print them is checked when printing.
    """
    if _USUAL.fullmatch(text):
        return None
    marks = ""
    for place, (char, before, after) in enumerate(neighbours(text), start=1):
        if char in STANDARD:
            return CharacterFault("character_formerly_private", named(char), place, STANDARD[char])
        if unicodedata.category(char) == "Co":
            return CharacterFault("character_private_use", named(char), place)
        if _unseen(char, before, after):
            return CharacterFault("character_refused", named(char), place)
        marks = _piled(marks, char)
        if _too_many(marks) or (_is_mark(char) and _takes_no_mark(before) and not blank(char)):
            return CharacterFault("character_marks", named(char), place)
    return None


def _unseen(char: str, before: str, after: str) -> bool:
    if blank(char, before, after) or unassigned(char) or char == _DAMAGE:
        return True
    # What ``blank`` lets pass beside certain letters is of these categories too.
    return unicodedata.category(char) in _REFUSED_CATEGORIES and not blank(char)


def _piled(marks: str, char: str) -> str:
    """The marks in a row up to and with ``char``, taken apart (NFD)."""
    for part in unicodedata.normalize("NFD", char):
        marks = marks + part if _is_mark(part) else ""
    return marks


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _too_many(marks: str) -> bool:
    beside = sum(unicodedata.category(mark) == _BESIDE for mark in marks)
    return max(beside, len(marks) - beside) > MOST_MARKS or (len(marks) > 1 and marks[-1] == marks[-2])


def _takes_no_mark(before: str) -> bool:
    """Ideographs, spaces (also the one before a text) and punctuation: a mark on them is drawn over something else."""
    return ideograph(before) or unicodedata.category(before)[0] in {"Z", "P"}
