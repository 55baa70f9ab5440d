"""Publishing the status list: kept as an array of bits, brought up to date by what changed, signed anew when it must be.

Every worker keeps a list of its own. Two of them may issue the same entries some time apart: a client keeps the newer
one and refuses the older, and each worker reissues in good time, so no client is left behind for longer than that.
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
from licence_qr.store import status
from licence_qr.store.database import Database
from licence_qr.store.status import Position

# An inspector who fetched the list in the morning works the day with it; after a long weekend it says nothing any more.
TTL = timedelta(hours=4)
LIFETIME = timedelta(hours=72)
REISSUE_AFTER = TTL / 2
# Two lists never bear the same second, or a client could not tell the newer; so several changes within a second run
# ahead of the clock, but not by more than this: it also bounds how often a list is made.
MOST_AHEAD = timedelta(seconds=10)
_SECOND = timedelta(seconds=1)
_DIGEST_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A signed status list. Past ``fresh_until`` verifiers warn, from ``expires_at`` on they say "unknown".

    ``digest`` names the bytes; ``position`` is what the register had come to.
    """

    signed: bytes
    digest: str
    kid: bytes
    position: Position
    issued_at: datetime
    fresh_until: datetime
    expires_at: datetime


@dataclass(slots=True)
class _Bits:
    """The packed entries and the position of the register at which they are right."""

    position: Position
    entries: bytearray


@dataclass(slots=True)
class StatusPublishing:
    """``signing_key`` gives the key that signs status lists at an instant; ``origin`` is where they are fetched."""

    database: Database
    signing_key: Callable[[datetime], SigningKey]
    origin: str
    _bits: _Bits | None = None
    _published: PublishedList | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, now: datetime) -> PublishedList:
        """The list at the aware instant ``now``: with every change committed before, and issued at most two hours ago.

        Only after ten changes within one second does the next one wait for the next second. Raises RegisterError, and
        KeyStoreError ``no_signing_key`` and those of its file.
        """
        key = self.signing_key(now)
        with self._lock:
            bits, kept = self._follow_register(), self._published
            if kept and kept.position == bits.position and kept.kid == key.kid:
                if now < kept.issued_at + REISSUE_AFTER:
                    return kept
            issued_at = _next_issue(kept, now)
            if kept and issued_at is None:
                return kept
            self._published = self._sign(bits, key, issued_at or now)
            return self._published

    def _follow_register(self) -> _Bits:
        """The bits, brought up to date: by the changes alone where there are bits to bring them to."""
        with self.database.read() as tx:
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

    def _sign(self, bits: _Bits, key: SigningKey, issued_at: datetime) -> PublishedList:
        status_list = StatusList(self.origin + PATH, issued_at, issued_at + LIFETIME, TTL, bytes(bits.entries))
        signed = sign_status_list(status_list, key)
        return PublishedList(
            signed=signed,
            digest=hashlib.sha256(signed).hexdigest()[:_DIGEST_CHARACTERS],
            kid=key.kid,
            position=bits.position,
            issued_at=issued_at,
            fresh_until=issued_at + TTL,
            expires_at=status_list.expires_at,
        )


def _next_issue(kept: PublishedList | None, now: datetime) -> datetime | None:
    """The second that the next list bears: later than the last one's. None when that would be too far ahead.

    A list from further ahead than that was issued before this machine's clock was set back, and binds nobody.
    """
    second = now.replace(microsecond=0)
    if kept is None or not second <= kept.issued_at <= second + MOST_AHEAD:
        return second
    return None if kept.issued_at == second + MOST_AHEAD else kept.issued_at + _SECOND
