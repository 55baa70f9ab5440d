"""Codes of authenticator apps: RFC 6238 with SHA-1, six digits and 30 seconds, which all apps understand."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from datetime import datetime

import pyotp

SECRET_BYTES = 20  # RFC 4226, section 4, R6
DIGITS = 6
STEP_SECONDS = 30
# One step on each side, for clocks that differ and for the time it takes to type (RFC 6238, section 5.2).
STEPS_EITHER_SIDE = 1


def base32(secret: bytes) -> str:
    """The secret as apps take it."""
    return base64.b32encode(secret).decode("ascii")


def address(secret: bytes, account: str, issuer: str) -> str:
    """The ``otpauth://`` address that a QR code hands to an app."""
    return _generator(secret).provisioning_uri(name=account, issuer_name=issuer)


def digits(typed: str) -> str | None:
    """The six digits of a code, also in full width or with spaces; None if it is not one."""
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    return code if len(code) == DIGITS and code.isascii() and code.isdecimal() else None


def step_of(secret: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step, later than ``after``, whose code this is, among those accepted at ``now``; None if there is none.

    A used step and all before it are refused (RFC 6238, section 5.2). Every step is compared, in constant time.
    """
    generator = _generator(secret)
    today = generator.timecode(now)
    found = None
    for step in range(today - STEPS_EITHER_SIDE, today + STEPS_EITHER_SIDE + 1):
        if hmac.compare_digest(generator.generate_otp(step), code) and step > after and found is None:
            found = step
    return found


def _generator(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base32(secret), digits=DIGITS, interval=STEP_SECONDS)
