"""A process that works until it is killed (SIGKILL), and what it had said was done."""

from __future__ import annotations

import os
import random
import select
import signal
from collections.abc import Callable

_MOST_SECONDS_MORE = 0.02


def killed_at_random(work: Callable[[int], None], wanted: int, chance: random.Random) -> list[str]:
    """Run ``work`` in a child, kill it a random moment after its ``wanted``-th line, and return all lines it wrote.

    ``work`` takes the descriptor of a pipe and writes a line to it after each thing it holds to be done. It has to have
    more to do than it gets time for: a child that ends by itself failed, and fails the test.
    """
    child, reading = _forked(work)
    said = b""
    while said.count(b"\n") < wanted and (chunk := os.read(reading, 65536)):
        said += chunk
    select.select([], [], [], chance.uniform(0, _MOST_SECONDS_MORE))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while chunk := os.read(reading, 65536):
        said += chunk
    os.close(reading)
    assert os.WIFSIGNALED(status), "the child ended by itself: what it did failed"
    return said.decode().split("\n")[:-1]


def _forked(work: Callable[[int], None]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(writing)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading
