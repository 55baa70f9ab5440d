"""Four-eyes proposals and their decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.proposals.proposal import PAGE_LINES, ProposalFilter, ProposalState
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What is proposed. ``subject`` is ``licence`` or ``permit/<id>``; ``revision`` is that of the business as the
    proposer saw it. ``origin`` names what led to it (``follow-up/<id>``, or ``question/<id>`` of an import) or is empty;
    ``witnesses`` are the user names of others who took part in that and so do not decide either. ``suspension`` is the
    decision by which a permit is to be suspended, None for other acts and where nobody was asked."""

    uscc: str
    subject: str
    act: str
    reason: str
    legal_basis: str
    document_no: str
    effective_on: date | None
    revision: int
    origin: str = ""
    witnesses: tuple[str, ...] = ()
    suspension: Suspension | None = None


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """A proposal with its proposer and decider (user names, internal), when and why it was decided."""

    proposal_id: int
    content: NewProposal
    office: str
    proposed_by: str
    proposed_at: datetime
    state: ProposalState
    decided_by: str
    decided_at: datetime | None
    decision: str


def _from_row(row: Row) -> StoredProposal:
    content = NewProposal(
        uscc=row["uscc"],
        subject=row["subject"],
        act=row["act"],
        reason=row["reason"],
        legal_basis=row["legal_basis"],
        document_no=row["document_no"],
        effective_on=date.fromisoformat(row["effective_on"]) if row["effective_on"] else None,
        revision=row["revision"],
        origin=row["origin"],
        witnesses=tuple(filter(None, row["witnesses"].split(","))),
        suspension=Suspension(row["suspension"]) if row["suspension"] else None,
    )
    return StoredProposal(
        proposal_id=row["proposal_id"],
        content=content,
        office=row["office"],
        proposed_by=row["proposed_by"],
        proposed_at=datetime.fromisoformat(row["proposed_at"]),
        state=ProposalState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
        decision=row["decision"],
    )


def add(tx: Transaction, new: NewProposal, proposer: Actor, now: datetime) -> int:
    """Add an open proposal and return its key. The caller has checked that none is open."""
    cursor = tx.run(
        "INSERT INTO proposals (uscc, subject, act, reason, legal_basis, document_no, effective_on, revision, origin,"
        " witnesses, suspension, office, proposed_by, proposed_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.uscc,
            new.subject,
            new.act,
            new.reason,
            new.legal_basis,
            new.document_no,
            new.effective_on.isoformat() if new.effective_on else None,
            new.revision,
            new.origin,
            ",".join(new.witnesses),
            new.suspension and new.suspension.value,
            proposer.office,
            proposer.username,
            now.isoformat(),
            ProposalState.OPEN.value,
        ),
    )
    return int(cursor.lastrowid or 0)


def set_revision(tx: Transaction, proposal_id: int, revision: int) -> None:
    """Set the revision from which changes of the business count, so that the proposal's own events do not."""
    tx.run("UPDATE proposals SET revision = ? WHERE proposal_id = ?", (revision, proposal_id))


def add_witnesses(tx: Transaction, proposal: StoredProposal, usernames: Iterable[str]) -> None:
    """Add people who took part in what led to a proposal, and so may not decide it."""
    names = sorted({*proposal.content.witnesses, *usernames})
    tx.run("UPDATE proposals SET witnesses = ? WHERE proposal_id = ?", (",".join(names), proposal.proposal_id))


def get(tx: Transaction, proposal_id: int) -> StoredProposal | None:
    """One proposal, or None."""
    row = tx.one("SELECT * FROM proposals WHERE proposal_id = ?", (proposal_id,))
    return _from_row(row) if row else None


def open_one(tx: Transaction, uscc: str, subject: str, act: str) -> StoredProposal | None:
    """The open proposal of this act for this subject, or None."""
    row = tx.one(
        "SELECT * FROM proposals WHERE uscc = ? AND subject = ? AND act = ? AND state = 'open'", (uscc, subject, act)
    )
    return _from_row(row) if row else None


def last_one(tx: Transaction, uscc: str, subject: str, act: str) -> StoredProposal | None:
    """The latest proposal of this act for this subject, open or closed, or None."""
    row = tx.one(
        "SELECT * FROM proposals WHERE uscc = ? AND subject = ? AND act = ? ORDER BY proposal_id DESC LIMIT 1",
        (uscc, subject, act),
    )
    return _from_row(row) if row else None


def open_of_business(tx: Transaction, uscc: str) -> tuple[StoredProposal, ...]:
    """The open proposals of one business, oldest first."""
    rows = tx.all("SELECT * FROM proposals WHERE uscc = ? AND state = 'open' ORDER BY proposal_id", (uscc,))
    return tuple(map(_from_row, rows))


def settle(
    tx: Transaction, proposal_id: int, state: ProposalState, decided_by: str, decision: str, now: datetime
) -> bool:
    """Set the outcome of an open proposal; False if it is no longer open."""
    cursor = tx.run(
        "UPDATE proposals SET state = ?, decided_by = ?, decision = ?, decided_at = ?"
        " WHERE proposal_id = ? AND state = 'open'",
        (state.value, decided_by, decision, now.isoformat(), proposal_id),
    )
    return cursor.rowcount == 1


def search(tx: Transaction, office: str | None, wanted: ProposalFilter) -> tuple[tuple[StoredProposal, ...], int]:
    """One page of the proposals of an office or of all, and their total: open ones oldest first, closed ones newest
    first."""
    where, values = (["1"], []) if office is None else (["office = ?"], [office])
    if wanted.closed:
        where.append("state <> 'open'")
    elif wanted.state is not None:
        where.append("state = ?")
        values.append(wanted.state.value)
    for column, value in (("act", wanted.act), ("proposed_by", wanted.proposed_by)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    condition = " AND ".join(where)
    order = "proposal_id" if wanted.state is ProposalState.OPEN else "proposal_id DESC"
    count = tx.one(f"SELECT count(*) AS n FROM proposals WHERE {condition}", values)
    rows = tx.all(
        f"SELECT * FROM proposals WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, PAGE_LINES, (wanted.page - 1) * PAGE_LINES),
    )
    return tuple(map(_from_row, rows)), int(count["n"]) if count else 0
