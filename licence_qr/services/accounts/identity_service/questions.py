"""What the identity service is asked, and what a browser brings back from it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

RETURN_PATH = "/sign-in/service/return"  # on this site, of the address to which the service sends browsers back
_VERIFIER_BYTES = 48  # 64 characters; RFC 7636 wants 43 to 128
_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Registration:
    """How this service is registered at the identity service ``issuer``, which pages call ``name`` and whose certificates
    authorities of ``ca_file`` sign, where it is not None.

    ``return_address`` is the one address to which answers are sent. ``staff_claim`` carries the staff number; ``acr_values``
    and ``amr_values`` count as a second factor.
    """

    issuer: str
    name: str
    ca_file: Path | None
    client_id: str
    client_secret_file: Path
    return_address: str
    staff_claim: str
    acr_values: frozenset[str]
    amr_values: frozenset[str]


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """What the browser was sent with at ``at``: ``nonce`` is answered in the token, ``verifier`` proves who asked (PKCE)."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    at: datetime

    @classmethod
    def anew(cls, now: datetime) -> IdentityQuestion:
        """A new question."""
        return cls(secrets.token_urlsafe(_NONCE_BYTES), secrets.token_urlsafe(_VERIFIER_BYTES), now)

    def remembered(self) -> dict[str, str]:
        """The question as JSON values."""
        return {"nonce": self.nonce, "verifier": self.verifier, "at": self.at.isoformat()}

    @classmethod
    def recalled(cls, values: dict[str, Any]) -> IdentityQuestion:
        """What ``remembered`` made."""
        return cls(values["nonce"], values["verifier"], datetime.fromisoformat(values["at"]))


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What the browser brought back from the service. ``issuer``: which service says it answers (RFC 9207)."""

    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str | None = None
