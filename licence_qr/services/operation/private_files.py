"""Private keys, and the secret that seals second factors, in one encrypted file apart from the backups."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from licence_qr.errors import KeyStoreError
from licence_qr.store.backup.age import HEADER, Identity, Passphrase, Recipients
from licence_qr.store.files import file_errors
from licence_qr.store.keys import key_files

_KEYS = ("*.pem", "*.hsm")
_WEB_SECRET = ""  # stands for it where names of key files stand
Content = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """The file, shut with the passphrase in ``passphrase_file`` or, without one, for the recipients of the backup."""

    path: Path
    passphrase_file: Path | None

    def write(self, content: Content, to: Recipients) -> None:
        """Write it, also over such a file from before. Raises KeyStoreError ``private_keys_not_written``,
        ``private_keys_over_other``, ``passphrase_missing``."""
        self._refuse_over_other()
        told = {name: base64.b64encode(held).decode() for name, held in content.items()}
        lock = to if self.passphrase_file is None else self._passphrase(self.passphrase_file)
        shut = lock.encrypt(json.dumps(told).encode("ascii"))
        try:
            key_files.write_file(self.path, shut)
        except KeyStoreError as error:
            raise KeyStoreError("private_keys_not_written", **error.facts) from error

    def _refuse_over_other(self) -> None:
        """The register, or a key, may be named by mistake."""
        try:
            with self.path.open("rb") as there:
                if there.read(len(HEADER)) not in {HEADER, b""}:
                    raise KeyStoreError("private_keys_over_other", path=self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise KeyStoreError("private_keys_not_written", path=self.path, because=error.strerror or "") from error

    def read(self, identity: Path) -> Content:
        """What is in it. Raises KeyStoreError ``backup_not_for_this_key``, ``key_damaged``; RegisterError."""
        lock = Identity.read(identity) if self.passphrase_file is None else self._passphrase(self.passphrase_file)
        with file_errors(self.path):
            content = lock.decrypt(self.path.read_bytes(), self.path)
        try:
            return {str(name): base64.b64decode(text) for name, text in json.loads(content).items()}
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise KeyStoreError("key_damaged", path=self.path) from error

    @staticmethod
    def _passphrase(file: Path) -> Passphrase:
        try:
            return Passphrase(key_files.read_passphrase(file).decode())
        except UnicodeDecodeError as error:
            raise KeyStoreError("passphrase_not_text", path=file) from error


def gather(keys: Path, web_secret: Path) -> Content:
    """All there is, by name. Raises RegisterError."""
    with file_errors(keys):
        held = {path.name: path.read_bytes() for pattern in _KEYS for path in keys.glob(pattern)}
        return held | ({_WEB_SECRET: web_secret.read_bytes()} if web_secret.exists() else {})


def put_back(content: Content, keys: Path, web_secret: Path) -> tuple[str, ...]:
    """Write what is missing; return its names. Raises KeyStoreError."""
    targets = {keys / Path(name).name if name else web_secret: held for name, held in content.items()}
    missing = {target: held for target, held in targets.items() if not target.exists()}
    for target, held in missing.items():
        key_files.write_file(target, held)
    return tuple(sorted(target.name for target in missing))
