"""Sign the status list: only by the register as committed, and calling nothing valid that the history has ended.

The entries are kept as a bit array and updated by changes. Nothing is written: ``status_list`` stores what was signed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from licence_qr.credential.cose import SigningKey
from licence_qr.credential.status_list import StatusList, empty_entries, put_entry
from licence_qr.credential.status_list_wire import PATH, sign_status_list
from licence_qr.services.publishing.ended_by_history import Contradiction, EndedByHistory
from licence_qr.services.publishing.noted_times import NotedTimes
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.publishing import status_list as status
from licence_qr.store.publishing.status_list import Issue, Position

# Long enough for a day's work with a list fetched in the morning; too short for a long weekend.
TTL = timedelta(hours=4)
LIFETIME = timedelta(hours=72)
REISSUE_AFTER = TTL / 2
# No two lists have the same second, so that a client can tell the newer one. Several changes within a second therefore
# get times ahead of the clock, but not by more than this, which also limits how often a list is made.
MOST_AHEAD = timedelta(seconds=10)
_SECOND = timedelta(seconds=1)
_log = logging.getLogger("licence_qr.signing")


@dataclass(frozen=True, slots=True)
class NextList:
    """A signed status list to be stored. In place of each of ``contradictions`` it says what the history does."""

    issue: Issue
    signed: bytes
    contradictions: tuple[Contradiction, ...] = ()


class ListSigner(Protocol):
    """What holds the key of status lists: in this process, or in one of its own."""

    def next_list(self, now: datetime) -> NextList | None:
        """The list that is due at ``now``, or None: something has changed, or the last is two hours old.

        After ten changes within one second the next one waits for the next second. Raises RegisterError, and KeyStoreError
        ``no_signing_key`` and those of its file.
        """


@dataclass(slots=True)
class _Bits:
    """The packed entries and the position in the register that they correspond to."""

    position: Position
    entries: bytearray


@dataclass(slots=True)
class StatusSigner:
    """``signing_key`` returns the key that signs status lists at an instant; ``origin`` is where they are fetched; ``noted``
    knows of newer ones than a register that was put back."""

    database: Database
    signing_key: Callable[[datetime], SigningKey]
    origin: str
    noted: NotedTimes | None = None
    _bits: _Bits | None = None
    _history: EndedByHistory = field(default_factory=EndedByHistory)
    _told: frozenset[Contradiction] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_list(self, now: datetime) -> NextList | None:
        """See ``ListSigner``. It is signed while nobody is kept from writing."""
        key = self.signing_key(now)
        with self._lock:
            with self.database.read() as tx:
                due = self._due(tx, key, now)
            if due is None:
                return None
            issue, status_list, contradictions = due
            for each in sorted(set(contradictions) - self._told, key=str):
                where = (each.code_number, each.version, each.permit_no or "the print")
                _log.error("refused to sign as valid what the history has ended: code %s, version %s, %s", *where)
            self._told = frozenset(contradictions)
        return NextList(issue, sign_status_list(status_list, key), contradictions)

    def _due(
        self, tx: Transaction, key: SigningKey, now: datetime
    ) -> tuple[Issue, StatusList, tuple[Contradiction, ...]] | None:
        """What is to be signed after the newest list of the register; None if nothing is, or its time would be too far
        ahead of the clock."""
        newest, subject = status.newest_issue(tx), self.origin + PATH
        last, noted = newest.issued_at if newest else None, self.noted.newest(now) if self.noted else None
        put_back = noted is not None and (last is None or last < noted)
        if newest and not put_back and -MOST_AHEAD <= now - newest.issued_at < REISSUE_AFTER:
            if newest == Issue(status.position(tx), subject, key.kid, newest.issued_at):
                return None
        issued_at = _next_second(noted if put_back else last, now)
        if issued_at is None:
            return None
        bits = self._follow_register(tx)
        entries = bytearray(bits.entries)
        contradictions = self._history.correct(tx, entries)
        status_list = StatusList(subject, issued_at, issued_at + LIFETIME, TTL, bytes(entries))
        return Issue(bits.position, subject, key.kid, issued_at), status_list, contradictions

    def _follow_register(self, tx: Transaction) -> _Bits:
        """The current bits: updated by changes, or read in full the first time."""
        position, kept = status.position(tx), self._bits
        if kept and position == kept.position:
            return kept
        if kept and position.follows(kept.position):
            values, entries = status.changed_after(tx, kept.position.change), kept.entries
            entries += bytes(len(empty_entries(position.count)) - len(entries))
        else:
            values, entries = status.everything(tx), empty_entries(position.count)
        for index, value in values:
            if 0 <= index < position.count:  # no code has another: whoever wrote it keeps no list from being made
                put_entry(entries, index, value)
        self._bits = _Bits(position, entries)
        return self._bits


def _next_second(last: datetime | None, now: datetime) -> datetime | None:
    """The time of the next list in whole seconds, later than that of the last; None if too far ahead of the clock.

    A list from still further ahead was issued before the clock was set back, and is ignored.
    """
    second = now.replace(microsecond=0)
    if last is None or not second <= last <= second + MOST_AHEAD:
        return second
    return None if last == second + MOST_AHEAD else last + _SECOND
