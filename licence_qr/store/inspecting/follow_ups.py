"""Checks after a grant on commitment: recorded ones and open ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class StoredFollowUp:
    """One recorded check. ``officer`` and the report's ``others`` are user names, internal."""

    follow_up_id: int
    permit_id: int
    uscc: str
    office: str
    officer: str
    report: FollowUpReport
    proposal_id: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """A check still to be made. ``ordered``: there is a rectification order, and ``due_on`` is its deadline."""

    permit_id: int
    uscc: str
    premises_no: int
    permit_no: str
    holder_name: str
    address: str
    office: str
    granted_on: date | None
    due_on: date
    ordered: bool


def _from_row(row: Row) -> StoredFollowUp:
    report = FollowUpReport(
        checked_on=date.fromisoformat(row["checked_on"]),
        outcome=FollowUpOutcome(row["outcome"]),
        others=tuple(filter(None, row["others"].split(","))),
        findings=row["findings"],
        rectify_by=date.fromisoformat(row["rectify_by"]) if row["rectify_by"] else None,
        document_no=row["document_no"],
        fault=Fault(row["fault"]) if row["fault"] else None,
        legal_basis=row["legal_basis"],
        inspection=row["inspection"],
    )
    return StoredFollowUp(
        follow_up_id=row["follow_up_id"],
        permit_id=row["permit_id"],
        uscc=row["uscc"],
        office=row["office"],
        officer=row["officer"],
        report=report,
        proposal_id=row["proposal_id"],
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
    )


def of_permit(tx: Transaction, permit_id: int) -> tuple[StoredFollowUp, ...]:
    """The recorded checks of one permit, oldest first."""
    rows = tx.all("SELECT * FROM follow_ups WHERE permit_id = ? ORDER BY follow_up_id", (permit_id,))
    return tuple(map(_from_row, rows))


def add(tx: Transaction, uscc: str, permit_id: int, who: tuple[str, str], report: FollowUpReport, at: datetime) -> int:
    """Add a check and return its key. ``who`` is the office and the user name of the officer."""
    if report.checked_on is None or report.outcome is None:
        raise AssertionError("a report without day or outcome is refused before")
    cursor = tx.run(
        "INSERT INTO follow_ups (permit_id, uscc, office, officer, others, checked_on, outcome, findings, rectify_by,"
        " document_no, fault, legal_basis, inspection, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            permit_id,
            uscc,
            *who,
            ",".join(report.others),
            report.checked_on.isoformat(),
            report.outcome.value,
            report.findings,
            report.rectify_by.isoformat() if report.rectify_by else None,
            report.document_no,
            report.fault.value if report.fault else None,
            report.legal_basis,
            report.inspection,
            at.isoformat(),
        ),
    )
    return int(cursor.lastrowid or 0)


def set_proposal(tx: Transaction, follow_up_id: int, proposal_id: int) -> None:
    """Record the proposal that a failed check led to."""
    tx.run("UPDATE follow_ups SET proposal_id = ? WHERE follow_up_id = ?", (proposal_id, follow_up_id))


def open_ones(tx: Transaction, office: str | None) -> tuple[OpenFollowUp, ...]:
    """The checks that an office has to make, or all offices, by due day.

    A rectification order changes the due day. Permits with a proposal to annul are left out.
    """
    rows = tx.all(
        "SELECT p.permit_id, p.uscc, p.premises_no, p.permit_no, p.handling_office, p.issued_on,"
        " p.follow_up_due, e.name, e.principal,"
        " s.address, f.outcome, f.rectify_by, x.state AS proposal_state"
        " FROM permits p JOIN entities e ON e.uscc = p.uscc"
        " JOIN premises s ON s.uscc = p.uscc AND s.premises_no = p.premises_no"
        " LEFT JOIN follow_ups f ON f.follow_up_id ="
        " (SELECT max(follow_up_id) FROM follow_ups g WHERE g.permit_id = p.permit_id)"
        " LEFT JOIN proposals x ON x.proposal_id = f.proposal_id"
        f" WHERE {'p.handling_office = ?' if office else '1'} AND p.checked_on IS NULL AND p.follow_up_due IS NOT NULL"
        " AND p.mode = 'commitment' AND p.state IN ('effective', 'suspended')",
        (office,) if office else (),
    )
    found = [_open(row) for row in rows if row["proposal_state"] != "open"]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.permit_id)))


def _open(row: Row) -> OpenFollowUp:
    ordered = row["outcome"] == FollowUpOutcome.RECTIFY.value
    return OpenFollowUp(
        permit_id=row["permit_id"],
        uscc=row["uscc"],
        premises_no=row["premises_no"],
        permit_no=row["permit_no"] or "",
        holder_name=row["name"] or row["principal"],
        address=row["address"],
        office=row["handling_office"],
        granted_on=date.fromisoformat(row["issued_on"]) if row["issued_on"] else None,
        due_on=date.fromisoformat(row["rectify_by"] if ordered else row["follow_up_due"]),
        ordered=ordered,
    )
