"""Drafts: stored as typed, checked on request, and issued once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.issuing.issued import Draft, IssuedPair
from licence_qr.domain.plain_text import FREE_TEXTS, demand_length, plain_line
from licence_qr.domain.register.field_names import ALL_FIELDS, ANSWER_PREFIX
from licence_qr.domain.register.typed_fields import form_order
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError, InvalidApplication, KeyStoreError
from licence_qr.services.issuing.issue import Issuance
from licence_qr.services.register import access, things
from licence_qr.services.register.access import TAKE_APPLICATIONS
from licence_qr.services.register.look_alikes import LookAlike
from licence_qr.services.signing.room_on_sheets import faults_of_fields
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.issuing import applications
from licence_qr.store.register import entities

MAX_FIELD_CHARS = 5000
MAX_REASON_CHARS = 500
WHY_ANOTHER = "why_another"  # the field that says why a business of the same name is another one


@dataclass(frozen=True, slots=True)
class Applications:
    """Drafts of a clerk's office. Every access is checked."""

    database: Database
    catalogue: Catalogue
    issuance: Issuance

    def start(self, actor: Actor, now: datetime) -> Draft:
        """An empty draft for the clerk's office."""
        access.demand(actor, TAKE_APPLICATIONS)
        draft = Draft(
            draft_id=secrets.token_urlsafe(12),
            office=actor.office,
            created_by=actor.user_id,
            fields={},
            revision=1,
            created_at=now,
            updated_at=now,
            issued_at=None,
        )
        with self.database.write() as tx:
            applications.add_draft(tx, draft)
        return draft

    def get(self, actor: Actor, draft_id: str) -> Draft:
        """One draft. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            return _own(tx, actor, draft_id)

    def drafts(self, actor: Actor) -> tuple[Draft, ...]:
        """The drafts of the clerk's office, open and issued, newest first."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            return applications.drafts_of_office(tx, actor.office)

    def begun_for(self, actor: Actor) -> Mapping[str, str]:
        """The open drafts that absent people began for whom ``actor`` stands in: draft id → their name."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            drafts = applications.drafts_of_office(tx, actor.office) if actor.cover.stands_for else ()
            clerks = {each: accounts.user_by_id(tx, each) for each in {draft.created_by for draft in drafts}}
        absent = {key: user and actor.stands_in_for({user.actor.username}) for key, user in clerks.items()}
        begun = ((draft.draft_id, absent[draft.created_by]) for draft in drafts if draft.issued_at is None)
        return {draft_id: person.name for draft_id, person in begun if person}

    def save(self, actor: Actor, draft_id: str, fields: Mapping[str, str], revision: int, now: datetime) -> Draft:
        """Merge ``fields`` into the draft; unknown names are ignored, too long values are cut.

        Raises ConflictError ``draft_changed_meanwhile`` when ``revision`` is out of date, and
        ``application_already_issued``.
        """
        kept = {n: v[:MAX_FIELD_CHARS] for n, v in fields.items() if n in ALL_FIELDS or n.startswith(ANSWER_PREFIX)}
        with self.database.write() as tx:
            draft = _own(tx, actor, draft_id)
            if draft.issued_at is not None:
                raise ConflictError("application_already_issued")
            if draft.revision != revision:
                raise ConflictError("draft_changed_meanwhile", revision=draft.revision)
            applications.save_draft(tx, draft_id, {**draft.fields, **kept}, now)
            return _own(tx, actor, draft_id)

    def check(self, actor: Actor, draft_id: str, now: datetime) -> Application:
        """The draft as a checked application. Raises InvalidApplication with every problem, also what no card can show."""
        draft = self.get(actor, draft_id)
        unprintable = faults_of_fields(draft.fields)
        try:
            application = self._parse(draft, now)
        except InvalidApplication as invalid:
            named = {problem.field for problem in invalid.problems}
            more = (fault for fault in unprintable if fault.field not in named)
            raise InvalidApplication(sorted((*invalid.problems, *more), key=form_order)) from None
        if unprintable:
            raise InvalidApplication(unprintable)
        return application

    def _parse(self, draft: Draft, now: datetime) -> Application:
        return parse_application(
            draft.fields, self.catalogue, draft.office, local_date(now), self.issuance.demonstration
        )

    def look_alikes(self, actor: Actor, draft_id: str, now: datetime) -> tuple[LookAlike, ...]:
        """Other businesses whose name is that of the applicant or looks like it. Raises InvalidApplication."""
        return self.issuance.look_alikes(self.check(actor, draft_id, now).entity)

    def issue(self, actor: Actor, draft_id: str, now: datetime, why_another: str = "") -> IssuedPair:
        """Check and issue the draft. A second call returns the first result and issues nothing.

        Where a registered business has that name, or one that looks like it, ``why_another`` has to say why the
        applicant is another business; it is kept in the history. Whoever stands in for the absent clerk who began the
        draft issues it for that clerk. Raises InputError ``name_like_another`` or ``text_too_long``;
        ConflictError ``draft_changed_meanwhile``; and as ``Issuance.issue``.
        """
        draft = self.get(actor, draft_id)
        asked = None if draft.issued_at else self._parse(draft, now).entity
        # Before the transaction: it can take a while, and others wait to write.
        alike = self.issuance.look_alikes(asked) if asked else ()
        with self.database.write() as tx:
            draft = _own(tx, actor, draft_id)
            ordered = None
            if draft.issued_at is None or not self.issuance.repeat_within(tx, draft_id):
                begun_by = accounts.user_by_id(tx, draft.created_by)
                acting = actor.for_absent({begun_by.actor.username}) if begun_by else actor
                application = self._parse(draft, now)
                if application.entity != asked:
                    raise ConflictError("draft_changed_meanwhile", revision=draft.revision)
                reason = _why_another(why_another, alike[0]) if alike else ""
                ordered = self.issuance.issue_within(tx, application, acting, draft_id, now, reason)
                applications.close_draft(tx, draft_id, now)
        return self.issuance.pair(draft_id, ordered)

    def result(self, actor: Actor, draft_id: str) -> IssuedPair | None:
        """What was issued from the draft, or None while it is open. Raises KeyStoreError ``code_being_signed``."""
        with self.database.read() as tx:
            _own(tx, actor, draft_id)
            return self.issuance.result(tx, draft_id)

    def signed_result(self, actor: Actor, draft_id: str) -> IssuedPair | None:
        """``result``, or None also while its code waits to be signed."""
        try:
            return self.result(actor, draft_id)
        except KeyStoreError:
            return None

    def known_business(self, actor: Actor, uscc: str) -> dict[str, str] | None:
        """Form fields of a registered business, to prefill; None for a new one. Raises InputError (uscc)."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            stored = entities.get(tx, parse_uscc(uscc))
        if stored is None:
            return None
        entity = stored.entity
        return {
            "uscc": entity.uscc,
            "entity_form": entity.form.value,
            "name": entity.name,
            "entity_type": entity.entity_type,
            "principal": entity.principal,
            "registered_capital": entity.registered_capital,
            "established_on": entity.established_on.isoformat(),
            "term_to": entity.term_to.isoformat() if entity.term_to else "",
            "domicile": entity.domicile,
            "business_scope": entity.business_scope,
        }


def _why_another(typed: str, other: LookAlike) -> str:
    why = plain_line(typed)
    if not why:
        raise InputError("name_like_another", field=WHY_ANOTHER, name=other.name, uscc=other.uscc)
    return demand_length(why, MAX_REASON_CHARS, WHY_ANOTHER, FREE_TEXTS["reason"])


def _own(tx: Transaction, actor: Actor, draft_id: str) -> Draft:
    draft = applications.get_draft(tx, draft_id)
    if draft is None:
        raise things.not_found(things.APPLICATION)
    access.demand(actor, TAKE_APPLICATIONS, draft.office)
    return draft
