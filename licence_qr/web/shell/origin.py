"""Which site a form was sent from, as far as the browser says."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from flask import request


def came_from_here() -> bool:
    """Whether the browser says that one of our pages sent this form: by Origin, or by Referer where there is none."""
    return address_parts(_named()).netloc == request.host


def came_from_elsewhere() -> bool:
    """Whether the browser names another site. One that names none, as some inside other apps, is believed."""
    return bool(_named()) and not came_from_here()


def address_parts(address: str) -> SplitResult:
    """The parts of an address that a browser sent; empty ones when it cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _named() -> str:
    return request.headers.get("Origin") or request.referrer or ""
