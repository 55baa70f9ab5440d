"""Who watches: a program on this machine, or one with the token. A header that a proxy forwards makes nobody local."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from pathlib import Path

from flask import request

# Where the peer of the connection itself stands (licence_qr.web.serving.site), whatever REMOTE_ADDR is set to later.
# Without it nobody is local.
PEER = "licence_qr.peer"
# A proxy on this machine passes visitors on from its own loopback address; these say that it does.
_PASSED_ON = frozenset({"HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA"})
_FORWARDED = "HTTP_X_FORWARDED_"


def is_watcher(token_file: Path | None) -> bool:
    """Whether who asks may see how the service fares. The token is read each time, so a new one counts at once."""
    return _is_local() or _has_token(token_file)


def _is_local() -> bool:
    environ = request.environ
    try:
        peer = ip_address(environ.get(PEER, ""))
    except ValueError:
        return False
    return peer.is_loopback and not any(name in _PASSED_ON or name.startswith(_FORWARDED) for name in environ)


def _has_token(token_file: Path | None) -> bool:
    given = request.headers.get("Authorization", "")
    if token_file is None or not given.startswith("Bearer "):
        return False
    try:
        token = token_file.read_bytes().strip()
    except OSError:
        return False
    return bool(token) and hmac.compare_digest(token, given.removeprefix("Bearer ").encode())
