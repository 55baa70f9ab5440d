"""The keys of this installation: made at first run, asked for at each signature and each scan."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.cose import KID_BYTES, SigningKey, SoftKey
from licence_qr.credential.trust_list import Purpose, TrustedKey, TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list, verify_trust_list
from licence_qr.domain.dates import add_months, local_date
from licence_qr.errors import KeyStoreError
from licence_qr.store import keys as key_files

SIGN_MONTHS = 24
VERIFY_MONTHS = SIGN_MONTHS + 12 * 10
_ROOT_KID = bytes(KID_BYTES)


@dataclass(frozen=True, slots=True)
class _Loaded:
    stamp: int
    trust_list: TrustList
    signing: dict[bytes, SoftKey]


class Keys:
    """Key files of ``folder``. The trust list is read again when its file changes, so keys rotate without a restart."""

    def __init__(self, folder: Path, passphrase_file: Path) -> None:
        self._folder = folder
        self._passphrase_file = passphrase_file
        self._loaded: _Loaded | None = None

    def make(self, hosts: tuple[str, ...], now: datetime) -> None:
        """Make root, licence key and trust list, where there are none yet. The passphrase file is made with them.

        Two processes that make them at once end with the same keys. Raises KeyStoreError ``key_file_not_written``.
        """
        with key_files.only_one(self._folder):
            if not key_files.trust_list_stamp(self._folder):
                self._make(hosts, now)

    def _make(self, hosts: tuple[str, ...], now: datetime) -> None:
        if not self._passphrase_file.exists():
            key_files.write_file(self._passphrase_file, secrets.token_urlsafe(24).encode())
        passphrase = key_files.read_passphrase(self._passphrase_file)
        root, licence = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        kid = secrets.token_bytes(KID_BYTES)
        today = local_date(now)
        trusted = TrustedKey(
            kid,
            licence.public_key(),
            Purpose.LICENCE,
            not_before=today,
            sign_until=add_months(today, SIGN_MONTHS),
            verify_until=add_months(today, VERIFY_MONTHS),
        )
        trust_list = TrustList(1, now.replace(microsecond=0), hosts, (trusted,))
        key_files.write_private_key(self._folder, key_files.ROOT, root, passphrase)
        key_files.write_root_public_key(self._folder, root.public_key())
        key_files.write_private_key(self._folder, key_files.licence_key_name(kid), licence, passphrase)
        # The list comes last: its presence says that everything before it is whole.
        key_files.write_trust_list(self._folder, sign_trust_list(trust_list, SoftKey(_ROOT_KID, root)))

    def add_host(self, host: str, now: datetime) -> None:
        """Publish a trust list that names ``host`` too. Needs the root key, which a demonstration has at hand."""
        current = self.trust_list()
        if host in current.hosts:
            return
        passphrase = key_files.read_passphrase(self._passphrase_file)
        root = key_files.read_private_key(self._folder, key_files.ROOT, passphrase)
        renewed = replace(
            current,
            sequence=current.sequence + 1,
            issued_at=now.replace(microsecond=0),
            hosts=(*current.hosts, host),
        )
        key_files.write_trust_list(self._folder, sign_trust_list(renewed, SoftKey(_ROOT_KID, root)))

    def trust_list(self) -> TrustList:
        """The trust list in force. Raises KeyStoreError ``trust_list_missing``, TokenError when it is not the root's."""
        return self._current().trust_list

    def signing_key(self, now: datetime) -> SigningKey:
        """The newest key that may sign codes today. Raises KeyStoreError ``no_signing_key`` and those of its file."""
        loaded = self._current()
        day = local_date(now)
        for trusted in loaded.trust_list.signing_keys(Purpose.LICENCE, day):
            if trusted.kid in loaded.signing:
                return loaded.signing[trusted.kid]
            name = key_files.licence_key_name(trusted.kid)
            if key_files.has_private_key(self._folder, name):
                passphrase = key_files.read_passphrase(self._passphrase_file)
                key = SoftKey(trusted.kid, key_files.read_private_key(self._folder, name, passphrase))
                loaded.signing[trusted.kid] = key
                return key
        raise KeyStoreError("no_signing_key", day=day)

    def _current(self) -> _Loaded:
        stamp = key_files.trust_list_stamp(self._folder)
        if self._loaded is None or self._loaded.stamp != stamp:
            signed = key_files.read_trust_list(self._folder)
            root = key_files.read_root_public_key(self._folder)
            self._loaded = _Loaded(stamp, verify_trust_list(signed, root), {})
        return self._loaded
