"""Whether the register still says what was signed, before a page repeats it as genuine.

Who can write to the database file can change a name, a number or a date, and the signature of the code stays good. Three
comparisons find that. The record kept with a version must be the one whose digest its symbol carries; and what the register
holds today must be the record of the newest version, because every act that changes a signed fact signs the next version in
the same transaction. A promise is named in that record by the hash of its text. They find no change to what is not signed (a
state, a grade), and none to the history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from licence_qr.credential.claims import Claims
from licence_qr.domain.issuing.promise import sha256
from licence_qr.domain.register.record import DIGEST_BYTES, CombinedRecord
from licence_qr.errors import ConflictError
from licence_qr.store.register.codes import StoredCode

REGISTER_DIFFERS = "register_differs_from_signed"


def check_version(code: StoredCode, signed: Claims) -> None:
    """Compare a version as the register holds it with ``signed``, the claims of its token.

    Raises ConflictError ``register_differs_from_signed`` with the ``number`` of the code, its ``version``, and ``what``
    differs: ``version``.
    """
    digest = hashlib.sha256(code.record.encode("utf-8")).digest()[:DIGEST_BYTES]
    held = (code.code_id, code.version, code.uscc, code.issued_on, code.status_index, code.digest, digest)
    if held != (*signed[:2], signed.uscc, signed.issued_on, signed.status_index, signed.digest, signed.digest):
        raise _differs(code, "version")


def check(newest: StoredCode, signed: Claims, record: CombinedRecord) -> None:
    """``check_version`` of the newest version, and of ``record``, what the register holds today.

    Raises ConflictError likewise; ``what`` is then the parts of the record that differ, as ``entity/name permits``.
    """
    check_version(newest, signed)
    now = record.to_json()
    was = json.loads(newest.record)
    if was != now:
        raise _differs(newest, " ".join(_parts(was, now)))


def check_promises(newest: StoredCode, record: CombinedRecord, documents: Mapping[str, str]) -> None:
    """Compare the promises that ``record`` names with ``documents``, what the register holds of them by their names.

    Raises ConflictError as ``check_version``; ``what`` is then ``promise``.
    """
    for permit in record.signed_permits:
        if permit.promise and sha256(documents.get(permit.promise, "")) != permit.promise:
            raise _differs(newest, "promise")


def _parts(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    entity = [f"entity/{name}" for name, value in now["entity"].items() if was["entity"].get(name) != value]
    return entity + [part for part in ("premises", "permits") if was[part] != now[part]]


def _differs(code: StoredCode, what: str) -> ConflictError:
    return ConflictError(REGISTER_DIFFERS, number=code.code_id.number, version=code.version, what=what)
