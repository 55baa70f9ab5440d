"""The status list: two bits for every print and permit at one instant.

Values only; for the signed bytes see ``status_list_wire``. Format and reasons:
docs/verifying/status-list.md, after the IETF's Token Status List (draft-ietf-oauth-status-list).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from licence_qr.credential.verifier import Verified
from licence_qr.domain.publishing.entry_status import EntryStatus, Freshness
from licence_qr.errors import TokenError

ENTRIES_PER_BYTE = 4
VALUES = (EntryStatus.VALID, EntryStatus.INVALID, EntryStatus.SUSPENDED, EntryStatus.SUPERSEDED)
# Clocks of two machines differ by seconds; a list from later than this means that the clock here is wrong.
CLOCK_TOLERANCE = timedelta(minutes=15)


def empty_entries(count: int) -> bytearray:
    """``count`` packed entries, all 0 (valid)."""
    return bytearray(-(-count // ENTRIES_PER_BYTE))


def put_entry(entries: bytearray, index: int, value: int) -> None:
    """Set one packed entry: entry 0 is in the two lowest bits of the first byte (draft, section 4.1)."""
    at, shift = divmod(index, ENTRIES_PER_BYTE)
    entries[at] = entries[at] & ~(3 << 2 * shift) | value << 2 * shift


def entry_of(entries: bytes | bytearray, index: int) -> int:
    """The value of one packed entry, 0 to 3."""
    at, shift = divmod(index, ENTRIES_PER_BYTE)
    return entries[at] >> 2 * shift & 3


@dataclass(frozen=True, slots=True)
class StatusList:
    """A status list with a valid signature. ``entries`` are packed; up to three unused ones fill the last byte.

    All instants are aware and in whole seconds. After ``issued_at`` + ``ttl`` a newer list should be fetched; from
    ``expires_at`` on it must not be used.
    """

    subject: str
    issued_at: datetime
    expires_at: datetime
    ttl: timedelta
    entries: bytes

    def __len__(self) -> int:
        return len(self.entries) * ENTRIES_PER_BYTE

    def value(self, index: int) -> int:
        """The value of an entry, 0 to 3. Raises TokenError ``status_list_index`` beyond the end of the list."""
        if not 0 <= index < len(self):
            raise TokenError("status_list_index", index=index, count=len(self))
        return entry_of(self.entries, index)

    def freshness(self, now: datetime) -> Freshness:
        """How fresh the list is at the aware instant ``now``."""
        if now >= self.expires_at:
            return Freshness.EXPIRED
        return Freshness.STALE if now > self.issued_at + self.ttl else Freshness.CURRENT

    def check_time(self, now: datetime) -> None:
        """Raise TokenError ``status_list_expired``, or ``status_list_issued_in_future`` (wrong clock)."""
        if now >= self.expires_at:
            raise TokenError("status_list_expired", expires_at=self.expires_at, now=now)
        if self.issued_at > now + CLOCK_TOLERANCE:
            raise TokenError("status_list_issued_in_future", issued_at=self.issued_at, now=now)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The status of one code: of the print, and of every granted permit in the order of the record.

    ``permits`` includes those that the symbol had no room for. ``because`` says why everything is unknown, else it is
    None. Nothing is valid after the list expires. Whether a permit has expired follows from the claims, not from here.
    """

    print_status: EntryStatus
    permits: tuple[EntryStatus, ...]
    as_of: datetime
    age: timedelta
    freshness: Freshness
    because: TokenError | None = None


def status_of(verified: Verified, status_list: StatusList, now: datetime) -> StatusReport:
    """The status of a verified code by ``status_list`` at the aware instant ``now``. Raises nothing.

    If the list is expired, from the future, or ends before the code's entries (it is older than the code), everything
    is unknown. The facts of an older print may have changed: entries that are valid are reported as superseded.
    """
    claims = verified.claims
    entries: tuple[EntryStatus, ...]
    try:
        status_list.check_time(now)
        first = claims.status_index
        entries = tuple(VALUES[status_list.value(first + number)] for number in range(claims.permit_count + 1))
        because = None
    except TokenError as refusal:
        entries, because = (EntryStatus.UNKNOWN,) * (claims.permit_count + 1), refusal
    if entries[0] is EntryStatus.SUPERSEDED:
        entries = tuple(EntryStatus.SUPERSEDED if entry is EntryStatus.VALID else entry for entry in entries)
    return StatusReport(
        print_status=entries[0],
        permits=entries[1:],
        as_of=status_list.issued_at,
        age=max(now - status_list.issued_at, timedelta()),
        freshness=status_list.freshness(now),
        because=because,
    )
