"""Lanes: few threads of its own for each kind of work, and a bounded number of requests that wait for them.

What one kind takes, another cannot miss: sixteen people signing in at once keep no citizen waiting.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from licence_qr.front.answer import Refused
from licence_qr.front.shares import Shares
from licence_qr.process import metrics

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LaneSize:
    """``threads`` work, ``waiting`` requests more may wait, each at most ``patience`` seconds; a thread that has worked on
    one request for ``longest`` seconds will not come back."""

    threads: int
    waiting: int
    patience: float = 10.0
    longest: float = 120.0

    @property
    def share(self) -> int:
        """How many of them may be of one network, or of one known device."""
        return self.threads + max(2, self.waiting // 4)


class Way(NamedTuple):
    """Where a request goes. ``most_bytes`` of a body are read for it; with none, it is answered as if nothing was sent.
    ``device`` is the known device that it comes from, which then counts in place of the network."""

    lane: str
    most_bytes: int = 0
    device: str = ""


class Lane:
    """One lane."""

    def __init__(self, name: str, size: LaneSize) -> None:
        self._size = size
        self._places = Shares(size.share, size.threads + size.waiting)
        self._counted = metrics.lane(name)
        self._threads = ThreadPoolExecutor(size.threads, name)
        self._since: dict[int, float] = {}  # of each thread that works: since when (time.monotonic)

    async def run(self, work: Callable[[], T], whose: str) -> T:
        """What ``work`` gives, done by a thread of this lane. Raises Refused 503: too many wait, or it waited too long."""
        with self._places.held(whose):
            self._counted.waiting.inc()
            begin = partial(self._work, work, time.monotonic())
            return await asyncio.get_running_loop().run_in_executor(self._threads, begin)

    def hung(self) -> bool:
        """Whether a thread works on one request for longer than any request takes."""
        now = time.monotonic()
        return any(now - since > self._size.longest for since in list(self._since.values()))

    def _work(self, work: Callable[[], T], came: float) -> T:
        now = self._since[threading.get_ident()] = time.monotonic()
        self._counted.waiting.dec()
        self._counted.running.inc()
        try:
            if now - came > self._size.patience:
                raise Refused(503)
            return work()
        finally:
            self._counted.running.dec()
            del self._since[threading.get_ident()]
