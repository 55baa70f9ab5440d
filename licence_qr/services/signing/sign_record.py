"""Sign the combined record of one business as the next version of its code."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.credential.claims import claims_from_record, encode_claims
from licence_qr.credential.cose import SigningKey, sign
from licence_qr.credential.token import address
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.issuing.issued import IssuedCode
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import status_list_value, status_on
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.domain.roles import Actor
from licence_qr.services.register import events
from licence_qr.services.register import record as records
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import StoredBusiness
from licence_qr.store.database.connections import Transaction
from licence_qr.store.numbers import code_versions
from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode

_PRINT_ENDED = 1


@dataclass(frozen=True, slots=True)
class Coding:
    """``signing_key`` returns the key that signs codes at an instant; it raises KeyStoreError if there is none."""

    catalogue: Catalogue
    origin: str
    signing_key: Callable[[datetime], SigningKey]

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
    ) -> IssuedCode:
        """Sign the record of ``uscc`` and store it as the next version, in the caller's transaction.

        If the newest version has the same content, it is returned and nothing is written. ``again`` makes a new version
        in any case, for a print that was lost or damaged.
        """
        business = records.load(tx, uscc)
        previous = codes.newest_of_business(tx, uscc)
        if previous is not None and previous.digest == business.record.digest() and not again:
            return self.issued(previous)
        code = self._sign(tx, business.record, previous, now)
        codes.add(tx, code)
        if previous is not None:
            codes.set_status(tx, previous.status_index, codes.SUPERSEDED)
        _turn_entries(tx, code, business, local_date(now))
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
                after=_signed_facts(code),
            ),
        )
        return self.issued(code)

    def _sign(self, tx: Transaction, record: CombinedRecord, previous: StoredCode | None, now: datetime) -> StoredCode:
        """The next version after ``previous``, with a new block of status entries; not yet stored."""
        day = local_date(now)
        code_id = previous.code_id if previous else CodeId(secrets.token_bytes(CODE_ID_BYTES))
        version = code_versions.take(tx, previous.version if previous else None)
        entry_count = 1 + len(record.signed_permits)
        index = codes.take_status_block(tx, entry_count)
        claims = claims_from_record(record, self.catalogue, code_id, version, day, index)
        key = self.signing_key(now)
        return StoredCode(
            code_id=code_id,
            version=version,
            uscc=record.entity.uscc,
            issued_on=day,
            issued_at=now,
            kid=key.kid,
            token=sign(encode_claims(claims), key),
            digest=record.digest(),
            record=record.canonical().decode("utf-8"),
            status_index=index,
            entry_count=entry_count,
        )

    def issued(self, code: StoredCode) -> IssuedCode:
        """The stored version as an IssuedCode."""
        return IssuedCode(
            code.code_id, code.version, code.uscc, code.issued_on, code.token, address(self.origin, code.token)
        )


def _signed_facts(code: StoredCode) -> dict[str, object]:
    return {
        "code_number": code.code_id.number,
        "version": code.version,
        "token": code.token.hex(),
        "digest": code.digest.hex(),
        "status_index": code.status_index,
        "entry_count": code.entry_count,
    }


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
