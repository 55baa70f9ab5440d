"""What the register knows of an application while it is typed: what stops it, what needs a reason, what is worth telling.

Issuing asks all of it again. Told at the first step that can know it, it spares the applicant the way to the last one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.issuing.draft import Draft
from licence_qr.domain.names import name_key
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.permit import GrantMode, PermitState, status_on
from licence_qr.errors import InputError
from licence_qr.services.lifecycle.credit_record import application_bar, individuals_of_person
from licence_qr.services.register.look_alikes import MOST_TOLD, LookAlike, look_alikes
from licence_qr.services.signing.grant_rules import type_name
from licence_qr.store.database.connections import Transaction
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.parties import parties
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity

WHY_ANOTHER = "why_another"  # the field that says why a business of the same name is another one
_PERSON = "principal_id_number"
WHY_HERE = "why_here"  # the field that says why a second business has premises at this address


class Weight(StrEnum):
    """What follows: it cannot be issued, it takes a reason, or nothing."""

    STOP = "stop"
    ASK = "ask"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One thing that the register knows of what was typed into ``problem.field``. ``reason`` is the field that asks why it
    goes on all the same; ``others`` are the businesses that it is about."""

    weight: Weight
    problem: InputError
    reason: str = ""
    others: tuple[LookAlike, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedDraft:
    """What is asked about: ``permit_types`` are those that the draft applies for, ``person`` is the mark of the applicant's
    identity number, None where none was typed that is right."""

    draft: Draft
    permit_types: Collection[str]
    day: date
    person: bytes | None = None


def known_facts(tx: Transaction, catalogue: Catalogue, asked: AskedDraft) -> tuple[KnownFact, ...]:
    """All that the register knows of a draft, in the order of the form."""
    draft, permit_types, day = asked.draft, asked.permit_types, asked.day
    uscc = _readable_code(draft)
    holder = entities.get(tx, uscc) if uscc else None
    found = [*_of_holder(tx, catalogue, uscc, permit_types, day)] if uscc else []
    if holder is not None:
        found += _of_registered(tx, draft, holder, permit_types, day)
    else:
        found += _of_name(tx, draft)
    return (*found, *of_address(tx, draft), *_of_person(tx, catalogue, asked, uscc))


def of_address(tx: Transaction, draft: Draft) -> Iterator[KnownFact]:
    """Another business that has open premises at the address."""
    address = draft.fields.get("premises_address", "").strip()
    there = _told(entities.at_address(tx, address), _readable_code(draft)) if address else ()
    if there:
        facts = {"name": there[0].name or there[0].uscc, "uscc": there[0].uscc}
        yield KnownFact(
            Weight.ASK, InputError("address_of_another", field="premises_address", **facts), WHY_HERE, there
        )


def _readable_code(draft: Draft) -> str:
    try:
        return parse_uscc(draft.fields.get("uscc", ""))
    except InputError:
        return ""


def _of_holder(
    tx: Transaction, catalogue: Catalogue, uscc: str, permit_types: Collection[str], day: date
) -> Iterator[KnownFact]:
    entries = credit_record.of_business(tx, uscc)
    for permit_type in permit_types:
        if until := application_bar(entries, (permit_type,), day).barred_until:
            facts = {"uscc": uscc, "permit_type": type_name(catalogue, permit_type), "until": until}
            yield KnownFact(Weight.STOP, InputError("application_barred", field="uscc", **facts))
    if application_bar(entries, permit_types, day).no_commitment:
        yield KnownFact(Weight.TELL, InputError("commitment_not_open", field="uscc", uscc=uscc))


def _of_registered(
    tx: Transaction, draft: Draft, holder: StoredEntity, permit_types: Collection[str], day: date
) -> Iterator[KnownFact]:
    entity, typed = holder.entity, draft.fields.get("name", "")
    if holder.state.ended:
        yield KnownFact(Weight.STOP, InputError("licence_ended", field="uscc", uscc=entity.uscc))
    if typed.strip() and name_key(typed) != name_key(entity.name):
        facts = {"uscc": entity.uscc, "name": entity.name or entity.principal}
        yield KnownFact(Weight.STOP, InputError("code_of_another", field="uscc", **facts))
    premises = entities.premises_at(tx, entity.uscc, draft.fields.get("premises_address", ""))
    kinds = set(draft.fields.get("kinds", "").split(",")) - {""}
    for stored in permits.of_business(tx, entity.uscc) if premises else ():
        permit = stored.permit
        same_place = premises and permit.premises_no == premises.premises_no and permit.permit_type in permit_types
        if not same_place or not (set(permit.kinds) & kinds or not permit.kinds):
            continue
        facts = {"address": premises.address if premises else "", "permit_no": permit.permit_no}
        if permit.state is PermitState.PENDING:
            yield KnownFact(Weight.STOP, InputError("permit_already_pending", field="premises_address", **facts))
        elif status_on(permit, day).in_force or permit.state is PermitState.SUSPENDED:
            yield KnownFact(Weight.STOP, InputError("permit_already_in_force", field="premises_address", **facts))


def _of_name(tx: Transaction, draft: Draft) -> Iterator[KnownFact]:
    if alike := look_alikes(tx, draft.fields.get("name", "")):
        problem = InputError("name_like_another", field="name", name=alike[0].name, uscc=alike[0].uscc)
        yield KnownFact(Weight.ASK, problem, WHY_ANOTHER, alike)


def _of_person(tx: Transaction, catalogue: Catalogue, asked: AskedDraft, uscc: str) -> Iterator[KnownFact]:
    """What the applicant has besides: by the identity number, which is certain, else by the name."""
    person = asked.draft.fields.get("principal", "").strip()
    if asked.person is None:
        if theirs := _told(entities.led_by(tx, person), uscc) if person else ():
            yield KnownFact(
                Weight.TELL, InputError("person_has_others", field="principal", person=person), others=theirs
            )
        return
    applied = (entities.get(tx, each) for each in parties.businesses_of(tx, asked.person))
    if theirs := _told([each for each in applied if each], uscc):
        yield KnownFact(Weight.TELL, InputError("person_has", field=_PERSON, person=person), others=theirs)
    if asked.draft.fields.get("entity_form") == EntityForm.INDIVIDUAL:
        for each in individuals_of_person(tx, asked.person):
            yield from _of_record(tx, catalogue, asked, each) if each != uscc else ()


def _of_record(tx: Transaction, catalogue: Catalogue, asked: AskedDraft, uscc: str) -> Iterator[KnownFact]:
    """What the record of another individual business of the same person stops: the law bars the applicant."""
    entries = credit_record.of_business(tx, uscc)
    for permit_type in asked.permit_types:
        if until := application_bar(entries, (permit_type,), asked.day).barred_until:
            facts = {"uscc": uscc, "permit_type": type_name(catalogue, permit_type), "until": until}
            yield KnownFact(Weight.STOP, InputError("person_barred", field=_PERSON, **facts))
    if application_bar(entries, asked.permit_types, asked.day).no_commitment:
        yield KnownFact(Weight.TELL, InputError("person_commitment_not_open", field=_PERSON, uscc=uscc))
        if asked.draft.fields.get("mode") == GrantMode.COMMITMENT:
            yield KnownFact(Weight.STOP, InputError("person_commitment_not_open", field="mode", uscc=uscc))


def _told(found: Collection[StoredEntity], uscc: str) -> tuple[LookAlike, ...]:
    """Those of ``found`` whose licence has not ended, but for the applicant, by their codes."""
    others = (each.entity for each in found if each.entity.uscc != uscc and not each.state.ended)
    return tuple(LookAlike(each.uscc, each.name, same=False) for each in others)[:MOST_TOLD]
