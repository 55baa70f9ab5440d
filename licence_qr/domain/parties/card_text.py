"""What a reader of identity cards types into a field in one burst: the name and the number on the card.

Readers separate what they read by ``|``, commas, semicolons, tabs or line breaks, in any order, some with labels (姓名：…).
The number itself ends what stands before it, since a line of a form loses its line breaks. Sex, birth, address and
validity are let go: nobody needs them here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.parties.identity_number import is_identity_number, numbers_in

_BETWEEN = re.compile(r"[|,;、，；\t\r\n\x1c-\x1f]+")
_NAME_LABEL = re.compile(r"^(?:中文)?(?:姓\s*名|NAME)\s*[:：=]?\s*", re.IGNORECASE)
_LABELLED = re.compile(r"^[^:：=]{1,12}[:：=]")
# What stands alone before a value, or is a value that is no name.
_NO_NAMES = frozenset(
    "姓名 性别 民族 汉族 出生 出生日期 住址 地址 号码 证件号码 公民身份号码 公民身份证号码 身份证 居民身份证 身份证号"
    " 身份证号码 签发机关 有效期限".split()
)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff][\u3400-\u9fff\U00020000-\U0003ffff·•]{1,19}")
_OTHER_SCRIPT = re.compile(r"[^\W\d_][^\W\d_]*(?:[ .'’·-]+[^\W\d_]+){0,8}\.?")
_LONGEST_NAME, _SHORT_NAME = 50, 4
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class CardText:
    """What was read: ``name`` is empty where the burst held the number alone."""

    name: str
    number: str


def read_card_text(text: str, today: date) -> CardText | None:
    """Name and number from what a card reader typed, or somebody pasted; None for what is not understood.

    That is: no identity number with a right check digit, or several; and beside it no name, but more than the number.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    numbers = [number for number in numbers_in(text) if is_identity_number(number, today)]
    if len(numbers) != 1:
        return None
    number = numbers[0]
    folded = unicodedata.normalize("NFKC", text)
    apart = re.sub(re.escape(number), f"\n{number}\n", folded, flags=re.IGNORECASE)
    parts = [part.strip() for part in _BETWEEN.split(apart) if part.strip()]
    if parts == [number]:
        return CardText("", number)
    name = _labelled_name(parts) or _first_name(parts, number)
    return CardText(name, number) if name else None


def _labelled_name(parts: list[str]) -> str:
    for place, part in enumerate(parts):
        label = _NAME_LABEL.match(part)
        if label is None:
            continue
        value = part[label.end() :]
        if not value and place + 1 < len(parts):
            value = parts[place + 1]
        return _name(value)
    return ""


def _first_name(parts: list[str], number: str) -> str:
    """The first part; where the number stands first, the part after it if it is short: a longer one may be an address."""
    after = parts[0] == number
    rest = parts[1:] if after else parts
    name = "" if not rest or _LABELLED.match(rest[0]) else _name(rest[0])
    return "" if after and _has_han(name) and (len(name) > _SHORT_NAME and "·" not in name) else name


def _name(text: str) -> str:
    """``text`` if it is the name of a person; of words in Chinese the first, since some readers put spaces between."""
    words = text.split()
    if words and _HAN.fullmatch(words[0]):
        return "" if words[0] in _NO_NAMES else words[0].replace("•", "·")
    one = " ".join(words)
    return one if len(one) <= _LONGEST_NAME and _OTHER_SCRIPT.fullmatch(one) and not _has_han(one) else ""


def _has_han(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)
