"""Make the next version of the code of one business: recorded by the act, signed after its commit.

The act's transaction writes the version with its payload, unsigned. After COMMIT the signer reads what was committed,
checks it (``lint``) and signs it (``finishing``), before anybody is told of it (docs/adr/0013-a-signer-apart.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from licence_qr.credential.claims import payload_of_record
from licence_qr.credential.token import address
from licence_qr.credential.trust_list import TrustList
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.issuing.issued import IssuedCode, OrderedCode
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, KeyStoreError
from licence_qr.services.register import events
from licence_qr.services.register import record as records
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing import status_entries
from licence_qr.services.signing.finishing import Finishing, version_of
from licence_qr.services.signing.room_on_sheets import RoomOnSheets
from licence_qr.services.signing.signer import CodeSigner
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.numbers import code_versions
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow, StoredCode
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode


@dataclass(frozen=True, slots=True)
class Coding:
    """Makes versions in the register of ``database`` and has them signed by ``signer``, by a key of ``trust_list``."""

    database: Database
    catalogue: Catalogue
    origin: str
    signer: CodeSigner
    trust_list: Callable[[], TrustList]

    @property
    def room(self) -> RoomOnSheets:
        """What asks whether a card can be printed."""
        return RoomOnSheets(self.catalogue, urlsplit(self.origin).netloc)

    @property
    def finishing(self) -> Finishing:
        """What has committed versions signed."""
        return Finishing(self.database, self.signer, self.trust_list)

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
        room: bool = True,
    ) -> OrderedCode:
        """Record the next version for the record of ``uscc`` in the caller's transaction; it is signed after COMMIT.

        If the newest version has the same content, it is returned and nothing is written. ``again`` makes a new version
        in any case, for a print that was lost or damaged. ``room``: refuse what its card has no room or letters for; False
        for what has taken effect already or ends something, and so waits for no print.

        The caller's ``Database.write`` raises KeyStoreError ``code_being_signed`` where the version is recorded and could
        not be signed yet, ConflictError ``signing_refused``. Raises KeyStoreError before anything is written where no key
        can sign, InvalidApplication and PrintError as ``RoomOnSheets.demand``.
        """
        business = records.load(tx, uscc)
        previous = codes.latest_of_business(tx, uscc)
        if previous is not None and previous.digest == business.record.digest() and not again:
            return self.ordered(tx, previous)
        if room:
            self.room.demand(tx, business.record, business.stored.state, now)
        self.signer.check_codes(now)
        code = self._next(tx, business.record, previous, now)
        unsigned_codes.add(tx, code)
        status_entries.begin(tx, code, business, code.issued_on)
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
        return self._order(tx, code)

    def ordered(self, tx: Transaction, code: CodeRow) -> OrderedCode:
        """The version, which is signed when the caller's transaction is committed if it is not signed already."""
        if (waiting := unsigned_codes.get(tx, code.code_id, code.version)) is not None:
            return self._order(tx, waiting)
        return OrderedCode(code.code_id, code.version, code.uscc, code.issued_on)

    def _order(self, tx: Transaction, code: UnsignedCode) -> OrderedCode:
        ordered = OrderedCode(code.code_id, code.version, code.uscc, code.issued_on)
        tx.after_commit(self._finish, (code, ordered))
        return ordered

    def _finish(self, orders: Sequence[tuple[UnsignedCode, OrderedCode]]) -> None:
        """Have these signed, before anybody is told of them."""
        wanted = [code for code, _ in orders]
        try:
            tokens, unsigned = self.finishing.finish(wanted, max(code.issued_at for code in wanted))
        except KeyStoreError as error:
            raise being_signed(wanted[0].code_id, wanted[0].version) from error
        for code in unsigned:
            raise _refused(code) if code.refused else being_signed(code.code_id, code.version)
        for code, ordered in orders:
            ordered.token = tokens.get(version_of(code), b"")

    def _next(self, tx: Transaction, record: CombinedRecord, previous: CodeRow | None, now: datetime) -> UnsignedCode:
        """The version after ``previous``, with a new block of status entries; not yet stored."""
        day = local_date(now)
        code_id = previous.code_id if previous else CodeId(secrets.token_bytes(CODE_ID_BYTES))
        version = code_versions.take(tx, previous.version if previous else None)
        entry_count = 1 + len(record.signed_permits)
        index = codes.take_status_block(tx, entry_count)
        return UnsignedCode(
            code_id=code_id,
            version=version,
            uscc=record.entity.uscc,
            issued_on=day,
            issued_at=now,
            payload=payload_of_record(record, self.catalogue, code_id, version, day, index),
            digest=record.digest(),
            record=record.canonical().decode("utf-8"),
            status_index=index,
            entry_count=entry_count,
        )

    def issued(self, code: StoredCode | OrderedCode) -> IssuedCode:
        """The signed version, whose token is known, as an IssuedCode."""
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
