"""Tables of applications."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Drafts, issued applications, and commitments with their texts."""
    schema.run("""
        CREATE TABLE applications (
            draft_id TEXT PRIMARY KEY, office TEXT NOT NULL, created_by INTEGER NOT NULL, fields TEXT NOT NULL,
            revision INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
            issued_at TEXT);
        CREATE INDEX applications_by_office ON applications (office, updated_at);
        CREATE TABLE issued_applications (
            idempotency_key TEXT PRIMARY KEY, application_no TEXT NOT NULL UNIQUE, office TEXT NOT NULL,
            issued_at TEXT NOT NULL, uscc TEXT NOT NULL, code_id BLOB NOT NULL, version INTEGER NOT NULL,
            permits TEXT NOT NULL, application TEXT NOT NULL);
        CREATE TABLE notice_texts (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL);
        CREATE TABLE commitments (
            application_no TEXT NOT NULL, permit_type TEXT NOT NULL, notice_id TEXT NOT NULL,
            notice_version TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES notice_texts (sha256),
            signer TEXT NOT NULL, signed_on TEXT NOT NULL, PRIMARY KEY (application_no, permit_type));
    """)
