"""The root key, which signs the lists of trusted keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from licence_qr.credential.allow_list import AllowList, sign_allow_list
from licence_qr.credential.cose import KID_BYTES, SoftKey
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list
from licence_qr.errors import KeyStoreError
from licence_qr.store.keys import key_files, newest_lists
from licence_qr.store.keys.newest_lists import SignedList

ROOT_KID = bytes(KID_BYTES)


@dataclass(frozen=True, slots=True)
class Root:
    """Signs for the installation whose lists are in ``folder``."""

    folder: Path
    key: SoftKey

    @classmethod
    def at_hand(cls, folder: Path, root_folder: Path, passphrase_file: Path) -> Root:
        """The root of ``folder``, whose private key is in ``root_folder``: the same folder or a removable medium.

        Raises KeyStoreError ``root_key_away``, ``root_key_other`` (that of another installation, whose signatures are
        not accepted here), and those of the files.
        """
        if not key_files.has_private_key(root_folder, key_files.ROOT):
            raise KeyStoreError("root_key_away", path=root_folder)
        passphrase = key_files.read_passphrase(passphrase_file)
        private = key_files.read_private_key(root_folder, key_files.ROOT, passphrase)
        if private.public_key() != key_files.read_root_public_key(folder):
            raise KeyStoreError("root_key_other", path=root_folder)
        return cls(folder, SoftKey(ROOT_KID, private))

    def publish(self, changed: TrustList, now: datetime) -> TrustList:
        """Publish ``changed`` as the next edition. The file is replaced atomically."""
        renewed = replace(changed, sequence=changed.sequence + 1, issued_at=now.replace(microsecond=0))
        key_files.write_trust_list(self.folder, sign_trust_list(renewed, self.key))
        newest_lists.note(self.folder, SignedList.TRUST, renewed.sequence)
        return renewed

    def publish_allow_list(self, allow_list: AllowList) -> None:
        """Publish an allow-list."""
        key_files.write_allow_list(self.folder, sign_allow_list(allow_list, self.key))
        newest_lists.note(self.folder, SignedList.ALLOW, allow_list.sequence)
