"""Drafts: stored as they are typed, checked on request, and issued once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.issuing.draft import Draft, Handover, TypedField, Typing, merge
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.issuing.typed_parties import understood, with_origins
from licence_qr.domain.parties.identity_number import compact_number, is_identity_number, without_numbers
from licence_qr.domain.plain_text import FREE_TEXTS, demand_length, plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.field_names import ALL_FIELDS, ANSWER_PREFIX, FIELD_LABELS
from licence_qr.domain.register.typed_fields import form_order
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError, InvalidApplication, KeyStoreError
from licence_qr.services.issuing.issue import Issuance
from licence_qr.services.issuing.kept_drafts import KeptDrafts, still_open
from licence_qr.services.issuing.known import WHY_ANOTHER, WHY_HERE, AskedDraft, KnownFact, known_facts, of_address
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.register import access, events
from licence_qr.services.register.access import TAKE_APPLICATIONS
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.look_alikes import LookAlike
from licence_qr.services.signing.room_on_sheets import faults_of_fields
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.issuing import applications, draft_signatures
from licence_qr.store.register import entities, history
from licence_qr.wording.text import Text

MAX_FIELD_CHARS = 5000
MAX_REASON_CHARS = 500
REASONS = (WHY_ANOTHER, WHY_HERE)
MOST_SEARCHED = 500
_SEARCHED = ("name", "principal", "uscc")
_ID_BYTES = 12
_ID = re.compile(r"[A-Za-z0-9_-]{16}")
_A_FIELD = Text("这一项", "this answer")


@dataclass(frozen=True, slots=True)
class Tally:
    """Applications of an office: open, and issued on the day."""

    open: int
    issued: int


@dataclass(frozen=True, slots=True)
class Applications:
    """Drafts of a clerk's office. Every access is checked."""

    database: Database
    catalogue: Catalogue
    issuance: Issuance
    identities: IdentitySealing

    def start(self, actor: Actor, now: datetime) -> Draft:
        """A new draft for the clerk's office. It is stored with the first text that somebody types into it."""
        access.demand(actor, TAKE_APPLICATIONS)
        return _untouched(secrets.token_urlsafe(_ID_BYTES), actor, now)

    def get(self, actor: Actor, draft_id: str) -> Draft:
        """One draft. Raises NotFoundError ``thing_not_found``, AccessError."""
        with self.database.read() as tx:
            return self.kept.own(tx, actor, draft_id)

    def get_or_start(self, actor: Actor, draft_id: str, now: datetime) -> Draft:
        """One draft; an untouched one where nothing has been typed under this key. Raises as ``get`` does: NotFoundError for
        what is no such key."""
        with self.database.read() as tx:
            return self._own_or_untouched(tx, actor, draft_id, now)

    def drafts(self, actor: Actor) -> tuple[Draft, ...]:
        """The drafts of the clerk's office, open and issued, newest first."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            return self.kept.of_office(tx, actor.office)

    def tally(self, actor: Actor, now: datetime) -> Tally:
        """How many applications of the clerk's office are open, and how many were issued today."""
        access.demand(actor, TAKE_APPLICATIONS)
        midnight = datetime.combine(local_date(now), time(), SHANGHAI).astimezone(UTC)
        with self.database.read() as tx:
            return Tally(*applications.tally(tx, actor.office, midnight))

    def named(self, actor: Actor, text: str) -> tuple[Draft, ...]:
        """The open applications of the clerk's office with ``text`` in their name, person or credit code."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            found = self.kept.of_office(tx, actor.office, MOST_SEARCHED)
        typed = tuple((each, "\n".join(each.fields.get(name, "") for name in _SEARCHED)) for each in found)
        return tuple(each for each, texts in typed if each.issued_at is None and text.casefold() in texts.casefold())

    def names(self, actor: Actor, drafts: Iterable[Draft]) -> Mapping[int, str]:
        """The names of all who had a hand in these drafts: account → name."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            found = {each: accounts.user_by_id(tx, each) for draft in drafts for each in draft.accounts()}
        return {each: user.actor.display_name for each, user in found.items() if user}

    def begun_for(self, actor: Actor) -> Mapping[str, str]:
        """The open drafts of absent people for whom ``actor`` stands in: draft id → their name."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            drafts = self.kept.of_office(tx, actor.office) if actor.cover.stands_for else ()
            clerks = {each: accounts.user_by_id(tx, each) for each in {draft.owner for draft in drafts}}
        absent = {key: user and actor.stands_in_for({user.actor.username}) for key, user in clerks.items()}
        begun = ((draft.draft_id, absent[draft.owner]) for draft in drafts if draft.issued_at is None)
        return {draft_id: person.name for draft_id, person in begun if person}

    def save(self, actor: Actor, draft_id: str, typing: Typing, now: datetime) -> Draft:
        """Store what a whole form brought; the first text stores the draft too. Unknown fields are ignored, too long values
        are cut.

        Raises ConflictError ``draft_changed_meanwhile`` when somebody else has changed one of the fields since, and
        ``application_already_issued``; NotFoundError where the draft was deleted.
        """
        known = self.field_names()
        kept = {name: text[:MAX_FIELD_CHARS] for name, text in typing.fields.items() if name in known}
        return self._store(actor, draft_id, replace(typing, fields=kept), now, both=False)

    def keep(self, actor: Actor, draft_id: str, typing: Typing, now: datetime) -> Draft:
        """Store what was typed so far. Of a field that somebody else has changed since, both texts are kept.

        Raises InputError ``draft_field_unknown`` or ``text_too_long``, and then stores nothing; else as ``save``.
        """
        known = self.field_names()
        for name, text in typing.fields.items():
            if name not in known:
                raise InputError("draft_field_unknown", field=name, found=name[:40])
            if len(text) > MAX_FIELD_CHARS:
                label = FIELD_LABELS.get(name, _A_FIELD)
                facts = {"label_zh": label.zh, "label_en": label.en, "length": len(text), "limit": MAX_FIELD_CHARS}
                raise InputError("text_too_long", field=name, **facts)
        return self._store(actor, draft_id, typing, now, both=True)

    @property
    def kept(self) -> KeptDrafts:
        """The drafts as the register keeps them."""
        return KeptDrafts(self.identities)

    def _own_or_untouched(
        self, tx: Transaction, actor: Actor, draft_id: str, now: datetime, revision: int = 0
    ) -> Draft:
        """The draft; where there is none, and the page was made from none (``revision``), one that is not stored yet.
        One that somebody deleted stays so, whatever still arrives of it."""
        draft = applications.get_draft(tx, draft_id)
        begins = draft is None and revision == 0 and _ID.fullmatch(draft_id)
        if begins and not history.is_about(tx, f"application/{draft_id}"):
            access.demand(actor, TAKE_APPLICATIONS)
            return _untouched(draft_id, actor, now)
        return self.kept.own(tx, actor, draft_id)

    def field_names(self) -> frozenset[str]:
        """The names of all fields that a draft can have."""
        asked = {ANSWER_PREFIX + each.id for trade in self.catalogue.trades.values() for each in trade.questions}
        return frozenset({*ALL_FIELDS, *REASONS, *asked})

    def _store(self, actor: Actor, draft_id: str, typing: Typing, now: datetime, *, both: bool) -> Draft:
        with self.database.write() as tx:
            draft = still_open(self._own_or_untouched(tx, actor, draft_id, now, typing.revision))
            typing = understood(draft.entries, typing, local_date(now))
            merged = merge(draft.entries, typing, actor.user_id, now, draft.revision + 1)
            if merged.clashes and not both:
                raise ConflictError("draft_changed_meanwhile", revision=draft.revision)
            if merged.entries == draft.entries:
                return draft
            if not draft.revision and not any(text.strip() for text in typing.fields.values()):
                return draft
            stored = replace(draft, entries=merged.entries, revision=draft.revision + 1, updated_at=now)
            if draft.revision:
                self.kept.save(tx, stored)
            else:
                self.kept.add(tx, stored)
            return stored

    def choose(self, actor: Actor, draft_id: str, field: str, page: str, now: datetime) -> Draft:
        """Keep one of the texts of a disputed field: the one that was typed on ``page``, or the stored one if empty.

        A choice that is not there any more changes nothing. Raises as ``save`` does.
        """
        with self.database.write() as tx:
            draft = self.kept.open_own(tx, actor, draft_id)
            entry = draft.disputed.get(field)
            texts = {"": entry.text, **{rival.page: rival.text for rival in entry.rivals}} if entry else {}
            if entry is None or page not in texts:
                return draft
            chosen = TypedField(texts[page], actor.user_id, now, draft.revision + 1)
            entries = {**draft.entries, field: chosen}
            stored = replace(draft, entries=entries, revision=draft.revision + 1, updated_at=now)
            self.kept.save(tx, stored)
            return stored

    def take_over(self, actor: Actor, draft_id: str, now: datetime) -> Draft:
        """Make ``actor`` the owner of a colleague's draft; the history says so. Raises as ``save`` does."""
        with self.database.write() as tx:
            draft = self.kept.open_own(tx, actor, draft_id)
            if draft.owner == actor.user_id:
                return draft
            handed_over = (*draft.handed_over, Handover(draft.owner, actor.user_id, now))
            taken = replace(draft, owner=actor.user_id, handed_over=handed_over, revision=draft.revision + 1)
            self.kept.save(tx, taken)
            after: Mapping[str, object] = {"owner": actor.username}
            _note(tx, EventKind.APPLICATION_TAKEN_OVER, draft, actor, now, after)
            return taken

    def discard(self, actor: Actor, draft_id: str, now: datetime) -> None:
        """Delete a draft with all that was typed; the history says so, without what was typed. Raises as ``save`` does."""
        with self.database.write() as tx:
            draft = self.kept.open_own(tx, actor, draft_id)
            applications.delete_draft(tx, draft_id, local_date(now))
            _note(tx, EventKind.APPLICATION_DISCARDED, draft, actor, now, None)

    def sweep(self, now: datetime) -> int:
        """Delete the drafts that nobody has changed for ``draft_kept_days``; return how many. Raises RegisterError."""
        today = local_date(now)
        days = self.catalogue.life_rules_on(today).draft_kept_days
        with self.database.write() as tx:
            return applications.delete_untouched(tx, now - timedelta(days=days), today)

    def check(self, actor: Actor, draft: Draft, now: datetime) -> Application:
        """The draft as a checked application. Raises InvalidApplication with every problem, also what no card can show."""
        access.demand(actor, TAKE_APPLICATIONS, draft.office)
        unprintable = faults_of_fields(draft.fields)
        try:
            with self.database.read() as tx:
                application = self._parse(tx, draft, now)
        except InvalidApplication as invalid:
            named = {problem.field for problem in invalid.problems}
            more = (fault for fault in unprintable if fault.field not in named)
            raise InvalidApplication(sorted((*invalid.problems, *more), key=form_order)) from None
        if unprintable:
            raise InvalidApplication(unprintable)
        return application

    def _parse(self, tx: Transaction, draft: Draft, now: datetime) -> Application:
        if draft.disputed:
            disputed = (InputError("draft_field_disputed", field=name) for name in draft.disputed)
            raise InvalidApplication(sorted(disputed, key=form_order))
        return parse_application(
            draft.fields,
            self.catalogue,
            draft.office,
            local_date(now),
            self.issuance.demonstration,
            at_desk=True,
            drawn=draft_signatures.of_draft(tx, draft.draft_id),
        )

    def look_alikes(self, actor: Actor, draft_id: str, now: datetime) -> tuple[LookAlike, ...]:
        """Other businesses whose name is that of the applicant or looks like it. Raises InvalidApplication."""
        return self.issuance.look_alikes(self.check(actor, self.get(actor, draft_id), now).entity)

    def known(self, actor: Actor, draft: Draft, permit_types: Collection[str], now: datetime) -> tuple[KnownFact, ...]:
        """What the register knows of a draft that applies for ``permit_types``."""
        access.demand(actor, TAKE_APPLICATIONS, draft.office)
        day, number = local_date(now), draft.fields.get("principal_id_number", "")
        person = self.identities.mark(compact_number(number)) if is_identity_number(number, day) else None
        with self.database.read() as tx:
            return known_facts(tx, self.catalogue, AskedDraft(draft, permit_types, day, person))

    def issue(self, actor: Actor, draft_id: str, now: datetime, why_another: str = "") -> IssuedPair:
        """Check and issue the draft. A second call returns the first result and issues nothing.

        Where a registered business has that name, or one that looks like it, ``why_another`` or the draft has to say why the
        applicant is another business, and of an address where another business is, why both are there; the history of a
        new licence keeps it. Whoever stands in for the absent clerk who began the
        draft issues it for that clerk. Raises InputError ``name_like_another`` or ``text_too_long``;
        ConflictError ``draft_changed_meanwhile``; and as ``Issuance.issue``.
        """
        with self.database.read() as tx:
            draft = self.kept.own(tx, actor, draft_id)
            asked = None if draft.issued_at else self._parse(tx, draft, now).entity
        # Before the transaction: it can take a while, and others wait to write.
        alike = self.issuance.look_alikes(asked) if asked else ()
        with self.database.write() as tx:
            draft = self.kept.own(tx, actor, draft_id)
            ordered = None
            if draft.issued_at is None or not self.issuance.repeat_within(tx, draft_id):
                begun_by = accounts.user_by_id(tx, draft.owner)
                acting = actor.for_absent({begun_by.actor.username}) if begun_by else actor
                application = self._parse(tx, draft, now)
                if application.entity != asked:
                    raise ConflictError("draft_changed_meanwhile", revision=draft.revision)
                reasons = [_why_another(why_another or draft.fields.get(WHY_ANOTHER, ""), alike[0])] if alike else []
                reasons += [_why_here(draft, fact) for fact in of_address(tx, draft)]
                reason = without_numbers("；".join(reasons))
                application = with_origins(application, draft)
                ordered = self.issuance.issue_within(tx, application, acting, draft_id, now, reason)
                applications.close_draft(tx, draft_id, now)
                draft_signatures.remove(tx, draft_id, local_date(now), handed_on=_drawn(application))
        return self.issuance.pair(draft_id, ordered)

    def result(self, actor: Actor, draft_id: str) -> IssuedPair | None:
        """What was issued from the draft, or None while it is open. Raises KeyStoreError ``code_being_signed``."""
        with self.database.read() as tx:
            self.kept.own(tx, actor, draft_id)
            return self.issuance.result(tx, draft_id)

    def signed_result(self, actor: Actor, draft_id: str) -> IssuedPair | None:
        """``result``, or None also while its code waits to be signed."""
        try:
            return self.result(actor, draft_id)
        except KeyStoreError:
            return None

    def known_business(self, actor: Actor, uscc: str) -> dict[str, str] | None:
        """Form fields of a registered business, to prefill, with the premises and the trade it applied for last; None for a
        new one. Raises InputError (uscc)."""
        access.demand(actor, TAKE_APPLICATIONS)
        with self.database.read() as tx:
            stored = entities.get(tx, parse_uscc(uscc))
            if stored is None:
                return None
            place = _last_place(tx, stored.entity.uscc)
        entity = stored.entity
        return place | {
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


def _last_place(tx: Transaction, uscc: str) -> dict[str, str]:
    """The trade that a business applied for last, and its premises: those it applied for if they are open, or its only
    ones."""
    applied = applications.latest_of_business(tx, uscc)
    found = {"trade": applied["trade"]} if applied else {}
    there = tuple(each for each in entities.premises_of(tx, uscc) if each.open)
    named = entities.premises_at(tx, uscc, applied["premises_address"]) if applied else None
    premises = named or (there[0] if len(there) == 1 else None)
    if premises is not None:
        found |= {"premises_address": premises.address, "premises_region": premises.region}
        if premises.area_m2 is not None:
            found["area_m2"] = str(premises.area_m2)
    return found


def _why_another(typed: str, other: LookAlike) -> str:
    why = plain_line(typed)
    if not why:
        raise InputError("name_like_another", field=WHY_ANOTHER, name=other.name, uscc=other.uscc)
    return demand_length(why, MAX_REASON_CHARS, WHY_ANOTHER, FREE_TEXTS["reason"])


def _why_here(draft: Draft, fact: KnownFact) -> str:
    why = plain_line(draft.fields.get(WHY_HERE, ""))
    if not why:
        raise InvalidApplication([InputError(fact.problem.code, field=WHY_HERE, **fact.problem.facts)])
    return demand_length(why, MAX_REASON_CHARS, WHY_HERE, FREE_TEXTS["reason"])


def _untouched(draft_id: str, actor: Actor, now: datetime) -> Draft:
    return Draft(
        draft_id=draft_id,
        office=actor.office,
        owner=actor.user_id,
        entries={},
        revision=0,
        created_at=now,
        updated_at=now,
        issued_at=None,
    )


def _note(
    tx: Transaction, kind: EventKind, draft: Draft, actor: Actor, now: datetime, after: Mapping[str, object] | None
) -> None:
    owner = accounts.user_by_id(tx, draft.owner)
    before = {"owner": owner.actor.username if owner else "", "begun_on": local_date(draft.created_at).isoformat()}
    subject = f"application/{draft.draft_id}"
    events.write(tx, NewEvent(kind=kind, subject=subject, at=now, by=actor, before=before, after=after))


def _drawn(application: Application) -> str:
    """The file of the signature that promises of this application refer to; empty where none was drawn."""
    signed = (each.commitment.signature.drawing for each in application.permits if each.commitment)
    return next((drawing.file for drawing in signed if drawing), "")
