"""Rate limits that fail open, counted in the memory of this process, because a public page writes nothing.

The numbers looked up here have 80 random bits, so nobody can guess one; the limit only tells a program to stop. Misses are
limited, and a network that has used up its misses still gets what exists: everybody in a shopping centre can share one
address, and one of them must not use up the look-ups of all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from licence_qr.domain.register.networks import client_network
from licence_qr.domain.register.rate_limits import Limit, microseconds
from licence_qr.errors import AccessError, NotFoundError

# About 1 MB. Above it the network that was quiet longest is dropped.
MOST_NETWORKS = 5000


class MemoryThrottle:
    """One limit for at most ``most_kept`` subjects. Safe for threads."""

    def __init__(self, limit: Limit, most_kept: int = MOST_NETWORKS) -> None:
        self.limit = limit
        self._most_kept = most_kept
        self._full_at: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, subject: str, now: datetime) -> int:
        """Take one try and return 0; if none is left, return the whole minutes until there is one."""
        instant = microseconds(now)
        with self._lock:
            full_at = self._full_at.get(subject, 0)
            minutes = self.limit.minutes(full_at, instant)
            if not minutes:
                self._full_at[subject] = self.limit.taken(full_at, instant)
                self._full_at.move_to_end(subject)
                if len(self._full_at) > self._most_kept:
                    self._full_at.popitem(last=False)
            return minutes


class LookUps:
    """Counts look-ups by network: hits against ``found``, misses against ``missed``.

    Both refuse with AccessError ``refusal`` and the fact ``minutes``.
    """

    def __init__(self, found: Limit, missed: Limit, refusal: str) -> None:
        self.found, self.missed = MemoryThrottle(found), MemoryThrottle(missed)
        self._refusal = refusal

    @contextmanager
    def counted(self, client: str, now: datetime) -> Iterator[None]:
        """Count the look-up in the block, from the address ``client``; NotFoundError in it means a miss."""
        try:
            yield
        except NotFoundError:
            self._count(self.missed, client, now)
            raise
        self._count(self.found, client, now)

    def _count(self, throttle: MemoryThrottle, client: str, now: datetime) -> None:
        minutes = throttle.take(client_network(client), now)
        if minutes:
            raise AccessError(self._refusal, minutes=minutes) from None


def for_visitors(scope: str, refusal: str) -> LookUps:
    """The limits on look-ups by visitors, for each network: 6,000 hits and 60 misses in ten minutes."""
    return LookUps(
        Limit(f"{scope} found", most=6000, seconds=600), Limit(f"{scope} missed", most=60, seconds=600), refusal
    )
