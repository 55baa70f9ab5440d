"""Lanes: few threads of its own for each kind of work, and a bounded number of requests that wait for them.

What one kind takes, another cannot miss: sixteen people signing in at once keep no citizen waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from licence_qr.front.answer import Refused
from licence_qr.front.shares import Shares
from licence_qr.process import metrics

T = TypeVar("T")
Gone = Callable[[], Awaitable[object]]


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
        self._free = asyncio.Semaphore(size.threads)
        self._counted = metrics.lane(name)
        self._threads = ThreadPoolExecutor(size.threads, name)
        self._begun: list[float] = []  # of each request that a thread works on: when (time.monotonic)

    async def run(self, work: Callable[[], T], whose: str, gone: Gone) -> T:
        """What ``work`` gives, done by a thread of this lane. ``gone()`` ends when who asked has gone.

        Raises Refused 503: too many wait, or it waited too long. Raises asyncio.CancelledError: who asked went before it was
        its turn.
        """
        with self._places.held(whose):
            await (self._turn(gone) if self._free.locked() else self._free.acquire())
            self._begun.append(begun := time.monotonic())
            self._counted.running.inc()
            working = asyncio.get_running_loop().run_in_executor(self._threads, work)
            working.add_done_callback(lambda _: self._end(begun))
            return await asyncio.shield(working)  # its thread is free when it is, whoever has gone meanwhile

    def _end(self, begun: float) -> None:
        self._counted.running.dec()
        self._begun.remove(begun)
        self._free.release()

    def hung(self) -> bool:
        """Whether a thread works on one request for longer than any request takes."""
        return any(time.monotonic() - begun > self._size.longest for begun in self._begun)

    async def _turn(self, gone: Gone) -> None:
        """Wait here for a free thread, not in the queue of the threads: from there nobody can leave."""
        turn, left = asyncio.ensure_future(self._free.acquire()), asyncio.ensure_future(gone())
        self._counted.waiting.inc()
        try:
            await asyncio.wait((turn, left), timeout=self._size.patience, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                raise asyncio.CancelledError if left.done() else Refused(503)
        except asyncio.CancelledError:
            if turn.done():  # cancelled from outside in the moment of its turn
                self._free.release()
            raise
        finally:
            self._counted.waiting.dec()
            turn.cancel()
            left.cancel()
