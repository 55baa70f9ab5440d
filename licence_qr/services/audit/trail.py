"""The auditor's list: who did what to whom, and who saw it, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.register.events import REFUSALS, TRACES, EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.register import access, events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.past_names import PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.audit import trail
from licence_qr.store.audit.trail import TrailPlace, TrailQuery
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import entities
from licence_qr.store.register.history import EventRow
from licence_qr.wording.text import Text

PAGE_LINES = 50
MOST_EXPORTED = 100_000
_PART = 1_000
# Of which the auditor reads the values, by kind.
_TOLD: Mapping[str, tuple[str, ...]] = {
    EventKind.PERSON_CHANGED: ("name", "staff_no", "office"),
    EventKind.PERSONS_MERGED: ("acts_of_both",),
}
_BETWEEN = "~"  # in the text of a place; neither a time nor a number has one
_LONGEST_NUMBER = 18  # digits that SQLite still holds as a number


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What an auditor asks for; empty asks for nothing. ``person`` is a name or a staff number, of today or of before,
    ``account`` a user name, ``first`` and ``last`` are days in Asia/Shanghai."""

    person: str = ""
    account: str = ""
    kind: EventKind | None = None
    uscc: str = ""
    office: str = ""
    network: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One event. ``by`` and ``on_behalf_of`` are user names, and ``by_name`` the name that the account bore then, with that
    of today where it differs, None where it is no account; ``behalf_name`` likewise.

    ``details``: fields that were seen, changed or told, without their values, but for those in ``values``: what a person
    was called, and what they are now. ``reason`` as it was given. ``times``: how
    many refused tries it stands for, from ``network``, which may be several.
    """

    at: datetime
    kind: EventKind
    by: str
    by_name: Text | None
    on_behalf_of: str
    behalf_name: Text | None
    office: str
    uscc: str
    holder_name: str
    subject: str
    subject_name: str
    details: tuple[str, ...]
    values: Mapping[str, tuple[object, object]]
    reason: str
    device: str
    network: str
    times: int


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of lines, and the ``after`` of the next one, empty on the last."""

    lines: tuple[TrailLine, ...]
    following: str


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """What one account did with one business that changed nothing: how often, and the first and last day."""

    by: str
    by_name: Text | None
    kind: EventKind
    times: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Trail:
    """Reads history and traces of every office, for auditors."""

    database: Database

    def page(self, actor: Actor, wanted: TrailFilter, after: str = "") -> TrailPage:
        """``PAGE_LINES`` events, newest first, from the newest or after the page before, which says ``after``.

        Raises AccessError ``role_not_allowed``.
        """
        access.demand(actor, access.READ_TRACES)
        with self.database.read() as tx:
            found = trail.read(tx, _query(tx, wanted), _place(after), PAGE_LINES + 1)
            lines = tuple(_LineReader(tx).lines(found[:PAGE_LINES]))
        return TrailPage(lines, _BETWEEN.join(map(str, found[PAGE_LINES - 1][0])) if len(found) > PAGE_LINES else "")

    def day(self, actor: Actor, account: str, day: date) -> tuple[TrailLine, ...]:
        """Everything that the person of ``account`` did on one day, by any of their accounts, oldest first. Raises
        AccessError ``role_not_allowed``."""
        access.demand(actor, access.READ_TRACES)
        with self.database.read() as tx:
            user = accounts.user_by_name(tx, account)
            names = {account} | (user.actor.others if user else frozenset())
            query = replace(_query(tx, TrailFilter(first=day, last=day)), accounts=_keys(tx, names))
            return tuple(_LineReader(tx).lines(reversed(trail.read(tx, query, None, MOST_EXPORTED))))

    def readers(self, actor: Actor, uscc: str) -> tuple[str, tuple[ReaderLine, ...]]:
        """The name of a business, empty if there is none, and who read, exported or printed it. Raises AccessError
        ``role_not_allowed``."""
        access.demand(actor, access.READ_TRACES)
        with self.database.read() as tx:
            said, rows = _LineReader(tx), trail.readers(tx, uscc)
            return said.holder(uscc), tuple(
                ReaderLine(
                    row["actor"],
                    said.name(row["actor"], datetime.fromisoformat(row["last"])),
                    EventKind(row["event"]),
                    row["times"],
                    local_date(datetime.fromisoformat(row["first"])),
                    local_date(datetime.fromisoformat(row["last"])),
                )
                for row in rows
            )

    def export(self, actor: Actor, wanted: TrailFilter, form: str, now: datetime) -> Iterator[TrailLine]:
        """All that ``wanted`` selects, newest first, at most ``MOST_EXPORTED``, read in parts when they are asked for. Who
        exports is recorded before the first. Raises AccessError ``role_not_allowed``; RegisterError, also between lines."""
        access.demand(actor, access.READ_TRACES)
        told = {"filters": sorted(filters_of(wanted))}
        taken = NewEvent(kind=EventKind.EXPORTED, subject=f"export/audit.{form}", at=now, by=actor, after=told)
        events.write_of_reader(self.database, taken)
        return islice(self._parts(wanted), MOST_EXPORTED)

    def _parts(self, wanted: TrailFilter) -> Iterator[TrailLine]:
        after: TrailPlace | None = None
        while True:
            with self.database.read() as tx:
                found = trail.read(tx, _query(tx, wanted), after, _PART)
                lines = tuple(_LineReader(tx).lines(found))
            yield from lines
            if len(found) < _PART:
                return
            after = found[-1][0]


