"""Rules of the register itself: promises, the signatures for them, and links to draw these by."""

from __future__ import annotations

from licence_qr.domain.issuing.promise import SignedHow
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    WriteKind,
    days,
    fixed,
    instants,
    kept,
    not_over,
    objects,
    one_of,
    refers,
    table,
)


def _hash(column: str) -> RowCheck:
    return RowCheck(f"{column}_has_64_digits", (column,), f"length({column}) = 64")


TABLES = (
    table(
        "promises",
        (
            _hash("sha256"),
            instants("at"),
            refers("application_no", "issued_applications", deferred=True),
            objects("promises", "document"),
            kept("promises", ("sha256",), ("application_no", "permit_type")),
            fixed("promises", ("sha256", "document", "application_no", "permit_type", "file", "at")),
            RefusedWrite(
                "promises_private_is_only_erased",
                WriteKind.UPDATE,
                "what a promise says of an agent is erased or stays",
                "NEW.private <> '' AND NEW.private IS DISTINCT FROM OLD.private",
            ),
        ),
    ),
    table(
        "draft_signatures",
        (
            one_of("how", SignedHow),
            days("signed_on"),
            _hash("image_sha256"),
            not_over("draft_signatures", ("draft_id",)),
        ),
    ),
    table(
        "signing_links",
        (
            _hash("token_sha256"),
            instants("ends_at"),
            not_over("signing_links", ("token_sha256",)),
        ),
    ),
)
