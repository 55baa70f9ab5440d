"""Entries in the credit record (信用记录) of a business, some with a bar on a new application.

An entry is made with the proposal to annul. It is ``pending`` until that is decided, and set aside if the proposal
fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from licence_qr.domain.dates import Period
from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """One entry.

    ``barred`` is the period in which no new application for this permit type is accepted; None for no bar, and while
    pending.
    """

    entry_id: int
    uscc: str
    permit_type: str
    permit_id: int
    fault: Fault
    proposal_id: int
    state: EntryState
    decided_on: date | None
    barred: Period | None


def _from_row(row: Row) -> CreditEntry:
    barred = None
    if row["barred_from"] is not None:
        barred = Period(date.fromisoformat(row["barred_from"]), date.fromisoformat(row["barred_to"]))
    return CreditEntry(
        entry_id=row["entry_id"],
        uscc=row["uscc"],
        permit_type=row["permit_type"],
        permit_id=row["permit_id"],
        fault=Fault(row["fault"]),
        proposal_id=row["proposal_id"],
        state=EntryState(row["state"]),
        decided_on=date.fromisoformat(row["decided_on"]) if row["decided_on"] else None,
        barred=barred,
    )


def of_business(tx: Transaction, uscc: str) -> tuple[CreditEntry, ...]:
    """The entries of one business, oldest first."""
    rows = tx.all("SELECT * FROM credit_entries WHERE uscc = ? ORDER BY entry_id", (uscc,))
    return tuple(map(_from_row, rows))


def of_proposal(tx: Transaction, proposal_id: int) -> CreditEntry | None:
    """The entry that depends on this proposal, or None."""
    row = tx.one("SELECT * FROM credit_entries WHERE proposal_id = ?", (proposal_id,))
    return _from_row(row) if row else None


def add(tx: Transaction, uscc: str, permit: tuple[int, str], fault: Fault, proposal_id: int) -> int:
    """Add a pending entry and return its key. ``permit`` is the key and type of the permit."""
    cursor = tx.run(
        "INSERT INTO credit_entries (uscc, permit_id, permit_type, fault, proposal_id, state) VALUES (?, ?, ?, ?, ?, ?)",
        (uscc, *permit, fault.value, proposal_id, EntryState.PENDING.value),
    )
    return int(cursor.lastrowid or 0)


def settle(tx: Transaction, entry_id: int, state: EntryState, decided_on: date, barred: Period | None) -> None:
    """Set the state of a pending entry and the period of its bar."""
    tx.run(
        "UPDATE credit_entries SET state = ?, decided_on = ?, barred_from = ?, barred_to = ? WHERE entry_id = ?",
        (
            state.value,
            decided_on.isoformat(),
            barred.first.isoformat() if barred else None,
            barred.last.isoformat() if barred and barred.last else None,
            entry_id,
        ),
    )
