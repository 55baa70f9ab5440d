"""Identifiers: the unified social credit code, and the code number printed under a QR symbol."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from licence_qr.domain.plain_text import blank
from licence_qr.errors import InputError

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {char: value for value, char in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_USCC_PAIRS = tuple(first + second for first in USCC_ALPHABET for second in USCC_ALPHABET)
_ORGANISATION_VALUES = {char: int(char, 36) for char in USCC_ALPHABET}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
USCC_BYTES = 11  # 88 bits: enough for codes that begin with 0 to 9, A, B or C; 31**18 needs 90

CROCKFORD_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_VALUES = {char: value for value, char in enumerate(CROCKFORD_ALPHABET)}
_CROCKFORD_PAIRS = tuple(first + second for first in CROCKFORD_ALPHABET for second in CROCKFORD_ALPHABET)
_MOD_33_32_STEP = tuple((total % 32 or 32) * 2 % 33 for total in range(33 + 32))
CODE_ID_BYTES = 10
_CODE_NUMBER_LENGTH = 17
_CROCKFORD_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


# A number as spreadsheets write it out where it is long, rounded to 15 digits at most.
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,3}")
_DIGITS_OF_A_SPREADSHEET = 15
# Characters of a registration number of before 2015 (GS 15-2006).
_OLD_NUMBER_LENGTH = 15


def _compact(text: str) -> str:
    """Fold full-width characters, drop what nobody sees, spaces and hyphens of every kind, upper-case."""
    seen = "".join(c for c in text if not blank(c))
    folded = unicodedata.normalize("NFKC", seen)
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf"}).upper()


def organisation_check_char(organisation: str) -> str:
    """Check character of the first eight characters of an organisation code (GB 11714-1997)."""
    total = sum(map(mul, map(_ORGANISATION_VALUES.__getitem__, organisation), _ORGANISATION_WEIGHTS))
    remainder = 11 - total % 11
    return "X" if remainder == 10 else "0" if remainder == 11 else str(remainder)


def uscc_check_char(first: str) -> str:
    """Check character of the first 17 characters of a unified social credit code (GB 32100-2015, section 4.6).

    Written here because the library for it loads network code on import, which the verifier must do without.
    """
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, first), _USCC_WEIGHTS))
    return USCC_ALPHABET[-total % 31]


@lru_cache(maxsize=4096)
def parse_uscc(text: str, field: str = "uscc") -> str:
    """Return the canonical 18 characters of a unified social credit code (统一社会信用代码, GB 32100-2015).

    Accepts lower case, full-width characters, spaces, hyphens and characters that nobody sees. Raises InputError, in
    this order: ``uscc_missing``, ``uscc_rounded`` (a spreadsheet took it for a number), ``uscc_old_number`` (15 digits),
    ``uscc_length``, ``uscc_alphabet`` (I, O, S, V, Z are not used), ``uscc_region`` (positions 3–8 are digits),
    ``uscc_organisation_check`` (17th character, GB 11714) and ``uscc_check`` (18th). It does not look the code up
    anywhere, and does not judge the region: that is where the business was first registered.
    """
    number = _compact(text)
    if not number.strip("0"):  # eighteen zeros have both check characters right, and are nobody's code
        raise InputError("uscc_missing", field=field)
    if _rounded(number):
        raise InputError("uscc_rounded", field=field, found=text.strip()[:40])
    if len(number) == _OLD_NUMBER_LENGTH and number.isascii() and number.isdigit():
        raise InputError("uscc_old_number", field=field, found=number)
    if len(number) != 18:
        raise InputError("uscc_length", field=field, length=len(number), found=text.strip()[:40])
    for position, char in enumerate(number, start=1):
        if char not in USCC_ALPHABET:
            facts = {"char": char, "point": f"U+{ord(char):04X}", "position": position}
            raise InputError("uscc_alphabet", field=field, **facts)
    check_uscc(number, field)
    return number


def _rounded(number: str) -> bool:
    """Whether this is what a spreadsheet makes of 18 digits when it takes them for a number: it keeps the first 15."""
    whole = number.removesuffix(".0")
    if len(whole) == 18 and whole.isascii() and whole.isdigit() and set(whole[_DIGITS_OF_A_SPREADSHEET:]) == {"0"}:
        return uscc_check_char(whole[:17]) != whole[17] or organisation_check_char(whole[8:16]) != whole[16]
    return _SCIENTIFIC.fullmatch(number) is not None


def check_uscc(number: str, field: str = "uscc") -> None:
    """Check both check characters of 18 characters that are already canonical and of the right alphabet.

    Raises InputError ``uscc_region``, ``uscc_organisation_check`` or ``uscc_check``.
    """
    if not number[2:8].isdigit():
        raise InputError("uscc_region", field=field, region=number[2:8])
    expected = organisation_check_char(number[8:16])
    if number[16] != expected:
        raise InputError("uscc_organisation_check", field=field, found=number[16], expected=expected)
    expected = uscc_check_char(number[:17])
    if number[17] != expected:
        raise InputError("uscc_check", field=field, found=number[17], expected=expected)


def complete_uscc(prefix: str, organisation: str) -> str:
    """Complete eight prefix characters and eight organisation characters with both check characters."""
    first = prefix + organisation + organisation_check_char(organisation)
    return first + uscc_check_char(first)


def pack_uscc(uscc: str) -> bytes:
    """18 characters of base 31 as 11 bytes, big-endian. The inverse of ``unpack_uscc``.

    Raises InputError ``uscc_not_of_a_licence`` for codes beyond 11 bytes. Business licences have codes that begin with 9
    (market regulation, GB 32100-2015, table 1), so no licence is refused.
    """
    number = 0
    for char in uscc:
        number = number * 31 + USCC_ALPHABET.index(char)
    if number >= 1 << 8 * USCC_BYTES:
        raise InputError("uscc_not_of_a_licence", field="uscc", found=uscc[0])
    return number.to_bytes(USCC_BYTES, "big")


def unpack_uscc(packed: bytes) -> str:
    """The 18 characters of ``pack_uscc``. Raises ValueError when the bytes are not 11."""
    number = int.from_bytes(packed, "big")
    if len(packed) != USCC_BYTES:
        raise ValueError("not a packed credit code")
    pairs = []
    for _ in range(9):
        number, pair = divmod(number, 31 * 31)
        pairs.append(_USCC_PAIRS[pair])
    return "".join(reversed(pairs))


def _code_number_check_char(chars: str) -> str:
    """ISO/IEC 7064 hybrid system, Mod 33,32 over Crockford's alphabet."""
    check = 32
    for char in chars:
        check = _MOD_33_32_STEP[check + _CROCKFORD_VALUES[char]]
    return CROCKFORD_ALPHABET[(1 - check) % 32]


