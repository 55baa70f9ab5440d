"""One step of an item, in the caller's transaction: where it stands, its event, the permit that joins the record."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from licence_qr.domain.cases.case import ITEM_STATE_WORDS, TOLD, CaseItem, ItemState
from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode, Permit
from licence_qr.domain.roles import Actor
from licence_qr.errors import InvalidApplication, RuleError
from licence_qr.services.lifecycle import procedure
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.grant_rules import type_name
from licence_qr.services.signing.room_on_sheets import faults_of_certificate
from licence_qr.store.cases import items, tellings
from licence_qr.store.cases.items import StoredItem
from licence_qr.store.database.connections import Transaction
from licence_qr.store.lifecycle import procedures
from licence_qr.store.register import entities, history, permits


@dataclass(frozen=True, slots=True)
class ItemCase:
    """One item on which somebody acts."""

    tx: Transaction
    catalogue: Catalogue
    stored: StoredItem
    by: Actor
    at: datetime

    @property
    def item(self) -> CaseItem:
        return self.stored.item

    @property
    def day(self) -> date:
        return local_date(self.at)


@dataclass(frozen=True, slots=True)
class EnteredCertificate:
    """What was entered of the permit of an item, and on which day."""

    certificate: Certificate
    on: date


def entered_certificate(tx: Transaction, item: CaseItem) -> EnteredCertificate | None:
    """What was entered when ``item`` got its permit by ``join``, whatever became of it later; None before."""
    kinds = (EventKind.PERMIT_GRANTED, EventKind.PERMIT_SHOWN)
    for event in history.of_subject(tx, f"permit/{item.permit_id}", kinds):
        said = json.loads(event["after"])
        first, last = (said["period"][side] and date.fromisoformat(said["period"][side]) for side in ("first", "last"))
        issued_on = date.fromisoformat(said["issued_on"])
        certificate = Certificate(said["permit_no"], said["items"], issued_on, Period(first, last))
        return EnteredCertificate(certificate, local_date(datetime.fromisoformat(event["at"])))
    return None


def not_waiting(case: ItemCase) -> RuleError:
    """RuleError ``item_not_waiting``: the item stands where this cannot be done."""
    words = ITEM_STATE_WORDS[case.item.state]
    name = type_name(case.catalogue, case.item.permit_type)
    return RuleError("item_not_waiting", permit_type=name, state_zh=words.zh, state_en=words.en)


def change(case: ItemCase, item: CaseItem, reason: str = "") -> None:
    """Write where the item stands from today on. ``reason`` is kept in the private part of the event."""
    moved = replace(item, state_since=case.day)
    items.put(case.tx, replace(case.stored, item=moved))
    if moved.state is not case.item.state:
        _tell(case, moved)
    before, after = as_json(case.item), as_json(moved)
    new = NewEvent(
        kind=EventKind.ITEM_CHANGED,
        subject=_subject(case),
        at=case.at,
        by=case.by,
        office=case.by.office,
        uscc=item.uscc,
        reason=reason,
        before={name: before[name] for name in _CHANGING},
        after={name: after[name] for name in ("permit_type", "authority", "premises_no", *_CHANGING)},
    )
    events.write(case.tx, new)


def _tell(case: ItemCase, moved: CaseItem) -> None:
    """What the window has to tell the applicant now; what was to be told before is out of date."""
    tellings.end(case.tx, case.stored.item_id, case.at)
    # A certificate that is shown is shown by the holder, who stands at the counter.
    of_window = moved.state is ItemState.ON_REGISTER and case.by.office == moved.office
    if moved.state in TOLD and not of_window:
        tellings.add(case.tx, replace(case.stored, item=moved), case.day)


_CHANGING = ("state", "state_since", "assignee")


def stop_clock(case: ItemCase, reason: str) -> None:
    """More was asked of the applicant: the days until it is there do not count."""
    if not any(each.pause.last is None and each.pause.kind is PauseKind.MORE_ASKED for each in _pauses(case)):
        pause = Pause(PauseKind.MORE_ASKED, case.day, None, reason)
        procedure.pause_within(_step(case), pause)


def start_clock(case: ItemCase) -> None:
    """What was asked for is there, or it is decided without: days count again."""
    procedure.end_pauses_within(_step(case), PauseKind.MORE_ASKED)


def _step(case: ItemCase) -> procedure.ProcedureStep:
    return procedure.ProcedureStep(case.tx, case.item.uscc, _subject(case), case.by, case.at)


def _pauses(case: ItemCase) -> tuple[procedures.StoredPause, ...]:
    return procedures.pauses(case.tx, _subject(case))


def _subject(case: ItemCase) -> str:
    return f"item/{case.stored.item_id}"


def demand_joinable(case: ItemCase, certificate: Certificate) -> None:
    """Raise RuleError ``licence_ended``, ``item_premises_closed`` or ``permit_no_taken`` where the permit could not join the
    record; InvalidApplication where no card has letters for it."""
    licence = entities.get(case.tx, case.item.uscc)
    if licence is None or licence.state.ended:
        raise RuleError("licence_ended", uscc=case.item.uscc)
    places = {each.premises_no: each for each in entities.premises_of(case.tx, case.item.uscc)}
    if not (place := places[case.item.premises_no]).open:
        raise RuleError("item_premises_closed", address=place.address)
    if permits.by_number(case.tx, certificate.permit_no) is not None:
        raise RuleError("permit_no_taken", permit_no=certificate.permit_no)
    if unprintable := faults_of_certificate(certificate.permit_no, certificate.items):
        raise InvalidApplication(unprintable)


def join(case: ItemCase, certificate: Certificate, mode: GrantMode, office: str) -> None:
    """Its permit is on the register from now on. Raises what ``demand_joinable`` raises."""
    item = case.item
    demand_joinable(case, certificate)
    permit = Permit(
        permit_type=item.permit_type,
        permit_no=certificate.permit_no,
        premises_no=item.premises_no,
        kinds=(),
        items=certificate.items,
        issuing_authority=item.authority,
        handling_office=office,
        issued_on=certificate.issued_on,
        period=certificate.period,
        mode=mode,
        state_since=certificate.issued_on,
    )
    stored = permits.add(case.tx, item.uscc, permit)
    shown = mode is GrantMode.SHOWN
    new = NewEvent(
        kind=EventKind.PERMIT_SHOWN if shown else EventKind.PERMIT_GRANTED,
        subject=f"permit/{stored.permit_id}",
        at=case.at,
        by=case.by,
        office=case.by.office,
        uscc=item.uscc,
        after=as_json(permit),
    )
    events.write(case.tx, new)
    change(case, replace(item, state=ItemState.ON_REGISTER, permit_id=stored.permit_id))
