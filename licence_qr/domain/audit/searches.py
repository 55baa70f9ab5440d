"""What kind of thing somebody searched for, told from its form; the text itself is not kept."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from licence_qr.domain.identifiers import parse_code_number, parse_uscc
from licence_qr.errors import InputError

# GB 11643-1999: six digits of region, date of birth, three of order, and a check character.
_IDENTITY_NUMBER = re.compile(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
# Mobile: eleven digits from 13 to 19, perhaps with the country code; fixed line: area code from 0 and seven or eight digits.
_TELEPHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}\d{7,8}")
_BETWEEN = re.compile(r"[\s\-–—()（）]+")


class SearchKind(StrEnum):
    """What was typed."""

    IDENTITY_NUMBER = "identity_number"
    TELEPHONE = "telephone"
    CREDIT_CODE = "credit_code"
    CODE_NUMBER = "code_number"
    WORDS = "words"  # a name, or anything else


def compact(typed: str) -> str:
    """The same text for every way of writing one number: in half-width capitals, without spaces, hyphens and
    brackets."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()


def kind_of_search(typed: str) -> SearchKind:
    """What kind of thing this is. A number that could be of a person is taken for one, whatever its check digit says."""
    text = compact(typed)
    if _IDENTITY_NUMBER.fullmatch(text):
        return SearchKind.IDENTITY_NUMBER
    if _TELEPHONE.fullmatch(text):
        return SearchKind.TELEPHONE
    for kind, parse in ((SearchKind.CREDIT_CODE, parse_uscc), (SearchKind.CODE_NUMBER, parse_code_number)):
        try:
            parse(text)
        except InputError:
            continue
        return kind
    return SearchKind.WORDS
