"""Rate limits as token buckets (GCRA, ITU-T I.371).

The state of a bucket is one number, ``full_at``: the instant at which it will be full again, in microseconds since 1970. An
instant in the past means a full bucket and need not be stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000


def microseconds(instant: datetime) -> int:
    """An instant as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries at once; an empty bucket refills evenly within ``seconds``.

    ``scope`` distinguishes the buckets of different limits.
    """

    scope: str
    most: int
    seconds: int

    @property
    def _each(self) -> int:
        """The time in microseconds after which one try is added."""
        return self.seconds * 1_000_000 // self.most

    def left(self, full_at: int, now: int) -> int:
        """The number of tries left at ``now``."""
        return (self.most * self._each - self._missing(full_at, now)) // self._each

    def taken(self, full_at: int, now: int) -> int:
        """``full_at`` after one more try."""
        return now + self._missing(full_at, now) + self._each

    def given_back(self, full_at: int) -> int:
        """``full_at`` after one try is returned."""
        return full_at - self._each

    def minutes(self, full_at: int, now: int) -> int:
        """The whole minutes until a try is available; 0 if one is."""
        short = self._missing(full_at, now) - (self.most - 1) * self._each
        return max(0, -(-short // _MINUTE))

    def _missing(self, full_at: int, now: int) -> int:
        """How far the bucket is from full, in microseconds.

        ``now`` can be a little old, if the try waited for a writer. An instant further ahead was stored before the clock was
        set back, and is ignored.
        """
        whole, missing = self.most * self._each, max(0, full_at - now)
        return min(missing, whole) if missing <= 2 * whole else 0
