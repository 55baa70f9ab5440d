"""The queue of those who want to write: first come, first served, over all threads and processes of this machine.

SQLite lets one write at a time and the others ask again after a sleep that grows: whoever writes without pause, as an
import does, is nearly always back before a clerk has asked again. Here everyone takes a ticket on arrival and waits
until no smaller one is held.

A ticket is a byte of a file beside the register (``register.db-queue``), locked by its holder (fcntl(2), open file
description locks): the kernel lets go of it with the process, however that ends, and nothing has to be cleaned up. The
number of the next ticket is all that the file holds, and it is a hint: whatever somebody has made of the file, a new
ticket is greater than every one that is held. Waiting is asking every millisecond; the order does not depend on who asks
when. The queue orders writers and protects nothing: that is SQLite's own lock, which they take next.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ASK_AGAIN_SECONDS = 0.001
_NUMBER_BYTES = 8
# Byte 0 is nobody's: a lock of no length would reach to the end of the file. Numbers from _LAST on are taken for nonsense,
# so that above them there is always room for those that follow a ticket that is held.
_FIRST, _LAST, _END = 1, 2**62, 2**63 - 1
_FLOCK = struct.Struct("@hhqqi")  # struct flock: type, whence, start, length, process


class QueueTimeout(Exception):
    """Those before did not finish in time."""


class WritersQueue:
    """The queue of one register. Where its file cannot be used nobody waits here: SQLite then says what is wrong."""

    def __init__(self, register: Path) -> None:
        self._path = os.fspath(register.with_name(register.name + "-queue"))

    @contextmanager
    def turn(self, deadline: float) -> Iterator[None]:
        """Wait until all who came before have finished; the block runs in turn.

        Raises QueueTimeout at ``deadline`` (time.monotonic). Nobody is asked in vain: one look comes before it.
        """
        file = self._opened()
        try:
            if file is not None and (ticket := _join(file, deadline)) is not None:
                while _held(file, _FIRST, ticket) is not None:
                    _breathe(deadline)
            yield
        finally:
            if file is not None:
                os.close(file)  # which gives the ticket back

    def _opened(self) -> int | None:
        """The file; None where it cannot be had."""
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None

    def waiting(self) -> int:
        """How many wait now, whoever is writing not counted. Waits for nobody and changes nothing."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return 0
        try:
            held, spans = 0, [(_FIRST, _END)]
            while spans:
                first, end = spans.pop()
                ticket = _held(file, first, end)
                if ticket is not None:
                    held += 1
                    spans += [(first, ticket), (ticket + 1, end)]
            return max(0, held - 1)
        finally:
            os.close(file)


def _join(file: int, deadline: float) -> int | None:
    """A ticket; None where it cannot be had."""
    try:
        _keep_others_out(file, deadline)
        return _take_ticket(file)
    except OSError:
        return None


def _breathe(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise QueueTimeout
    time.sleep(_ASK_AGAIN_SECONDS)


def _keep_others_out(file: int, deadline: float) -> None:
    """Only one takes a ticket at a time. That takes microseconds, unless it is stopped meanwhile (SIGSTOP)."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            _breathe(deadline)


def _take_ticket(file: int) -> int:
    """The next number, its byte locked until ``file`` is closed; others, who are kept out, may come after that."""
    try:
        ticket = _next_number(file)
        while (greater := _held(file, ticket, _END)) is not None:
            ticket = greater + 1
        os.pwrite(file, (ticket + 1).to_bytes(_NUMBER_BYTES, "little"), 0)
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, ticket, 1, 0))
        return ticket
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _next_number(file: int) -> int:
    """What the file says, or the first where it says nothing or nonsense."""
    number = int.from_bytes(os.pread(file, _NUMBER_BYTES, 0), "little")
    return number if _FIRST <= number < _LAST else _FIRST


def _held(file: int, first: int, end: int) -> int | None:
    """A ticket from ``first`` up to ``end`` (not included) that somebody else holds; None when there is none."""
    if first >= end:
        return None
    asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, first, end - first, 0)
    kind, _, start, _, _ = _FLOCK.unpack(fcntl.fcntl(file, fcntl.F_OFD_GETLK, asked))
    return None if kind == fcntl.F_UNLCK else max(start, first)
