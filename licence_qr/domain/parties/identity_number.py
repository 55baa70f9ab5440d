"""Citizens' identity numbers (GB 11643): reading what was typed, and showing as little of one as tells it from others."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from licence_qr.domain.plain_text import blank
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.errors import InputError

LENGTH = 18
_SHOWN_FIRST, _SHOWN_LAST = 4, 2
_HIDDEN = "*"
_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_IN_A_TEXT = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])", re.ASCII)

_DIGITS = re.compile(r"\d{17}[\dXx]", re.ASCII)


def compact_number(typed: str) -> str:
    """What was typed in half-width capitals, without spaces and hyphens."""
    seen = unicodedata.normalize("NFKC", "".join(char for char in typed if not blank(char)))
    return "".join(char for char in seen if not char.isspace() and unicodedata.category(char) != "Pd").upper()


def parse_identity_number(typed: str, today: date, field: str = "principal_id_number") -> str:
    """The number, without what stands between its digits.

    The check digit and the date of birth must be right. The region is not compared with a list: residents of Hong Kong,
    Macao and Taiwan, and foreigners with a residence card, have numbers whose first digits no list of regions has. Raises
    InputError ``identity_number_length``, ``identity_number_characters``, ``identity_number_check_digit`` or
    ``identity_number_birth``; none of them repeats what was typed.
    """
    number, label = compact_number(typed), FIELD_LABELS[field]
    facts = {"label_zh": label.zh, "label_en": label.en}
    if len(number) != LENGTH:
        raise InputError("identity_number_length", field=field, length=len(number), **facts)
    if not _SHAPE.fullmatch(number):
        raise InputError("identity_number_characters", field=field, **facts)
    if not _checks(number):
        raise InputError("identity_number_check_digit", field=field, **facts)
    if not _is_born(number, today):
        raise InputError("identity_number_birth", field=field, **facts)
    return number


def is_identity_number(typed: str, today: date) -> bool:
    """Whether ``parse_identity_number`` accepts it."""
    try:
        parse_identity_number(typed, today)
    except InputError:
        return False
    return True


def _checks(number: str) -> bool:
    # Loaded when a number is typed: the library loads network code, which whoever only verifies codes must do without.
    from stdnum.cn import ric

    return bool(number[-1] == ric.calc_check_digit(number))


def _is_born(number: str, today: date) -> bool:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= today
    except ValueError:
        return False


def masked(number: str) -> str:
    """As a number is shown: 1101************12."""
    hidden = max(len(number) - _SHOWN_FIRST - _SHOWN_LAST, 0)
    return f"{number[:_SHOWN_FIRST]}{_HIDDEN * hidden}{number[-_SHOWN_LAST:]}" if hidden else _HIDDEN * len(number)


def shown_number(typed: str) -> str:
    """What was typed into the field of a number: a whole number masked, and anything else as typed, to be put right."""
    number = compact_number(typed)
    right = len(number) == LENGTH and _SHAPE.fullmatch(number) and _checks(number)
    return masked(number) if right else typed


def holds_number(text: str) -> bool:
    """Whether something like an identity number stands in ``text``, perhaps between other digits."""
    return bool(_DIGITS.search(unicodedata.normalize("NFKC", text)))


def without_digits(text: str) -> str:
    """``text`` with everything masked that could be an identity number, right or not, also between other digits."""
    return (
        _DIGITS.sub(lambda found: masked(found[0]), unicodedata.normalize("NFKC", text)) if holds_number(text) else text
    )


def numbers_in(text: str) -> list[str]:
    """What looks like identity numbers in ``text``, each once, in their order."""
    folded = unicodedata.normalize("NFKC", text)
    return list(dict.fromkeys(found.upper() for found in _IN_A_TEXT.findall(folded)))


def without_numbers(text: str) -> str:
    """``text`` with every identity number in it masked. Others that only look like one (a credit code) stay."""

    def hidden(found: re.Match[str]) -> str:
        number = found[0].upper()
        return masked(number) if _checks(number) else found[0]

    return _IN_A_TEXT.sub(hidden, text)