@dataclass(frozen=True, slots=True)
class CodeId:
    """The 80 random bits that identify one code through all its versions."""

    value: bytes

    def __post_init__(self) -> None:
        if len(self.value) != CODE_ID_BYTES:
            raise ValueError("a code id has 10 bytes")

    @property
    def number(self) -> str:
        """The code number as printed: 16 Crockford base-32 characters in fours and a check character.

        The check is ISO/IEC 7064 hybrid Mod 33,32 over Crockford's alphabet, so that the check character is one
        that people can type, unlike Crockford's own ``*~$=U``.
        """
        bits = int.from_bytes(self.value, "big")
        chars = "".join([_CROCKFORD_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])
        return f"{chars[:4]}-{chars[4:8]}-{chars[8:12]}-{chars[12:]}-{_code_number_check_char(chars)}"

    def __str__(self) -> str:
        return self.number


def parse_code_number(text: str, field: str = "code_number") -> CodeId:
    """Read a code number as a person types it: any case, spaces, full width; O for 0 and I or L for 1.

    Raises InputError ``code_number_length``, ``code_number_alphabet`` or ``code_number_check``.
    """
    compact = _compact(text).translate(_CROCKFORD_LOOKALIKES)
    if len(compact) != _CODE_NUMBER_LENGTH:
        raise InputError("code_number_length", field=field, length=len(compact))
    for position, char in enumerate(compact, start=1):
        if char not in CROCKFORD_ALPHABET:
            raise InputError("code_number_alphabet", field=field, char=char, position=position)
    if _code_number_check_char(compact[:16]) != compact[16]:
        raise InputError("code_number_check", field=field)
    bits = 0
    for char in compact[:16]:
        bits = bits << 5 | _CROCKFORD_VALUES[char]
    return CodeId(bits.to_bytes(CODE_ID_BYTES, "big"))
