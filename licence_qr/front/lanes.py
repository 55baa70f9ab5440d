"""Lanes: few threads of its own for each kind of work, and a bounded number of requests that wait for them.

What one kind takes, another cannot miss: sixteen people signing in at once keep no citizen waiting.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, NamedTuple, TypeVar

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


class _Task(NamedTuple):
    work: Callable[[], object]
    done: asyncio.Future[object]
    since: float


class Lane(Generic[T]):
    """One lane. ``run`` is called on the event loop that it was made on, and nowhere else."""

    def __init__(self, name: str, size: LaneSize) -> None:
        self.name = name
        self.size = size
        self._places = Shares(size.share, size.threads + size.waiting)
        self._counted = metrics.lane(name)
        self._loop = asyncio.get_running_loop()
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        self._since: list[float | None] = [None] * size.threads
        for number in range(size.threads):
            threading.Thread(target=self._work, args=(number,), name=f"{name}-{number + 1}", daemon=True).start()

    async def run(self, work: Callable[[], T], whose: str) -> T:
        """What ``work`` gives, done by a thread of this lane. Raises Refused 503: too many wait, or it waited too long."""
        with self._places.held(whose):
            done: asyncio.Future[T] = self._loop.create_future()
            self._counted.waiting.inc()
            self._tasks.put(_Task(work, done, time.monotonic()))  # type: ignore[arg-type]
            return await done

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
