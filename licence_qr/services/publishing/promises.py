"""Promises: for everybody by their name, and for the staff of the office with the signature and who the agent was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.issuing.promise import sha256
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, NotFoundError
from licence_qr.services.files.kept import Files
from licence_qr.services.register import access, look_ups
from licence_qr.services.register.look_ups import LookUps
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.issuing import promises
from licence_qr.store.issuing.promises import StoredPromise
from licence_qr.wording.text import Text


@dataclass(frozen=True, slots=True)
class PublicPromise:
    """A promise as everybody may read it: ``document`` is the text whose SHA-256 is ``sha256``, ``facts`` what is in it."""

    sha256: str
    document: str
    facts: Mapping[str, Any]
    permit_type: Text


@dataclass(frozen=True, slots=True)
class StaffPromise:
    """A promise for the staff: with what it says of an agent, and whether a signature was drawn."""

    public: PublicPromise
    uscc: str
    application_no: str
    agent: Mapping[str, Any] | None
    drawn: bool


def _by_name() -> LookUps:
    return look_ups.for_visitors("promise", "too_many_lookups")


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises in the register."""

    database: Database
    catalogue: Catalogue
    files: Files
    looked_up: LookUps = field(default_factory=_by_name, compare=False)

    def published(self, name: str, client: str, now: datetime) -> PublicPromise:
        """The promise whose SHA-256 is ``name``.

        Raises NotFoundError ``promise_not_found``, AccessError ``too_many_lookups``, ConflictError ``promise_differs``.
        """
        with self.looked_up.counted(client, now), self.database.read() as tx:
            return self._public(_stored(tx, name))

    def for_staff(self, actor: Actor, name: str) -> StaffPromise:
        """The promise for somebody of the office that took the application. Raises as ``published``, and AccessError."""
        with self.database.read() as tx:
            stored, uscc = self._of_office(tx, actor, name)
            public = self._public(stored)
        private = stored.promise.private
        return StaffPromise(
            public=public,
            uscc=uscc,
            application_no=stored.application_no,
            agent=json.loads(private) if private else None,
            drawn=stored.file is not None,
        )

    def signature(self, actor: Actor, name: str) -> bytes:
        """What was drawn (PNG). Raises as ``for_staff``; NotFoundError ``file_deleted``, RegisterError ``file_missing`` or
        ``file_damaged``."""
        with self.database.read() as tx:
            stored, _ = self._of_office(tx, actor, name)
            return self.files.read(tx, stored.file or "")

    def _of_office(self, tx: Transaction, actor: Actor, name: str) -> tuple[StoredPromise, str]:
        access.demand(actor, access.READ_PROMISES)
        stored = _stored(tx, name)
        office, uscc = promises.case_of(tx, stored)
        access.demand(actor, access.READ_PROMISES, office)
        return stored, uscc

    def _public(self, stored: StoredPromise) -> PublicPromise:
        promise = stored.promise
        if sha256(promise.document) != promise.sha256:
            raise ConflictError("promise_differs")
        facts = json.loads(promise.document)
        known = self.catalogue.permit_types.get(facts["permit_type"])
        name = known.name if known else Text(facts["permit_type"], facts["permit_type"])
        return PublicPromise(promise.sha256, promise.document, facts, name)


def _stored(tx: Transaction, name: str) -> StoredPromise:
    stored = promises.get(tx, name.lower())
    if stored is None:
        raise NotFoundError("promise_not_found")
    return stored
