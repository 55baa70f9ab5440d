"""Recovery codes: 80 random bits each, written as 16 letters and digits in groups of four."""

from __future__ import annotations

import base64
import hashlib
import unicodedata

HOW_MANY = 10
RANDOM_BYTES = 10
_GROUP = 4
_LENGTH = 16
# Digits that the alphabet (RFC 4648, section 6) lacks because they look like its letters.
_LOOK_ALIKES = str.maketrans("018", "OIB")


def written(random: bytes) -> str:
    """The code of 10 random bytes, as it is shown: ``ABCD-EFGH-IJKL-MNOP``."""
    return grouped(base64.b32encode(random).decode("ascii"), "-")


def grouped(text: str, between: str) -> str:
    """``text`` in groups of four."""
    return between.join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def read(typed: str) -> str | None:
    """The 16 characters of a code, however its groups, case and width were typed; None if it cannot be one."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_LOOK_ALIKES)
    code = "".join(character for character in plain if not character.isspace() and character not in "-‐–—－")
    fits = len(code) == _LENGTH and code.isascii() and code.isalnum() and "9" not in code
    return code if fits else None


def hashed(code: str) -> bytes:
    """What is stored of a code as ``read`` returns it, 32 bytes. A plain hash, because nobody can try 2^80 codes."""
    return hashlib.sha256(f"licence-qr recovery code 1 {code}".encode()).digest()
