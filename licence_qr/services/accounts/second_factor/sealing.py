"""Secrets of accounts at rest: encrypted, so that a stolen register without the installation's web secret is not enough."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licence_qr.errors import AccessError

_PURPOSE = b"licence-qr second factor secrets 1"
_NONCE_BYTES = 12  # random; a key seals far fewer than 2^32 secrets (NIST SP 800-38D, section 8.3)


class Sealing:
    """AES-256-GCM under a key that HKDF (RFC 5869) derives from ``web_secret`` for this purpose alone."""

    def __init__(self, web_secret: bytes) -> None:
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(web_secret)
        self._cipher = AESGCM(key)

    def seal(self, user_id: int, secret: bytes) -> bytes:
        """Encrypt a secret of an account: nonce, then ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, _belongs_to(user_id))

    def open(self, user_id: int, sealed: bytes) -> bytes:
        """Decrypt what ``seal`` made for the same account.

        Raises AccessError ``second_factor_unreadable`` for any other, and after the web secret was replaced.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _belongs_to(user_id))
        except (InvalidTag, ValueError) as error:
            raise AccessError("second_factor_unreadable") from error


def _belongs_to(user_id: int) -> bytes:
    """Bound to the account: a row moved to another account cannot be opened."""
    return f"account/{user_id}".encode()
