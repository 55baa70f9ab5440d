"""Taking a signing key that is in no list into the trust list: its file was there, the list that should name it was not.

A change that was cut off between key and list leaves such a file, and so does a folder of keys that was restored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.trust_list import KeyPurpose, KeyState, TrustedKey, TrustList
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import KeyStoreError
from licence_qr.services.keys.keyring import trusted_from
from licence_qr.services.keys.root import ROOT_KID
from licence_qr.services.keys.steps import Step
from licence_qr.services.keys.trust_list_editions import Ceremony
from licence_qr.store.keys import key_files

_NAME = re.compile(rf"({'|'.join(KeyPurpose)})-([0-9a-f]{{4}})\.pem")


@dataclass(frozen=True, slots=True)
class _Found:
    """The key of a file: its purpose and id are in its name."""

    path: Path
    purpose: KeyPurpose
    kid: bytes
    private: ec.EllipticCurvePrivateKey


def adopt(ceremony: Ceremony, path: Path, now: datetime) -> TrustedKey:
    """Let the key in the file ``path`` sign from today. A file from elsewhere is first copied to the other keys.

    Raises KeyStoreError ``adopt_name``, ``adopt_listed`` (a list has it already), ``adopt_compromised``, ``adopt_foreign``
    (of another installation), ``key_passphrase`` and those of the files, and what every change raises.
    """
    ceremony.demand_clock(now)
    keys = ceremony.keys
    with key_files.only_one(keys.folder):
        root, current = ceremony.root(), keys.trust_list()
        found = _read(ceremony, path)
        _refuse_known(found, current, keys.folder)
        if found.path.resolve().parent != keys.folder.resolve():
            name = key_files.key_name(found.purpose, found.kid)
            key_files.write_private_key(keys.folder, name, found.private, keys.passphrase())
        ceremony.tell(Step.KEY_FOUND, {"purpose": found.purpose.value, "kid": found.kid.hex()})
        adopted = trusted_from(found.kid, found.private.public_key(), found.purpose, local_date(now))
        ceremony.publish(root, replace(current, keys=(*current.keys, adopted)), now)
    ceremony.note(EventKind.KEY_ADOPTED, adopted, now)
    return adopted


def unlisted(folder: Path, listed: TrustList) -> tuple[Path, ...]:
    """Files of signing keys that the list does not name."""
    named = {f"{key_files.key_name(key.purpose, key.kid)}.pem" for key in listed.keys}
    there = sorted(path for path in folder.glob("*.pem") if _NAME.fullmatch(path.name))
    return tuple(path for path in there if path.name not in named)


def _read(ceremony: Ceremony, path: Path) -> _Found:
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise KeyStoreError("adopt_name", path=path)
    private = key_files.read_private_key(path.parent, path.stem, ceremony.keys.passphrase())
    return _Found(path, KeyPurpose(named[1]), bytes.fromhex(named[2]), private)


def _refuse_known(found: _Found, current: TrustList, folder: Path) -> None:
    """Raise KeyStoreError for a key that a list has, under whatever id, or that belongs to another root."""
    ours, public = key_files.read_root_public_key(folder), found.private.public_key()
    beside = found.path.parent
    if key_files.has_root_public_key(beside) and key_files.read_root_public_key(beside) != ours:
        raise KeyStoreError("adopt_foreign", path=found.path)
    for key in current.keys:
        if key.kid == found.kid or key.public_key == public:
            code = "adopt_compromised" if key.state is KeyState.COMPROMISED else "adopt_listed"
            raise KeyStoreError(code, path=found.path, kid=key.kid.hex())
    if found.kid == ROOT_KID or public == ours:
        raise KeyStoreError("adopt_name", path=found.path)
