"""Sign the versions that acts have recorded: the only place where a key signs a code.

Whoever asks names a version and hands over nothing to sign: the signer reads the committed register itself, believes it
alone, and signs what ``lint`` lets pass. It writes nothing; ``finishing`` stores what it has signed or refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from licence_qr.credential.cose import SigningKey, sign
from licence_qr.credential.trust_list import TrustList
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.identifiers import CodeId
from licence_qr.services.signing import lint
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode

MOST = 100  # versions that are asked for at a time
_log = logging.getLogger("licence_qr.signing")

Version = tuple[CodeId, int]


@dataclass(frozen=True, slots=True)
class SigningVerdict:
    """What the signer says of one version: signed by the key ``kid``, or ``fault``, what it refuses it for."""

    version: Version
    fault: str = ""
    kid: bytes = b""
    token: bytes = b""


class CodeSigner(Protocol):
    """What holds the keys of codes: in this process, or in one of its own."""

    def check_codes(self, now: datetime) -> None:
        """Raise KeyStoreError unless codes can be signed at ``now``."""

    def sign_codes(self, wanted: Sequence[Version], now: datetime) -> Sequence[SigningVerdict]:
        """A verdict on each version of ``wanted``, ``MOST`` at most, that waits, and on those of its code that wait before
        it; by code, the oldest first. Raises KeyStoreError, RegisterError."""


@dataclass(frozen=True, slots=True)
class Signer:
    """``signing_key`` returns the key that signs codes at an instant; ``check_key`` raises KeyStoreError unless it can be
    used then, the hardware module it is in asked too; ``trust_list`` the keys that have signed the versions before."""

    database: Database
    catalogue: Catalogue
    signing_key: Callable[[datetime], SigningKey]
    check_key: Callable[[datetime], None]
    trust_list: Callable[[], TrustList]

    def check_codes(self, now: datetime) -> None:
        """Raise KeyStoreError unless a key can sign codes at ``now``."""
        self.check_key(now)

    def sign_codes(self, wanted: Sequence[Version], now: datetime) -> tuple[SigningVerdict, ...]:
        """See ``CodeSigner``. Signed when the snapshot is closed: a slow hardware module keeps no log from being emptied."""
        with self.database.read() as tx:
            found = [each for version in _highest(wanted) for each in self._found(tx, version, now)]
        return tuple(_refused(code, fault) if fault else self._signed(code) for code, fault in found)

    def _found(self, tx: Transaction, version: Version, now: datetime) -> list[tuple[UnsignedCode, str]]:
        """What waits of one code, with what is wrong with it. None is signed after one that is refused."""
        found: list[tuple[UnsignedCode, str]] = []
        for code in unsigned_codes.of_code(tx, *version):
            fault = lint.fault(tx, self.catalogue, self.trust_list, code, now)
            found.append((code, fault or ("version" if found and found[-1][1] else "")))
        return found

    def _signed(self, code: UnsignedCode) -> SigningVerdict:
        """By the key of the day that the payload names, as every verifier asks."""
        key = self.signing_key(code.issued_at)
        return SigningVerdict((code.code_id, code.version), kid=key.kid, token=sign(code.payload, key))


def _highest(wanted: Sequence[Version]) -> list[Version]:
    """Each code once, with the highest version that is asked for."""
    highest: dict[CodeId, int] = {}
    for code_id, version in wanted[:MOST]:
        highest[code_id] = max(version, highest.get(code_id, version))
    return list(highest.items())


def _refused(code: UnsignedCode, fault: str) -> SigningVerdict:
    _log.error("refused to sign: code %s, version %s: %s", code.code_id.number, code.version, fault)
    return SigningVerdict((code.code_id, code.version), fault=fault)
