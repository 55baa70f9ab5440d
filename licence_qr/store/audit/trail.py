"""History and traces as one list, newest first, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple

from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register.history import COLUMNS, EventRow, whole

_TABLES = ("history", "traces")


class TrailPlace(NamedTuple):
    """Where an event stands in the list: its time as stored, its table (0 the history, 1 the traces), its number there."""

    at: str
    table: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailQuery:
    """Which events. ``None`` and empty ask for nothing; what is asked for must all hold.

    ``accounts``: user name → key, None for what is no account. An event is of an account that did it, for which a system
    user did it, or that it is about. ``first`` is included, ``before`` is not.
    """

    accounts: tuple[tuple[str, int | None], ...] | None = None
    kind: EventKind | None = None
    uscc: str = ""
    office: str = ""
    network: str = ""
    first: datetime | None = None
    before: datetime | None = None


def read(tx: Transaction, query: TrailQuery, after: TrailPlace | None, most: int) -> list[tuple[TrailPlace, EventRow]]:
    """At most ``most`` events that come after ``after`` in the list, newest first."""
    parts = (_of_table(tx, number, query, after, most) for number in range(len(_TABLES)))
    return list(islice(merge(*parts, key=lambda each: each[0], reverse=True), most))


def readers(tx: Transaction, uscc: str) -> list[EventRow]:
    """Who left traces on one business: account, kind, how often, first and last time; who was there last comes first."""
    rows = tx.all(
        "SELECT actor, event, count(*) AS times, min(at) AS first, max(at) AS last FROM traces WHERE uscc = ?"
        " GROUP BY actor, event ORDER BY last DESC",
        (uscc,),
    )
    return [dict(row) for row in rows]


def _of_table(
    tx: Transaction, number: int, query: TrailQuery, after: TrailPlace | None, most: int
) -> list[tuple[TrailPlace, EventRow]]:
    told, values = _conditions(query)
    if after is not None:
        told.append("(at, ?, seq) < (?, ?, ?)")
        values += [number, *after]
        told.append("at <= ?")  # of which the index knows
        values.append(after.at)
    where = f" WHERE {' AND '.join(told)}" if told else ""
    asked = f"SELECT {', '.join(COLUMNS)} FROM {_TABLES[number]}{where} ORDER BY at DESC, seq DESC LIMIT ?"
    return [(TrailPlace(row["at"], number, row["seq"]), whole(row)) for row in tx.all(asked, (*values, most))]


def _conditions(query: TrailQuery) -> tuple[list[str], list[object]]:
    told: list[str] = []
    values: list[object] = []

    def ask(condition: str, *given: object) -> None:
        told.append(condition)
        values.extend(given)

    if query.accounts is not None:
        names, subjects = [name for name, _ in query.accounts], [f"account/{key}" for _, key in query.accounts if key]
        ask(
            f"(actor IN ({_places(names)}) OR on_behalf_of IN ({_places(names)}) OR subject IN ({_places(subjects)}))",
            *names,
            *names,
            *subjects,
        )
    if query.uscc:
        ask("(uscc = ? OR subject = ?)", query.uscc, f"card/{query.uscc}")  # older prints name it there
    for column, value in (("event", query.kind), ("office", query.office), ("network", query.network)):
        if value:
            ask(f"{column} = ?", str(value))
    if query.first is not None:
        ask("at >= ?", query.first.isoformat())
    if query.before is not None:
        ask("at < ?", query.before.isoformat())
    return told, values


def _places(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
