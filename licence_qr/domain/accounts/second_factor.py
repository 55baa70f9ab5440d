"""Second factors: their kinds, who needs one, and the website that passkeys are made for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from licence_qr.domain.roles import Role

# Every other role needs one in production, also a role that is added later.
OFFERED_TO = frozenset({Role.CLERK})


class Factor(StrEnum):
    """What proves, besides the password, who somebody is."""

    TOTP = "totp"  # a code of an authenticator app (RFC 6238)
    PASSKEY = "passkey"  # WebAuthn level 2
    RECOVERY_CODE = "recovery-code"  # used once, when the others are not at hand


def is_required(roles: Iterable[Role], *, demonstration: bool) -> bool:
    """Whether an account with these roles needs a second factor. A demonstration demands none."""
    return not demonstration and not OFFERED_TO.issuperset(roles)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The website that passkeys belong to: ``id`` is its host without port, ``origin`` its address without path."""

    id: str
    origin: str


def relying_party(address: str) -> RelyingParty | None:
    """The relying party of a service at ``address``; None where browsers allow no passkeys.

    The identifier must be a domain (WebAuthn level 2, section 5.1.2), so an IP address has none; and passkeys need
    https, or the host ``localhost``.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if not host or _is_ip_address(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return RelyingParty(host, f"{parts.scheme}://{parts.netloc}".lower())


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
