"""The lock of a folder: one process at a time has it, and it ends with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

FILE = ".lock"


def take(folder: Path, *, wait: bool = True) -> int:
    """A descriptor that holds the lock until it is closed. Raises OSError; BlockingIOError where another process has it and
    this one does not ``wait``.

    The lock (flock) is on the folder itself and leaves no file behind. A share of another machine may have locks only for
    what is open for writing, which a folder never is (flock(2), NFS): there it is on a file in the folder.
    """
    try:
        return _locked(folder, os.O_RDONLY, wait)
    except BlockingIOError:
        raise
    except OSError:
        return _locked(folder / FILE, os.O_RDWR | os.O_CREAT, wait)


def _locked(path: Path, flags: int, wait: bool) -> int:
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        os.close(descriptor)
        error.filename = str(path)  # which flock does not know
        raise
    return descriptor
