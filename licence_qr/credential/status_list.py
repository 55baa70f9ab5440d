"""The status list: two bits for every print and permit, as the register had them at one instant.

Values and what follows from them; the signed bytes are the work of ``status_list_wire``. Format and reasons:
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
# Clocks of two machines differ by seconds; a list of a later hour means that this clock is wrong, and its ages with it.
CLOCK_TOLERANCE = timedelta(minutes=15)


def empty_entries(count: int) -> bytearray:
    """Packed entries, all 0 (valid), with room for ``count`` of them."""
    return bytearray(-(-count // ENTRIES_PER_BYTE))


def put_entry(entries: bytearray, index: int, value: int) -> None:
    """Set one packed entry: entry 0 is in the two lowest bits of the first byte (draft, section 4.1)."""
    at, shift = divmod(index, ENTRIES_PER_BYTE)
    entries[at] = entries[at] & ~(3 << 2 * shift) | value << 2 * shift


@dataclass(frozen=True, slots=True)
class StatusList:
    """A status list whose signature holds. ``entries`` are packed; up to three unused ones fill the last byte.

    All instants are aware and in whole seconds. Past ``issued_at`` + ``ttl`` a newer list should be fetched; from
    ``expires_at`` on this one says nothing.
    """

    subject: str
    issued_at: datetime
    expires_at: datetime
    ttl: timedelta
    entries: bytes

    def __len__(self) -> int:
        return len(self.entries) * ENTRIES_PER_BYTE

    def value(self, index: int) -> int:
        """The number in an entry, 0 to 3. Raises TokenError ``status_list_index`` beyond the end of the list."""
        if not 0 <= index < len(self):
            raise TokenError("status_list_index", index=index, count=len(self))
        at, shift = divmod(index, ENTRIES_PER_BYTE)
        return self.entries[at] >> 2 * shift & 3

    def freshness(self, now: datetime) -> Freshness:
        """How far the list can be relied on at the aware instant ``now``."""
        if now >= self.expires_at:
            return Freshness.EXPIRED
        return Freshness.STALE if now > self.issued_at + self.ttl else Freshness.CURRENT

    def check_time(self, now: datetime) -> None:
        """Raise TokenError ``status_list_expired``, or ``status_list_issued_in_future`` where the clock must be wrong."""
        if now >= self.expires_at:
            raise TokenError("status_list_expired", expires_at=self.expires_at, now=now)
        if self.issued_at > now + CLOCK_TOLERANCE:
            raise TokenError("status_list_issued_in_future", issued_at=self.issued_at, now=now)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a list says of one code: of the print, and of every granted permit in the order of the record.

    ``permits`` counts those beyond the symbol's room too. ``because`` tells why everything is unknown, else it is None.
    Nothing here is valid past the list's expiry. Whether a permit's own days are over is the claims' to say.
    """

    print_status: EntryStatus
    permits: tuple[EntryStatus, ...]
    as_of: datetime
    age: timedelta
    freshness: Freshness
    because: TokenError | None = None


def status_of(verified: Verified, status_list: StatusList, now: datetime) -> StatusReport:
    """The status of a verified code by ``status_list`` at the aware instant ``now``. It refuses nothing.

    An expired list, one from the future, and one that ends before the code's entries (it is older than the code) make
    all of it unknown. What an older print says may be another today: what its entries call valid is only superseded.
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
