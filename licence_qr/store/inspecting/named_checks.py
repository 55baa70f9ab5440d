"""Commitment checks that wait for the officers they name. Internal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.inspecting.second_officer import NamedCheckState
from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A report as handed in: ``content`` is its text, which the officers confirm by ``content_sha256``.

    ``others`` are the user names of those it names. ``follow_up_id`` is the check that it became, or None.
    """

    named_id: int
    permit_id: int
    uscc: str
    office: str
    officer: str
    others: tuple[str, ...]
    content: str
    content_sha256: str
    received_at: datetime
    state: NamedCheckState
    follow_up_id: int | None = None

    @property
    def subject(self) -> str:
        """Its name in the history and among the confirmations."""
        return f"named-check/{self.named_id}"


def _from_row(row: Row) -> NamedCheck:
    return NamedCheck(
        named_id=row["named_id"],
        permit_id=row["permit_id"],
        uscc=row["uscc"],
        office=row["office"],
        officer=row["officer"],
        others=tuple(filter(None, row["others"].split(","))),
        content=row["content"],
        content_sha256=row["content_sha256"],
        received_at=datetime.fromisoformat(row["received_at"]),
        state=NamedCheckState(row["state"]),
        follow_up_id=row["follow_up_id"],
    )


def add(tx: Transaction, new: NamedCheck) -> int:
    """Add a report and return its key; the key in ``new`` is ignored."""
    cursor = tx.run(
        "INSERT INTO named_checks (permit_id, uscc, office, officer, others, content, content_sha256, received_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.permit_id,
            new.uscc,
            new.office,
            new.officer,
            ",".join(new.others),
            new.content,
            new.content_sha256,
            new.received_at.isoformat(),
            new.state.value,
        ),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, named_id: int) -> NamedCheck | None:
    """The report with this key, or None."""
    row = tx.one("SELECT * FROM named_checks WHERE named_id = ?", (named_id,))
    return _from_row(row) if row else None


def open_one(tx: Transaction, permit_id: int) -> NamedCheck | None:
    """The report about a permit on which nobody has decided yet, or None."""
    row = tx.one("SELECT * FROM named_checks WHERE permit_id = ? AND state IN ('waiting', 'objected')", (permit_id,))
    return _from_row(row) if row else None


def settle(tx: Transaction, named_id: int, state: NamedCheckState, follow_up_id: int | None = None) -> None:
    """Set the state of a report, and the check that it became."""
    tx.run(
        "UPDATE named_checks SET state = ?, follow_up_id = ? WHERE named_id = ?", (state.value, follow_up_id, named_id)
    )
