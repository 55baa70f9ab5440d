"""What stops the server, also in the first seconds after its start.

Workers are forked with the server's own handlers, which only note that a stop was asked for; until a worker has set its
own, it would note a SIGTERM for nobody and serve for ever. So the handlers are taken from it in the moment of the fork.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

Handler = Callable[[int, FrameType | None], None]

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


def hanging_up(stop: Handler) -> Handler:
    """What SIGHUP does: a terminal that is closed stops the service, which nobody would find again otherwise. Under nohup,
    which had it ignored before the start, nothing. The server itself would fork its workers anew from old code."""
    return _stay if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else stop


def _stay(signum: int, frame: FrameType | None) -> None:
    """Go on."""


def workers_end_while_starting() -> None:
    """Let every process that is forked from here on end at SIGTERM until it has a handler of its own.

    SIGINT comes from the keyboard to all at once. Workers never see it, it stays blocked in them: the server stops them in
    order, by SIGTERM, and the second of two stops within a moment is lost on a worker that has just set its handlers.
    """
    server = os.getpid()
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=partial(_as_new_worker, server))


def _hold() -> None:
    # What comes between the fork and the new handlers would be taken by the old ones: it waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def _as_new_worker(server: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _end_with(server)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def end_with_server() -> None:
    """Have the system kill this worker when the server is gone, however that ended: nobody could stop it any more.

    A killed worker loses nothing, the register being written in transactions. Linux only; elsewhere, and in a process
    that is nobody's worker, nothing is done.
    """
    server = multiprocessing.parent_process()
    if server is not None and server.pid is not None:
        _end_with(server.pid)


def _end_with(server: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it went before that call
        os._exit(1)
