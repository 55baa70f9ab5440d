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


def add_promises(schema: Schema) -> None:
    """Promises as documents; the signature drawn for a draft; links by which it is drawn on a phone. A permit names the
    promise it was granted on."""
    schema.run("""
        CREATE TABLE promises (
            sha256 TEXT PRIMARY KEY, document TEXT NOT NULL, private TEXT NOT NULL,
            application_no TEXT NOT NULL, permit_type TEXT NOT NULL,
            file TEXT REFERENCES files (name), at TEXT NOT NULL, UNIQUE (application_no, permit_type));
        CREATE TABLE draft_signatures (
            draft_id TEXT PRIMARY KEY REFERENCES applications (draft_id), facts TEXT NOT NULL, how TEXT NOT NULL,
            signed_on TEXT NOT NULL, image_sha256 TEXT NOT NULL, file TEXT NOT NULL REFERENCES files (name));
        CREATE TABLE signing_links (
            token_sha256 TEXT PRIMARY KEY, draft_id TEXT NOT NULL REFERENCES applications (draft_id),
            link TEXT NOT NULL, facts TEXT NOT NULL, made_by INTEGER NOT NULL, ends_at TEXT NOT NULL);
        CREATE INDEX signing_links_by_draft ON signing_links (draft_id);
        ALTER TABLE permits ADD COLUMN promise_sha256 TEXT NOT NULL DEFAULT '';
    """)


def add_tallies(schema: Schema) -> None:
    """What the home page counts: open applications of an office, and those issued today."""
    schema.run("""
        CREATE INDEX applications_open ON applications (office) WHERE issued_at IS NULL;
        CREATE INDEX applications_issued ON applications (office, issued_at) WHERE issued_at IS NOT NULL;
    """)
