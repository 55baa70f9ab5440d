"""The keys of this installation: created on first run, used for each signature and scan."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.credential.allow_list import AllowList, verify_allow_list
from licence_qr.credential.cose import KID_BYTES, SigningKey, SoftKey
from licence_qr.credential.trust_list import KeyPurpose, TrustedKey, TrustList
from licence_qr.credential.trust_list_wire import verify_trust_list
from licence_qr.domain.dates import add_months, local_date
from licence_qr.errors import KeyStoreError
from licence_qr.services.keys.root import ROOT_KID, Root, RootPlace
from licence_qr.store.files import sync_names
from licence_qr.store.keys import key_files, newest_lists
from licence_qr.store.keys.hsm import Hsm, HsmKey
from licence_qr.store.keys.newest_lists import SignedList

SIGN_MONTHS = 24
VERIFY_MONTHS = SIGN_MONTHS + 12 * 10
# Purposes that every installation needs a key for; the log gets its key when there is a log.
FIRST_PURPOSES = (KeyPurpose.LICENCE, KeyPurpose.STATUS)


def free_kid(taken: Iterable[TrustedKey]) -> bytes:
    """A key id of two bytes that no key of ``taken`` has, for any purpose, and that is not the root's."""
    used = {ROOT_KID, *(key.kid for key in taken)}
    while (kid := secrets.token_bytes(KID_BYTES)) in used:
        pass
    return kid


def trusted_from(kid: bytes, public_key: ec.EllipticCurvePublicKey, purpose: KeyPurpose, first: date) -> TrustedKey:
    """The entry of a new key whose first day is ``first``: it signs for 24 months and verifies for ten more years."""
    sign_until, verify_until = add_months(first, SIGN_MONTHS), add_months(first, VERIFY_MONTHS)
    return TrustedKey(kid, public_key, purpose, first, sign_until, verify_until)


