"""Encryption to age recipients (age-encryption.org/v1): whoever makes backups cannot read them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import pyrage
from pyrage import passphrase, x25519

from licence_qr.errors import ConfigError, KeyStoreError

HEADER = b"age-encryption.org/v1\n"  # of every encrypted file


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who can read a backup: public keys, as ``age-keygen`` makes them. Raises ConfigError ``backup_recipient``."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names:
            raise ConfigError("backup_recipient", given="")
        self._keys()

    def encrypt(self, plain: bytes) -> bytes:
        """``plain`` for all of them."""
        encrypted: bytes = pyrage.encrypt(plain, self._keys())
        return encrypted

    def _keys(self) -> list[x25519.Recipient]:
        keys = []
        for name in self.names:
            try:
                keys.append(x25519.Recipient.from_str(name))
            except pyrage.RecipientError as error:
                raise ConfigError("backup_recipient", given=name[:80]) from error
        return keys


@dataclass(frozen=True, slots=True)
class Identity:
    """The secret key of a recipient."""

    key: x25519.Identity

    @classmethod
    def read(cls, path: Path) -> Identity:
        """The key in a file of ``age-keygen``. Raises KeyStoreError ``backup_identity``."""
        try:
            (line,) = (each for each in lines(path) if each.startswith("AGE-SECRET-KEY-"))
            return cls(x25519.Identity.from_str(line))
        except (OSError, ValueError, pyrage.IdentityError) as error:
            raise KeyStoreError("backup_identity", path=path) from error

    def decrypt(self, encrypted: bytes, path: Path) -> bytes:
        """The content of the file at ``path``. Raises KeyStoreError ``backup_not_for_this_key``."""
        try:
            plain: bytes = pyrage.decrypt(encrypted, [self.key])
        except pyrage.DecryptError as error:
            raise KeyStoreError("backup_not_for_this_key", path=path) from error
        return plain


@dataclass(frozen=True, slots=True)
class Passphrase:
    """One passphrase for both ways, for private keys that go into an envelope."""

    text: str

    def encrypt(self, plain: bytes) -> bytes:
        """``plain`` under the passphrase (scrypt)."""
        encrypted: bytes = passphrase.encrypt(plain, self.text)
        return encrypted

    def decrypt(self, encrypted: bytes, path: Path) -> bytes:
        """The content of the file at ``path``. Raises KeyStoreError ``backup_not_for_this_key``."""
        try:
            plain: bytes = passphrase.decrypt(encrypted, self.text)
        except pyrage.DecryptError as error:
            raise KeyStoreError("backup_not_for_this_key", path=path) from error
        return plain


def lines(path: Path) -> tuple[str, ...]:
    """The lines of a file of keys, without remarks. Raises OSError.

    Keys are ASCII, but a remark may be in any encoding, and editors and shells of Windows put a byte order mark first.
    """
    data = path.read_bytes()
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    read = map(str.strip, data.decode(encoding, errors="replace").splitlines())
    return tuple(line for line in read if line and not line.startswith("#"))
