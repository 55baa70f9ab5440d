"""Signing the combined record of one business into the next version of its code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.credential.claims import claims_from_record, encode_claims
from licence_qr.credential.cose import SigningKey, sign
from licence_qr.credential.token import address
from licence_qr.domain.catalogue import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.issuing import IssuedCode
from licence_qr.domain.permit import status_list_value, status_on
from licence_qr.services import records
from licence_qr.store import codes, history
from licence_qr.store.codes import StoredCode
from licence_qr.store.database import Transaction
from licence_qr.store.history import Event, EventKind

_PRINT_ENDED = 1


@dataclass(frozen=True, slots=True)
class Coding:
    """``signing_key`` gives the key that signs licences on a given day; it raises KeyStoreError when there is none."""

    catalogue: Catalogue
    origin: str
    signing_key: Callable[[datetime], SigningKey]

    def issue_code(
        self, tx: Transaction, uscc: str, now: datetime, actor: str, office: str, reason: str = ""
    ) -> IssuedCode:
        """Sign what the register says of ``uscc`` and store it as the next version, in the caller's transaction.

        When the newest version already says exactly this, that version is returned and nothing is written: a stored
        signature is never re-made.
        """
        business = records.load(tx, uscc)
        record = business.record
        previous = codes.newest_of_business(tx, uscc)
        digest = record.digest()
        if previous is not None and previous.digest == digest:
            return self.issued(previous)
        day = local_date(now)
        code_id = previous.code_id if previous else CodeId(secrets.token_bytes(CODE_ID_BYTES))
        version = previous.version + 1 if previous else 1
        entry_count = 1 + len(record.signed_permits)
        index = codes.take_status_block(tx, entry_count)
        claims = claims_from_record(record, self.catalogue, code_id, version, day, index)
        key = self.signing_key(now)
        token = sign(encode_claims(claims), key)
        code = StoredCode(
            code_id,
            version,
            uscc,
            day,
            now,
            key.kid,
            token,
            digest,
            record.canonical().decode("utf-8"),
            index,
            entry_count,
        )
        codes.add(tx, code)
        if previous is not None:
            codes.set_status(tx, previous.status_index, codes.SUPERSEDED)
        if business.stored.state.ended:
            codes.set_status(tx, index, _PRINT_ENDED)
        for entry, permit in enumerate(record.signed_permits, start=1):
            if value := status_list_value(status_on(permit, day)):
                codes.set_status(tx, index + entry, value)
        history.append(
            tx,
            Event(
                now, actor, office, EventKind.CODE_ISSUED, uscc, f"code/{version}", reason, after=_signed_facts(code)
            ),
        )
        return self.issued(code)

    def issued(self, code: StoredCode) -> IssuedCode:
        """The stored version as services hand it on."""
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
