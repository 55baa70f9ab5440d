"""Comparison of names, addresses and staff numbers: what two spellings of one name differ in is ignored."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from licence_qr.domain.characters.former_private_use import STANDARD
from licence_qr.domain.plain_text import BLANKS

# The dot between the parts of a transcribed name is typed as any of these. Katakana and Hangul have their own; the last
# ones are what an input method gives when somebody presses the key for a full stop.
MIDDLE_DOTS = "·•・‧⋅∙●⸱⸳ꞏᐧ᛫⦁𐄁・ㆍ‣˙・.．﹒｡。"
DASHES = "-‐‑‒–—―−⁃ー─━﹘﹣－⸺⸻︱︲"
TILDES = "~～〜∼˜〰"
ZEROS = "〇○◯"  # as in 二〇二 (room 202)
_QUOTES = {"'": "'‘’‚‛′‵`´ʼʻʽʹˈ＇", '"': '"“”„‟″‶＂〝〞〟«»「」『』'}
_BRACKETS = {"(": "（〔【[［〈⟨", ")": "）〕】]］〉⟩"}
_SPELLINGS = {"·": MIDDLE_DOTS, "-": DASHES, "~": TILDES, "〇": ZEROS, **_QUOTES, **_BRACKETS}
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(BLANKS),
    **{ord(char): standard for char, standard in STANDARD.items()},
    **{ord(char): one for one, chars in _SPELLINGS.items() for char in chars},
}
# Characters of a key that stand for several of a name as written.
FOLDED = frozenset(_SPELLINGS)
# Texts of which nothing is folded, as most addresses are.
_PLAIN = re.compile(r"[0-9a-z\u3400-\u4dbf\u4e00-\u9fff]*")
_DASHES_IN_A_ROW = re.compile("-{2,}")
_UNSEEN_CATEGORIES = {"Cf", "Cc"}

# What looks alike in the letters of a screen, and what one overlooks, in a user name.
_LOOK_ALIKE = str.maketrans({"I": "l", "1": "l", "0": "o"})
_UNSEEN = str.maketrans({"-": None, ".": None})


@lru_cache(maxsize=4096)  # an import asks of the same authorities, kinds and numbers again and again
def name_key(text: str) -> str:
    """A key that is equal for spellings of one name or address.

    They may differ in width, letter case, spaces and characters that nobody sees; in the kind of bracket, quotation
    mark, middle dot or dash, and in how many dashes stand in a row; in compatibility and former private-use code points.
    Only for comparing: what is stored and printed is always the registered spelling. The key of a key is that key.
    """
    if _PLAIN.fullmatch(text):
        return text
    known = folded(text)
    lower = known.casefold()
    return known if lower == known else folded(lower)


def folded(text: str) -> str:
    """``name_key`` in which letter case still counts."""
    known = unicodedata.normalize("NFKC", text.translate(_TABLE)).translate(_TABLE)
    if known.isprintable():  # as most are: then a plain space is all that would be left out below
        kept = known.replace(" ", "")
    else:
        kept = "".join(c for c in known if not c.isspace() and unicodedata.category(c) not in _UNSEEN_CATEGORIES)
    return _DASHES_IN_A_ROW.sub("-", unicodedata.normalize("NFKC", kept))


def staff_key(text: str) -> str:
    """A key that is equal for spellings of one staff number: width, letter case, spaces and the kind of dash are ignored.

    Only for comparing: what is stored and shown is the number as it was written.
    """
    width = unicodedata.normalize("NFKC", text)
    dashed = ("-" if c == "−" or unicodedata.category(c) == "Pd" else c for c in width)
    kept = (c for c in dashed if not c.isspace() and unicodedata.category(c) not in _UNSEEN_CATEGORIES)
    return "".join(kept).casefold()


def written_username(typed: str) -> str:
    """A typed user name as one is registered: in narrow letters and without white space.

    Phones put a space behind a word that they complete, and keyboards for Chinese type full width.
    """
    return "".join(unicodedata.normalize("NFKC", typed).split())


def username_keys(text: str) -> frozenset[str]:
    """Keys of a user name; two names of which a reader takes one for the other share one. Only for comparing.

    Width, letter case, dots and dashes are ignored, and so is whether a letter or its look-alike stands there.
    """
    width = unicodedata.normalize("NFKC", text)
    return frozenset(each.casefold().translate(_UNSEEN) for each in (width, width.translate(_LOOK_ALIKE)))
