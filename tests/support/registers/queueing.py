"""Waiting until somebody waits: told by the kernel of each ticket that is taken, instead of asking again and again."""

from __future__ import annotations

import ctypes
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licence_qr.store.database.connections import Database
from licence_qr.store.database.sqlite import sqlite3

_IN_MODIFY = 2  # sys/inotify.h


def queue_of(database: Database) -> Path:
    """The file of the queue of writers."""
    return database.path.with_name(database.path.name + "-queue")


def until_waiting(database: Database, count: int) -> None:
    """Return once ``count`` threads and processes wait; the limit of the test ends it where they never do.

    Whoever takes a ticket writes the number of the next one, and keeps others out until the ticket is his.
    """
    queue = queue_of(database)
    with _changes(queue) as changes, queue.open() as file:
        while True:
            fcntl.flock(file, fcntl.LOCK_SH)
            waiting = database.writers_waiting()
            fcntl.flock(file, fcntl.LOCK_UN)
            if waiting == count:
                return
            os.read(changes, 4096)


@contextmanager
def _changes(file: Path) -> Iterator[int]:
    """A descriptor that has something to read whenever ``file`` was written to from here on (inotify(7))."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    try:
        if libc.inotify_add_watch(descriptor, os.fsencode(file), _IN_MODIFY) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", str(file))
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def somebody_writes(database: Database) -> Iterator[None]:
    """Another process holds the lock of writers."""
    database.close()
    writer = sqlite3.connect(database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        writer.close()
