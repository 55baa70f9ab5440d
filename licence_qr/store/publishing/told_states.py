"""What the history says of the state of licences and permits, as it was told, without the private part."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.connections import Transaction


@dataclass(frozen=True, slots=True)
class ToldState:
    """One event: what it was about (``licence`` or ``permit/<id>``), and its values after."""

    kind: EventKind
    uscc: str
    subject: str
    after: dict[str, object]


def last(tx: Transaction) -> int:
    """The number of the last event, 0 before the first."""
    row = tx.one("SELECT coalesce(max(seq), 0) AS seq FROM history")
    return int(row["seq"]) if row else 0


def told_after(tx: Transaction, seq: int, kinds: Collection[EventKind]) -> tuple[ToldState, ...]:
    """The events of ``kinds`` after the one numbered ``seq`` that have values, oldest first; without those that no program
    has written, which would keep every list from being signed."""
    wanted = ", ".join("?" * len(kinds))
    rows = tx.all(
        f"SELECT event, uscc, subject, after FROM history WHERE seq > ? AND event IN ({wanted}) AND after IS NOT NULL"
        " ORDER BY seq",
        (seq, *sorted(kinds)),
    )
    return tuple(
        ToldState(EventKind(row["event"]), row["uscc"], row["subject"], after)
        for row in rows
        if (after := _values(row["after"])) is not None
    )


def _values(text: str) -> dict[str, object] | None:
    with suppress(ValueError):
        if isinstance(read := json.loads(text), dict):
            return read
    return None
