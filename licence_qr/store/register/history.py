"""The append-only history. Each event holds the full values before and after, so that the state can be rebuilt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from licence_qr.store.database.connections import Row, Transaction


class EventKind(StrEnum):
    """What can happen. The subject of each is named beside it."""

    LICENCE_GRANTED = "licence_granted"  # licence
    LICENCE_IMPORTED = "licence_imported"  # licence
    LICENCE_CHANGED = "licence_changed"  # licence
    PREMISES_ADDED = "premises_added"  # premises/<no>
    PERMIT_APPLIED = "permit_applied"  # permit/<id>
    PERMIT_GRANTED = "permit_granted"  # permit/<id>
    PERMIT_IMPORTED = "permit_imported"  # permit/<id>
    PERMIT_CHANGED = "permit_changed"  # permit/<id>
    CODE_ISSUED = "code_issued"  # code/<version>
    ROW_DECIDED = "row_decided"  # import row
    LICENCE_STATE_CHANGED = "licence_state_changed"  # licence
    LICENCE_REPRINTED = "licence_reprinted"  # code/<version>: the print that was replaced
    PREMISES_CHANGED = "premises_changed"  # premises/<no>
    PREMISES_CLOSED = "premises_closed"  # premises/<no>
    PERMIT_REFUSED = "permit_refused"  # permit/<id>
    PERMIT_STATE_CHANGED = "permit_state_changed"  # permit/<id>
    RENEWAL_APPLIED = "renewal_applied"  # permit/<id>
    RENEWAL_REFUSED = "renewal_refused"  # permit/<id>
    PERMIT_RENEWED = "permit_renewed"  # permit/<id>
    PERMIT_DEEMED_RENEWED = "permit_deemed_renewed"  # permit/<id>
    PERMIT_REVIEWED = "permit_reviewed"  # permit/<id>
    PERMIT_CHECKED = "permit_checked"  # permit/<id>
    PERMIT_GRADED = "permit_graded"  # permit/<id>
    MARK_SET = "mark_set"  # mark/<id>
    MARK_LIFTED = "mark_lifted"  # mark/<id>
    PROPOSED = "proposed"  # proposal/<id>
    PROPOSAL_REFUSED = "proposal_refused"  # proposal/<id>
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"  # proposal/<id>
    PROPOSAL_CLOSED = "proposal_closed"  # proposal/<id>
    FOLLOW_UP_RECORDED = "follow_up_recorded"  # follow-up/<id>
    CREDIT_RECORDED = "credit_recorded"  # credit/<id>
    INSPECTED = "inspected"  # inspection/<id>
    RECTIFICATION_ORDERED = "rectification_ordered"  # inspection/<id>
    RECTIFICATION_CLOSED = "rectification_closed"  # inspection/<id>


@dataclass(frozen=True, slots=True)
class Event:
    """One event: who (username, or ``import``/``system``), from which office, when (UTC), on what, why, by which rule.

    ``effective_on`` is the day from which it holds in law; None means the day in Shanghai of ``at``. ``proposed_by`` is
    the other person of a decision by four eyes.
    """

    at: datetime
    actor: str
    office: str
    kind: EventKind
    uscc: str
    subject: str
    reason: str = ""
    legal_basis: str = ""
    document_no: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    effective_on: date | None = None
    proposed_by: str = ""


def _text(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def append(tx: Transaction, event: Event) -> None:
    """Append one event."""
    tx.run(
        "INSERT INTO history (at, actor, office, event, uscc, subject, reason, legal_basis, document_no, before, after,"
        " effective_on, proposed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.at.isoformat(),
            event.actor,
            event.office,
            event.kind.value,
            event.uscc,
            event.subject,
            event.reason,
            event.legal_basis,
            event.document_no,
            _text(event.before),
            _text(event.after),
            event.effective_on.isoformat() if event.effective_on else "",
            event.proposed_by,
        ),
    )


def of_business(tx: Transaction, uscc: str) -> list[Row]:
    """The events of one business, oldest first."""
    return tx.all("SELECT * FROM history WHERE uscc = ? ORDER BY seq", (uscc,))


def revision(tx: Transaction, uscc: str) -> int:
    """A number that grows with every event of one business; 0 before the first. Forms carry it to notice that they are
    out of date."""
    row = tx.one("SELECT coalesce(max(seq), 0) AS seq FROM history WHERE uscc = ?", (uscc,))
    return int(row["seq"]) if row else 0


def since(tx: Transaction, uscc: str, revision: int) -> list[Row]:
    """The events of one business after ``revision``, oldest first."""
    return tx.all("SELECT * FROM history WHERE uscc = ? AND seq > ? ORDER BY seq", (uscc, revision))


def everything(tx: Transaction) -> list[Row]:
    """All events, oldest first."""
    return tx.all("SELECT * FROM history ORDER BY seq")
