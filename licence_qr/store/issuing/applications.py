"""Drafts as typed, and issued applications with their outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.issuing.application import Commitment
from licence_qr.domain.issuing.draft import Draft, FieldOrigin, Handover, Rival, TypedField
from licence_qr.domain.issuing.issued import IssuedPermit
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.issuing import draft_signatures

_DRAFT = "draft_id, office, created_by, fields, revision, created_at, updated_at, issued_at"
# Beside the fields of a draft, in the same JSON: who took it over. No field has this name.
_HANDED_OVER = "handed_over"


def _draft(row: Row) -> Draft:
    stored = json.loads(row["fields"])
    handed_over = stored.pop(_HANDED_OVER, ())
    return Draft(
        draft_id=row["draft_id"],
        office=row["office"],
        owner=row["created_by"],
        entries={name: _entry(written) for name, written in stored.items()},
        revision=row["revision"],
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        issued_at=datetime.fromisoformat(row["issued_at"]) if row["issued_at"] else None,
        handed_over=tuple(Handover(**each | {"at": datetime.fromisoformat(each["at"])}) for each in handed_over),
    )


def _entry(written: str | dict[str, Any]) -> TypedField:
    """A field: earlier releases have stored its text alone."""
    if isinstance(written, str):
        return TypedField(written)
    at = written["at"]
    rivals = (Rival(**each | {"at": datetime.fromisoformat(each["at"])}) for each in written.get("rivals", ()))
    read = {"at": datetime.fromisoformat(at) if at else None, "rivals": tuple(rivals)}
    return TypedField(**written | read | {"origin": FieldOrigin(written.get("origin", FieldOrigin.TYPED))})


def _written(draft: Draft) -> str:
    """The fields of a draft as JSON."""
    fields = {name: asdict(entry) if entry.at else entry.text for name, entry in draft.entries.items()}
    handed_over = {_HANDED_OVER: [asdict(each) for each in draft.handed_over]} if draft.handed_over else {}
    return json.dumps(fields | handed_over, ensure_ascii=False, default=datetime.isoformat)


def add_draft(tx: Transaction, draft: Draft) -> None:
    """Add a new draft."""
    tx.run(
        f"INSERT INTO applications ({_DRAFT}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            draft.draft_id,
            draft.office,
            draft.owner,
            _written(draft),
            draft.revision,
            draft.created_at.isoformat(),
            draft.updated_at.isoformat(),
        ),
    )


def get_draft(tx: Transaction, draft_id: str) -> Draft | None:
    """The draft, open or issued, or None."""
    row = tx.one(f"SELECT {_DRAFT} FROM applications WHERE draft_id = ?", (draft_id,))
    return _draft(row) if row else None


def drafts_of_office(tx: Transaction, office: str, limit: int = 50) -> tuple[Draft, ...]:
    """The drafts of one office, newest first."""
    rows = tx.all(
        f"SELECT {_DRAFT} FROM applications WHERE office = ? ORDER BY updated_at DESC LIMIT ?", (office, limit)
    )
    return tuple(_draft(row) for row in rows)


def tally(tx: Transaction, office: str, since: datetime) -> tuple[int, int]:
    """How many applications of an office are open, and how many were issued since an instant."""
    row = tx.one(
        "SELECT (SELECT count(*) FROM applications WHERE office = ? AND issued_at IS NULL) AS opened,"
        " (SELECT count(*) FROM applications WHERE office = ? AND issued_at >= ?) AS issued",
        (office, office, since.isoformat()),
    )
    return (row["opened"], row["issued"]) if row else (0, 0)


def save_draft(tx: Transaction, draft: Draft) -> None:
    """Store the owner, the fields, the revision and the last change of an open draft."""
    tx.run(
        "UPDATE applications SET created_by = ?, fields = ?, revision = ?, updated_at = ?"
        " WHERE draft_id = ? AND issued_at IS NULL",
        (draft.owner, _written(draft), draft.revision, draft.updated_at.isoformat(), draft.draft_id),
    )


def delete_draft(tx: Transaction, draft_id: str, on: date) -> None:
    """Delete an open draft, with the signature that was drawn for it."""
    draft_signatures.remove(tx, draft_id, on)
    tx.run("DELETE FROM applications WHERE draft_id = ? AND issued_at IS NULL", (draft_id,))


def delete_untouched(tx: Transaction, before: datetime, on: date) -> int:
    """Delete the open drafts that nobody has changed since ``before``, as ``delete_draft``; how many there were."""
    rows = tx.all(
        "SELECT draft_id FROM applications WHERE issued_at IS NULL AND updated_at < ? ORDER BY draft_id",
        (before.isoformat(),),
    )
    for row in rows:
        delete_draft(tx, row["draft_id"], on)
    return len(rows)


def close_draft(tx: Transaction, draft_id: str, now: datetime) -> None:
    """Mark a draft as issued."""
    tx.run(
        "UPDATE applications SET issued_at = ?, updated_at = ? WHERE draft_id = ?", (*[now.isoformat()] * 2, draft_id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedOutcome:
    """The outcome of one application."""

    idempotency_key: str
    application_no: str
    office: str
    issued_at: datetime
    uscc: str
    code_id: CodeId
    version: int
    permits: tuple[IssuedPermit, ...]


def outcome(tx: Transaction, idempotency_key: str) -> IssuedOutcome | None:
    """The outcome of the application with this key, or None if it has not been issued."""
    row = tx.one(
        "SELECT idempotency_key, application_no, office, issued_at, uscc, code_id, version, permits"
        " FROM issued_applications WHERE idempotency_key = ?",
        (idempotency_key,),
    )
    if row is None:
        return None
    return IssuedOutcome(
        idempotency_key=row["idempotency_key"],
        application_no=row["application_no"],
        office=row["office"],
        issued_at=datetime.fromisoformat(row["issued_at"]),
        uscc=row["uscc"],
        code_id=CodeId(row["code_id"]),
        version=row["version"],
        permits=tuple(IssuedPermit(**permit) for permit in json.loads(row["permits"])),
    )


def add_outcome(tx: Transaction, result: IssuedOutcome, application: Mapping[str, Any]) -> None:
    """Record the outcome of an application, and the checked ``application`` as JSON, which is internal. The key is unique:
    the register refuses a second one."""
    permits = [{"permit_type": p.permit_type, "permit_no": p.permit_no, "pending": p.pending} for p in result.permits]
    tx.run(
        "INSERT INTO issued_applications (idempotency_key, application_no, office, issued_at, uscc, code_id, version,"
        " permits, application) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            result.idempotency_key,
            result.application_no,
            result.office,
            result.issued_at.isoformat(),
            result.uscc,
            result.code_id.value,
            result.version,
            json.dumps(permits, ensure_ascii=False),
            json.dumps(application, ensure_ascii=False),
        ),
    )


def latest_of_business(tx: Transaction, uscc: str) -> Mapping[str, Any]:
    """What was applied for by the newest application that was issued to a business; empty where there is none."""
    row = tx.one(
        "SELECT application FROM issued_applications WHERE uscc = ? ORDER BY issued_at DESC, application_no DESC LIMIT 1",
        (uscc,),
    )
    found: Mapping[str, Any] = json.loads(row["application"]) if row else {}
    return found


def trade_of(tx: Transaction, application_no: str) -> str:
    """The trade that an issued application was for; empty where there is no such application."""
    row = tx.one("SELECT application FROM issued_applications WHERE application_no = ?", (application_no,))
    return str(json.loads(row["application"]).get("trade", "")) if row else ""


def add_commitment(
    tx: Transaction, application_no: str, permit_type: str, commitment: Commitment, notice: Notice
) -> None:
    """Store a commitment and the text that was signed."""
    tx.run("INSERT INTO notice_texts (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING", (notice.sha256, notice.text))
    tx.run(
        "INSERT INTO commitments (application_no, permit_type, notice_id, notice_version, sha256, signer, signed_on)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            application_no,
            permit_type,
            commitment.notice_id,
            commitment.notice_version,
            commitment.notice_sha256,
            commitment.signature.signer,
            commitment.signature.signed_on.isoformat(),
        ),
    )
