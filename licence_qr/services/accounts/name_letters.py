"""A Chinese name in Latin letters, as people type it: the library pypinyin, with the readings of each character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LONGEST_NAME = 4  # longer is the name of an office or a counter, which has no family name
_LONGEST_FAMILY_NAME = 2
_MOST_READINGS = 32  # of one name; each character has one, a few have three or four
# ü is typed as v, and written as u or yu in passports.
_UMLAUT = ("v", "u", "yu")


def in_letters(name: str) -> tuple[str, ...]:
    """Full pinyin and initials of the Chinese characters in ``name``, by each of their readings, without tones: with the
    family name first, last and left out. Empty for a name without Chinese characters."""
    found: dict[str, None] = {}
    for part in _HAN.findall(name):
        for syllables in _readings(part):
            found |= dict.fromkeys(_orders(syllables))
            found |= dict.fromkeys(_orders(tuple(each[0] for each in syllables)))
    return tuple(found)


def _readings(part: str) -> Iterator[tuple[str, ...]]:
    from pypinyin import Style, pinyin  # 0.1 s and its tables, which only who sets a password needs

    read = pinyin(part, style=Style.NORMAL, heteronym=True, v_to_u=False, errors="ignore")
    spelt = [tuple(dict.fromkeys(way for each in readings for way in _spellings(each))) for readings in read]
    return islice(product(*spelt), _MOST_READINGS)


def _spellings(syllable: str) -> tuple[str, ...]:
    return tuple(syllable.replace("v", each) for each in _UMLAUT) if "v" in syllable else (syllable,)


def _orders(syllables: tuple[str, ...]) -> Iterator[str]:
    yield "".join(syllables)
    if len(syllables) <= _LONGEST_NAME:
        for cut in range(1, min(_LONGEST_FAMILY_NAME, len(syllables) - 1) + 1):
            family, given = syllables[:cut], syllables[cut:]
            yield "".join((*given, *family))
            yield "".join(given)
