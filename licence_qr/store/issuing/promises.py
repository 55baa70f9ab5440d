"""Promises as documents. They are written when the permit is granted, and stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.issuing.promise import Promise
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.store.database.connections import Row, Transaction

_COLUMNS = "sha256, document, private, application_no, permit_type, file, at"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPromise:
    """A promise, the application and type of permit it belongs to, and the file of the drawn signature, if it was drawn."""

    promise: Promise
    application_no: str
    permit_type: str
    file: str | None
    at: datetime


def _stored(row: Row) -> StoredPromise:
    return StoredPromise(
        promise=Promise(row["sha256"], row["document"], row["private"]),
        application_no=row["application_no"],
        permit_type=row["permit_type"],
        file=row["file"],
        at=datetime.fromisoformat(row["at"]),
    )


def add(tx: Transaction, stored: StoredPromise) -> None:
    """Store a promise."""
    promise = stored.promise
    values = (stored.application_no, stored.permit_type, stored.file, stored.at.isoformat())
    tx.run(
        f"INSERT INTO promises ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (promise.sha256, promise.document, promise.private, *values),
    )


def get(tx: Transaction, sha256: str) -> StoredPromise | None:
    """The promise of this name, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM promises WHERE sha256 = ?", (sha256,))
    return _stored(row) if row else None


def of_record(tx: Transaction, record: CombinedRecord) -> Mapping[str, str]:
    """The documents that a record names, by their names, as far as the register has them."""
    names = {each.promise for each in record.signed_permits if each.promise}
    if not names:
        return {}
    asked = f"SELECT sha256, document FROM promises WHERE sha256 IN ({', '.join('?' * len(names))})"
    return {row["sha256"]: row["document"] for row in tx.all(asked, tuple(names))}


def committed_notice(tx: Transaction, stored: StoredPromise) -> tuple[str, str, str, str] | None:
    """Id, version and SHA-256 of the notice, and the day, of the commitment that a promise belongs to."""
    row = tx.one(
        "SELECT notice_id, notice_version, sha256, signed_on FROM commitments"
        " WHERE application_no = ? AND permit_type = ?",
        (stored.application_no, stored.permit_type),
    )
    return (row["notice_id"], row["notice_version"], row["sha256"], row["signed_on"]) if row else None


def case_of(tx: Transaction, stored: StoredPromise) -> tuple[str, str]:
    """The office that took the application, and the business it was for."""
    row = tx.one("SELECT office, uscc FROM issued_applications WHERE application_no = ?", (stored.application_no,))
    if row is None:
        raise AssertionError("a promise names an application of the same register")
    return row["office"], row["uscc"]
