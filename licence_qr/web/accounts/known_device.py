"""The cookie of a known device, on which somebody has signed in before.

Such a device has a sign-in limit of its own (``services.accounts.sign_in_limits``). The cookie gives no access: the password
is still needed. It is signed with its own salt, so nothing else that this installation signs is accepted in its place. It is
valid for one account and a limited time, and a new password ends it.

Each account has its own cookie, because colleagues share the computer at a counter. Its name does not reveal the account.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from itertools import islice

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.devices import KNOWN_FOR
from licence_qr.services.accounts.sign_in_limits import KnownDevice
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import hand_cookie, is_https

LIFETIME = KNOWN_FOR
_PURPOSE = "licence-qr known device 1"
_NAME_HEX = 16
MOST_ACCOUNTS = 8  # whose colleagues share a computer; more are not looked at
secret = Handed(bytes)  # the web secret of this installation


def brought(username: str, now: datetime) -> KnownDevice | None:
    """The value in the cookie of ``username``; None if there is no valid one."""
    return _read(_signer(), request.cookies.get(_name(username), ""), now)


def brought_for(username: str, now: datetime) -> KnownDevice | None:
    """``brought``, or else the first valid value in the cookie of another account: a colleague has signed in here."""
    begin = _begin(https=is_https())
    given = (value for name, value in request.cookies.items() if name.startswith(begin))
    found = (_read(_signer(), value, now) for value in islice(given, MOST_ACCOUNTS))
    return brought(username, now) or next((device for device in found if device), None)


def among(cookies: str, secret_of_installation: bytes, now: datetime, *, https: bool) -> str:
    """The identifier of the first known device, of any account, that a Cookie header holds; empty if there is none.

    Asked before Flask is, for what a device may hold of the service: it says nothing of whether the account knows it
    still. On https only the name that the browser guards counts: any page of a neighbouring host could have set another.
    """
    begin = _begin(https=https)
    if begin not in cookies:
        return ""
    signer = URLSafeSerializer(secret_of_installation, salt=_PURPOSE)
    given = (value for name, value in parse_cookie(cookies).items() if name.startswith(begin))
    found = (_read(signer, value, now) for value in islice(given, MOST_ACCOUNTS))
    return next((device.device_id for device in found if device), "")


def _read(signer: URLSafeSerializer, value: str, now: datetime) -> KnownDevice | None:
    try:
        user_id, generation, device_id, until = signer.loads(value)
    except BadData:
        return None
    return KnownDevice(user_id, generation, device_id) if now < datetime.fromtimestamp(until, UTC) else None


def remember(response: Response, username: str, device: KnownDevice, now: datetime) -> None:
    """Set the cookie of ``username``."""
    until = int((now + LIFETIME).timestamp())
    value = _signer().dumps([device.user_id, device.generation, device.device_id, until])
    hand_cookie(response, _name(username), str(value), int(LIFETIME.total_seconds()))


def _name(username: str) -> str:
    typed = f"{_PURPOSE} name {username}".encode("utf-8", "surrogatepass")
    return _begin(https=is_https()) + hmac.digest(secret(), typed, "sha256").hex()[:_NAME_HEX]


def _begin(*, https: bool) -> str:
    return "__Host-device-" if https else "device-"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret(), salt=_PURPOSE)
