"""The identity service, asked to prove who is at a browser: where the browser is sent, and what its answer proves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from licence_qr.domain.accounts.people import ProvenPerson, ServiceIdentity
from licence_qr.errors import IdentityServiceError
from licence_qr.services.accounts.identity_service import id_tokens
from licence_qr.services.accounts.identity_service.discovery import Discovery, wrong
from licence_qr.services.accounts.identity_service.https import SECONDS, Deadline, Https, HttpsRequest, declined
from licence_qr.services.accounts.identity_service.questions import IdentityQuestion, Registration, ServiceAnswer

_MOST_STAFF_NO = 64
_MOST_SUB = 255  # characters (OpenID Connect Core 1.0, section 2)


class Provider:
    """The service at which ``registered`` is. ``seconds`` are for everything that one page asks it."""

    def __init__(self, registered: Registration, seconds: float = SECONDS) -> None:
        self._discovery = Discovery(registered.issuer, Https(registered.ca_file, seconds))
        self._registered = registered

    def demand_reachable(self, now: datetime) -> None:
        """Raise IdentityServiceError unless the service has said lately where it is asked, or says it now."""
        self._discovery.endpoints(now, self._discovery.https.deadline())

    def address_to_ask(self, asked: IdentityQuestion, state: str, now: datetime) -> str:
        """Where the browser is sent. Somebody must prove anew who they are there: whoever sat at the computer before may
        still be signed in. Raises IdentityServiceError."""
        endpoint = self._discovery.endpoints(now, self._discovery.https.deadline()).authorization
        parameters = {
            "client_id": self._registered.client_id,
            "response_type": "code",
            "redirect_uri": self._registered.return_address,
            "scope": "openid",
            "state": state,
            "nonce": asked.nonce,
            "code_challenge": create_s256_code_challenge(asked.verifier),
            "code_challenge_method": "S256",
            "prompt": "login",
            "max_age": "0",
        }
        if self._registered.acr_values:
            parameters["acr_values"] = " ".join(sorted(self._registered.acr_values))
        address: str = add_params_to_uri(endpoint, list(parameters.items()))
        return address

    def person(self, asked: IdentityQuestion, answer: ServiceAnswer, now: datetime) -> ProvenPerson:
        """Whom the answer proves. Raises IdentityServiceError."""
        deadline = self._discovery.https.deadline()
        self._demand_issuer(answer, now, deadline)
        if answer.error or not answer.code:
            raise declined(answer.error)
        told = self._exchanged(asked, answer.code, now, deadline)
        return self._read(self._claims(told, asked, now, deadline))

    def address_to_sign_out(self, back_to: str, now: datetime) -> str | None:
        """Where the browser is sent to sign out of the service too (RP-Initiated Logout 1.0); None where that is not
        offered. Raises IdentityServiceError."""
        endpoint = self._discovery.endpoints(now, self._discovery.https.deadline()).end_session
        parameters = {"client_id": self._registered.client_id, "post_logout_redirect_uri": back_to}
        return add_params_to_uri(endpoint, list(parameters.items())) if endpoint else None

    def _demand_issuer(self, answer: ServiceAnswer, now: datetime, deadline: Deadline) -> None:
        """An answer of another service is not taken to this one (RFC 9207, section 2.4)."""
        named, issuer = answer.issuer, self._discovery.issuer
        if named is None and self._discovery.endpoints(now, deadline).names_itself:
            raise wrong("iss missing")
        if named is not None and named != issuer:
            raise wrong("iss of the answer")

    def _exchanged(self, asked: IdentityQuestion, code: str, now: datetime, deadline: Deadline) -> Mapping[str, Any]:
        """The tokens for a code, which the service gives once, to whoever has secret and verifier."""
        endpoints = self._discovery.endpoints(now, deadline)
        body = urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._registered.return_address,
                "code_verifier": asked.verifier,
            }
        )
        method, named = "client_secret_post", (self._registered.client_id, self._secret())
        if not endpoints.secret_in_body:  # encoded first (RFC 6749, section 2.3.1), which the library leaves to others
            method, named = "client_secret_basic", (quote_plus(named[0]), quote_plus(named[1]))
        signed = ClientAuth(*named, method)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address, headers, body = signed.prepare("POST", endpoints.token, headers, body)
        return self._discovery.https.ask(HttpsRequest(address, headers, body), deadline)

    def _claims(
        self, told: Mapping[str, Any], asked: IdentityQuestion, now: datetime, deadline: Deadline
    ) -> Mapping[str, Any]:
        token, access_token = told.get("id_token"), told.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise wrong("id_token missing")
        expected = id_tokens.Expected(
            self._discovery.issuer, self._registered.client_id, asked.nonce, access_token, asked.at
        )
        try:
            return id_tokens.read(token, self._discovery.keys(now, deadline), expected, now)
        except id_tokens.UnknownKey:
            pass
        try:  # the service may have changed its keys
            return id_tokens.read(token, self._discovery.keys(now, deadline, anew=True), expected, now)
        except id_tokens.UnknownKey as error:
            raise wrong("signature") from error

    def _read(self, claims: Mapping[str, Any]) -> ProvenPerson:
        number, acr, amr = (claims.get(name) for name in (self._registered.staff_claim, "acr", "amr"))
        if not isinstance(number, str) or not number.isprintable() or not 0 < len(number.strip()) <= _MOST_STAFF_NO:
            raise IdentityServiceError("identity_service_no_staff_no", claim=self._registered.staff_claim)
        sub = claims.get("sub")
        if not isinstance(sub, str) or not sub.isprintable() or not 0 < len(sub) <= _MOST_SUB:
            raise wrong("sub")
        methods = {each for each in amr if isinstance(each, str)} if isinstance(amr, list) else set()
        second = isinstance(acr, str) and acr in self._registered.acr_values
        second = second or not self._registered.amr_values.isdisjoint(methods)
        identity = ServiceIdentity(self._discovery.issuer, sub)
        return ProvenPerson(identity, number, second_factor=second)

    def _secret(self) -> str:
        try:
            return self._registered.client_secret_file.read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as error:
            raise IdentityServiceError("identity_service_secret", path=self._registered.client_secret_file) from error
