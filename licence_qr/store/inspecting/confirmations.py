"""What named officers have said about records that name them. Internal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The answer of one person about one content of ``subject`` (``inspection/<key>``).

    ``username`` is the account used. Session, device and network are those of the event.
    """

    subject: str
    content_sha256: str
    person_id: int
    username: str
    answer: OfficersAnswer
    reason: str
    at: datetime


def _from_row(row: Row) -> Confirmation:
    return Confirmation(
        subject=row["subject"],
        content_sha256=row["content_sha256"],
        person_id=row["person_id"],
        username=row["username"],
        answer=OfficersAnswer(row["answer"]),
        reason=row["reason"],
        at=datetime.fromisoformat(row["at"]),
    )


def add(tx: Transaction, new: Confirmation) -> None:
    """Add an answer. A person answers once about a subject; a second answer raises (the caller checks before)."""
    tx.run(
        "INSERT INTO confirmations (subject, content_sha256, person_id, username, answer, reason, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            new.subject,
            new.content_sha256,
            new.person_id,
            new.username,
            new.answer.value,
            new.reason,
            new.at.isoformat(),
        ),
    )


def of_subject(tx: Transaction, subject: str) -> tuple[Confirmation, ...]:
    """All answers about a subject, oldest first."""
    rows = tx.all("SELECT * FROM confirmations WHERE subject = ? ORDER BY at, person_id", (subject,))
    return tuple(map(_from_row, rows))
