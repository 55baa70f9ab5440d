"""The cookie by which a device is known on which somebody has signed in before.

Whatever strangers try, such a device keeps tries of its own (``services.register.sign_in_limits``). The cookie opens
nothing: the password is asked for all the same. It is signed with a salt of its own, so that nothing else this installation
signs is taken for it; it holds for one account and a time, and a new password ends it.

Each account has a cookie of its own: colleagues at one counter share a computer. Its name tells nobody whose it is.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from licence_qr.services.register.sign_in_limits import KnownDevice
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import hand_cookie, is_https

# Longer than any leave. Every sign-in begins it anew.
LIFETIME = timedelta(days=180)
_PURPOSE = "licence-qr known device 1"
_NAME_HEX = 16
secret = Handed(bytes)  # what only this installation knows


def brought(username: str, now: datetime) -> KnownDevice | None:
    """What this device was given when somebody last signed in on it as ``username``; None when nothing, or too long ago."""
    try:
        user_id, generation, device_id, until = _signer().loads(request.cookies.get(_name(username), ""))
    except BadData:
        return None
    return KnownDevice(user_id, generation, device_id) if now < datetime.fromtimestamp(until, UTC) else None


def remember(response: Response, username: str, device: KnownDevice, now: datetime) -> None:
    """Give the device what it is known by from now on."""
    until = int((now + LIFETIME).timestamp())
    value = _signer().dumps([device.user_id, device.generation, device.device_id, until])
    hand_cookie(response, _name(username), str(value), int(LIFETIME.total_seconds()))


def _name(username: str) -> str:
    typed = f"{_PURPOSE} name {username}".encode("utf-8", "surrogatepass")
    name = f"device-{hmac.digest(secret(), typed, 'sha256').hex()[:_NAME_HEX]}"
    return f"__Host-{name}" if is_https() else name


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=_PURPOSE)
