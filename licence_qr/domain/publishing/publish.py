"""Build the public page from the register, with its verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from licence_qr.domain.cases.case import CaseItem, ItemStanding, standing
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.publishing.public_page import (
    FoundBy,
    PublicInspection,
    PublicItem,
    PublicLicence,
    PublicMark,
    PublicPage,
    PublicPermit,
    Verdict,
)
from licence_qr.domain.publishing.sayings import AWAITED, UNSURE
from licence_qr.domain.register.entity import Entity, LicenceState
from licence_qr.domain.register.marks import MARK_NAMES, Mark
from licence_qr.domain.register.permit import Permit, PermitState, PermitStatus, deemed_renewed, status_on
from licence_qr.domain.register.record import CombinedRecord


@dataclass(frozen=True, slots=True)
class Print:
    """One printed version of a code. ``void_since``: the day on which it was declared void after a loss."""

    version: int
    printed_on: date
    void_since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCode:
    """The code that a page was requested with: number, scanned print, newest print, and how it was found."""

    number: str
    scanned: Print
    newest: Print
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class LicenceLife:
    """The life cycle of a licence.

    Its state and since when, the last day of dormancy, all its marks, its public inspections by permit number, and the items
    of its cases, each with its permit or filing if it has one.
    """

    state: LicenceState
    state_since: date | None = None
    dormant_until: date | None = None
    marks: tuple[Mark, ...] = ()
    inspections: Mapping[str, PublicInspection] = field(default_factory=dict)
    items: tuple[tuple[CaseItem, Permit | None], ...] = ()


def verdict_today(
    state: LicenceState,
    statuses: Collection[PermitStatus],
    standings: Collection[ItemStanding] = (),
    *,
    marked: bool = False,
) -> Verdict:
    """The gravest verdict by the register alone, whatever print was scanned. A permit that has ended or was stopped comes
    before anything but the end of the licence; one that is not in force yet comes after the rest.

    ``standings`` are where the items of the trade stand; ``marked`` tells whether a mark is in force.
    """
    stopped = {status for status in statuses if not status.in_force}
    found = [
        (state.ended, Verdict.LICENCE_ENDED),
        (bool(stopped - AWAITED), Verdict.ATTENTION),
        (state is LicenceState.DORMANT, Verdict.DORMANT),
        (not UNSURE.isdisjoint(standings), Verdict.INCOMPLETE),
        (marked, Verdict.MARKED),
        (bool(stopped), Verdict.ATTENTION),
        (not statuses, Verdict.LICENCE_ONLY),
    ]
    return next((verdict for holds, verdict in found if holds), Verdict.ALL_IN_FORCE)


def verdict_of_print(scanned: Print, newest: Print, today: Verdict, day: date) -> Verdict:
    """The verdict on a print: void, old, or what is true ``today``. Of a licence that has ended no card counts: nobody is to
    ask for the current one."""
    if today is Verdict.LICENCE_ENDED:
        return today
    if scanned.void_since is not None and scanned.void_since <= day:
        return Verdict.VOID_PRINT
    return Verdict.OLD_PRINT if scanned.version < newest.version else today


def shown_permits(permits: tuple[Permit, ...], day: date) -> list[tuple[Permit, PermitStatus]]:
    """The permits that a page shows: all but refused ones and those replaced by one in force of the same type.

    A refused application concerns only the applicant. A permit replaces another when it is for the same premises and
    covers all its kinds of place.
    """
    refused = PermitState.REFUSED
    with_status = [(permit, status_on(permit, day)) for permit in permits if permit.state is not refused]
    in_force = [p for p, status in with_status if status.in_force]
    return [(p, s) for p, s in with_status if s.in_force or not any(_replaces(newer, p) for newer in in_force)]


def _replaces(newer: Permit, older: Permit) -> bool:
    same_place = (newer.permit_type, newer.premises_no) == (older.permit_type, older.premises_no)
    return same_place and set(newer.kinds) >= set(older.kinds)


def authority_name(catalogue: Catalogue, authority: str) -> Text:
    """The name of an authority; one outside the catalogue (from an import) is shown as written."""
    known = catalogue.authorities.get(authority)
    return known.name if known else Text(authority, authority)


def office_name(catalogue: Catalogue, office: str) -> Text:
    """The name of an office; one outside the catalogue is shown as written."""
    known = catalogue.offices.get(office)
    return known.name if known else Text(office, office)


def _public_permit(
    catalogue: Catalogue,
    addresses: dict[int, str],
    permit: Permit,
    status: PermitStatus,
    day: date,
    inspection: PublicInspection | None,
) -> PublicPermit:
    known_type = catalogue.permit_types.get(permit.permit_type)
    last = permit.period.last if permit.period else None
    return PublicPermit(
        permit_type=known_type.name if known_type else Text(permit.permit_type, permit.permit_type),
        permit_no=permit.permit_no,
        address=addresses[permit.premises_no],
        items=permit.items,
        authority=authority_name(catalogue, permit.issuing_authority),
        office=office_name(catalogue, permit.handling_office),
        status=status,
        mode=permit.mode,
        valid_from=permit.period.first if permit.period else None,
        valid_to=last,
        days_left=(last - day).days if last and last >= day else None,
        state_since=permit.state_since,
        grade=permit.grade,
        graded_on=permit.graded_on,
        follow_up_due=permit.follow_up_due,
        checked_on=permit.checked_on,
        deemed_renewed=deemed_renewed(permit, day),
        ended_by=PermitStatus(permit.ended_by.value) if permit.ended_by else None,
        inspection=inspection,
        scale=known_type.scale if known_type else None,
        suspension=permit.suspension,
        promise=permit.promise,
    )


def _public_item(
    catalogue: Catalogue, addresses: Mapping[int, str], item: CaseItem, permit: Permit | None, day: date
) -> PublicItem:
    known_type = catalogue.permit_types.get(item.permit_type)
    return PublicItem(
        permit_type=known_type.name if known_type else Text(item.permit_type, item.permit_type),
        authority=authority_name(catalogue, item.authority),
        address=addresses[item.premises_no],
        standing=standing(item, (status_on(permit, day), permit.mode) if permit else None),
        since=(permit.state_since if permit else None) or item.state_since,
        permit_no=permit.permit_no if permit else "",
    )


def _public_items(
    catalogue: Catalogue,
    addresses: Mapping[int, str],
    items: Iterable[tuple[CaseItem, Permit | None]],
    day: date,
) -> tuple[PublicItem, ...]:
    """The items that somebody who looks may miss: all but those that are not needed."""
    found = (_public_item(catalogue, addresses, item, permit, day) for item, permit in items)
    return tuple(item for item in found if item.standing is not ItemStanding.NOT_NEEDED)


def _public_marks(marks: Iterable[Mark], day: date) -> tuple[PublicMark, ...]:
    """The marks in force on ``day``."""
    return tuple(PublicMark(m.kind, MARK_NAMES[m.kind], m.since, m.until) for m in marks if m.stands_on(day))


def _public_licence(catalogue: Catalogue, entity: Entity, state: LicenceState, life: LicenceLife) -> PublicLicence:
    return PublicLicence(
        uscc=entity.uscc,
        form=entity.form,
        name=entity.name,
        entity_type=entity.entity_type,
        principal=entity.principal,
        registered_capital=entity.registered_capital,
        established_on=entity.established_on,
        term_to=entity.term_to,
        domicile=entity.domicile,
        business_scope=entity.business_scope,
        authority=authority_name(catalogue, entity.registration_authority),
        issued_on=entity.issued_on,
        state=state,
        state_since=life.state_since,
        dormant_until=life.dormant_until if state is LicenceState.DORMANT else None,
    )


def publish(
    catalogue: Catalogue,
    record: CombinedRecord,
    life: LicenceLife,
    code: FoundCode,
    now: datetime,
    *,
    specimen: bool,
) -> PublicPage:
    """The page for one business at the aware instant ``now``. The caller has verified the signature."""
    day = local_date(now)
    state = licence_state_on(life.state, life.dormant_until, day)
    shown = shown_permits(record.permits, day)
    addresses = {p.premises_no: p.address for p in record.premises}
    closed = {p.premises_no for p in record.premises if not p.open}
    items = _public_items(
        catalogue, addresses, ((item, permit) for item, permit in life.items if item.premises_no not in closed), day
    )
    marks = _public_marks(life.marks, day)
    statuses = [status for _, status in shown]
    today = verdict_today(state, statuses, [item.standing for item in items], marked=bool(marks))
    return PublicPage(
        verdict=verdict_of_print(code.scanned, code.newest, today, day),
        today=today,
        found_by=code.found_by,
        licence=_public_licence(catalogue, record.entity, state, life),
        addresses=tuple(p.address for p in record.premises if p.open) or (record.entity.domicile,),
        permits=tuple(
            _public_permit(catalogue, addresses, p, status, day, life.inspections.get(p.permit_no))
            for p, status in shown
        ),
        code_number=code.number,
        version=code.scanned.version,
        printed_on=code.scanned.printed_on,
        newest_version=code.newest.version,
        newest_printed_on=code.newest.printed_on,
        checked_at=now,
        specimen=specimen,
        marks=marks,
        print_void_since=code.scanned.void_since,
        items=items,
    )
