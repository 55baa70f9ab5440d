"""The first keys of an installation: the root, a key for each purpose, and the trust list that names them.

The order lets a run be stopped anywhere and repeated: the root's public key here, its private key where it is kept, the
signing keys, the record, and last the trust list. While there is no list nothing is signed; what was made is used again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.cose import SoftKey
from licence_qr.credential.trust_list import KeyPurpose, TrustedKey, TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list
from licence_qr.domain.dates import local_date
from licence_qr.errors import KeyStoreError
from licence_qr.services.keys import ceremony_record
from licence_qr.services.keys.ceremony_record import fingerprint
from licence_qr.services.keys.keyring import FIRST_PURPOSES, Keys, free_kid, trusted_from
from licence_qr.services.keys.root import ROOT_KID, demand_apart, demand_own_passphrase
from licence_qr.services.keys.steps import Step, Tell, silent
from licence_qr.store.keys import key_files, newest_lists, passphrases
from licence_qr.store.keys.newest_lists import SignedList

_MADE = "建立根密钥和首批签名密钥 root key and first signing keys made"


@dataclass(frozen=True, slots=True)
class Custody:
    """How the first keys are kept: ``passphrase`` opens the signing keys, ``root_passphrase`` the root in ``root_folder``.

    ``by`` is who makes them, for the record.
    """

    passphrase: bytes
    root_folder: Path
    root_passphrase: bytes
    by: str = ""

    @classmethod
    def beside(cls, keys: Keys) -> Custody:
        """That of a demonstration: all in one folder, under a passphrase that is made where it is missing."""
        if not keys.passphrase_file.exists():
            key_files.write_file(keys.passphrase_file, secrets.token_urlsafe(24).encode())
        passphrase = key_files.read_passphrase(keys.passphrase_file)
        return cls(passphrase, keys.folder, passphrase)

    def demand_apart(self, folders: Iterable[Path]) -> None:
        """Raise KeyStoreError ``root_folder_beside``, ``passphrase_same`` or ``passphrase_weak`` unless whoever can read
        ``folders``, and has the passphrase of the signing keys, has no root key."""
        demand_apart(self.root_folder, folders)
        demand_own_passphrase(self.root_passphrase, self.passphrase)
        passphrases.demand_strong(self.passphrase)


def make_keys(
    keys: Keys, hosts: tuple[str, ...], now: datetime, custody: Custody | None = None, tell: Tell = silent
) -> None:
    """Create what is missing, unless there is a trust list. Without ``custody`` as in a demonstration.

    Two processes that do this at the same time end with the same keys. Raises KeyStoreError ``key_file_not_written``,
    ``root_folder_taken``, ``root_key_other``, ``key_of_stopped_run`` and those of the files.
    """
    with key_files.only_one(keys.folder):
        if not key_files.trust_list_stamp(keys.folder):
            _make(keys.folder, hosts, now, custody or Custody.beside(keys), tell)


def _make(folder: Path, hosts: tuple[str, ...], now: datetime, custody: Custody, tell: Tell) -> None:
    made: tuple[TrustedKey, ...] = ()
    root = _root(folder, custody, tell)
    for purpose in FIRST_PURPOSES:
        made += (_first_key(folder, purpose, made, custody, local_date(now), tell),)
    if custody.root_folder != folder:
        held = ceremony_record.CeremonyEntry(_MADE, custody.by, now, custody.root_folder, root.public_key(), made)
        tell(Step.RECORD_WRITTEN, {"paths": ceremony_record.append((folder, custody.root_folder), held)})
    trust_list = TrustList(1, now.replace(microsecond=0), hosts, made)
    # The list comes last: if it exists, everything before it is complete.
    key_files.write_trust_list(folder, sign_trust_list(trust_list, SoftKey(ROOT_KID, root)))
    newest_lists.note(folder, SignedList.TRUST, trust_list.sequence)
    tell(Step.LIST_SIGNED, {"edition": trust_list.sequence})


def _root(folder: Path, custody: Custody, tell: Tell) -> ec.EllipticCurvePrivateKey:
    """The root key of a run that was stopped, or a new one. One that this installation did not make is left alone."""
    place = custody.root_folder
    if key_files.has_private_key(place, key_files.ROOT) and key_files.has_root_public_key(folder):
        root = key_files.read_private_key(place, key_files.ROOT, custody.root_passphrase)
        if root.public_key() != key_files.read_root_public_key(folder):
            raise KeyStoreError("root_key_other", path=place)
        tell(Step.ROOT_FOUND, {"folder": place, "fingerprint": fingerprint(root.public_key())})
        return root
    if place != folder and key_files.has_private_key(place, key_files.ROOT):
        raise KeyStoreError("root_folder_taken", path=place)
    root = ec.generate_private_key(ec.SECP256R1())
    for each in {folder, place}:
        key_files.write_root_public_key(each, root.public_key())
    key_files.write_private_key(place, key_files.ROOT, root, custody.root_passphrase)
    tell(Step.ROOT_MADE, {"folder": place, "fingerprint": fingerprint(root.public_key())})
    return root


def _first_key(
    folder: Path, purpose: KeyPurpose, others: tuple[TrustedKey, ...], custody: Custody, first: date, tell: Tell
) -> TrustedKey:
    """The key of a run that was stopped, or a new one. Raises KeyStoreError ``key_of_stopped_run`` where there is one that
    cannot be opened: a second key would lie beside it, and nobody would know why."""
    for path in sorted(folder.glob(f"{purpose}-*.pem")):
        if not (named := re.fullmatch(r"\w+-([0-9a-f]{4})", path.stem)):
            continue
        try:
            found = key_files.read_private_key(folder, path.stem, custody.passphrase)
        except KeyStoreError as error:
            raise KeyStoreError("key_of_stopped_run", path=path) from error
        tell(Step.KEY_FOUND, {"purpose": purpose.value, "kid": named[1]})
        return trusted_from(bytes.fromhex(named[1]), found.public_key(), purpose, first)
    private, kid = ec.generate_private_key(ec.SECP256R1()), free_kid(others)
    key_files.write_private_key(folder, key_files.key_name(purpose, kid), private, custody.passphrase)
    tell(Step.KEY_MADE, {"purpose": purpose.value, "kid": kid.hex()})
    return trusted_from(kid, private.public_key(), purpose, first)
