"""Consequences of a failed commitment: an entry in the credit record, and a bar on new applications.

Both depend on the proposed annulment: they count from the day it is decided, and lapse if it is refused. They bind the
applicant (行政许可法 articles 78 and 79): the holder of the credit code, and with individual businesses the person: all of
them are the same applicant. Who that is tells the identity number; without one, a program cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, RuleError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.lifecycle.credit_record import CreditEntry
from licence_qr.store.parties import parties
from licence_qr.store.proposals.proposals import StoredProposal
from licence_qr.store.register import entities

# What is said of the applicant's own record (True), and of that of another business of the same person.
_CODES = {
    True: ("application_barred", "commitment_not_open"),
    False: ("person_barred", "person_commitment_not_open"),
}
_COUNTED = frozenset({EntryState.STANDING, EntryState.REPAIRED})


@dataclass(frozen=True, slots=True)
class ApplicationBar:
    """Restrictions on applications of a holder. ``barred_until`` is the last day of a bar, or None.

    ``no_commitment``: an unfulfilled commitment is on record, so only the standard procedure is open.
    """

    barred_until: date | None = None
    no_commitment: bool = False


def application_bar(entries: Iterable[CreditEntry], permit_types: Iterable[str], day: date) -> ApplicationBar:
    """The restrictions by the entries of one holder on ``day`` for an application for ``permit_types``.

    A bar is for the annulled permit type (该行政许可); an unfulfilled commitment excludes grants on commitment for all.
    """
    wanted, known = set(permit_types), tuple(entries)
    ends = [
        entry.barred.last
        for entry in known
        if entry.state in _COUNTED and entry.permit_type in wanted and entry.barred and day in entry.barred
    ]
    return ApplicationBar(
        barred_until=max((end for end in ends if end is not None), default=None),
        no_commitment=any(entry.state is EntryState.STANDING for entry in known),
    )


def check_application(tx: Transaction, uscc: str, permit_type: str, mode: GrantMode, day: date, type_name: str) -> None:
    """Raise RuleError ``application_barred`` or ``commitment_not_open`` if the credit record of ``uscc`` forbids it; and
    ``person_barred`` or ``person_commitment_not_open`` if that of another individual business of the same person does."""
    for each in (uscc, *others_of_applicant(tx, uscc)):
        bar, promise = _CODES[each == uscc]
        found = application_bar(credit_record.of_business(tx, each), (permit_type,), day)
        if found.barred_until is not None:
            raise RuleError(bar, uscc=each, permit_type=type_name, until=found.barred_until)
        if found.no_commitment and mode is GrantMode.COMMITMENT:
            raise RuleError(promise, uscc=each)


def others_of_applicant(tx: Transaction, uscc: str) -> tuple[str, ...]:
    """The credit codes of other individual businesses of the person whose individual business ``uscc`` is, as far as an
    identity number tells."""
    mark = parties.applicant_mark(tx, uscc)
    individuals = individuals_of_person(tx, mark) if mark else ()
    return tuple(each for each in individuals if each != uscc) if uscc in individuals else ()


def individuals_of_person(tx: Transaction, number_mark: bytes) -> tuple[str, ...]:
    """The credit codes of the individual businesses, in force or ended, for which the person with this mark applied."""
    stored = (entities.get(tx, uscc) for uscc in parties.businesses_of(tx, number_mark))
    return tuple(each.entity.uscc for each in stored if each and each.entity.form is EntityForm.INDIVIDUAL)


@dataclass(frozen=True, slots=True)
class Consequence:
    """A decision on a proposal: who decided, when, and whether the annulment was carried out."""

    proposal: StoredProposal
    decider: Actor
    annulled: bool
    now: datetime


def settle_within(tx: Transaction, catalogue: Catalogue, what: Consequence) -> None:
    """Confirm or set aside the entry that depends on a proposal, if there is one."""
    entry = credit_record.of_proposal(tx, what.proposal.proposal_id)
    if entry is None or entry.state is not EntryState.PENDING:
        return
    day = local_date(what.now)
    if not what.annulled:
        credit_record.settle(tx, entry.entry_id, EntryState.SET_ASIDE, day, None)
        return
    months = entry.fault.bar_months(catalogue.life_rules_on(day))
    barred = Period.of_months(day, months) if months else None
    credit_record.settle(tx, entry.entry_id, EntryState.STANDING, day, barred)
    _note(tx, entry, barred, what)


def _note(tx: Transaction, entry: CreditEntry, barred: Period | None, what: Consequence) -> None:
    content = what.proposal.content
    after = {
        "fault": entry.fault.value,
        "permit_id": entry.permit_id,
        "since": barred.first.isoformat() if barred else None,
        "until": barred.last.isoformat() if barred and barred.last else None,
    }
    new = NewEvent(
        at=what.now,
        by=what.decider,
        kind=EventKind.CREDIT_RECORDED,
        uscc=entry.uscc,
        subject=f"credit/{entry.entry_id}",
        legal_basis=content.legal_basis,
        document_no=content.document_no,
        after=after,
        proposed_by=what.proposal.proposed_by,
    )
    events.write(tx, new)


def add_within(tx: Transaction, uscc: str, permit: tuple[int, str], fault: Fault, proposal_id: int) -> None:
    """Add an entry that depends on the proposal, unless there is one. ``permit`` is the key and type of the permit."""
    if credit_record.of_proposal(tx, proposal_id) is None:
        credit_record.add(tx, uscc, permit, fault, proposal_id)


@dataclass(frozen=True, slots=True)
class Bars:
    """Restrictions to show while a form is being filled in."""

    database: Database

    def of_application(self, typed_uscc: str, permit_types: Iterable[str], day: date) -> ApplicationBar:
        """Restrictions for the holder whose code was typed; none if it is not a valid code.

        Every office learns of the restrictions, but not of their cause, which is internal to the office concerned.
        """
        try:
            uscc = parse_uscc(typed_uscc)
        except InputError:
            return ApplicationBar()
        with self.database.read() as tx:
            return application_bar(credit_record.of_business(tx, uscc), permit_types, day)
