"""The cookie of a known device, on which somebody has signed in before.

Such a device has a sign-in limit of its own (``services.register.sign_in_limits``). The cookie gives no access: the password
is still needed. It is signed with its own salt, so nothing else that this installation signs is accepted in its place. It is
valid for one account and a limited time, and a new password ends it.

Each account has its own cookie, because colleagues share the computer at a counter. Its name does not reveal the account.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from itertools import islice

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from licence_qr.services.register.sign_in_limits import KnownDevice
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import hand_cookie, is_https

# Longer than any leave; renewed at every sign-in.
LIFETIME = timedelta(days=180)
_PURPOSE = "licence-qr known device 1"
_NAME_HEX = 16
_PREFIX, _HOST = "device-", "__Host-"
MOST_ACCOUNTS = 8  # whose colleagues share a computer; more are not looked at
secret = Handed(bytes)  # the web secret of this installation


def brought(username: str, now: datetime) -> KnownDevice | None:
    """The value in the cookie of ``username``; None if there is no valid one."""
    try:
        user_id, generation, device_id, until = _signer().loads(request.cookies.get(_name(username), ""))
    except BadData:
        return None
    return KnownDevice(user_id, generation, device_id) if now < datetime.fromtimestamp(until, UTC) else None


def is_among(cookies: str, secret_of_installation: bytes, now: datetime) -> bool:
    """Whether a Cookie header holds, for any account, what a device was given and is still known by.

    Asked before Flask is, for where to wait with the password: it says nothing of whether the account knows it still.
    """
    signer = URLSafeSerializer(secret_of_installation, salt=_PURPOSE)
    given = (value for name, value in parse_cookie(cookies).items() if name.removeprefix(_HOST).startswith(_PREFIX))
    return any(_until(signer, value) > now for value in islice(given, MOST_ACCOUNTS))


def _until(signer: URLSafeSerializer, value: str) -> datetime:
    try:
        _, _, _, until = signer.loads(value)
    except BadData:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromtimestamp(until, UTC)


def remember(response: Response, username: str, device: KnownDevice, now: datetime) -> None:
    """Set the cookie of ``username``."""
    until = int((now + LIFETIME).timestamp())
    value = _signer().dumps([device.user_id, device.generation, device.device_id, until])
    hand_cookie(response, _name(username), str(value), int(LIFETIME.total_seconds()))


def _name(username: str) -> str:
    typed = f"{_PURPOSE} name {username}".encode("utf-8", "surrogatepass")
    name = f"{_PREFIX}{hmac.digest(secret(), typed, 'sha256').hex()[:_NAME_HEX]}"
    return f"{_HOST}{name}" if is_https() else name


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=_PURPOSE)
