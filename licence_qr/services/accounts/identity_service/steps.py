"""What is remembered between two steps of a sign-in: for one browser, once, for minutes, and readable to that browser alone.

The browser holds a random token in a cookie. What was typed into a form that is kept over the sign-in is encrypted under a
key of that token and of the web secret: neither register nor cookie alone tells it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licence_qr.store.accounts import sign_in_steps
from licence_qr.store.database.connections import Database, Transaction

LIFETIME = timedelta(minutes=10)
_TOKEN_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"licence-qr identity service steps 1"


def new_token() -> str:
    """A token for a browser, or the key of a step."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of all browsers. ``web_secret`` is that of the installation."""

    database: Database
    web_secret: bytes = field(repr=False)

    def put(self, tx: Transaction, browser: str, remembered: Mapping[str, Any], now: datetime) -> str:
        """Remember JSON values for the browser with this token; return the key to them."""
        key, nonce = new_token(), secrets.token_bytes(_NONCE_BYTES)
        content = zlib.compress(json.dumps(remembered).encode("ascii"))
        sealed = nonce + self._cipher(browser).encrypt(nonce, content, key.encode("ascii"))
        sign_in_steps.put(tx, _hash(key), _hash(browser), sealed, now + LIFETIME, now)
        return key

    def take(self, browser: str, key: str, now: datetime) -> dict[str, Any] | None:
        """Use a step up; None if it is of another browser, over, used, or never was. Then nothing is written."""
        hashed = _hash(key), _hash(browser)
        with self.database.read() as tx:
            if not sign_in_steps.known(tx, *hashed, now):
                return None
        with self.database.write() as tx:
            sealed = sign_in_steps.take(tx, *hashed, now)
        if sealed is None:
            return None
        content = self._cipher(browser).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], key.encode("ascii"))
        found: dict[str, Any] = json.loads(zlib.decompress(content))
        return found

    def _cipher(self, browser: str) -> AESGCM:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=_hash(f"salt {browser}"), info=_PURPOSE)
        return AESGCM(derive.derive(self.web_secret))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
