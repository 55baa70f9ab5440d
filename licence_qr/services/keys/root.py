"""The root key, which signs the lists of trusted keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.allow_list import AllowList, sign_allow_list
from licence_qr.credential.cose import KID_BYTES, SoftKey
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list
from licence_qr.errors import KeyStoreError
from licence_qr.store.keys import key_files, newest_lists, passphrases
from licence_qr.store.keys.newest_lists import SignedList

ROOT_KID = bytes(KID_BYTES)
Passphrase = Callable[[], bytes]  # where it may come from


@dataclass(frozen=True, slots=True)
class RootPlace:
    """Where the root's private key is, and what may give its passphrase: they are tried in turn, so that somebody is asked
    only where the others do not open it."""

    folder: Path
    passphrases: tuple[Passphrase, ...]

    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """The key. Raises KeyStoreError ``root_key_away``, ``root_passphrase``, ``passphrase_missing``, ``key_damaged``."""
        if not key_files.has_private_key(self.folder, key_files.ROOT):
            raise KeyStoreError("root_key_away", path=self.folder)
        refused: KeyStoreError | None = None
        for passphrase in self.passphrases:
            try:
                return key_files.read_private_key(self.folder, key_files.ROOT, passphrase())
            except KeyStoreError as error:
                if error.code == "key_damaged":  # no passphrase opens it: nobody is asked for another one
                    raise
                refused = error
        if refused is None or refused.code == "key_passphrase":
            raise KeyStoreError("root_passphrase", path=self.folder)
        raise refused


@dataclass(frozen=True, slots=True)
class Root:
    """Signs for the installation whose lists are in ``folder``."""

    folder: Path
    key: SoftKey

    @classmethod
    def at_hand(cls, folder: Path, place: RootPlace) -> Root:
        """The root of ``folder``, whose private key is at ``place``: the same folder or a removable medium.

        Raises KeyStoreError ``root_key_other`` (that of another installation, whose signatures are not accepted here), and
        what ``RootPlace.private_key`` raises.
        """
        private = place.private_key()
        if private.public_key() != key_files.read_root_public_key(folder):
            raise KeyStoreError("root_key_other", path=place.folder)
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


def demand_apart(root_folder: Path, folders: Iterable[Path]) -> None:
    """Raise KeyStoreError ``root_folder_beside`` where a copy of one of ``folders`` would hold the root key."""
    here = root_folder.resolve()
    for folder in (each.resolve() for each in folders):
        if here == folder or folder in here.parents or here in folder.parents:
            raise KeyStoreError("root_folder_beside", path=root_folder, folder=folder)


def demand_own_passphrase(of_root: bytes, of_keys: bytes) -> None:
    """Raise KeyStoreError ``passphrase_same`` or ``passphrase_weak`` for a passphrase of the root key that the service has
    too, or that can be guessed."""
    if of_root == of_keys:
        raise KeyStoreError("passphrase_same")
    passphrases.demand_strong(of_root)


def check_root_apart(folders: Iterable[Path]) -> None:
    """Raise KeyStoreError ``root_key_beside`` where a private root key lies in one of ``folders``."""
    for folder in folders:
        for path in key_files.private_root_files(folder):
            raise KeyStoreError("root_key_beside", path=path)
