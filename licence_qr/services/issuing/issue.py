"""Issue a licence, its permits and one signed code from one application, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import add_months, local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.issuing.application import Application, EntityRequest, PermitRequest
from licence_qr.domain.issuing.issued import IssuedCode, IssuedPair, IssuedPermit, OrderedCode
from licence_qr.domain.lifecycle.acts import Act, SubjectKind, check
from licence_qr.domain.names import name_key
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState, Premises
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState, status_on
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, InvalidApplication, RuleError
from licence_qr.services.cases.open_case import NewCase, open_case
from licence_qr.services.issuing.promise_keeping import Granting, keep_promise
from licence_qr.services.lifecycle.calendar import record_deemed_renewals, resume_after_rest
from licence_qr.services.lifecycle.credit_record import check_application
from licence_qr.services.parties.parties import keep_parties
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.register import access, events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.look_alikes import LookAlike, look_alikes
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.grant_rules import (
    check_delegation,
    check_kinds,
    first_period,
    next_permit_no,
    type_name,
)
from licence_qr.services.signing.grant_rules import number_series as number_series
from licence_qr.services.signing.room_on_sheets import faults_of_application
from licence_qr.services.signing.sign_record import Coding, being_signed
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.issuing import applications
from licence_qr.store.issuing.applications import IssuedOutcome
from licence_qr.store.register import codes, counters, entities, permits
from licence_qr.store.register.entities import StoredEntity

_ALLOTTED_SERIES = "demonstration-uscc"
_UNKNOWN_REGION = "500107"
_CATEGORY = {EntityForm.INDIVIDUAL: "92", EntityForm.COOPERATIVE: "93"}


@dataclass(frozen=True, slots=True)
class OrderedPair:
    """The outcome of one application before its code is signed."""

    outcome: IssuedOutcome
    holder_name: str
    code: OrderedCode


def _issued(outcome: IssuedOutcome, holder_name: str, code: IssuedCode, *, repeated: bool) -> IssuedPair:
    return IssuedPair(outcome.application_no, outcome.uscc, holder_name, outcome.permits, code, repeated)


@dataclass(frozen=True, slots=True)
class _IssuingCase:
    """One application being issued in one transaction.

    ``why_another`` is what the clerk says of businesses with the same or a similar name; empty where nobody was asked.
    """

    tx: Transaction
    application: Application
    actor: Actor
    now: datetime
    why_another: str

    @property
    def day(self) -> date:
        return local_date(self.now)

    @property
    def office(self) -> str:
        return self.application.office

    def note(self, kind: EventKind, uscc: str, subject: str, after: dict[str, object], reason: str = "") -> None:
        """Append to the history."""
        new = NewEvent(
            kind=kind,
            subject=subject,
            at=self.now,
            by=self.actor,
            office=self.office,
            uscc=uscc,
            reason=reason,
            after=after,
        )
        events.write(self.tx, new)


@dataclass(frozen=True, slots=True)
class Issuance:
    """``demonstration``: the register is a demonstration and may allot credit codes."""

    database: Database
    catalogue: Catalogue
    coding: Coding
    demonstration: bool
    identities: IdentitySealing

    def issue(self, application: Application, actor: Actor, idempotency_key: str, now: datetime) -> IssuedPair:
        """Issue everything the application asks for, or nothing, and return it after COMMIT.

        The same key again returns the first result (``repeated``). Raises RuleError ``no_delegation_today``,
        ``kind_needs_no_permit_today``, ``licence_ended``, ``permit_already_in_force``, ``permit_already_pending``,
        ``commitment_not_signed``, ``commitment_text_changed``, ``application_barred``, ``commitment_not_open``,
        ``person_barred``, ``person_commitment_not_open`` or ``act_not_allowed`` (new premises during dormancy);
        InvalidApplication when the details differ from those of a registered business, or the card has no room or
        letters for them; PrintError ``font_missing``; AccessError; KeyStoreError; RegisterError.
        """
        with self.database.write() as tx:
            ordered = self.issue_within(tx, application, actor, idempotency_key, now)
        return self.pair(idempotency_key, ordered)

    def issue_within(
        self,
        tx: Transaction,
        application: Application,
        actor: Actor,
        idempotency_key: str,
        now: datetime,
        why_another: str = "",
    ) -> OrderedPair | None:
        """``issue`` in the caller's write transaction; ``pair`` makes the result of it after COMMIT. None if it was issued
        before. ``why_another`` is kept in the history of a new licence."""
        access.demand(actor, access.TAKE_APPLICATIONS, application.office)
        if self.repeat_within(tx, idempotency_key):
            return None
        if unprintable := faults_of_application(application):
            raise InvalidApplication(unprintable)
        case = _IssuingCase(tx, application, actor, now, why_another)
        check_delegation(self.catalogue, case.office, self.catalogue.licence.id, case.day)
        licence = self._licence(case)
        entity = licence.entity
        premises = _premises(case, licence)
        application_no = _application_no(case)
        # Before the permits, which the record of the same person can bar.
        keep_parties(tx, self.identities, application_no, entity.uscc, application.parties)
        issued = tuple(
            self._permit(case, request, premises, entity.uscc, application_no) for request in application.permits
        )
        open_case(tx, NewCase(application, application_no, entity.uscc, premises.premises_no, actor, now))
        code = self.coding.issue_code(tx, entity.uscc, now, actor, application.office)
        outcome = IssuedOutcome(
            idempotency_key=idempotency_key,
            application_no=application_no,
            office=application.office,
            issued_at=now,
            uscc=entity.uscc,
            code_id=code.code_id,
            version=code.version,
            permits=issued,
        )
        applications.add_outcome(tx, outcome, as_json(application.without_parties()))
        return OrderedPair(outcome, entity.holder_name, code)

    def look_alikes(self, entity: EntityRequest) -> tuple[LookAlike, ...]:
        """Registered businesses whose name is that of the applicant or looks like it; none for a registered applicant."""
        with self.database.read() as tx:
            known = entity.uscc and entities.get(tx, entity.uscc)
            return () if known else look_alikes(tx, entity.name)

    def repeat_within(self, tx: Transaction, idempotency_key: str) -> bool:
        """Whether it was issued before. Its code is signed when ``tx`` is committed, if it is not yet."""
        earlier = applications.outcome(tx, idempotency_key)
        latest = codes.latest_of_business(tx, earlier.uscc) if earlier else None
        if latest is not None:
            self.coding.ordered(tx, latest)
        return earlier is not None

    def pair(self, idempotency_key: str, ordered: OrderedPair | None) -> IssuedPair:
        """What was issued for the application with this key, now that ``issue_within`` is committed, which has returned
        ``ordered``. Raises KeyStoreError ``code_being_signed``."""
        if ordered is not None and ordered.code.token:
            return _issued(ordered.outcome, ordered.holder_name, self.coding.issued(ordered.code), repeated=False)
        with self.database.read() as tx:
            found = self.result(tx, idempotency_key)
        if found is None:
            raise AssertionError("it was issued before this is asked")
        return replace(found, repeated=ordered is None)

    def result(self, tx: Transaction, idempotency_key: str) -> IssuedPair | None:
        """What was issued for the application with this key, or None. Raises KeyStoreError ``code_being_signed``."""
        outcome = applications.outcome(tx, idempotency_key)
        if outcome is None:
            return None
        holder_name = entities.holder_name(tx, outcome.uscc)
        if holder_name is None:
            raise AssertionError("an outcome names rows of the same transaction")
        code = codes.get(tx, outcome.code_id, outcome.version)
        if code is None:
            raise being_signed(outcome.code_id, outcome.version)
        return _issued(outcome, holder_name, self.coding.issued(code), repeated=True)

    def _licence(self, case: _IssuingCase) -> StoredEntity:
        request = case.application.entity
        known = entities.get(case.tx, request.uscc) if request.uscc else None
        if known is not None:
            _check_same_business(known, request)
            if known.state.ended:
                raise RuleError("licence_ended", uscc=known.entity.uscc)
            # Record first what the calendar has done: a permit deemed renewed has a new expiry date on the next print.
            record_deemed_renewals(case.tx, self.catalogue, known.entity.uscc, case.now)
            if resume_after_rest(case.tx, self.catalogue, known.entity.uscc, case.now):
                return entities.get(case.tx, known.entity.uscc) or known
            return known
        entity = Entity(
            uscc=request.uscc or self._allot_uscc(case),
            form=request.form,
            name=request.name,
            entity_type=request.entity_type,
            principal=request.principal,
            established_on=request.established_on,
            issued_on=case.day,
            domicile=request.domicile,
            business_scope=request.business_scope,
            registration_authority=self.catalogue.licence.authority,
            registered_capital=request.registered_capital,
            term_to=request.term_to,
        )
        stored = StoredEntity(entity, LicenceState.ACTIVE, case.office, case.application.contact_phone)
        entities.add(case.tx, stored)
        after = as_json(entity) | {"state": stored.state.value}
        case.note(EventKind.LICENCE_GRANTED, entity.uscc, "licence", after, case.why_another)
        return stored

    def _allot_uscc(self, case: _IssuingCase) -> str:
        """Allot a fictitious credit code; only in a demonstration register."""
        if not self.demonstration:
            raise InvalidApplication([InputError("uscc_missing", field="uscc")])
        category = _CATEGORY.get(case.application.entity.form, "91")
        region = case.application.premises_region[:6] or _UNKNOWN_REGION
        while True:
            made_up = complete_uscc(category + region, f"MY{counters.take(case.tx, _ALLOTTED_SERIES, 0):06d}")
            # The code may have been typed for another business, so it must not be allotted again.
            if entities.get(case.tx, made_up) is None:
                return made_up

    def _permit(
        self, case: _IssuingCase, request: PermitRequest, premises: Premises, uscc: str, application_no: str
    ) -> IssuedPermit:
        authority = check_delegation(self.catalogue, case.office, request.permit_type, case.day)
        if request.mode is GrantMode.FILING:
            return self._file(case, request, premises, uscc, authority)
        check_kinds(self.catalogue, request.permit_type, request.kinds, case.day)
        name = type_name(self.catalogue, request.permit_type)
        check_application(case.tx, uscc, request.permit_type, request.mode, case.day, name)
        _check_free(case, uscc, premises, request)
        pending = Permit(
            permit_type=request.permit_type,
            permit_no="",
            premises_no=premises.premises_no,
            kinds=request.kinds,
            items=request.items,
            issuing_authority=authority,
            handling_office=case.office,
            issued_on=None,
            period=None,
            mode=request.mode,
            state=PermitState.PENDING,
            state_since=case.day,
        )
        if request.mode is GrantMode.GENERAL:
            stored = permits.add(case.tx, uscc, pending)
            case.note(EventKind.PERMIT_APPLIED, uscc, f"permit/{stored.permit_id}", as_json(pending))
            return IssuedPermit(request.permit_type, "", pending=True)
        return self._grant(case, request, pending, uscc, application_no)

    def _file(
        self, case: _IssuingCase, request: PermitRequest, premises: Premises, uscc: str, authority: str
    ) -> IssuedPermit:
        """Take note of a filing (备案): it is not decided, and so nothing bars it."""
        _check_free(case, uscc, premises, request)
        filing = Permit(
            permit_type=request.permit_type,
            permit_no=next_permit_no(case.tx, self.catalogue, request.permit_type, authority, case.day),
            premises_no=premises.premises_no,
            kinds=request.kinds,
            items=request.items,
            issuing_authority=authority,
            handling_office=case.office,
            issued_on=case.day,
            period=first_period(self.catalogue, request.permit_type, case.day),
            mode=GrantMode.FILING,
            state_since=case.day,
        )
        stored = permits.add(case.tx, uscc, filing)
        case.note(EventKind.PERMIT_FILED, uscc, f"permit/{stored.permit_id}", as_json(filing))
        return IssuedPermit(request.permit_type, filing.permit_no, pending=False)

    def _grant(
        self, case: _IssuingCase, request: PermitRequest, pending: Permit, uscc: str, application_no: str
    ) -> IssuedPermit:
        notice = self.catalogue.notice(request.permit_type, case.day)
        if request.commitment is None or notice is None:
            raise RuleError("commitment_not_signed", permit_type=type_name(self.catalogue, request.permit_type))
        if request.commitment.notice_sha256 != notice.sha256:
            raise RuleError("commitment_text_changed", notice=notice.id, version=notice.version)
        rules = self.catalogue.life_rules_on(case.day, request.permit_type)
        granting = Granting(application_no, case.application, request.permit_type, request.commitment, notice)
        granted = replace(
            pending,
            permit_no=next_permit_no(case.tx, self.catalogue, request.permit_type, pending.issuing_authority, case.day),
            issued_on=case.day,
            period=first_period(self.catalogue, request.permit_type, case.day),
            state=PermitState.EFFECTIVE,
            follow_up_due=add_months(case.day, rules.follow_up_months),
            promise=keep_promise(case.tx, granting, case.now),
        )
        stored = permits.add(case.tx, uscc, granted)
        applications.add_commitment(case.tx, application_no, request.permit_type, request.commitment, notice)
        case.note(EventKind.PERMIT_GRANTED, uscc, f"permit/{stored.permit_id}", as_json(granted))
        return IssuedPermit(request.permit_type, granted.permit_no, pending=False)


def _application_no(case: _IssuingCase) -> str:
    serial = counters.take(case.tx, f"application/{case.office}", case.day.year)
    return f"{case.office.upper()}-{case.day.year}-{serial:06d}"


def _premises(case: _IssuingCase, licence: StoredEntity) -> Premises:
    application, uscc = case.application, licence.entity.uscc
    known = entities.premises_at(case.tx, uscc, application.premises_address)
    if known is not None:
        return known
    check(SubjectKind.LICENCE, Act.ADD_PREMISES, licence.state)
    added = entities.add_premises(
        case.tx, uscc, application.premises_address, application.premises_region, application.area_m2
    )
    case.note(EventKind.PREMISES_ADDED, uscc, f"premises/{added.premises_no}", as_json(added))
    return added


def _check_same_business(known: StoredEntity, request: EntityRequest) -> None:
    """Raise for each difference between the application and a business in the register."""
    entity = known.entity
    pairs = {
        "entity_form": (request.form.value, entity.form.value),
        "name": (request.name, entity.name),
        "principal": (request.principal, entity.principal),
        "established_on": (request.established_on.isoformat(), entity.established_on.isoformat()),
        "domicile": (request.domicile, entity.domicile),
    }
    problems = [
        InputError("differs_from_register", field=field, registered=registered or "—")
        for field, (typed, registered) in pairs.items()
        if name_key(typed) != name_key(registered)
    ]
    if problems:
        raise InvalidApplication(problems)


def _check_free(case: _IssuingCase, uscc: str, premises: Premises, request: PermitRequest) -> None:
    """Raise if a permit of this type is in force or pending for one of the kinds of place at the premises.

    For a type that does not depend on the kinds of place: for the premises.
    """
    for stored in permits.of_business(case.tx, uscc):
        permit = stored.permit
        same_place = (permit.permit_type, permit.premises_no) == (request.permit_type, premises.premises_no)
        same_kind = set(permit.kinds) & set(request.kinds) or not (permit.kinds or request.kinds)
        if not (same_place and same_kind):
            continue
        if permit.state is PermitState.PENDING:
            raise RuleError("permit_already_pending", address=premises.address)
        if status_on(permit, case.day).in_force or permit.state is PermitState.SUSPENDED:
            raise RuleError("permit_already_in_force", permit_no=permit.permit_no, address=premises.address)
