"""Identity numbers at rest: encrypted, so that whoever has the register alone can read none, nor find one by trying."""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licence_qr.errors import AccessError

_SEALED, _COMPARED = b"licence-qr identity numbers 1", b"licence-qr identity number marks 1"
_NONCE_BYTES = 12  # random; a key seals far fewer than 2^32 texts (NIST SP 800-38D, section 8.3)


class IdentitySealing:
    """AES-256-GCM to keep a number, HMAC-SHA-256 to compare it, each under a key of its own that HKDF (RFC 5869) derives
    from ``web_secret``. There are few enough numbers to try them all: without the key a hash would tell each."""

    def __init__(self, web_secret: bytes) -> None:
        self._cipher = AESGCM(_key(web_secret, _SEALED))
        self._comparing = _key(web_secret, _COMPARED)

    def seal(self, place: str, text: str) -> bytes:
        """Encrypt what stands at ``place``, as ``party/<application>/<role>``: nonce, then ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), place.encode())

    def open(self, place: str, sealed: bytes) -> str:
        """Decrypt what ``seal`` made for the same place.

        Raises AccessError ``identity_number_unreadable`` for any other, and after the web secret was replaced.
        """
        try:
            opened = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise AccessError("identity_number_unreadable") from error
        return opened.decode("utf-8", "surrogatepass")

    def mark(self, number: str) -> bytes:
        """What is compared instead of a number: equal for the same one, and to be reversed by nobody without the key."""
        return hmac.digest(self._comparing, number.encode(), "sha256")


def _key(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)
