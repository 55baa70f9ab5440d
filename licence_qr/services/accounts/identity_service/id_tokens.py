"""The ID token: read with every check of OpenID Connect Core 1.0, section 3.1.3.7, or refused."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from licence_qr.services.accounts.identity_service.discovery import wrong

# Signatures with a key pair. With a shared secret (HS256) whoever knows the secret could sign, and ``none`` signs nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
CLOCK_SKEW = timedelta(seconds=60)
MOST_AGE = timedelta(minutes=10)  # of a token that was made for this sign-in
_MOST_CHARACTERS = 32_000
# Headers that we do not know are passed over, as RFC 7515, section 4, wants, but for those that are called critical.
_ALLOWED = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say. ``since``: when the browser was sent to prove who is there; that happened after it."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    since: datetime


def read(token: str, keys: KeySet, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that was made for this sign-in.

    Raises UnknownKey where none of ``keys`` has signed it, IdentityServiceError ``identity_service_wrong`` for every other
    fault.
    """
    signed = _signed(token, keys)
    if signed.claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise wrong("aud")
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        {"iss": {"essential": True, "value": expected.issuer}, "sub": {"essential": True}},
        {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": expected.access_token},
    )
    try:
        claims.validate(now=int(now.timestamp()), leeway=int(CLOCK_SKEW.total_seconds()))
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise wrong(getattr(error, "claim", "") or type(error).__name__) from error
    _demand(signed.claims, expected, now)
    return dict(signed.claims)


class UnknownKey(Exception):
    """The key is not among those that were given: the service may have changed its keys."""


def _signed(token: str, keys: KeySet) -> jwt.Token:
    if len(token) > _MOST_CHARACTERS:
        raise wrong("length of the token")
    try:
        return jwt.decode(token, keys, registry=_ALLOWED)
    except JoseError as error:
        raise _fault(error) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise wrong(type(error).__name__) from error


def _fault(error: JoseError) -> Exception:
    return UnknownKey() if isinstance(error, BadSignatureError | InvalidKeyIdError) else wrong(error.error)


def _demand(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    """What the library leaves open: a nonce compared in constant time, ages, and a proof made for us."""
    nonce = claims.get("nonce")
    told = nonce.encode("utf-8", "surrogatepass") if isinstance(nonce, str) else b""
    if not hmac.compare_digest(told, expected.nonce.encode()):
        raise wrong("nonce")
    if not _instant(claims, "iat") > (now - MOST_AGE).timestamp():
        raise wrong("iat")
    if not _instant(claims, "auth_time") > (expected.since - CLOCK_SKEW).timestamp():
        raise wrong("auth_time")


def _instant(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise wrong(name)
    return float(found)
