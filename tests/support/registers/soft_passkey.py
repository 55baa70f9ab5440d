"""A passkey in memory: makes and signs what an authenticator would (WebAuthn level 2, section 6), also wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@dataclass
class SoftPasskey:
    """``flags``, ``origin`` and ``count`` can be set to what a wrong answer would say."""

    rp_id: str
    origin: str
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def create(self, options: str) -> str:
        """The answer to ``navigator.credentials.create`` with these options."""
        client = self._client_data("webauthn.create", options)
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose_key()
        statement = {"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(ATTESTED) + attested}
        return self._answer({"clientDataJSON": client, "attestationObject": cbor2.dumps(statement)})

    def get(self, options: str) -> str:
        """The answer to ``navigator.credentials.get`` with these options; the counter rises."""
        self.count += 1
        client = self._client_data("webauthn.get", options)
        data = self._authenticator_data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _client_data(self, kind: str, options: str) -> bytes:
        said = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _authenticator_data(self, more: int) -> bytes:
        party = hashlib.sha256(self.rp_id.encode()).digest()
        return party + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **point})

    def _answer(self, response: dict[str, bytes]) -> str:
        answer: dict[str, Any] = {"id": base64url(self.credential_id), "rawId": base64url(self.credential_id)}
        answer["type"] = "public-key"
        answer["response"] = {name: base64url(value) for name, value in response.items()}
        return json.dumps(answer)
