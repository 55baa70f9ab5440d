"""The trust list: which keys may sign what, and when. It is signed by an offline root key.

A key is found by its two-byte id **and** its purpose. A retired key verifies but does not sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.cose import KID_BYTES
from licence_qr.credential.token import origins_of
from licence_qr.errors import TokenError


class KeyPurpose(StrEnum):
    """Purpose of a key."""

    LICENCE = "licence"
    STATUS = "status"
    LOG = "log"


class KeyState(StrEnum):
    """State of a key."""

    ACTIVE = "active"  # signs and verifies
    RETIRED = "retired"  # verifies what it signed
    COMPROMISED = "compromised"  # nothing it signed is accepted, except what an allow-list names


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One public key (P-256). All days are inclusive and in Asia/Shanghai.

    It signs from ``not_before`` to ``sign_until``; what it signed is accepted until ``verify_until``.
    """

    kid: bytes
    public_key: ec.EllipticCurvePublicKey
    purpose: KeyPurpose
    not_before: date
    sign_until: date
    verify_until: date
    state: KeyState = KeyState.ACTIVE

    def __post_init__(self) -> None:
        if len(self.kid) != KID_BYTES:
            raise TokenError("trust_list_shape", item="kid")
        if not isinstance(self.public_key.curve, ec.SECP256R1):
            raise TokenError("trust_list_shape", item="public_key")
        if not self.not_before <= self.sign_until <= self.verify_until:
            raise TokenError("trust_list_shape", item="dates")

    def may_sign_on(self, day: date) -> bool:
        """Whether a new signature may be made on ``day``."""
        return self.state is KeyState.ACTIVE and self.not_before <= day <= self.sign_until


@dataclass(frozen=True, slots=True)
class TrustList:
    """One edition. ``sequence`` grows with every edition; ``hosts`` (with port) are those of genuine codes.

    ``issued_at`` is aware and in whole seconds. ``origins`` maps what an address may begin with to its host. Raises
    TokenError ``trust_list_shape`` for anything else, or when two keys share both id and purpose.
    """

    sequence: int
    issued_at: datetime
    hosts: tuple[str, ...]
    keys: tuple[TrustedKey, ...]
    origins: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _by_kid: Mapping[bytes, tuple[TrustedKey, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.issued_at.utcoffset() is None or self.issued_at.microsecond:
            raise TokenError("trust_list_shape", item="issued_at")
        object.__setattr__(self, "issued_at", self.issued_at.astimezone(UTC))
        if len({(key.kid, key.purpose) for key in self.keys}) != len(self.keys):
            raise TokenError("trust_list_shape", item="kid")
        by_kid = {each.kid: tuple(key for key in self.keys if key.kid == each.kid) for each in self.keys}
        object.__setattr__(self, "_by_kid", by_kid)
        object.__setattr__(self, "origins", {origin: host for host in self.hosts for origin in origins_of(host)})

    def key(self, kid: bytes, purpose: KeyPurpose) -> TrustedKey:
        """The key of that id and purpose, whatever its state and dates.

        Raises TokenError ``key_unknown`` or ``key_purpose``.
        """
        named = self._by_kid.get(kid, ())
        for key in named:
            if key.purpose is purpose:
                return key
        if named:
            raise TokenError("key_purpose", kid=kid.hex(), purpose=named[0].purpose.value)
        raise TokenError("key_unknown", kid=kid.hex(), sequence=self.sequence)

    def signing_keys(self, purpose: KeyPurpose, day: date) -> tuple[TrustedKey, ...]:
        """The keys that may sign for ``purpose`` on ``day``, the newest first, and later ones in the list before
        earlier."""
        usable = (key for key in reversed(self.keys) if key.purpose is purpose and key.may_sign_on(day))
        # Sorting is stable, in reverse too.
        return tuple(sorted(usable, key=lambda key: key.not_before, reverse=True))
