"""The demonstration register: fictitious businesses that show every state of the public page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from licence_qr.domain.cases.case import ItemRequest, items_asked
from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import Catalogue, PermitType, Text
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.domain.dates import Period, add_months, local_date
from licence_qr.domain.issuing.application import Application, Commitment, EntityRequest, PermitRequest
from licence_qr.domain.issuing.promise import PromiseSignature
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.entity import Entity, LicenceState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import ENDS_BEFORE_CLOSING, GrantMode, Permit
from licence_qr.domain.roles import DEMONSTRATION, Actor, Role, program
from licence_qr.errors import NotFoundError, RuleError
from licence_qr.printing.qr import make_symbol, to_png
from licence_qr.services.accounts.accounts import Accounts
from licence_qr.services.cases.steps import ItemCase, join
from licence_qr.services.demonstration.data import Applied, DemonstrationBusiness, DemonstrationPermit, businesses
from licence_qr.services.demonstration.lives import DemonstrationLives
from licence_qr.services.issuing.issue import Issuance, number_series
from licence_qr.services.register import chronology, events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import codes, counters, entities, permits, register_kind
from licence_qr.store.register.codes import StoredCode
from licence_qr.store.register.entities import StoredEntity

ELSEWHERE = "高新区政务服务中心（演示）"
_BY = program(DEMONSTRATION)
_FACT, _FILLED = "demonstration", "filled"


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """One account of the demonstration."""

    username: str
    display_name: str
    office: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationCode:
    """One printed version of the code of a business. ``name`` is unique and valid as a file name."""

    name: str
    shows: Text
    verdict: Verdict
    uscc: str
    version: int
    token: bytes
    address: str

    @property
    def png(self) -> bytes:
        """The symbol as a PNG, including the quiet zone."""
        return to_png(make_symbol(self.address))


@dataclass(frozen=True, slots=True)
class _Filling:
    """One business being entered in a transaction. Days are counted from ``now``, the instant of filling."""

    tx: Transaction
    business: DemonstrationBusiness
    now: datetime

    @property
    def at(self) -> datetime:
        """When it was entered: for most now, for some earlier, so that later acts are possible."""
        return self.now + timedelta(days=self.business.entered)

    def day(self, offset: int) -> date:
        return local_date(self.now) + timedelta(days=offset)

    def note(
        self,
        kind: EventKind,
        subject: str,
        after: Mapping[str, object],
        before: Mapping[str, object] | None = None,
        reason: str = "",
        basis: str = "",
    ) -> None:
        """Append to the history in the name of an office."""
        by = self.business
        new = NewEvent(
            kind=kind,
            subject=subject,
            at=self.at,
            by=_BY,
            office=by.office,
            uscc=by.uscc,
            reason=reason,
            legal_basis=basis,
            before=before,
            after=after,
        )
        events.write(self.tx, new)


@dataclass(frozen=True, slots=True)
class DemonstrationRegister:
    """Fills an empty register of the kind ``demonstration`` with fictitious data."""

    database: Database
    catalogue: Catalogue
    coding: Coding
    issuance: Issuance
    accounts: Accounts
    lives: DemonstrationLives

    @property
    def size(self) -> int:
        """The number of businesses that ``fill`` enters."""
        return len(businesses())

    def filled(self) -> bool:
        """Whether the businesses have been entered."""
        with self.database.read() as tx:
            return register_kind.get(tx, _FACT) == _FILLED

    def fill(self, now: datetime, progress: Callable[[int, int], None]) -> None:
        """Enter and issue all businesses in one transaction, so an interrupted run leaves nothing and can be repeated.

        A filled register is not changed. ``progress`` gets the number done and the total. Raises RuleError
        ``demonstration_only`` on a live register, and what issuing raises.
        """
        if not self.issuance.demonstration:
            raise RuleError("demonstration_only", path=self.database.path)
        # Issued businesses come last, because their numbers follow those that were entered.
        ordered = sorted(businesses(), key=lambda business: business.applies is not None)
        with chronology.made_up_past(), self.database.write() as tx:
            if register_kind.get(tx, _FACT) == _FILLED:
                return
            for done, business in enumerate(ordered, start=1):
                if business.applies is None:
                    self._enter(_Filling(tx, business, now))
                else:
                    self._issue(_Filling(tx, business, now), business.applies)
                progress(done, len(ordered))
            register_kind.put(tx, _FACT, _FILLED)

    def lacking(self) -> int:
        """The number of businesses missing from a register that was filled by an earlier release."""
        with self.database.read() as tx:
            return sum(codes.newest_of_business(tx, business.uscc) is None for business in businesses())

    def wanted_accounts(self) -> tuple[DemonstrationAccount, ...]:
        """A clerk for each window; at the first one also a decider, two inspectors, and who oversees them. An officer for
        each authority that decides itself what windows send on."""
        offices = tuple(self.catalogue.windows.values())
        clerks = (DemonstrationAccount(f"clerk-{o.id}", f"{o.region_name.zh}窗口", o.id, Role.CLERK) for o in offices)
        own = (office for office in self.catalogue.offices.values() if office.authority)
        officers = (DemonstrationAccount(f"officer-{o.id}", "演示部门经办人", o.id, Role.DECIDER) for o in own)
        return (
            *clerks,
            DemonstrationAccount("decider", "演示审批员", offices[0].id, Role.DECIDER),
            DemonstrationAccount("inspector", "演示监督员", offices[0].id, Role.INSPECTOR),
            DemonstrationAccount("inspector-2", "演示监督员乙", offices[0].id, Role.INSPECTOR),
            DemonstrationAccount("supervisor", "演示窗口负责人", offices[0].id, Role.SUPERVISOR),
            DemonstrationAccount("catalogue", "演示目录管理员", offices[0].id, Role.CATALOGUE),
            DemonstrationAccount("auditor", "演示审计员", offices[0].id, Role.AUDITOR),
            DemonstrationAccount("admin", "演示管理员", offices[0].id, Role.ADMIN),
            *officers,
        )

    def open_accounts(self, passwords: Mapping[str, str], now: datetime) -> None:
        """Add the missing accounts, with the passwords that ``passwords`` has by user name."""
        accounts = self.accounts.acting(_BY)
        for position, wanted in enumerate(self.wanted_accounts(), start=1):
            if accounts.user(wanted.username) is None:
                roles, password = frozenset({wanted.role}), passwords[wanted.username]
                number = f"D-{position:03}"
                named = (wanted.username, wanted.display_name, wanted.office)
                accounts.create(*named, roles, password, now, staff_no=number)

    def codes(self) -> tuple[DemonstrationCode, ...]:
        """The current code of every business, each followed by its older prints, in the order of the data."""
        with self.database.read() as tx:
            return tuple(
                self._code(business, code, newest=position == 0)
                for business in businesses()
                for position, code in enumerate(codes.versions_of_business(tx, business.uscc))
            )

    def code(self, slug: str) -> DemonstrationCode:
        """The current code of one business. Raises NotFoundError ``demonstration_unknown``."""
        found = next((code for code in self.codes() if code.name == slug), None)
        if found is None:
            raise NotFoundError("demonstration_unknown", slug=slug)
        return found

    def _code(self, business: DemonstrationBusiness, code: StoredCode, *, newest: bool) -> DemonstrationCode:
        name = business.slug if newest else f"{business.slug}-v{code.version}"
        old = Verdict.OLD_PRINT if code.void_since is None else Verdict.VOID_PRINT
        verdict = business.verdict if newest else old
        address = self.coding.issued(code).address
        return DemonstrationCode(
            name=name,
            shows=business.shows,
            verdict=verdict,
            uscc=business.uscc,
            version=code.version,
            token=code.token,
            address=address,
        )

    def _enter(self, filling: _Filling) -> None:
        business = filling.business
        stored = self._enter_licence(filling)
        for address in business.premises or (business.domicile,):
            region = self.catalogue.offices[business.office].region
            premises = entities.add_premises(filling.tx, business.uscc, address, region, None)
            filling.note(EventKind.PREMISES_ADDED, f"premises/{premises.premises_no}", as_json(premises))
        for permit in business.permits:
            self._enter_permit(filling, permit)
        if business.printed_before_change:
            self._sign(filling, "旧亮证牌（演示）")
        _change_licence(filling, stored)
        for act in business.life:
            if act.day < 0:
                self.lives.perform(filling.tx, business, act, filling.now)
        self._sign(filling, "")
        for act in business.life:
            if act.day >= 0:
                self.lives.perform(filling.tx, business, act, filling.now)

    def _sign(self, filling: _Filling, reason: str) -> None:
        business = filling.business
        self.coding.issue_code(filling.tx, business.uscc, filling.now, _BY, business.office, reason)

    def _enter_licence(self, filling: _Filling) -> StoredEntity:
        business = filling.business
        entity = Entity(
            uscc=business.uscc,
            form=business.form,
            name=business.name,
            entity_type=business.entity_type,
            principal=business.principal,
            established_on=filling.day(business.established),
            issued_on=filling.day(business.established),
            domicile=business.domicile,
            business_scope=business.scope,
            registration_authority=self.catalogue.licence.authority,
            registered_capital=business.capital,
        )
        stored = StoredEntity(entity, LicenceState.ACTIVE, business.office, contact_phone="")
        entities.put(filling.tx, stored)
        filling.note(EventKind.LICENCE_IMPORTED, "licence", _licence_facts(stored))
        return stored

    def _enter_permit(self, filling: _Filling, data: DemonstrationPermit) -> None:
        kind = self.catalogue.permit_types[data.type]
        period = _period(filling, data, kind)
        committed = data.mode is GrantMode.COMMITMENT
        follow_up = self.catalogue.life_rules_on(period.first, data.type).follow_up_months
        here = self.catalogue.delegation(filling.business.office, data.type, local_date(filling.now)) is not None
        permit = Permit(
            permit_type=data.type,
            permit_no=self._number(filling.tx, data, kind, period.first.year),
            premises_no=data.premises,
            kinds=data.kinds,
            items=data.items,
            issuing_authority=kind.authority,
            handling_office=filling.business.office if here else ELSEWHERE,
            issued_on=period.first,
            period=period,
            mode=data.mode,
            grade=data.grade,
            graded_on=None if data.graded is None else filling.day(data.graded),
            follow_up_due=add_months(period.first, follow_up) if committed else None,
            checked_on=None if data.checked is None else filling.day(data.checked),
            reviewed_on=None if data.reviewed is None else filling.day(data.reviewed),
        )
        stored = permits.add(filling.tx, filling.business.uscc, permit)
        subject = f"permit/{stored.permit_id}"
        filling.note(EventKind.PERMIT_IMPORTED, subject, as_json(permit))
        for change in data.changes:
            ended_by = stored.permit.state if stored.permit.state in ENDS_BEFORE_CLOSING else None
            changed = replace(
                stored.permit,
                state=change.state,
                state_since=filling.day(change.since),
                ended_by=ended_by,
                suspension=change.suspension,
            )
            before, after = as_json(stored.permit), as_json(changed)
            stored = replace(stored, permit=changed)
            permits.replace(filling.tx, stored)
            filling.note(EventKind.PERMIT_CHANGED, subject, after, before, change.reason, change.basis)

    def _number(self, tx: Transaction, data: DemonstrationPermit, kind: PermitType, year: int) -> str:
        template = self.catalogue.number_template(kind.id, kind.authority)
        if template is None or data.serial is None:
            return data.number
        counters.raise_to(tx, number_series(kind.id, kind.authority), year, data.serial)
        return template.render(year, data.serial)

    def _issue(self, filling: _Filling, applied: Applied) -> None:
        business = filling.business
        application = self._application(filling, applied)
        actor = Actor(0, DEMONSTRATION, "演示", business.office, frozenset({Role.CLERK}))
        self.issuance.issue_within(filling.tx, application, actor, f"demonstration:{business.slug}", filling.now)
        if applied.shown:
            self._show(filling, applied, actor)

    def _show(self, filling: _Filling, applied: Applied, clerk: Actor) -> None:
        """Certificates of other authorities, shown at the counter a moment later."""
        business, day = filling.business, local_date(filling.now)
        for stored in items.of_business(filling.tx, business.uscc):
            number = applied.shown.get(stored.item.permit_type, "")
            if number:
                months = self.catalogue.permit_types[stored.item.permit_type].months
                period = Period.of_months(day, months) if months else Period(day, None)
                case = ItemCase(filling.tx, self.catalogue, stored, clerk, filling.now)
                join(case, Certificate(number, "", day, period), GrantMode.SHOWN, business.office)
        self.coding.issue_code(filling.tx, business.uscc, filling.now, clerk, business.office)

    def _needed(self, business: DemonstrationBusiness, applied: Applied, day: date) -> tuple[ItemRequest, ...]:
        """All items of the trade, the licence aside."""
        facts = KnownFacts(applied.kinds, applied.answers, None)
        return items_asked(requirements(self.catalogue, applied.trade, business.office, facts, day))

    def _application(self, filling: _Filling, applied: Applied) -> Application:
        business, today = filling.business, local_date(filling.now)
        notice = self.catalogue.notice(applied.type, today)
        commitment = None
        if applied.mode is GrantMode.COMMITMENT and notice is not None:
            commitment = Commitment(
                notice.id, notice.version, notice.sha256, PromiseSignature(business.principal, today)
            )
        request = EntityRequest(
            uscc=business.uscc,
            form=business.form,
            name=business.name,
            entity_type=business.entity_type,
            principal=business.principal,
            registered_capital=business.capital,
            established_on=filling.day(business.established),
            term_to=None,
            domicile=business.domicile,
            business_scope=business.scope,
        )
        return Application(
            trade=applied.trade,
            office=business.office,
            applied_on=today,
            entity=request,
            premises_address=business.domicile,
            premises_region=self.catalogue.offices[business.office].region,
            area_m2=None,
            permits=(PermitRequest(applied.type, applied.kinds, applied.items, applied.mode, commitment),),
            answers=applied.answers,
            items=self._needed(business, applied, today) if applied.whole else (),
        )


def _licence_facts(stored: StoredEntity) -> dict[str, object]:
    return as_json(stored.entity) | {"state": stored.state.value}


def _change_licence(filling: _Filling, stored: StoredEntity) -> None:
    for change in filling.business.changes:
        entity = stored.entity
        if change.principal:
            # A change of the licence's facts means a new print of the licence (换发).
            entity = replace(entity, principal=change.principal, issued_on=local_date(filling.now))
        changed = replace(stored, entity=entity, state=change.state or stored.state)
        entities.put(filling.tx, changed)
        before, after = _licence_facts(stored), _licence_facts(changed)
        filling.note(EventKind.LICENCE_CHANGED, "licence", after, before, change.reason, change.basis)
        stored = changed


def _period(filling: _Filling, data: DemonstrationPermit, kind: PermitType) -> Period:
    """The period of the type's length from the first day, or up to the last day."""
    if data.ends_in is not None and kind.months is not None:
        last = filling.day(data.ends_in)
        return Period(add_months(last + timedelta(days=1), -kind.months), last)
    first = filling.day(data.issued or 0)
    return Period(first, None) if kind.months is None else Period.of_months(first, kind.months)
