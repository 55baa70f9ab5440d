"""Limits that fail open, counted in the memory of this process: a public page is asked for, and nothing is written.

What is looked up here is named by 80 random bits, which nobody guesses; a limit only tells a program to stop trying. So what
counts against a network are misses, and they never keep anybody from what is there: a whole shopping centre may stand behind
one address, and one visitor in it would otherwise spend the look-ups of all.
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

# About 1 MB. Beyond it the network that was quiet longest is forgotten, which to forget costs nothing.
MOST_NETWORKS = 5000


class MemoryThrottle:
    """One limit over subjects, of which at most ``most_kept`` are kept. Threads may share it."""

    def __init__(self, limit: Limit, most_kept: int = MOST_NETWORKS) -> None:
        self.limit = limit
        self._most_kept = most_kept
        self._full_at: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, subject: str, now: datetime) -> int:
        """Take one try: 0, or where none is left the whole minutes until there is one again."""
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
    """Counts look-ups by network: what was found against ``found``, what was not against ``missed``.

    Either limit refuses with AccessError ``refusal`` and the fact ``minutes``.
    """

    def __init__(self, found: Limit, missed: Limit, refusal: str) -> None:
        self.found, self.missed = MemoryThrottle(found), MemoryThrottle(missed)
        self._refusal = refusal

    @contextmanager
    def counted(self, client: str, now: datetime) -> Iterator[None]:
        """Count the look-up that the block makes from the address ``client``; NotFoundError says that it missed."""
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
    """What visitors look up by numbers that nobody can guess: ten a second that are there, and 60 in ten minutes that are
    not, of each network."""
    return LookUps(
        Limit(f"{scope} found", most=6000, seconds=600), Limit(f"{scope} missed", most=60, seconds=600), refusal
    )