def filters_of(wanted: TrailFilter) -> tuple[str, ...]:
    """The names of the filters that are set."""
    return tuple(name for name in TrailFilter.__dataclass_fields__ if getattr(wanted, name))


def _place(after: str) -> TrailPlace | None:
    """The place that a page said; None, which is before the newest event, for any other text."""
    at, table, seq = [*after.split(_BETWEEN), "", ""][:3]
    sensible = table in {"0", "1"} and seq.isascii() and seq.isdecimal() and len(seq) <= _LONGEST_NUMBER
    return TrailPlace(at, int(table), int(seq)) if sensible else None


def _query(tx: Transaction, wanted: TrailFilter) -> TrailQuery:
    return TrailQuery(
        accounts=_accounts(tx, wanted),
        people=tuple(sorted(PastNames(tx).people(wanted.person))) if wanted.person and not wanted.account else (),
        kind=wanted.kind,
        uscc=wanted.uscc,
        office=wanted.office,
        network=wanted.network,
        first=_midnight(wanted.first) if wanted.first else None,
        before=_midnight(wanted.last + timedelta(days=1)) if wanted.last else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _accounts(tx: Transaction, wanted: TrailFilter) -> tuple[tuple[str, int | None], ...] | None:
    """The accounts that person and account select together; None where neither is asked for."""
    if not wanted.person:
        return _keys(tx, {wanted.account}) if wanted.account else None
    names = PastNames(tx).usernames(wanted.person)
    return _keys(tx, names & {wanted.account} if wanted.account else names)


def _keys(tx: Transaction, names: set[str] | frozenset[str]) -> tuple[tuple[str, int | None], ...]:
    users = ((name, accounts.user_by_name(tx, name)) for name in sorted(names))
    return tuple((name, user.actor.user_id if user else None) for name, user in users)


class _LineReader:
    """Turns rows into lines within one read transaction; names are looked up once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._people = PastNames(tx)
        self._holders: dict[str, str] = {}

    def lines(
        self, found: Iterator[tuple[TrailPlace, EventRow]] | list[tuple[TrailPlace, EventRow]]
    ) -> Iterator[TrailLine]:
        for _, row in found:
            yield self._line(row)

    def name(self, username: str, at: datetime) -> Text | None:
        """What an account was called then, None for what is none."""
        named = self._people.of(username, at)
        return named.words if named else None

    def holder(self, uscc: str) -> str:
        """The name of the business, empty if there is none."""
        if uscc not in self._holders:
            stored = entities.get(self._tx, uscc) if uscc else None
            self._holders[uscc] = stored.entity.holder_name if stored else ""
        return self._holders[uscc]

    def _line(self, row: EventRow) -> TrailLine:
        subject, uscc = row["subject"], row["uscc"] or row["subject"].partition("card/")[2]
        refused = _values(row["after"]) if row["event"] in REFUSALS else {}
        at = datetime.fromisoformat(row["at"])
        return TrailLine(
            at=at,
            kind=EventKind(row["event"]),
            by=row["actor"],
            by_name=self.name(row["actor"], at),
            on_behalf_of=row["on_behalf_of"],
            behalf_name=self.name(row["on_behalf_of"], at),
            office=row["office"],
            uscc=uscc,
            holder_name=self.holder(uscc),
            subject=subject,
            subject_name=self._named(subject),
            details=_details(row),
            values=_told_values(row),
            reason=row["reason"],
            device=row["device"],
            network=row["network"] or ", ".join(refused.get("networks", ())),
            times=refused.get("times", 1),
        )

    def _named(self, subject: str) -> str:
        """The user name of an account, the permit type of an item; empty for anything else."""
        kind, _, key = subject.partition("/")
        if not key.isdecimal():
            return ""
        if kind == "item":
            stored = items.get(self._tx, int(key))
            return stored.item.permit_type if stored else ""
        user = accounts.user_by_id(self._tx, int(key)) if kind == "account" else None
        return user.actor.username if user else ""


def _details(row: EventRow) -> tuple[str, ...]:
    """Which fields an event is about: those that were seen, or whose values differ."""
    before, after = (_values(row[side]) for side in ("before", "after"))
    if row["event"] == EventKind.DATA_SEEN:
        seen = after.get("fields")
        return tuple(map(str, seen)) if isinstance(seen, list) else ()
    if row["event"] in TRACES:
        return ()
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _told_values(row: EventRow) -> Mapping[str, tuple[object, object]]:
    """Field → its values before and after, of the acts that change how people are told apart; else nothing."""
    before, after = (_values(row[side]) for side in ("before", "after"))
    names = (name for name in _TOLD.get(EventKind(row["event"]), ()) if before.get(name) != after.get(name))
    return {name: (before.get(name), after.get(name)) for name in names}


def _values(text: str | None) -> Mapping[str, Any]:
    values: Mapping[str, Any] = json.loads(text) if text else {}
    return values
