"""Make the next version of the code of one business: recorded by the act, signed after its commit.

The act's transaction writes the version with its payload, unsigned. After COMMIT the signer reads what was committed,
checks it (``lint``) and signs it, before anybody is told of it (docs/adr/0013-a-signer-apart.md).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from licence_qr.credential.claims import claims_from_record, encode_claims
from licence_qr.credential.token import address
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.issuing.issued import IssuedCode, OrderedCode
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import status_list_value, status_on
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, KeyStoreError
from licence_qr.services.register import events
from licence_qr.services.register import record as records
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import StoredBusiness
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.numbers import code_versions
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow, StoredCode
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode

_PRINT_ENDED = 1


class CodeSigner(Protocol):
    """What holds the keys of codes: in this process, or in one of its own."""

    def check_codes(self, now: datetime) -> None:
        """Raise KeyStoreError unless codes can be signed at ``now``."""

    def sign_codes(self, now: datetime, *, again: bool = False) -> None:
        """Sign every version that waits; those that are wrong are refused. With ``again`` those that were refused are
        looked at once more. Raises KeyStoreError, RegisterError."""


@dataclass(frozen=True, slots=True)
class Coding:
    """Makes versions in the register of ``database`` and has them signed by ``signer``."""

    database: Database
    catalogue: Catalogue
    origin: str
    signer: CodeSigner

    def issue_code(
        self,
        tx: Transaction,
        uscc: str,
        now: datetime,
        by: Actor,
        office: str,
        reason: str = "",
        *,
        again: bool = False,
    ) -> OrderedCode:
        """Record the next version for the record of ``uscc`` in the caller's transaction; it is signed after COMMIT.

        If the newest version has the same content, it is returned and nothing is written. ``again`` makes a new version
        in any case, for a print that was lost or damaged. The caller's ``Database.write`` raises KeyStoreError
        ``code_being_signed`` where the version is recorded and could not be signed yet, ConflictError ``signing_refused``.
        Raises KeyStoreError before anything is written where no key can sign.
        """
        business = records.load(tx, uscc)
        previous = codes.latest_of_business(tx, uscc)
        if previous is not None and previous.digest == business.record.digest() and not again:
            return self.ordered(tx, previous)
        self.signer.check_codes(now)
        code = self._next(tx, business.record, previous, now)
        unsigned_codes.add(tx, code)
        events.write(
            tx,
            NewEvent(
                kind=EventKind.CODE_ISSUED,
                subject=f"code/{code.version}",
                at=now,
                by=by,
                office=office,
                uscc=uscc,
                reason=reason,
                after=_recorded_facts(code),
            ),
        )
        return self.ordered(tx, code)

    def ordered(self, tx: Transaction, code: CodeRow) -> OrderedCode:
        """The version, which is signed when the caller's transaction is committed if it is not signed already."""
        tx.after_commit(self._finish, code)
        return OrderedCode(code.code_id, code.version)

    def _finish(self, ordered: Sequence[CodeRow]) -> None:
        """Have these signed, before anybody is told of them."""
        if not (waiting := self._waiting(ordered)):
            return
        try:
            self.signer.sign_codes(max(code.issued_at for code in waiting))
        except KeyStoreError as error:
            raise being_signed(waiting[0].code_id, waiting[0].version) from error
        for code in self._waiting(waiting):
            raise _refused(code) if code.refused else being_signed(code.code_id, code.version)

    def _waiting(self, ordered: Sequence[CodeRow]) -> list[UnsignedCode]:
        with self.database.read() as tx:
            return [found for code in ordered if (found := unsigned_codes.get(tx, code)) is not None]

    def _next(self, tx: Transaction, record: CombinedRecord, previous: CodeRow | None, now: datetime) -> UnsignedCode:
        """The version after ``previous``, with a new block of status entries; not yet stored."""
        day = local_date(now)
        code_id = previous.code_id if previous else CodeId(secrets.token_bytes(CODE_ID_BYTES))
        version = code_versions.take(tx, previous.version if previous else None)
        entry_count = 1 + len(record.signed_permits)
        index = codes.take_status_block(tx, entry_count)
        claims = claims_from_record(record, self.catalogue, code_id, version, day, index)
        return UnsignedCode(
            code_id=code_id,
            version=version,
            uscc=record.entity.uscc,
            issued_on=day,
            issued_at=now,
            payload=encode_claims(claims),
            digest=record.digest(),
            record=record.canonical().decode("utf-8"),
            status_index=index,
            entry_count=entry_count,
        )

    def issued(self, code: StoredCode) -> IssuedCode:
        """The signed version as an IssuedCode."""
        return IssuedCode(
            code.code_id, code.version, code.uscc, code.issued_on, code.token, address(self.origin, code.token)
        )


def being_signed(code_id: CodeId, version: int) -> KeyStoreError:
    """That a version is recorded and not signed yet."""
    return KeyStoreError("code_being_signed", number=code_id.number, version=version)


def _refused(code: UnsignedCode) -> ConflictError:
    return ConflictError("signing_refused", number=code.code_id.number, version=code.version, what=code.refused)


def demand_signed(tx: Transaction, uscc: str) -> None:
    """Raise KeyStoreError ``code_being_signed`` while the newest version of the business is not signed: what the register
    holds of it is shown and printed nowhere before."""
    latest = codes.latest_of_business(tx, uscc)
    if latest is not None and codes.is_being_signed(tx, uscc):
        raise being_signed(latest.code_id, latest.version)


def _recorded_facts(code: UnsignedCode) -> dict[str, object]:
    return {
        "code_number": code.code_id.number,
        "version": code.version,
        "payload": code.payload.hex(),
        "digest": code.digest.hex(),
        "status_index": code.status_index,
        "entry_count": code.entry_count,
    }


def take_effect(tx: Transaction, code: StoredCode, day: date) -> None:
    """A version was just signed: the print before it is superseded, and its own status entries follow the register."""
    previous = codes.before(tx, code)
    if previous is not None:
        codes.set_status(tx, previous.status_index, codes.SUPERSEDED)
    _turn_entries(tx, code, records.load(tx, code.uscc), day)


def refresh_status(tx: Transaction, uscc: str, day: date) -> None:
    """Update the status entries of every version to the register on ``day``.

    A permit has an entry in each version that includes it, and all are updated: an inspector without a network may scan
    an old print, and looks the permit up in the block of that print. Correct entries are not written.
    """
    business = records.load(tx, uscc)
    for code in codes.versions_of_business(tx, uscc):
        _turn_entries(tx, code, business, day)


def _turn_entries(tx: Transaction, code: StoredCode, business: StoredBusiness, day: date) -> None:
    for index, value in status_entries(tx, code, business, day):
        codes.set_status(tx, index, value)


def status_entries(tx: Transaction, code: StoredCode, business: StoredBusiness, day: date) -> Iterator[tuple[int, int]]:
    """Index and value, on ``day``, of the entries of one version, except that of a superseded print. Permits are matched by
    number."""
    if codes.status(tx, code.status_index) != codes.SUPERSEDED:
        yield code.status_index, _PRINT_ENDED if business.stored.state.ended else 0
    values = {p.permit_no: status_list_value(status_on(p, day)) for p in business.record.permits}
    for entry, signed in enumerate(json.loads(code.record)["permits"], start=1):
        # A permit that an import has moved to another holder is reported by that holder's code.
        if (value := values.get(signed["permit_no"])) is not None:
            yield code.status_index + entry, value
