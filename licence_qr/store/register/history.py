"""The append-only history, and beside it the traces, which are kept for a time only.

Events are read with their public and private parts joined.

A row has the public values in ``before`` and ``after``, and the private part in its own column. Older events, from
before the split, have everything in ``before``, ``after`` and ``reason``, and no salt.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.register.events import TRACES, Event, EventKind, Fields
from licence_qr.store.database.connections import Row, Transaction

# An event as read: the columns of the table by name, ``before`` and ``after`` as JSON or None.
EventRow = dict[str, Any]
COLUMNS = (
    "seq", "at", "actor", "office", "event", "uscc", "subject", "reason", "legal_basis", "document_no", "before", "after",
    "effective_on", "proposed_by", "private", "person_id", "session", "device", "network",
    "on_behalf_of",
)  # fmt: skip
CLOCK_CONFIRMED = "clock/confirmed"  # subject: somebody has said that the clock of this machine is right
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM history"


def _text(value: Fields | None) -> str | None:
    return None if value is None else canonical_json(value)


def append(tx: Transaction, event: Event) -> None:
    """Append one event to the history, or to the traces where it is of their kinds."""
    tx.run(
        f"INSERT INTO {_table(event)} (at, actor, office, event, uscc, subject, reason, legal_basis, document_no, before,"
        " after, effective_on, proposed_by, private, salt, person_id, session, device, network, on_behalf_of)"
        " VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.at.isoformat(),
            event.actor,
            event.office,
            event.kind.value,
            event.uscc,
            event.subject,
            event.legal_basis,
            event.document_no,
            _text(event.public.get("before")),
            _text(event.public.get("after")),
            event.effective_on.isoformat() if event.effective_on else "",
            event.proposed_by,
            canonical_json(event.private),
            event.salt,
            event.person_id,
            event.via.session,
            event.via.device,
            event.via.network,
            event.on_behalf_of,
        ),
    )


def has(tx: Transaction, event: Event) -> bool:
    """Whether this very event is there, by its time and salt."""
    asked = f"SELECT 1 FROM {_table(event)} WHERE at = ? AND salt = ?"
    return tx.one(asked, (event.at.isoformat(), event.salt)) is not None


def of_business(tx: Transaction, uscc: str) -> list[EventRow]:
    """The events of one business, oldest first."""
    return since(tx, uscc, 0)


# How a permit comes to be in the record.
_ORIGINS = ", ".join(
    f"'{each.value}'"
    for each in (
        EventKind.PERMIT_GRANTED,
        EventKind.PERMIT_FILED,
        EventKind.PERMIT_SHOWN,
        EventKind.PERMIT_IMPORTED,
    )
)


def signed_of_business(tx: Transaction, uscc: str, version: int) -> list[Row]:
    """What the signer asks of the history of one business, oldest first: the grants and imports of its permits, and the
    events of one version of its code. Rows of ``at``, ``actor``, ``event``, ``subject``, ``after`` and ``on_behalf_of``."""
    return tx.all(
        f"SELECT at, actor, event, subject, after, on_behalf_of FROM history WHERE uscc = ? AND (event IN ({_ORIGINS})"
        " OR (event = ? AND subject = ?)) ORDER BY seq",
        (uscc, EventKind.CODE_ISSUED, f"code/{version}"),
    )


def revision(tx: Transaction, uscc: str) -> int:
    """A number that grows with every event of one business; 0 before the first.

    Forms include it to detect that they are out of date.
    """
    row = tx.one("SELECT coalesce(max(seq), 0) AS seq FROM history WHERE uscc = ?", (uscc,))
    return int(row["seq"]) if row else 0


def since(tx: Transaction, uscc: str, revision: int) -> list[EventRow]:
    """The events of one business after ``revision``, oldest first."""
    return [whole(row) for row in tx.all(f"{_SELECT} WHERE uscc = ? AND seq > ? ORDER BY seq", (uscc, revision))]


def of_kind(tx: Transaction, kind: EventKind, subject: str = "") -> list[EventRow]:
    """The events of one kind, of ``subject`` alone where one is given, oldest first."""
    about, values = (" AND subject = ?", (subject,)) if subject else ("", ())
    rows = tx.all(f"{_SELECT} WHERE event = ?{about} ORDER BY seq", (kind.value, *values))
    return [whole(row) for row in rows]


def is_about(tx: Transaction, subject: str) -> bool:
    """Whether any event has this subject."""
    return tx.one("SELECT 1 FROM history WHERE subject = ? LIMIT 1", (subject,)) is not None


def of_subject(tx: Transaction, subject: str, kinds: Collection[str]) -> list[EventRow]:
    """The events of ``kinds`` with this subject, oldest first."""
    wanted = ", ".join("?" * len(kinds))
    sql = f"{_SELECT} WHERE subject = ? AND event IN ({wanted}) ORDER BY seq"
    return [whole(row) for row in tx.all(sql, (subject, *sorted(kinds)))]


def newest_at(tx: Transaction) -> datetime | None:
    """The instant of the newest event; None before the first. Those from before the clock was last confirmed do not count:
    it may have been wrong then."""
    row = tx.one(
        "SELECT at FROM history"
        " WHERE seq >= (SELECT coalesce(max(seq), 0) FROM history WHERE subject = ?) ORDER BY at DESC LIMIT 1",
        (CLOCK_CONFIRMED,),
    )
    return datetime.fromisoformat(row["at"]) if row else None


def newest_sweep(tx: Transaction) -> EventRow | None:
    """The event of the last daily sweep; None before the first."""
    row = tx.one(f"{_SELECT} WHERE subject >= 'sweep/' AND subject < 'sweep0' ORDER BY subject DESC, at DESC LIMIT 1")
    return whole(row) if row else None


def of_kinds(tx: Transaction, kinds: Collection[EventKind], begin: datetime, end: datetime) -> list[EventRow]:
    """The events of these kinds from ``begin`` until before ``end``, both in UTC, oldest first."""
    marks = ", ".join("?" * len(kinds))
    sql = f"{_SELECT} WHERE event IN ({marks}) AND at >= ? AND at < ? ORDER BY seq"
    return [whole(row) for row in tx.all(sql, (*kinds, begin.isoformat(), end.isoformat()))]


def all_of_kind(tx: Transaction, kind: EventKind) -> list[EventRow]:
    """All events of one kind, oldest first. For kinds that are rare."""
    return [whole(row) for row in tx.all(f"{_SELECT} WHERE event = ? ORDER BY seq", (kind,))]


def of_both(tx: Transaction, ones: Collection[str], others: Collection[str]) -> tuple[str, ...]:
    """The subjects on which an account of ``ones`` and one of ``others`` acted where two people are needed: one proposed and
    the other decided, both are officers of one record, or one asked for a reset and the other confirmed it."""
    one, other = (",".join("?" * len(each)) for each in (ones, others))
    pair = f"x.actor IN ({one}) AND y.actor IN ({other})"
    officers = "('inspected', 'follow_up_handed_in', 'second_officer_answered')"
    asked = f"""
        SELECT subject FROM history WHERE actor IN ({one}) AND proposed_by IN ({other})
        UNION SELECT subject FROM history WHERE proposed_by IN ({one}) AND actor IN ({other})
        UNION SELECT x.subject FROM history x JOIN history y ON y.subject = x.subject
            WHERE x.event IN {officers} AND y.event IN {officers} AND {pair}
        UNION SELECT x.subject FROM history x JOIN history y ON y.subject = x.subject
            WHERE x.event = 'factors_reset_asked' AND y.event = 'factors_reset' AND {pair}
        UNION SELECT x.subject FROM history x JOIN history y ON y.subject = x.subject
            WHERE x.event = 'factors_reset' AND y.event = 'factors_reset_asked' AND {pair}
        ORDER BY 1"""
    return tuple(row["subject"] for row in tx.all(asked, (*ones, *others) * 5))


def everything(tx: Transaction) -> list[EventRow]:
    """All events, oldest first."""
    return [whole(row) for row in tx.all(f"{_SELECT} ORDER BY seq")]


def _table(event: Event) -> str:
    return "traces" if event.kind in TRACES else "history"


def whole(row: Row) -> EventRow:
    """An event with both parts joined."""
    event = dict(row)
    hidden = event.pop("private")
    if hidden is not None:
        private = json.loads(hidden)
        event["reason"] = private.get("reason", "")
        for side in ("before", "after"):
            if side in private:
                event[side] = canonical_json(json.loads(event[side]) | private[side])
    return event
