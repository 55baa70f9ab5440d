"""Sign the versions that acts have recorded: the only place where a key signs a code.

Whatever asks, the signer believes the committed register alone, and what ``lint`` lets pass. Several processes may sign at
the same time, as a command beside the service: the first signature of a version counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.credential.cose import SigningKey, sign
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing import lint
from licence_qr.services.signing.sign_record import take_effect
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import codes
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode

PART = 100  # versions in one transaction
_log = logging.getLogger("licence_qr.signing")


@dataclass(frozen=True, slots=True)
class Signer:
    """``signing_key`` returns the key that signs codes at an instant; ``check_key`` raises KeyStoreError unless it can be
    used then, the hardware module it is in asked too."""

    database: Database
    catalogue: Catalogue
    signing_key: Callable[[datetime], SigningKey]
    check_key: Callable[[datetime], None]
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def check_codes(self, now: datetime) -> None:
        """Raise KeyStoreError unless a key can sign codes at ``now``."""
        self.check_key(now)

    def sign_codes(self, now: datetime, *, again: bool = False) -> None:
        """Sign every version that waits, oldest first, by the register as committed; those that are wrong are refused.
        With ``again`` those that were refused are looked at once more.

        Raises KeyStoreError where no key can sign, RegisterError.
        """
        with self._alone:
            if again:
                with self.database.write() as tx:
                    unsigned_codes.forget_refusals(tx)
            while True:
                with self.database.read() as tx:
                    waiting = unsigned_codes.waiting(tx, PART)
                    found = self._found(tx, waiting, now)
                if not waiting:
                    return
                signed = [(code, fault, None if fault else self._token(code)) for code, fault in found]
                with self.database.write() as tx:
                    for code, fault, token in signed:
                        if token is None:
                            _refuse(tx, code, fault, now)
                        elif unsigned_codes.sign(tx, code, *token):
                            self._take_effect(tx, code, now)

    def _found(self, tx: Transaction, waiting: Sequence[UnsignedCode], now: datetime) -> list[tuple[UnsignedCode, str]]:
        """Each with what is wrong with it. After a version that is refused no later one of that code is signed."""
        refused: set[CodeId] = set()
        found = []
        for code in waiting:
            fault = lint.fault(tx, self.catalogue, code, now)
            if code.code_id in refused:
                fault = fault or "version"
            if fault:
                refused.add(code.code_id)
            found.append((code, fault))
        return found

    def _token(self, code: UnsignedCode) -> tuple[bytes, bytes]:
        """Key id and signed bytes. By the key of the day that the payload names, as every verifier asks."""
        key = self.signing_key(code.issued_at)
        return key.kid, sign(code.payload, key)

    @staticmethod
    def _take_effect(tx: Transaction, code: UnsignedCode, now: datetime) -> None:
        stored = codes.get(tx, code.code_id, code.version)
        if stored is None:
            raise AssertionError("it was signed in this transaction")
        take_effect(tx, stored, local_date(now))


def _refuse(tx: Transaction, code: UnsignedCode, fault: str, now: datetime) -> None:
    number = code.code_id.number
    _log.error("refused to sign: code %s, version %s: %s", number, code.version, fault)
    unsigned_codes.set_refused(tx, code, fault)
    after = {"version": code.version, "what": fault}
    events.write(
        tx,
        NewEvent(kind=EventKind.SIGNING_REFUSED, subject=f"code/{number}", at=now, by=BY_ITSELF, after=after),
    )
