"""What a failed commitment leads to: an entry for the credit record, and a bar on a new application that the desk enforces.

Both hang on the annulment that was proposed: they count from the day it is decided, and come to nothing when it is not.
They bind the holder of the credit code. A new business of the same people is another holder: the law bars the applicant
(行政许可法 articles 78 and 79), and who stands behind it is not for a program to guess.
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
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError, RuleError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.lifecycle.credit_record import CreditEntry
from licence_qr.store.proposals.proposals import StoredProposal

_COUNTED = frozenset({EntryState.STANDING, EntryState.REPAIRED})


@dataclass(frozen=True, slots=True)
class ApplicationBar:
    """What keeps a holder from applying as usual. ``barred_until`` is the last day of a bar, None for none.

    ``no_commitment``: there is an unfulfilled commitment on record, so only the standard procedure is open.
    """

    barred_until: date | None = None
    no_commitment: bool = False


def application_bar(entries: Iterable[CreditEntry], permit_types: Iterable[str], day: date) -> ApplicationBar:
    """What the entries of one holder mean on ``day`` for an application for ``permit_types``.

    A bar binds the permit type that was annulled (该行政许可); an unfulfilled commitment closes notify and commit for all.
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
    """Raise RuleError ``application_barred`` or ``commitment_not_open`` where the credit record of ``uscc`` forbids it."""
    found = application_bar(credit_record.of_business(tx, uscc), (permit_type,), day)
    if found.barred_until is not None:
        raise RuleError("application_barred", uscc=uscc, permit_type=type_name, until=found.barred_until)
    if found.no_commitment and mode is GrantMode.COMMITMENT:
        raise RuleError("commitment_not_open", uscc=uscc)


@dataclass(frozen=True, slots=True)
class Consequence:
    """Who decided on which proposal, at which instant, and whether the annulment was carried out."""

    proposal: StoredProposal
    decider: Actor
    annulled: bool
    now: datetime


def settle_within(tx: Transaction, catalogue: Catalogue, what: Consequence) -> None:
    """Let the entry that waits on a proposal stand, or set it aside; nothing when none waits."""
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
        actor=what.decider.username,
        office=what.decider.office,
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
    """Make an entry that waits on the proposal, unless one does already. ``permit`` is its key and its type."""
    if credit_record.of_proposal(tx, proposal_id) is None:
        credit_record.add(tx, uscc, permit, fault, proposal_id)


@dataclass(frozen=True, slots=True)
class Bars:
    """What a form that is being filled in has to say before anybody goes on."""

    database: Database

    def of_application(self, typed_uscc: str, permit_types: Iterable[str], day: date) -> ApplicationBar:
        """What bars an application of the holder whose code was typed; none where no code can be read from it.

        That the holder may not apply is told to every office, what led to it is not: it is in the history of its office.
        """
        try:
            uscc = parse_uscc(typed_uscc)
        except InputError:
            return ApplicationBar()
        with self.database.read() as tx:
            return application_bar(credit_record.of_business(tx, uscc), permit_types, day)
