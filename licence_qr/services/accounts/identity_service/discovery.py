"""What the identity service says about itself (OpenID Connect Discovery 1.0), and its keys, each remembered for an hour."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from licence_qr.errors import IdentityServiceError
from licence_qr.services.accounts.identity_service.https import Deadline, Https, HttpsRequest

REMEMBERED_FOR = timedelta(hours=1)
_WELL_KNOWN = "/.well-known/openid-configuration"
_WRITTEN = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&()*+,;=%-]+")  # RFC 3986, without quotes and fragments
_LEAST_RSA_BITS = 2048  # RFC 7518, section 3.3


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses of the service, all https. ``end_session`` is empty where it has none. ``names_itself``: its answers carry
    its issuer (RFC 9207)."""

    authorization: str
    token: str
    jwks: str
    end_session: str
    secret_in_body: bool
    names_itself: bool


class Discovery:
    """The addresses and keys of the service that ``issuer`` names."""

    def __init__(self, issuer: str, https: Https) -> None:
        self.issuer = issuer
        self.https = https
        self._endpoints: tuple[datetime, Endpoints] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def endpoints(self, now: datetime, deadline: Deadline) -> Endpoints:
        """Raises IdentityServiceError ``identity_service_unreachable`` or ``identity_service_wrong``."""
        found = self._endpoints
        if found is None or not now - REMEMBERED_FOR < found[0] <= now:
            told = self.https.ask(HttpsRequest(self.issuer.rstrip("/") + _WELL_KNOWN), deadline)
            found = self._endpoints = (now, _endpoints(told, self.issuer))
        return found[1]

    def keys(self, now: datetime, deadline: Deadline, *, anew: bool = False) -> KeySet:
        """Its public keys for signatures; ``anew``: not as remembered. Raises as ``endpoints``."""
        found = self._keys
        if anew or found is None or not now - REMEMBERED_FOR < found[0] <= now:
            told = self.https.ask(HttpsRequest(self.endpoints(now, deadline).jwks), deadline)
            found = self._keys = (now, _keys(told))
        return found[1]


def _endpoints(told: Mapping[str, Any], issuer: str) -> Endpoints:
    if told.get("issuer") != issuer:
        raise wrong("issuer of the discovery")
    methods = told.get("token_endpoint_auth_methods_supported")
    return Endpoints(
        authorization=_address(told, "authorization_endpoint"),
        token=_address(told, "token_endpoint"),
        jwks=_address(told, "jwks_uri"),
        end_session=_address(told, "end_session_endpoint") if told.get("end_session_endpoint") else "",
        secret_in_body=isinstance(methods, list) and "client_secret_basic" not in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    try:
        if isinstance(found, str) and _WRITTEN.fullmatch(found):
            parts = urlsplit(found)
            if parts.scheme == "https" and parts.hostname and (parts.port or 443):
                return found
    except ValueError:
        pass
    raise wrong(name)


def _keys(told: Mapping[str, Any]) -> KeySet:
    """The keys that we could use. One that we cannot read, for another purpose or another algorithm, is passed over."""
    keys = told.get("keys")
    found: list[Key] = [key for each in keys if (key := _key(each))] if isinstance(keys, list) else []
    if not found:
        raise wrong("keys")
    return KeySet(found)


def _key(told: Any) -> RSAKey | ECKey | None:
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return None
    try:
        if told.get("kty") == "EC":
            return ECKey.import_key(told)
        key = RSAKey.import_key(told) if told.get("kty") == "RSA" else None
        return key if key and key.public_key.key_size >= _LEAST_RSA_BITS else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def wrong(what: str) -> IdentityServiceError:
    """The error for an answer that is not to be trusted."""
    return IdentityServiceError("identity_service_wrong", because=what)
