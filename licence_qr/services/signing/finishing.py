"""Finish what acts have committed: have their versions signed, and store that.

What the signer hands back is verified first, as any verifier would do it: a signature is stored once and for ever, and
one by a key of another installation would make a genuine code look forged.

Several processes may do so at the same time, as a command beside the service: the first signature of a version counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from licence_qr.credential.cose import split
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.verifier import verify_token
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF
from licence_qr.errors import KeyStoreError, TokenError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing.signer import MOST, CodeSigner, SigningVerdict, Version
from licence_qr.services.signing.status_entries import take_effect
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode


class Finished(NamedTuple):
    """``tokens`` of the versions that were signed and stored; those that are not signed, as the register has them."""

    tokens: Mapping[Version, bytes]
    unsigned: Sequence[UnsignedCode]


@dataclass(frozen=True, slots=True)
class Finishing:
    """Has ``signer`` sign what waits in the register of ``database``, by a key of ``trust_list``."""

    database: Database
    signer: CodeSigner
    trust_list: Callable[[], TrustList]

    def finish(self, wanted: Sequence[UnsignedCode], now: datetime) -> Finished:
        """Have these versions signed.

        Raises KeyStoreError where no key can sign, or ``signer_other_keys``; RegisterError.
        """
        tokens: dict[Version, bytes] = {}
        for first in range(0, len(wanted), MOST):
            part = {version_of(code): code for code in wanted[first : first + MOST]}
            tokens |= self._store(self.signer.sign_codes(list(part), now), part, now)
        missing = [version for version in map(version_of, wanted) if version not in tokens]
        if not missing:
            return Finished(tokens, [])
        with self.database.read() as tx:  # another process may have signed it
            found = [unsigned_codes.get(tx, *version) for version in missing]
        return Finished(tokens, [code for code in found if code is not None])

    def finish_waiting(self, now: datetime, *, again: bool = False) -> None:
        """Have every version signed that waits, the oldest first; those that are wrong are refused. With ``again`` those
        that were refused are looked at once more.

        Raises KeyStoreError where no key can sign, RegisterError.
        """
        if again:
            with self.database.write() as tx:
                unsigned_codes.forget_refusals(tx)
        while True:
            with self.database.read() as tx:
                waiting = unsigned_codes.waiting(tx, MOST)
            if not waiting or [each for each in self.finish(waiting, now).unsigned if not each.refused]:
                return

    def _store(
        self, verdicts: Sequence[SigningVerdict], known: Mapping[Version, UnsignedCode], now: datetime
    ) -> Mapping[Version, bytes]:
        """Write the verdicts down; the tokens of the versions that are signed by that."""
        tokens: dict[Version, bytes] = {}
        if not verdicts:
            return tokens
        with self.database.write() as tx:
            for each in verdicts:
                code = known.get(each.version) or unsigned_codes.get(tx, *each.version)
                if code is None:
                    continue  # another process has stored it
                if each.fault:
                    _refuse(tx, code, each.fault, now)
                    continue
                self._demand_ours(code, each, now)
                if unsigned_codes.sign(tx, code, each.kid, each.token):
                    take_effect(tx, code)
                    tokens[each.version] = each.token
        return tokens

    def _demand_ours(self, code: UnsignedCode, signed: SigningVerdict, now: datetime) -> None:
        """Raise KeyStoreError ``signer_other_keys`` unless it is this payload, signed by a key that verifiers here trust."""
        try:
            because = "" if split(signed.token).payload == code.payload else "payload"
            if verify_token(signed.token, self.trust_list(), now).kid != signed.kid:
                because = "kid"
        except TokenError as error:
            because = error.code
        if because:
            raise KeyStoreError("signer_other_keys", because=because)


def version_of(code: UnsignedCode) -> Version:
    """What the signer is asked for."""
    return code.code_id, code.version


def _refuse(tx: Transaction, code: UnsignedCode, fault: str, now: datetime) -> None:
    if not unsigned_codes.set_refused(tx, code, fault):
        return
    refused = NewEvent(
        kind=EventKind.SIGNING_REFUSED,
        subject=f"code/{code.code_id.number}",
        at=now,
        by=BY_ITSELF,
        uscc=code.uscc,
        after={"version": code.version, "what": fault},
    )
    events.write(tx, refused)
