"""How often something may be tried: a bucket of tries that fills again steadily (GCRA, ITU-T I.371, the leaky bucket).

All that is kept of one subject is one number: the instant at which its bucket will be full again, in microseconds since
1970 (``full_at``). An instant that has passed says nothing and need not be kept.
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
    """``most`` tries at once; a bucket that is empty is full again after ``seconds``, one try after the other.

    ``scope`` tells the buckets of one limit from those of another.
    """

    scope: str
    most: int
    seconds: int

    @property
    def _each(self) -> int:
        """The microseconds after which one try comes back."""
        return self.seconds * 1_000_000 // self.most

    def left(self, full_at: int, now: int) -> int:
        """How many tries are left at ``now``."""
        return (self.most * self._each - self._missing(full_at, now)) // self._each

    def taken(self, full_at: int, now: int) -> int:
        """``full_at`` after one try more."""
        return now + self._missing(full_at, now) + self._each

    def given_back(self, full_at: int) -> int:
        """``full_at`` after one try has been given back."""
        return full_at - self._each

    def minutes(self, full_at: int, now: int) -> int:
        """The whole minutes after which there is a try again; 0 while one is left."""
        short = self._missing(full_at, now) - (self.most - 1) * self._each
        return max(0, -(-short // _MINUTE))

    def _missing(self, full_at: int, now: int) -> int:
        """What is missing in the bucket, in microseconds.

        A try that has waited brings an instant that is a little old. But what was noted by a clock that has since been set
        back says nothing.
        """
        whole, missing = self.most * self._each, max(0, full_at - now)
        return min(missing, whole) if missing <= 2 * whole else 0
