"""The append-only history. Each event holds the full values before and after, so that the state can be rebuilt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from licence_qr.store.database import Row, Transaction


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


@dataclass(frozen=True, slots=True)
class Event:
    """One event: who (username, or ``import``/``system``), from which office, when (UTC), on what, why, by which rule."""

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


def _text(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def append(tx: Transaction, event: Event) -> None:
    """Append one event."""
    tx.run(
        "INSERT INTO history (at, actor, office, event, uscc, subject, reason, legal_basis, document_no, before, after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        ),
    )


def of_business(tx: Transaction, uscc: str) -> list[Row]:
    """The events of one business, oldest first."""
    return tx.all("SELECT * FROM history WHERE uscc = ? ORDER BY seq", (uscc,))


def everything(tx: Transaction) -> list[Row]:
    """All events, oldest first."""
    return tx.all("SELECT * FROM history ORDER BY seq")