class KeyPlace(StrEnum):
    """Where a private key is."""

    FILE = "file"
    HSM = "hsm"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One edition as read; ``allow_lists`` has one item once the list was read."""

    stamp: Hashable
    signed: bytes
    trust_list: TrustList
    signing: dict[tuple[bytes, KeyPurpose], SigningKey] = field(default_factory=dict)
    allow_lists: list[AllowList | None] = field(default_factory=list)


class Keys:
    """Keys with files in ``folder``. The trust list is read again when its file changes.

    ``noted`` gives the highest editions that the register has noted. An older list than that, or than was noted beside the
    keys, is refused.
    """

    def __init__(
        self,
        folder: Path,
        passphrase_file: Path,
        hsm: Hsm | None = None,
        noted: Callable[[], Mapping[SignedList, int]] = dict,
    ) -> None:
        self.folder = folder
        self.passphrase_file = passphrase_file
        self.hsm = hsm
        self._noted = noted
        self._loaded: _Loaded | None = None

    def make_key(self, purpose: KeyPurpose, others: Iterable[TrustedKey], first: date) -> TrustedKey:
        """Create a key and its file; it is used once a trust list names it. Raises the errors of the files."""
        private, kid = ec.generate_private_key(ec.SECP256R1()), free_kid(others)
        key_files.write_private_key(self.folder, key_files.key_name(purpose, kid), private, self.passphrase())
        return trusted_from(kid, private.public_key(), purpose, first)

    def take_key_of_hsm(self, purpose: KeyPurpose, others: Iterable[TrustedKey], first: date, label: str) -> TrustedKey:
        """Use the key called ``label`` in the hardware module; it is created if missing.

        Only its label is stored here. Raises KeyStoreError ``hsm_not_set`` and those of the module.
        """
        kid = free_kid(others)
        public_key = self._hsm().public_key(label)
        key_files.write_hsm_label(self.folder, key_files.key_name(purpose, kid), label)
        return trusted_from(kid, public_key, purpose, first)

    def _hsm(self) -> Hsm:
        if self.hsm is None:
            raise KeyStoreError("hsm_not_set")
        return self.hsm

    def complete(self, now: datetime) -> None:
        """Add missing keys to an installation of an earlier version, if its root key is available.

        Does nothing if the root key is elsewhere or the trust list is lost; use ``licence-qr keys new`` later.
        Raises KeyStoreError ``passphrase_missing`` and those of the files.
        """
        with key_files.only_one(self.folder):
            if not key_files.trust_list_stamp(self.folder):
                return
            keys = self.trust_list().keys
            missing = [purpose for purpose in FIRST_PURPOSES if purpose not in {key.purpose for key in keys}]
            if not missing or not key_files.has_private_key(self.folder, key_files.ROOT):
                return
            root = self._root()
            for purpose in missing:
                keys += (self.make_key(purpose, keys, local_date(now)),)
            root.publish(replace(self.trust_list(), keys=keys), now)

    def add_host(self, host: str, now: datetime) -> None:
        """Publish a trust list that also names ``host``. Needs the root key, which a demonstration has."""
        if host in self.trust_list().hosts:
            return
        with key_files.only_one(self.folder):
            current = self.trust_list()
            self._root().publish(replace(current, hosts=(*current.hosts, host)), now)

    def _root(self) -> Root:
        return Root.at_hand(self.folder, RootPlace(self.folder, (self.passphrase,)))

    def passphrase(self) -> bytes:
        """What opens the private keys here. Raises KeyStoreError ``passphrase_missing``."""
        return key_files.read_passphrase(self.passphrase_file)

    def trust_list(self) -> TrustList:
        """The trust list in force. Raises KeyStoreError ``trust_list_missing``, TokenError if not signed by the
        root, or ``trust_list_older``."""
        return self._current().trust_list

    def root_point(self) -> bytes:
        """The root's public key for verifiers: the uncompressed point, 65 bytes (SEC 1, 2.3.3).

        Raises KeyStoreError ``key_missing`` or ``key_damaged``.
        """
        return key_files.read_root_public_key(self.folder).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def signing_key(self, now: datetime) -> SigningKey:
        """The newest key that may sign codes today; see ``signing_key_for``."""
        return self.signing_key_for(KeyPurpose.LICENCE, now)

    def signing_key_for(self, purpose: KeyPurpose, now: datetime) -> SigningKey:
        """The newest key that may sign for ``purpose`` today and is available.

        Raises KeyStoreError ``no_signing_key`` and those of its file.
        """
        loaded = self._current()
        day = local_date(now)
        for trusted in loaded.trust_list.signing_keys(purpose, day):
            key = loaded.signing.get((trusted.kid, purpose)) or self._first_use(trusted)
            if key is not None:
                loaded.signing[trusted.kid, purpose] = key
                return key
        raise KeyStoreError("no_signing_key", day=day, purpose=purpose.value)

    def check_signing(self, purpose: KeyPurpose, now: datetime) -> None:
        """Raise KeyStoreError unless a key for ``purpose`` can be used now. Nothing is signed to find out."""
        key = self.signing_key_for(purpose, now)
        if isinstance(key, HsmKey):
            key.hsm.check(key.label)

    def demand_signing(self, purpose: KeyPurpose, now: datetime) -> None:
        """``check_signing`` before something is written that is then to be signed: a hardware module is logged in to."""
        key = self.signing_key_for(purpose, now)
        if isinstance(key, HsmKey):
            key.hsm.demand(key.label)

    def _first_use(self, trusted: TrustedKey) -> SigningKey | None:
        """The key, once the list that names it is on the disk: whoever has just replaced the list may not be so far."""
        with suppress(OSError):
            sync_names(self.folder)
        return self._read_key(trusted)

    def _read_key(self, trusted: TrustedKey) -> SigningKey | None:
        name = key_files.key_name(trusted.purpose, trusted.kid)
        if key_files.has_private_key(self.folder, name):
            return SoftKey(trusted.kid, key_files.read_private_key(self.folder, name, self.passphrase()))
        label = key_files.read_hsm_label(self.folder, name)
        return None if label is None else self._hsm().key(trusted.kid, label)

    def demand_opened(self, passphrase: bytes, now: datetime) -> None:
        """Raise KeyStoreError ``key_passphrase`` or ``key_damaged`` for a key that may sign today and lies here, and that
        ``passphrase`` does not open. Files that only another user may read are passed over."""
        if not key_files.trust_list_stamp(self.folder):
            return
        for purpose in KeyPurpose:
            for trusted in self.trust_list().signing_keys(purpose, local_date(now)):
                name = key_files.key_name(purpose, trusted.kid)
                if key_files.may_read(self.folder, name):
                    key_files.read_private_key(self.folder, name, passphrase)

    def place(self, trusted: TrustedKey) -> KeyPlace:
        """Where the private key is, as far as this installation knows. No file is opened."""
        name = key_files.key_name(trusted.purpose, trusted.kid)
        if key_files.has_private_key(self.folder, name):
            return KeyPlace.FILE
        return KeyPlace.ELSEWHERE if key_files.read_hsm_label(self.folder, name) is None else KeyPlace.HSM

    def allow_list(self) -> AllowList | None:
        """The allow-list in force; None if no key was ever compromised. Raises TokenError if not signed by the root.

        It is read on first use, so that a damaged one only affects codes of a compromised key.
        """
        loaded = self._current()
        if not loaded.allow_lists:
            signed = key_files.read_allow_list(self.folder)
            root = key_files.read_root_public_key(self.folder)
            loaded.allow_lists.append(self._allow_list(signed, root))
        return loaded.allow_lists[0]

    def signed_trust_list(self) -> bytes:
        """The bytes of the trust list in force, verified, for other verifiers."""
        return self._current().signed

    def signed_allow_list(self) -> bytes | None:
        """The bytes of the allow-list in force, verified, for other verifiers; None if there is none."""
        return None if self.allow_list() is None else key_files.read_allow_list(self.folder)

    def _current(self) -> _Loaded:
        stamp = key_files.trust_list_stamp(self.folder)
        loaded = self._loaded
        if loaded is None or loaded.stamp != stamp:
            signed = key_files.read_trust_list(self.folder)
            root = key_files.read_root_public_key(self.folder)
            trust_list = verify_trust_list(signed, root, at_least=self._newest(SignedList.TRUST))
            self._saw(SignedList.TRUST, trust_list.sequence)
            loaded = self._loaded = _Loaded(stamp, signed, trust_list)
        return loaded

    def _allow_list(self, signed: bytes | None, root: ec.EllipticCurvePublicKey) -> AllowList | None:
        if signed is None:  # never made, or lost: then nothing of a compromised key is believed
            return None
        allow_list = verify_allow_list(signed, root, at_least=self._newest(SignedList.ALLOW))
        self._saw(SignedList.ALLOW, allow_list.sequence)
        return allow_list

    def _newest(self, which: SignedList) -> int:
        """The highest edition that was in force here; 0 if none is known."""
        return max(newest_lists.read(self.folder).get(which, 0), self._noted().get(which, 0))

    def _saw(self, which: SignedList, sequence: int) -> None:
        with suppress(KeyStoreError):  # who may only read verifies all the same
            newest_lists.note(self.folder, which, sequence)
