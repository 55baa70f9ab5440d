"""Publish the status list: kept as a bit array, updated by changes, and signed again when needed.

The signed list is in the register, one for all workers: the first worker that finds it out of date signs the next one,
and the others use it. So every worker serves the same bytes, and no list is older than one served before.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licence_qr.credential.cose import SigningKey
from licence_qr.credential.status_list import StatusList, empty_entries, put_entry
from licence_qr.credential.status_list_wire import PATH, sign_status_list
from licence_qr.errors import RegisterError
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
_DIGEST_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A signed status list; ``digest`` identifies its bytes.

    After ``fresh_until`` verifiers warn; from ``expires_at`` on they say "unknown".
    """

    issue: Issue
    signed: bytes
    digest: str

    @property
    def issued_at(self) -> datetime:
        """When it was issued."""
        return self.issue.issued_at

    @property
    def fresh_until(self) -> datetime:
        """The end of its ttl."""
        return self.issue.issued_at + TTL

    @property
    def expires_at(self) -> datetime:
        """From then on it must not be used."""
        return self.issue.issued_at + LIFETIME


@dataclass(slots=True)
class _Bits:
    """The packed entries and the position in the register that they correspond to."""

    position: Position
    entries: bytearray


@dataclass(slots=True)
class StatusPublishing:
    """``signing_key`` returns the key that signs status lists at an instant; ``origin`` is where they are fetched."""

    database: Database
    signing_key: Callable[[datetime], SigningKey]
    origin: str
    _bits: _Bits | None = None
    _published: PublishedList | None = None
    _alone: bool = False  # whether the newest list of this process is not in the register
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, now: datetime) -> PublishedList:
        """The list at the aware instant ``now``: with every change committed before, at most two hours old.

        After ten changes within one second the next one waits for the next second. This does not wait for a writer: if
        the register cannot be written at once, this process publishes its own list until a later call can store it.
        Raises RegisterError when the register cannot be read, and KeyStoreError ``no_signing_key`` and those of its file.
        """
        key = self.signing_key(now)
        with self._lock:
            with self.database.read() as tx:
                if self._take_over(tx, key, now) and not self._alone:
                    return self._newest()
            try:
                with self.database.write(wait=0) as tx:
                    self._bring_up_to_date(tx, key, now)
                    if status.newest_issue(tx) != self._newest().issue:
                        status.publish(tx, self._newest().issue, self._newest().signed)
                self._alone = False
            except RegisterError:
                with self.database.read() as tx:
                    self._bring_up_to_date(tx, key, now)
                self._alone = True
            return self._newest()

    def _bring_up_to_date(self, tx: Transaction, key: SigningKey, now: datetime) -> None:
        if not self._take_over(tx, key, now):
            self._sign_next(tx, key, now)

    def _newest(self) -> PublishedList:
        if self._published is None:
            raise AssertionError("a list is taken over or signed before it is given out")
        return self._published

    def _take_over(self, tx: Transaction, key: SigningKey, now: datetime) -> bool:
        """Use the newest list of the register, or the current one of this process; return whether it is up to date."""
        stored, kept = status.newest_issue(tx), self._published
        if stored and (kept is None or stored.issued_at > kept.issued_at):
            self._published = _published(stored, status.signed_list(tx))
        newest = self._published and self._published.issue
        if newest is None or now >= newest.issued_at + REISSUE_AFTER:
            return False
        return newest == Issue(status.position(tx), self.origin + PATH, key.kid, newest.issued_at)

    def _sign_next(self, tx: Transaction, key: SigningKey, now: datetime) -> None:
        """Sign the next list, unless its time would be too far ahead of the clock."""
        issued_at = _next_second(self._published, now)
        if issued_at is None:
            return
        bits = self._follow_register(tx)
        issue = Issue(bits.position, self.origin + PATH, key.kid, issued_at)
        status_list = StatusList(issue.subject, issued_at, issued_at + LIFETIME, TTL, bytes(bits.entries))
        self._published = _published(issue, sign_status_list(status_list, key))

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
            put_entry(entries, index, value)
        self._bits = _Bits(position, entries)
        return self._bits


def _published(issue: Issue, signed: bytes) -> PublishedList:
    return PublishedList(issue, signed, hashlib.sha256(signed).hexdigest()[:_DIGEST_CHARACTERS])


def _next_second(newest: PublishedList | None, now: datetime) -> datetime | None:
    """The time of the next list in whole seconds, later than that of the last; None if too far ahead of the clock.

    A list from still further ahead was issued before the clock was set back, and is ignored.
    """
    second = now.replace(microsecond=0)
    if newest is None or not second <= newest.issued_at <= second + MOST_AHEAD:
        return second
    return None if newest.issued_at == second + MOST_AHEAD else newest.issued_at + _SECOND
