"""The half of the pack's key that signing out takes back.

A pack lies encrypted in the browser, and so does every inspection until it was sent. One half of their key is kept
beside them, unreadable even to scripts; the other is this cookie. Every page that signs somebody out, or somebody else
in, can delete a cookie, with scripts or without; what was encrypted is then out of reach at once.

The half is the same for one person at every time, so that an inspection not yet sent opens again once she has signed in
again, however long that was after the pack was over. Nobody but she is handed it.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from licence_qr.domain.roles import Actor
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import is_https

_SECRET_HEX = 48
# Beyond the 12 hours of a pack: a visit begun in the last minute of it is finished under the same key.
LIFETIME = timedelta(hours=36)
secret = Handed(bytes)  # what only this installation knows


def _name() -> str:
    return "__Host-pack-key" if is_https() else "pack-key"


def held() -> str:
    """The half key this browser holds, or an empty text."""
    return request.cookies.get(_name(), "")


def hand_out(response: Response, actor: Actor) -> None:
    """Give ``actor``'s browser their half key for as long as a visit may last.

    Scripts have to read it, so it is not HttpOnly; it opens nothing on the server.
    """
    response.set_cookie(
        _name(),
        _of(actor),
        max_age=int(LIFETIME.total_seconds()),
        secure=is_https(),
        httponly=False,
        samesite="Strict",
        path="/",
    )


def take_back(response: Response) -> None:
    """Take the half key from the browser."""
    response.delete_cookie(_name(), secure=is_https(), samesite="Strict", path="/")


def take_back_from_others(response: Response, actor: Actor) -> None:
    """Take back a half key that belongs to somebody other than ``actor``."""
    if held() and not hmac.compare_digest(held().encode(), _of(actor).encode()):
        take_back(response)


def _of(actor: Actor) -> str:
    """The number of the account, and what only this installation can derive from it (HMAC, RFC 2104)."""
    derived = hmac.digest(secret(), f"pack-key 1 {actor.user_id}".encode(), "sha256")
    return f"{actor.user_id}-{derived.hex()[:_SECRET_HEX]}"
