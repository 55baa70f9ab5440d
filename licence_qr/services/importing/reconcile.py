"""Take one merged business over into the register; differences become questions.

Each part (licence or permit) is stored as exported when it is taken over. If it comes again unchanged, it is ignored,
whatever has happened to it here since; if it has changed, only the changed facts are compared with the register. So an
import can be repeated, resumed after it was killed, and run while the desk works.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.importing.conflicts import (
    CHOICES,
    Conflict,
    ConflictKind,
    Decided,
    Decision,
    Place,
    RowOutcome,
    Side,
    Source,
    conflict_key,
)
from licence_qr.domain.importing.values import ExportedPart, MergedBusiness, licence_texts, permit_texts
from licence_qr.domain.lifecycle.acts import Act, SubjectKind, rule
from licence_qr.domain.names import name_key
from licence_qr.domain.register.entity import Entity
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import ENDS_BEFORE_CLOSING, Permit, PermitState
from licence_qr.domain.roles import BY_ITSELF, Actor
from licence_qr.errors import ConflictError
from licence_qr.services.importing.proposals import Asked, asked_of_licence, asked_of_permit, since
from licence_qr.services.issuing.issue import number_series
from licence_qr.services.lifecycle.calendar import record_deemed_renewals, resume_after_rest
from licence_qr.services.lifecycle.obsolete_proposals import close_impossible
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import as_json, licence_facts
from licence_qr.services.signing.sign_record import Coding
from licence_qr.services.signing.status_entries import refresh_status
from licence_qr.store.database.connections import Transaction
from licence_qr.store.importing import import_runs
from licence_qr.store.importing.import_runs import TakenPart
from licence_qr.store.register import counters, entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.register.permits import StoredPermit

# Neither signed nor decided here: the newest export counts.
_TAKEN_SILENTLY = frozenset({"phone", "grade"})
_LICENCE_FIELDS = {"address": "domicile", "authority": "registration_authority"}
_PERMIT_FIELDS = {
    "authority": "issuing_authority",
    "office": "handling_office",
    "valid_from": "period",
    "valid_to": "period",
}
_OPEN_STATES = frozenset({PermitState.EFFECTIVE, PermitState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Fate:
    """The outcome of the rows of one part, if it differs from the merge."""

    places: tuple[Place, ...]
    outcome: RowOutcome
    code: str
    facts: Mapping[str, object]
    conflict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """What is the same for every business of a run. ``answers`` are those given so far, ``files`` the names by source.

    ``renaming``: a person has just accepted the name or principal from the ledger, so these two may change.
    """

    catalogue: Catalogue
    coding: Coding
    answers: Mapping[str, Decided]
    files: Mapping[Source, str]
    by: Actor
    now: datetime
    renaming: bool = False


@dataclass(slots=True)
class BusinessImport:
    """One business in one write transaction.

    ``asked`` are four-eyes acts accepted from the file, which are to be proposed; they do not change the register.
    """

    tx: Transaction
    context: ImportContext
    business: MergedBusiness
    fates: list[Fate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    licence_question: str = ""
    noted: bool | None = None

    @property
    def uscc(self) -> str:
        """The credit code of the business."""
        return self.business.record.entity.uscc

    def run(self) -> None:
        """Take over what is new or decided; other outcomes are put into ``fates`` and ``conflicts``."""
        taken = import_runs.parts_of(self.tx, self.uscc)
        done = [part for part in self.business.parts if self._take_over(part, taken.get(part.key))]
        if done:
            self._sign(self.context.by, self._why(done[0]))
            close_impossible(self.tx, self.context.catalogue, self.uscc, self.context.now)
        elif self.noted:
            self._sign(BY_ITSELF, rule(SubjectKind.PERMIT, Act.DEEM_RENEWED).name.zh)

    def _sign(self, by: Actor, why: str) -> None:
        self.context.coding.issue_code(self.tx, self.uscc, self.context.now, by, self.business.office, why, room=False)
        refresh_status(self.tx, self.uscc, local_date(self.context.now))

    def _catch_up(self) -> None:
        """Record what the calendar has done, once, before the file is compared with the register or anything is signed.

        A permit deemed renewed has a new expiry date: compared and printed with the old one, it would be undone.
        """
        if self.noted is None:
            renewed = record_deemed_renewals(self.tx, self.context.catalogue, self.uscc, self.context.now)
            self.noted = resume_after_rest(self.tx, self.context.catalogue, self.uscc, self.context.now) or renewed

    def _take_over(self, part: ExportedPart, before: TakenPart | None) -> bool:
        """Take one part over; True if the register changed. An unchanged part keeps its earlier outcome."""
        if before is not None and before.facts == part.facts:
            if before.code:
                self.fates.append(Fate(part.places, RowOutcome.IMPORTED, before.code, {"reason": before.reason}))
            return False
        self._catch_up()
        if part.key and self.licence_question:
            self._wait(part, self.licence_question, "waiting_licence_undecided", {})
            return False
        facts = before.facts if before else None
        settled = self._permit(part, facts) if part.key else self._licence(part, facts)
        if settled:
            import_runs.put_part(self.tx, self.uscc, part.key, self._taken(part))
        return settled

    def _taken(self, part: ExportedPart) -> TakenPart:
        decided = next((fate for fate in self.fates if fate.places == part.places), None)
        if decided is None:
            return TakenPart(part.facts)
        return TakenPart(part.facts, decided.code, str(decided.facts["reason"]))

    # The licence.

    def _licence(self, part: ExportedPart, before: Mapping[str, str] | None) -> bool:
        stored = entities.get(self.tx, self.uscc)
        if stored is None:
            self._add_licence(part)
            return True
        register = licence_texts(stored.entity, stored.state, stored.contact_phone)
        differing = _differing(part, before, register)
        if self.context.renaming:
            self._change_licence(stored, part, [key for key in differing if key in {"name", "principal"}])
            differing = [key for key in differing if key not in {"name", "principal"}]
        asked = asked_of_licence(stored, self.business.state) if "state" in differing else None
        answer = self._settle(part, register, differing, asked)
        if taken := self._taken_now(answer, differing, asked):
            self._change_licence(stored, part, taken)
        elif answer is not None and part.facts["phone"] != stored.contact_phone:
            entities.put(self.tx, replace(stored, contact_phone=part.facts["phone"]))
        return answer is not None

    def _add_licence(self, part: ExportedPart) -> None:
        entity, state = self.business.record.entity, self.business.state
        entities.put(self.tx, StoredEntity(entity, state, self.business.office, self.business.phone))
        self._note(EventKind.LICENCE_IMPORTED, "licence", part, None, as_json(entity) | {"state": state.value})
        self._premises_no(entity.domicile, part)

    def _change_licence(self, stored: StoredEntity, part: ExportedPart, keys: list[str]) -> None:
        if not keys:
            return
        names = {_LICENCE_FIELDS.get(key, key) for key in keys} - {"state"}
        new = self.business.record.entity
        entity: Entity = replace(stored.entity, **{name: getattr(new, name) for name in names})
        changed = replace(stored, entity=entity, contact_phone=part.facts["phone"])
        if "state" in keys:
            if stored.state.ended and not self.business.state.ended:
                raise ConflictError("ended_stays_ended", name=stored.entity.holder_name)
            # The export does not say since when.
            changed = replace(changed, state=self.business.state, state_since=None, dormant_until=None)
        entities.put(self.tx, changed)
        before, after = licence_facts(stored), licence_facts(changed)
        self._note(EventKind.LICENCE_CHANGED, "licence", part, before, after)
        if changed.state.ended and not stored.state.ended:
            self._close_permits(part)

    def _close_permits(self, part: ExportedPart) -> None:
        """Close the permits with the licence."""
        for stored in permits.of_business(self.tx, self.uscc):
            if stored.permit.state in _OPEN_STATES:
                since = max(
                    stored.permit.issued_on or local_date(self.context.now), self.business.record.entity.issued_on
                )
                closed = replace(stored.permit, state=PermitState.CANCELLED, state_since=since, suspension=None)
                self._replace_permit(stored, closed, part)

    # A permit.

    def _permit(self, part: ExportedPart, before: Mapping[str, str] | None) -> bool:
        permit = next(p for p in self.business.record.permits if p.permit_no == part.key)
        stored = permits.by_number(self.tx, part.key)
        if stored is None:
            self._add_permit(permit, part)
            return True
        register = permit_texts(stored.permit, self._address_of(stored))
        if stored.uscc != self.uscc:
            return self._number_taken(part, stored, register)
        differing = _differing(part, before, register)
        if self._closed_by_proposal(permit):
            differing = _but_state(differing)
        asked = asked_of_permit(stored, permit) if "state" in differing else None
        answer = self._settle(part, register, differing, asked)
        if taken := self._taken_now(answer, differing, asked):
            self._change_permit(stored, permit, part, taken)
        elif answer is not None and part.facts["grade"] != stored.permit.grade:
            self._replace_permit(stored, replace(stored.permit, grade=permit.grade), part)
        return answer is not None

    def _add_permit(self, permit: Permit, part: ExportedPart) -> None:
        placed = replace(permit, premises_no=self._premises_no(part.facts["address"], part))
        stored = permits.add(self.tx, self.uscc, placed)
        self._note(EventKind.PERMIT_IMPORTED, f"permit/{stored.permit_id}", part, None, as_json(placed))
        template = self.context.catalogue.number_template(permit.permit_type, permit.issuing_authority)
        number = template.parse(permit.permit_no) if template else None
        if number:
            counters.raise_to(self.tx, number_series(permit.permit_type, permit.issuing_authority), *number)

    def _change_permit(self, stored: StoredPermit, new: Permit, part: ExportedPart, keys: list[str]) -> None:
        names = {_PERMIT_FIELDS.get(key, key) for key in keys} - {"address"}
        changes = {name: getattr(new, name) for name in names}
        if "address" in keys:
            changes["premises_no"] = self._premises_no(part.facts["address"], part)
        if "state" in keys:
            if stored.permit.state not in _OPEN_STATES and new.state in _OPEN_STATES:
                raise ConflictError("ended_stays_ended", name=stored.permit.permit_no)
            if stored.permit.state is PermitState.SUSPENDED and new.state is PermitState.EFFECTIVE:
                raise ConflictError("suspended_stays_suspended", permit_no=stored.permit.permit_no)
            changes["suspension"] = new.suspension
            changes["state_since"] = new.state_since or local_date(self.context.now)
            # ``ended_by`` still names the act that ended it before it was cancelled (撤销, 吊销, 撤回, then 注销).
            was, closed = stored.permit.state, new.state is PermitState.CANCELLED
            changes["ended_by"] = was if closed and was in ENDS_BEFORE_CLOSING else new.ended_by
        self._replace_permit(stored, replace(stored.permit, grade=new.grade, **changes), part)

    def _replace_permit(self, stored: StoredPermit, permit: Permit, part: ExportedPart) -> None:
        permits.replace(self.tx, StoredPermit(stored.permit_id, stored.uscc, permit))
        subject = f"permit/{stored.permit_id}"
        self._note(EventKind.PERMIT_CHANGED, subject, part, as_json(stored.permit), as_json(permit))

    def _premises_no(self, address: str, part: ExportedPart) -> int:
        known = entities.premises_at(self.tx, self.uscc, address)
        if known is None:
            key = name_key(address)
            region = next((p.region for p in self.business.record.premises if name_key(p.address) == key), "")
            known = entities.add_premises(self.tx, self.uscc, address, region, None)
            self._note(EventKind.PREMISES_ADDED, f"premises/{known.premises_no}", part, None, as_json(known))
        return known.premises_no

    def _address_of(self, stored: StoredPermit) -> str:
        held = entities.premises_of(self.tx, stored.uscc)
        return next((p.address for p in held if p.premises_no == stored.permit.premises_no), "")

    # Four eyes.

    def _taken_now(self, answer: Decision | None, differing: list[str], asked: Asked | None) -> list[str]:
        """The facts to take over at once; a state that takes two people is left to a proposal."""
        if answer is not Decision.TAKE_FILE:
            return []
        if asked is None:
            return differing
        self.asked.append(asked)
        return _but_state(differing)

    def _closed_by_proposal(self, permit: Permit) -> bool:
        """Whether the merge closed the permit with a licence whose end is only proposed."""
        return permit.state is PermitState.CANCELLED and any(each.subject.permit_id is None for each in self.asked)

    # Questions.

    def _settle(
        self, part: ExportedPart, register: Mapping[str, str], differing: list[str], asked: Asked | None
    ) -> Decision | None:
        """TAKE_REGISTER if both agree, else the answer given; None if the rows of the part wait or were refused."""
        if not differing:
            return Decision.TAKE_REGISTER
        facts: dict[str, object] = {"fields": len(differing)}
        if asked:
            facts |= {"act_zh": asked.rule.name.zh, "act_en": asked.rule.name.en, **since(self.tx, asked)}
        answer = self._ask(ConflictKind.REGISTER_DIFFERS, part, register, facts)
        if answer is None:
            return None
        kept = answer.decision is Decision.TAKE_REGISTER
        code = "imported_register_kept" if kept else "imported_state_proposed" if asked else "imported_by_decision"
        self.fates.append(Fate(part.places, RowOutcome.IMPORTED, code, {"reason": answer.reason}))
        return answer.decision

    def _number_taken(self, part: ExportedPart, stored: StoredPermit, register: Mapping[str, str]) -> bool:
        facts = {"permit_no": part.key, "holder": stored.uscc}
        self._ask(ConflictKind.NUMBER_TAKEN, part, {**register, "uscc": stored.uscc}, facts)
        return False

    def _ask(
        self, kind: ConflictKind, part: ExportedPart, register: Mapping[str, str], facts: Mapping[str, object]
    ) -> Decided | None:
        told = [{"proposal": str(facts["proposal"])}] if "proposal" in facts else []
        key = conflict_key(kind, [{"uscc": self.uscc}, register, part.facts, *told])
        answer = self.context.answers.get(key)
        if answer is None or answer.decision not in CHOICES[kind]:
            self.conflicts.append(self._conflict(key, kind, part, register, facts))
            self._wait(part, key, f"waiting_{kind.value}", facts)
            if part.key == "":
                self.licence_question = key
            return None
        if answer.decision is Decision.REFUSE:
            self.fates.append(Fate(part.places, RowOutcome.REFUSED, "decided_refused", {"reason": answer.reason}))
            return None
        return answer

    def _conflict(
        self, key: str, kind: ConflictKind, part: ExportedPart, register: Mapping[str, str], facts: Mapping[str, object]
    ) -> Conflict:
        first = part.places[0]
        ours = Side(Source.REGISTER, "", 0, _without_phone(register))
        theirs = Side(first.source, self.context.files.get(first.source, ""), first.number, _without_phone(part.facts))
        choices, office = CHOICES[kind], self.business.office
        return Conflict(
            key=key,
            kind=kind,
            places=part.places,
            left=ours,
            right=theirs,
            choices=choices,
            uscc=self.uscc,
            proposal="",
            office=office,
            facts=facts,
        )

    def _wait(self, part: ExportedPart, key: str, code: str, facts: Mapping[str, object]) -> None:
        self.fates.append(Fate(part.places, RowOutcome.WAITING, code, facts, key))

    # Records.

    def _note(
        self,
        kind: EventKind,
        subject: str,
        part: ExportedPart,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> None:
        new = NewEvent(
            kind=kind,
            subject=subject,
            at=self.context.now,
            by=self.context.by,
            office=self.business.office,
            uscc=self.uscc,
            reason=self._why(part),
            before=before,
            after=after,
        )
        events.write(self.tx, new)

    def _why(self, part: ExportedPart) -> str:
        first = part.places[0]
        return f"{self.context.files.get(first.source, '')} {first.sheet}#{first.number}"


def _differing(part: ExportedPart, before: Mapping[str, str] | None, register: Mapping[str, str]) -> list[str]:
    """The facts that changed in the export since it was last taken over and that differ from the register."""
    return [
        key
        for key, text in part.facts.items()
        if key not in _TAKEN_SILENTLY
        and (before is None or before.get(key) != text)
        and name_key(register.get(key, "")) != name_key(text)
    ]


def _but_state(keys: list[str]) -> list[str]:
    return [key for key in keys if key != "state"]


def _without_phone(facts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in facts.items() if key != "phone"}
