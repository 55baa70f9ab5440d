"""What stops the server, also in the first seconds after its start.

Workers are forked with the server's own handlers, which only note that a stop was asked for; until a worker has set its
own, it would note a SIGTERM for nobody and serve for ever. So a stop waits from before the fork until they are set.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_STOPPING = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _leave(signum: int, frame: FrameType | None) -> NoReturn:
    # Raised as an exception it could be lost, in a destructor for instance. Nothing is left half-done before serving.
    os._exit(0)


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Within it SIGTERM and SIGINT end the program with status 0, until the server sets handlers of its own."""
    before = {each: signal.signal(each, _leave) for each in _STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def held() -> Iterator[None]:
    """Within it a stop waits: between a fork and the handlers of the new process, the old ones would take it for nobody."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def begin_as_worker(server: int) -> None:
    """Begin as a child of ``server``, forked while stops were held: end by SIGTERM, and with the server.

    SIGINT comes from the keyboard to all at once. Workers never see it: the server stops them in order, by SIGTERM.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(server)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def end_with(server: int) -> None:
    """Have the system kill this process when its parent ``server`` is gone, however that ended: nobody could stop it.

    A killed worker loses nothing, the register being written in transactions.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it went before that call
        os._exit(1)
