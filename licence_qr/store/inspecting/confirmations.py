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


def give_to(tx: Transaction, person_id: int, of_person_id: int) -> None:
    """Give the answers of one person to another, who they turned out to be.

    Where both have answered about one subject, that is the answer of one person: an objection stays before a confirmation,
    else the older one. Both events stay in the history.
    """
    both = "SELECT subject FROM confirmations WHERE person_id = ?"
    rows = tx.all(
        f"SELECT * FROM confirmations WHERE person_id IN (?, ?) AND subject IN ({both}) AND subject IN ({both})"
        " ORDER BY subject, answer = ? DESC, at, person_id",
        (person_id, of_person_id, person_id, of_person_id, OfficersAnswer.OBJECTED.value),
    )
    stays: set[str] = set()
    for answer in map(_from_row, rows):
        if answer.subject in stays:
            goes = (answer.subject, answer.person_id)
            tx.run("DELETE FROM confirmations WHERE subject = ? AND person_id = ?", goes)
        stays.add(answer.subject)
    tx.run("UPDATE confirmations SET person_id = ? WHERE person_id = ?", (person_id, of_person_id))
