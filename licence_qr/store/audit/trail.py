"""History and traces as one list, newest first, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import chain, islice
from typing import NamedTuple

from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register.history import COLUMNS, EventRow, whole

TABLES = ("history", "traces")
Accounts = tuple[tuple[str, int | None], ...]
Condition = tuple[str, tuple[object, ...]]  # in SQL, with its values


class TrailPlace(NamedTuple):
    """Where an event stands in the list: its time as stored, its table (0 the history, 1 the traces), its number there."""

    at: str
    table: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailQuery:
    """Which events. ``None`` and empty ask for nothing; what is asked for must all hold.

    ``accounts``: user name → key, None for what is no account. An event is of an account that did it, for which a system
    user did it, or that it is about; or about one of ``people``, where there are accounts. ``first`` is included,
    ``before`` is not.
    """

    accounts: Accounts | None = None
    people: tuple[int, ...] = ()
    kind: EventKind | None = None
    uscc: str = ""
    office: str = ""
    network: str = ""
    first: datetime | None = None
    before: datetime | None = None


def read(tx: Transaction, query: TrailQuery, after: TrailPlace | None, most: int) -> list[tuple[TrailPlace, EventRow]]:
    """At most ``most`` events that come after ``after`` in the list, newest first."""
    parts = (_of_table(tx, number, query, after, most) for number in range(len(TABLES)))
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
    """The newest of each way to be selected; an event that is selected in two ways comes once."""
    found: dict[TrailPlace, EventRow] = {}
    for way in ways(query):
        asked, values = statement(number, query, way, after, most)
        for row in tx.all(asked, values):
            found.setdefault(TrailPlace(row["at"], number, row["seq"]), whole(row))
    return sorted(found.items(), key=lambda each: each[0], reverse=True)[:most]


def statement(
    number: int, query: TrailQuery, way: Condition | None, after: TrailPlace | None, most: int
) -> tuple[str, tuple[object, ...]]:
    """The question for what one table has that is selected in one way, and its values."""
    conditions = [*([way] if way else ()), *_filters(query, selected=way is not None)]
    if after is not None:
        conditions += [
            ("(at, ?, seq) < (?, ?, ?)", (number, *after)),
            ("at <= ?", (after.at,)),  # of which the index knows
        ]
    where = f" WHERE {' AND '.join(told for told, _ in conditions)}" if conditions else ""
    asked = f"SELECT {', '.join(COLUMNS)} FROM {TABLES[number]}{where} ORDER BY at DESC, seq DESC LIMIT ?"
    return asked, (*(value for _, values in conditions for value in values), most)


def ways(query: TrailQuery) -> Iterator[Condition | None]:
    """What selects an event: each way has an index that ends with the time, so that the newest are found without looking
    at others. None: by time alone.

    One question with OR would read all that is ever selected, and sort it.
    """
    if query.uscc:
        yield from _of_business(query.uscc)
    elif query.accounts is None:
        yield None
    else:
        yield from _of_accounts(query.accounts, query.people)


def _of_business(uscc: str) -> tuple[Condition, ...]:
    return ("uscc = ?", (uscc,)), ("subject = ?", (f"card/{uscc}",))  # older prints name it there


def _of_accounts(accounts: Accounts, people: tuple[int, ...]) -> Iterator[Condition]:
    for name, key in accounts:
        yield "actor = ?", (name,)
        yield "on_behalf_of <> '' AND on_behalf_of = ?", (name,)  # of few events, and the index has only those
        if key:
            yield "subject = ?", (f"account/{key}",)
    for person_id in people:
        yield "subject = ?", (f"person/{person_id}",)


def _filters(query: TrailQuery, *, selected: bool) -> Iterator[Condition]:
    """What must hold besides, whichever way an event is ``selected``; else the network selects it, or the kind.

    A plus keeps SQLite from the index of a column: it would take that of a kind which most events have.
    """
    if query.uscc and query.accounts is not None:
        selected_by = tuple(_of_accounts(query.accounts, query.people))
        told, values = zip(*selected_by, strict=True) if selected_by else (("0",), ((),))
        yield f"({' OR '.join(told)})", tuple(chain.from_iterable(values))
    for column, value in (("network", query.network), ("event", query.kind), ("office", query.office)):
        if value:
            yield f"{'+' if selected else ''}{column} = ?", (str(value),)
            selected = True
    if query.first is not None:
        yield "at >= ?", (query.first.isoformat(),)
    if query.before is not None:
        yield "at < ?", (query.before.isoformat(),)
