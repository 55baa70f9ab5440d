"""The half of a pack's key that signing out takes back.

A pack lies encrypted in the browser. One half of its key is kept beside it, unreadable even to scripts; the other is
this cookie. Every page that signs somebody out, or somebody else in, can delete a cookie, with scripts or without; what
was encrypted is then out of reach at once, and the scripts that meet it next delete the rest.
"""

from __future__ import annotations

import secrets

from flask import request
from werkzeug.wrappers import Response

from licence_qr.domain.roles import Actor
from licence_qr.services.pack import LIFETIME

_SECRET_BYTES = 24


def _name() -> str:
    return "__Host-pack-key" if request.is_secure else "pack-key"


def held() -> str:
    """The half key this browser holds, or an empty text."""
    return request.cookies.get(_name(), "")


def hand_out(response: Response, actor: Actor) -> None:
    """Give ``actor``'s browser a half key, the one it has already if that is theirs, for as long as a pack lasts.

    Scripts have to read it, so it is not HttpOnly; it opens nothing on the server.
    """
    value = held() if _is_of(actor) else f"{actor.user_id}-{secrets.token_hex(_SECRET_BYTES)}"
    response.set_cookie(
        _name(),
        value,
        max_age=int(LIFETIME.total_seconds()),
        secure=request.is_secure,
        httponly=False,
        samesite="Strict",
        path="/",
    )


def take_back(response: Response) -> None:
    """Take the half key from the browser."""
    response.delete_cookie(_name(), secure=request.is_secure, samesite="Strict", path="/")


def take_back_from_others(response: Response, actor: Actor) -> None:
    """Take back a half key that belongs to somebody other than ``actor``."""
    if held() and not _is_of(actor):
        take_back(response)


def _is_of(actor: Actor) -> bool:
    owner, _, secret = held().partition("-")
    return owner == str(actor.user_id) and len(secret) == 2 * _SECRET_BYTES and secret.isalnum()
