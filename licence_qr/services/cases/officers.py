"""What the officers of an authority do with the items that windows send on to it: take, ask for more, grant, refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.cases.case import AT_THE_AUTHORITY, CaseItem, ItemState
from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.clock import DecisionClock
from licence_qr.domain.plain_text import length_faults, plain_text
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, InvalidApplication, RuleError
from licence_qr.services.cases import steps
from licence_qr.services.cases.steps import EnteredCertificate, ItemCase, entered_certificate
from licence_qr.services.lifecycle.credit_record import check_application
from licence_qr.services.lifecycle.procedure import accepted_day
from licence_qr.services.register import access, things
from licence_qr.services.signing import before_grant
from licence_qr.services.signing.grant_rules import type_name
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.accounts import accounts
from licence_qr.store.cases import items
from licence_qr.store.cases.items import StoredItem
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import entities, permits
from licence_qr.wording.terms import term

MAX_WORDS_CHARS = 500


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One item in the work list of an authority, with the name of its business and the address; ``assignee_name`` is that of
    the officer who has taken it, ``permit_no`` the number that it came to, each empty where there is none. ``clock`` is the
    time to decide it."""

    item_id: int
    item: CaseItem
    holder_name: str
    address: str
    assignee_name: str
    permit_no: str
    clock: DecisionClock


