"""Publish the status list: kept as a bit array, updated by changes, and signed again when needed.

The signed list is in the register, one for all workers: one of them signs it (``status_publisher``), or the daily sweep,
and all give it out. So every worker serves the same bytes, and no list is older than one served before. Who fetches it
only reads.
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
    _kept: PublishedList | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, now: datetime) -> PublishedList:
        """The newest list that was published, for whoever asks. Only reads: nothing is signed, nobody is waited for.

        Raises RegisterError ``offline_list_missing`` before the first one, ``offline_list_too_old`` where it has expired
        at the aware instant ``now``, and when the register cannot be read.
        """
        with self.database.read() as tx:
            newest = self._newest(tx)
        if newest is None:
            raise RegisterError("offline_list_missing")
        if now >= newest.expires_at:
            raise RegisterError("offline_list_too_old", issued_at=newest.issued_at.isoformat())
        return newest

    def publish(self, now: datetime) -> PublishedList:
        """Sign and store the next list if one is due at ``now``: something has changed, or the last is two hours old.

        It is signed while nobody is kept from writing. Several processes may do this at the same time: the one that
        comes second signs after the other's list, or finds that none is due. After ten changes within one second the
        next one waits for the next second. Gives the newest list. Raises RegisterError, and KeyStoreError
        ``no_signing_key`` and those of its file.
        """
        key = self.signing_key(now)
        with self._lock:
            while True:
                with self.database.read() as tx:
                    newest = self._newest(tx)
                    due = self._due(tx, newest, key, now)
                if due is None:
                    if newest is None:
                        raise AssertionError("the first list is always due")
                    return newest
                made = _published(due[0], sign_status_list(due[1], key))
                with self.database.write() as tx:
                    if status.newest_issue(tx) == (newest and newest.issue):
                        status.publish(tx, made.issue, made.signed)
                        self._kept = made
                        return made

    def _newest(self, tx: Transaction) -> PublishedList | None:
        """The list of the register; its bytes are read only where it is another than before."""
        stored, kept = status.newest_issue(tx), self._kept
        if stored is None:
            return None
        if kept is None or kept.issue != stored:
            kept = self._kept = _published(stored, status.signed_list(tx))
        return kept

    def _due(
        self, tx: Transaction, newest: PublishedList | None, key: SigningKey, now: datetime
    ) -> tuple[Issue, StatusList] | None:
        """What is to be signed after ``newest``; None if nothing is, or its time would be too far ahead of the clock."""
        subject = self.origin + PATH
        if newest and -MOST_AHEAD <= now - newest.issued_at < REISSUE_AFTER:
            if newest.issue == Issue(status.position(tx), subject, key.kid, newest.issued_at):
                return None
        issued_at = _next_second(newest, now)
        if issued_at is None:
            return None
        bits = self._follow_register(tx)
        status_list = StatusList(subject, issued_at, issued_at + LIFETIME, TTL, bytes(bits.entries))
        return Issue(bits.position, subject, key.kid, issued_at), status_list

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
