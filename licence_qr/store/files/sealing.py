"""One file encrypted under a key of its own, and named by the SHA-256 of what is then on the disk.

The key stands in the register alone: without its row nobody can read the file, wherever copies of it are.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licence_qr.errors import InputError, RegisterError

MOST_BYTES = 8 * 1024 * 1024  # of one file: it is encrypted, and read again, whole in memory
_PURPOSE = b"licence-qr file 1"
_KEY_BITS = 256
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedFile:
    """``name`` is the SHA-256 of ``sealed`` in hexadecimal, ``size`` the length of what was encrypted, in bytes."""

    name: str
    size: int
    key: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


def seal(content: bytes) -> SealedFile:
    """``content`` under a fresh key (AES-256-GCM, NIST SP 800-38D), so that equal contents get different names.

    Raises InputError ``kept_file_too_large``.
    """
    if len(content) > MOST_BYTES:
        raise InputError("kept_file_too_large", limit_mb=MOST_BYTES // 1024**2)
    key, nonce = AESGCM.generate_key(_KEY_BITS), os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, content, _PURPOSE)
    return SealedFile(name_of(sealed), len(content), key, sealed)


def name_of(sealed: bytes) -> str:
    """The name of an encrypted file."""
    return hashlib.sha256(sealed).hexdigest()


def unseal(name: str, key: bytes, sealed: bytes) -> bytes:
    """What was encrypted. Raises RegisterError ``file_damaged`` where it is not the file of this name and key."""
    if name_of(sealed) != name:
        raise RegisterError("file_damaged", name=name)
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE)
    except (InvalidTag, ValueError) as error:
        raise RegisterError("file_damaged", name=name) from error