@dataclass(frozen=True, slots=True)
class Officers:
    """Deciders of an authority's own office reach the items of that authority, and of no other."""

    database: Database
    catalogue: Catalogue
    coding: Coding

    def waiting(self, actor: Actor, now: datetime) -> tuple[WaitingItem, ...]:
        """The items that wait for the authority of ``actor``'s office, those to be decided first at the top, those whose
        clock stands still at the end; none for a window."""
        access.demand(actor, access.DECIDE_ITEMS)
        with self.database.read() as tx:
            found = [self._waiting(tx, each, local_date(now)) for each in self._found(tx, actor)]
        return tuple(sorted(found, key=lambda each: (each.clock.due or date.max, each.clock.accepted, each.item_id)))

    def count(self, actor: Actor) -> int:
        """How many ``waiting`` has."""
        access.demand(actor, access.DECIDE_ITEMS)
        with self.database.read() as tx:
            return len(self._found(tx, actor))

    def item(self, actor: Actor, item_id: int, now: datetime) -> WaitingItem:
        """One item of the authority of ``actor``'s office. Raises NotFoundError, AccessError, RuleError
        ``item_decided_elsewhere``."""
        access.demand(actor, access.DECIDE_ITEMS)
        with self.database.read() as tx:
            stored = self._stored(tx, actor, item_id, now)
            return self._waiting(tx, stored, local_date(now))

    def of_application(self, actor: Actor, application_no: str, permit_type: str, now: datetime) -> WaitingItem:
        """The item of one type that an application asked for. Raises what ``item`` raises."""
        access.demand(actor, access.DECIDE_ITEMS)
        with self.database.read() as tx:
            found = [s for s in items.of_application(tx, application_no) if s.item.permit_type == permit_type]
            if not found:
                raise things.not_found(things.ITEM)
            self._demand(actor, found[-1].item, local_date(now))
            return self._waiting(tx, found[-1], local_date(now))

    def entered(self, actor: Actor, item_id: int, now: datetime) -> EnteredCertificate | None:
        """What was entered when the item got its permit, whatever became of it later; None before. Raises what ``item``
        raises."""
        access.demand(actor, access.DECIDE_ITEMS)
        with self.database.read() as tx:
            stored = self._stored(tx, actor, item_id, now)
            return entered_certificate(tx, stored.item)

    def take(self, actor: Actor, item_id: int, now: datetime) -> None:
        """Take an item, from a colleague too: its assignee is who acts next. Raises RuleError ``item_not_waiting``."""
        with self.database.write() as tx:
            case = self._case(tx, actor, item_id, now)
            if (case.item.state, case.item.assignee) != (ItemState.TAKEN, actor.username):
                state = ItemState.TAKEN if case.item.state is ItemState.SENT else case.item.state
                steps.change(case, replace(case.item, state=state, assignee=actor.username))

    def ask_more(self, actor: Actor, item_id: int, words: str, now: datetime) -> None:
        """Ask the applicant for more (补正). Raises InvalidApplication ``words_missing``, RuleError."""
        asked = _words(words)
        with self.database.write() as tx:
            case = self._own_case(tx, actor, item_id, now)
            steps.change(case, replace(case.item, state=ItemState.MORE_ASKED, note=asked), reason=asked)
            steps.stop_clock(case, asked)

    def check_words(self, actor: Actor, item_id: int, words: str, now: datetime) -> None:
        """Raise what ``ask_more`` and ``refuse`` would raise of ``words``, before anything is written."""
        _words(words)
        with self.database.read() as tx:
            self._own_case(tx, actor, item_id, now)

    def go_on(self, actor: Actor, item_id: int, now: datetime) -> None:
        """What was asked for is there. Raises RuleError."""
        with self.database.write() as tx:
            case = self._own_case(tx, actor, item_id, now)
            if case.item.state is not ItemState.MORE_ASKED:
                raise steps.not_waiting(case)
            steps.change(case, replace(case.item, state=ItemState.TAKEN, note=""))
            steps.start_clock(case)

    def check(self, actor: Actor, item_id: int, certificate: Certificate, now: datetime) -> None:
        """Raise what ``grant`` would raise of the item and its number, before anything is written."""
        with self.database.read() as tx:
            self._demand_grantable(self._own_case(tx, actor, item_id, now), certificate)

    def grant(self, actor: Actor, item_id: int, certificate: Certificate, now: datetime) -> None:
        """Grant it in the authority's own name: its permit joins the record, and the code's next version shows it.

        Raises what ``before_grant.demand_visit`` raises; RuleError ``item_not_waiting``, ``item_taken_by_another``,
        ``licence_ended``, ``item_premises_closed``, ``permit_no_taken``, ``application_barred``; InvalidApplication
        ``certificate_before_office``, or where the card has no room for it; KeyStoreError, AccessError.
        """
        with self.database.write() as tx:
            case = self._own_case(tx, actor, item_id, now)
            self._demand_grantable(case, certificate)
            self._join(case, certificate)

    def enter_result(self, actor: Actor, item_id: int, certificate: Certificate, now: datetime) -> None:
        """What the authority has granted in a system of its own, where it kept its visits. Raises what ``grant`` raises, but
        for those."""
        with self.database.write() as tx:
            self._join(self._own_case(tx, actor, item_id, now), certificate)

    def refuse(self, actor: Actor, item_id: int, words: str, now: datetime) -> None:
        """Refuse it, with the reason that the applicant is told. Raises InvalidApplication ``words_missing``, RuleError."""
        reason = _words(words)
        with self.database.write() as tx:
            case = self._own_case(tx, actor, item_id, now)
            steps.start_clock(case)
            steps.change(case, replace(case.item, state=ItemState.REFUSED, note=reason), reason=reason)

    def _join(self, case: ItemCase, certificate: Certificate) -> None:
        name, item = type_name(self.catalogue, case.item.permit_type), case.item
        self._demand_decided_here(case, certificate)
        check_application(case.tx, item.uscc, item.permit_type, GrantMode.GENERAL, case.day, name)
        steps.start_clock(case)
        steps.join(case, certificate, GrantMode.GENERAL, case.by.office)
        self.coding.issue_code(case.tx, item.uscc, case.at, case.by, case.by.office)

    def _demand_grantable(self, case: ItemCase, certificate: Certificate) -> None:
        """First what no visit could change."""
        self._demand_decided_here(case, certificate)
        steps.demand_joinable(case, certificate)
        subject = f"item/{case.stored.item_id}"
        before_grant.demand_visit(case.tx, self.catalogue, subject, case.item.permit_type, case.day, case.by)

    def _stored(self, tx: Transaction, actor: Actor, item_id: int, now: datetime) -> StoredItem:
        stored = items.get(tx, item_id)
        if stored is None:
            raise things.not_found(things.ITEM)
        self._demand(actor, stored.item, local_date(now))
        return stored

    def _case(self, tx: Transaction, actor: Actor, item_id: int, now: datetime) -> ItemCase:
        access.demand(actor, access.DECIDE_ITEMS)
        stored = self._stored(tx, actor, item_id, now)
        case = ItemCase(tx, self.catalogue, stored, actor, now)
        if stored.item.state not in AT_THE_AUTHORITY:
            raise steps.not_waiting(case)
        return case

    def _own_case(self, tx: Transaction, actor: Actor, item_id: int, now: datetime) -> ItemCase:
        """The item, which nobody else is handling."""
        case = self._case(tx, actor, item_id, now)
        if case.item.assignee and not actor.is_among({case.item.assignee}):
            name = type_name(self.catalogue, case.item.permit_type)
            raise RuleError("item_taken_by_another", permit_type=name, assignee=case.item.assignee)
        stored = StoredItem(case.stored.item_id, replace(case.item, assignee=actor.username))
        return replace(case, stored=stored)

    def _demand(self, actor: Actor, item: CaseItem, day: date) -> None:
        own = self.catalogue.own_office(item.authority, day)
        if own is None:
            authority = self.catalogue.authorities[item.authority].name
            raise RuleError(
                "item_decided_elsewhere",
                permit_type=type_name(self.catalogue, item.permit_type),
                authority_zh=authority.zh,
                authority_en=authority.en,
            )
        access.demand(actor, access.DECIDE_ITEMS, own.id)

    def _demand_decided_here(self, case: ItemCase, certificate: Certificate) -> None:
        """What the authority issued before its officers decided here is shown at a window: no such grant is signed."""
        office = self.catalogue.own_office(case.item.authority, case.day)
        begins = office.decides_from if office else None
        if begins is not None and certificate.issued_on < begins:
            facts = {"found": certificate.issued_on.isoformat(), "first": begins.isoformat()}
            raise InvalidApplication([InputError("certificate_before_office", field="issued_on", **facts)])

    def _found(self, tx: Transaction, actor: Actor) -> tuple[StoredItem, ...]:
        own = self.catalogue.offices.get(actor.office)
        return items.at_authority(tx, own.authority, AT_THE_AUTHORITY) if own and own.authority else ()

    def _waiting(self, tx: Transaction, stored: StoredItem, today: date) -> WaitingItem:
        item = stored.item
        address = next(p.address for p in entities.premises_of(tx, item.uscc) if p.premises_no == item.premises_no)
        taken = accounts.user_by_name(tx, item.assignee) if item.assignee else None
        name = taken.actor.display_name if taken else item.assignee
        permit = permits.get(tx, item.permit_id) if item.permit_id is not None else None
        number = permit.permit.permit_no if permit else ""
        accepted, subject = accepted_day(tx, item.application_no, today), f"item/{stored.item_id}"
        clock = before_grant.clock_of(tx, self.catalogue, subject, item.permit_type, accepted, today)
        return WaitingItem(
            item_id=stored.item_id,
            item=item,
            holder_name=entities.holder_name(tx, item.uscc) or "",
            address=address,
            assignee_name=name,
            permit_no=number,
            clock=clock,
        )


def _words(typed: str) -> str:
    words = plain_text(typed)
    if not words:
        raise InvalidApplication([InputError("words_missing", field="words")])
    if faults := length_faults(words, MAX_WORDS_CHARS, "words", term("field.reason")):
        raise InvalidApplication(faults)
    return words
