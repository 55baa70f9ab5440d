"""Storing the promise that a permit is granted on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.catalogue.model import Notice
from licence_qr.domain.issuing.application import Application, Commitment
from licence_qr.domain.issuing.promise import SALT_BYTES, PromisedPermit, PromiseFacts, promise_of
from licence_qr.store.database.connections import Transaction
from licence_qr.store.issuing import promises
from licence_qr.store.issuing.promises import StoredPromise


@dataclass(frozen=True, slots=True)
class Granting:
    """A permit that is being granted on a commitment."""

    application_no: str
    application: Application
    permit_type: str
    commitment: Commitment
    notice: Notice


def keep_promise(tx: Transaction, granting: Granting, now: datetime) -> str:
    """Store the promise as a document and return its name. What stands in it is spelt as it was shown to who signed."""
    signature, notice = granting.commitment.signature, granting.notice
    facts = PromiseFacts(
        notice_id=notice.id,
        notice_version=notice.version,
        notice_sha256=notice.sha256,
        name=granting.application.entity.name,
        principal=granting.application.entity.principal,
        premises_address=granting.application.premises_address,
        signer=signature.signer,
    )
    permit = PromisedPermit(granting.application_no, granting.permit_type)
    promise = promise_of(permit, notice, facts, signature, secrets.token_bytes(SALT_BYTES))
    stored = StoredPromise(
        promise=promise,
        application_no=granting.application_no,
        permit_type=granting.permit_type,
        file=signature.drawing.file if signature.drawing else None,
        at=now,
    )
    promises.add(tx, stored)
    return promise.sha256
