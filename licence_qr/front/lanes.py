"""Lanes: few threads of its own for each kind of work, and a bounded number of requests that wait for them.

What one kind takes, another cannot miss: sixteen people signing in at once keep no citizen waiting.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, NamedTuple, TypeVar

from licence_qr.front.answer import Refused
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
        """How many of them may be of one network: nobody takes all places alone."""
        return self.threads + max(2, self.waiting // 4)


class _Task(NamedTuple):
    work: Callable[[], object]
    done: asyncio.Future[object]
    since: float


class Lane(Generic[T]):
    """One lane. ``run`` is called on the event loop that it was made on, and nowhere else."""

    def __init__(self, name: str, size: LaneSize) -> None:
        self.name = name
        self.size = size
        self.inside = 0
        self.refused = 0
        self._by_network: Counter[str] = Counter()
        self._counted = metrics.lane(name)
        self._loop = asyncio.get_running_loop()
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        self._since: list[float | None] = [None] * size.threads
        for number in range(size.threads):
            threading.Thread(target=self._work, args=(number,), name=f"{name}-{number + 1}", daemon=True).start()

    async def run(self, work: Callable[[], T], network: str) -> T:
        """What ``work`` gives, done by a thread of this lane. Raises Refused 503: too many wait, or it waited too long."""
        if self.inside >= self.size.threads + self.size.waiting or self._by_network[network] >= self.size.share:
            self.refused += 1
            raise Refused(503)
        self.inside += 1
        self._by_network[network] += 1
        done: asyncio.Future[T] = self._loop.create_future()
        self._counted.waiting.inc()
        self._tasks.put(_Task(work, done, time.monotonic()))  # type: ignore[arg-type]
        try:
            return await done
        finally:
            self.inside -= 1
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]

    def hung(self) -> bool:
        """Whether a thread works on one request for longer than any request takes."""
        now = time.monotonic()
        return any(since is not None and now - since > self.size.longest for since in self._since)

    def _work(self, number: int) -> None:
        while True:
            task = self._tasks.get()
            now = self._since[number] = time.monotonic()
            self._counted.waiting.dec()
            self._counted.running.inc()
            try:
                result: object = Refused(503) if now - task.since > self.size.patience else task.work()
            except BaseException as error:
                result = error
            self._since[number] = None
            self._counted.running.dec()
            with suppress(RuntimeError):  # the loop has ended with the worker
                self._loop.call_soon_threadsafe(_settle, task.done, result)
            del task, result


def _settle(done: asyncio.Future[object], result: object) -> None:
    if done.cancelled():
        return
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
