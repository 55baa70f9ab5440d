"""The text form of a token: the signed bytes as one decimal integer in an address that any camera app opens.

Digits are the most compact text in a QR symbol that is also safe in every address: 3.33 bits per digit, 8.03 per byte.
Every token has exactly one text, so texts can be compared directly.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from licence_qr.errors import TokenError

MAX_DIGITS = 1300  # bounds int(), whose cost grows with the square of the length
PATH = "/c/"
# Plain http only on the local machine, for a demonstration without a certificate.
_ORIGIN = re.compile(
    r"https://([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?)|http://((?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?)"
)


class ParsedAddress(NamedTuple):
    """A scanned or typed text: the host with its port (None for bare digits), and the digits, not yet checked."""

    host: str | None
    digits: str


def to_digits(token: bytes) -> str:
    """The token as one decimal integer, big-endian. Inverse of ``from_digits`` for tokens whose first byte is not 0."""
    return str(int.from_bytes(token, "big"))


def from_digits(digits: str) -> bytes:
    """The token of a digit text. Only the text is checked, not the bytes.

    Raises TokenError ``symbol_empty``, ``symbol_too_long`` (over 1,300), ``symbol_not_digits`` (anything but 0-9, such
    as a space, a sign or a full-width digit) or ``symbol_leading_zero``.
    """
    if not digits:
        raise TokenError("symbol_empty")
    if len(digits) > MAX_DIGITS:
        raise TokenError("symbol_too_long", length=len(digits), limit=MAX_DIGITS)
    if not (digits.isascii() and digits.encode().isdigit()):  # isdigit of bytes is five times faster than that of str
        raise TokenError("symbol_not_digits")
    if digits[0] == "0":
        raise TokenError("symbol_leading_zero")
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def address(origin: str, token: bytes) -> str:
    """The full text of the QR symbol. ``origin`` is scheme and host in lower case, without a final slash."""
    return f"{origin}{PATH}{to_digits(token)}"


def origins_of(host: str) -> list[str]:
    """The origins of addresses with ``host`` (and its port); empty for an impossible host."""
    return [origin for origin in (f"https://{host}", f"http://{host}") if _ORIGIN.fullmatch(origin)]


def parse_address(text: str) -> ParsedAddress:
    """Take apart ``https://host/c/<digits>``, or bare digits. Nothing is trimmed or normalised: a token has one text.

    Raises TokenError ``symbol_empty``, or ``symbol_not_address`` for anything with a slash that is not such an address.
    The verifier checks the host, and ``from_digits`` the digits.
    """
    if not text:
        raise TokenError("symbol_empty")
    if "/" not in text:
        return ParsedAddress(None, text)
    origin, found, digits = text.partition(PATH)
    match = _ORIGIN.fullmatch(origin)
    if not (found and match):
        raise TokenError("symbol_not_address")
    return ParsedAddress(match[1] or match[2], digits)
