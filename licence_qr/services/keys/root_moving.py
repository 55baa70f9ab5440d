"""Taking the root's private key away from the service: copied, read back, and only then removed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.trust_list_wire import sign_trust_list, verify_trust_list
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import KeyStoreError
from licence_qr.services.keys import ceremony_record
from licence_qr.services.keys.ceremony_record import fingerprint
from licence_qr.services.keys.root import Root, RootPlace, demand_apart, demand_own_passphrase
from licence_qr.services.keys.steps import Step
from licence_qr.services.keys.trust_list_editions import Ceremony
from licence_qr.services.register.events import NewEvent
from licence_qr.store.files import sync_names
from licence_qr.store.keys import key_files

_MOVED = "根密钥移出服务所用的文件夹 root key moved away from the service"


@dataclass(frozen=True, slots=True)
class RootMove:
    """Moves the root key of ``ceremony`` to ``folder``, outside the folders ``apart_from``, under a passphrase of its own.

    It can be stopped anywhere and repeated: until the copy was read back the root key stays where it is.
    """

    ceremony: Ceremony
    folder: Path
    passphrase: bytes
    apart_from: tuple[Path, ...]

    def run(self, now: datetime) -> bool:
        """Move it; False where it was moved already.

        Raises KeyStoreError ``root_key_away`` (it is in neither place), ``root_key_other``, ``root_passphrase``,
        ``root_folder_beside``, ``passphrase_same``, ``passphrase_weak``, ``key_file_not_written``.
        """
        demand_apart(self.folder, self.apart_from)
        here = self.ceremony.keys.folder
        with key_files.only_one(here):
            left = key_files.private_root_files(here)
            if not key_files.has_private_key(self.folder, key_files.ROOT):
                private = self.ceremony.root().key.private_key
                self._demand_own_passphrase()
                key_files.write_root_public_key(self.folder, private.public_key())
                key_files.write_private_key(self.folder, key_files.ROOT, private, self.passphrase)
                self.ceremony.tell(Step.ROOT_COPIED, {"folder": self.folder})
            public = self._read_back()
            self.ceremony.tell(Step.ROOT_READ_BACK, {"fingerprint": fingerprint(public)})
            if not left:
                return False
            self._write_record(public, now)
            self._remove(left)
        self.ceremony.record(
            NewEvent(kind=EventKind.ROOT_MOVED, subject="key/root", at=now, by=self.ceremony.by, after={})
        )
        return True

    def _demand_own_passphrase(self) -> None:
        of_keys = b""
        with suppress(KeyStoreError):  # where it cannot be read, the service has none
            of_keys = self.ceremony.keys.passphrase()
        demand_own_passphrase(self.passphrase, of_keys)

    def _read_back(self) -> ec.EllipticCurvePublicKey:
        """Sign the list in force with the copy, publish nothing, and verify that as every verifier does."""
        keys = self.ceremony.keys
        copy = Root.at_hand(keys.folder, RootPlace(self.folder, (lambda: self.passphrase,)))
        public = key_files.read_root_public_key(keys.folder)
        verify_trust_list(sign_trust_list(keys.trust_list(), copy.key), public)
        return public

    def _write_record(self, public: ec.EllipticCurvePublicKey, now: datetime) -> None:
        keys = self.ceremony.keys
        entry = ceremony_record.CeremonyEntry(
            _MOVED, self.ceremony.by.username, now, self.folder, public, keys.trust_list().keys
        )
        files = ceremony_record.append((keys.folder, self.folder), entry)
        self.ceremony.tell(Step.RECORD_WRITTEN, {"paths": files})

    def _remove(self, left: tuple[Path, ...]) -> None:
        folder = self.ceremony.keys.folder
        try:
            for path in left:
                path.unlink()
            sync_names(folder)
        except OSError as error:
            raise KeyStoreError("key_file_not_written", path=folder, because=error.strerror or "") from error
        self.ceremony.tell(Step.ROOT_REMOVED, {"paths": left})
