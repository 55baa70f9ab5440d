"""Names that a reader takes for each other: the skeleton of Unicode Technical Standard #39, section 4.

The table (``confusables_table.py``) is Unicode's, without what ``names`` folds anyway. It knows Cyrillic С and Latin C, ⻰
and 龙, 力 and カ, 1 and l; it does not know ideographs that differ by a stroke, as 未 and 末 do, unless Unicode counts them.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import filterfalse

from licence_qr.domain.characters.confusables_table import ALIKE
from licence_qr.domain.names import FOLDED, folded, name_key

# Of Latin, Greek and Cyrillic letters. In other scripts a mark is a vowel, and makes another word.
_ACCENTS = "\u0300", "\u036f"
_IDEOGRAPHS = (range(0x3400, 0xA000), range(0x20000, 0x3FFFE))


def look_alike_keys(text: str) -> frozenset[str]:
    """Keys of a name; two names of which a reader may take one for the other share one. Only for comparing.

    Names with the same ``name_key`` share one, and names that differ in punctuation, or in accents of letters (é, e), only.
    There are two keys, because letters that look alike when they are capital need not when they are small (Cyrillic Н and
    Latin H). Empty for a name without a character that is seen.
    """
    return frozenset(key for base in (folded(text), name_key(text)) if (key := _skeleton(base)))


def certain_parts(text: str) -> tuple[str, ...]:
    """The characters of ``name_key(text)`` that are in the key of every name that looks like it, in their order:
    ideographs without a look-alike. For a first selection, which ``look_alike_keys`` then judges. They stand one by one,
    because the other name may have punctuation between them."""
    return tuple(char for char in name_key(text) if _certain(char))


def _certain(char: str) -> bool:
    return any(ord(char) in block for block in _IDEOGRAPHS) and char not in _uncertain()


def _skeleton(base: str) -> str:
    table = _prototypes()
    parts = unicodedata.normalize("NFD", base)
    plain = (char for each in parts for char in table.get(each, each) if not _ACCENTS[0] <= char <= _ACCENTS[1])
    key = folded("".join(plain)).casefold()
    return "".join(filterfalse(_punctuation, key)) or key


def _punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")


@cache
def _prototypes() -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in ALIKE.split(";"):
        prototype, _, chars = entry.partition(":")
        table |= dict.fromkeys(map(_char, chars.split()), "".join(map(_char, prototype.split())))
    return table


@cache
def _uncertain() -> frozenset[str]:
    """Characters that look like another one, and those that another one looks like."""
    table = _prototypes()
    return frozenset((*table, *"".join(table.values()), *FOLDED))


def _char(point: str) -> str:
    return chr(int(point, 16))
