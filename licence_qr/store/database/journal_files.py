"""The files that SQLite keeps beside a register in WAL mode: its log (``-wal``) and the index of the log (``-shm``).

They are found by name, and nothing in them says to which register they belong: a log left beside a register that was put
in the place of another would be played into it. A connection that has them open knows them by device and inode.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path


def beside(register: Path) -> dict[Path, tuple[int, int]]:
    """Log and index of a register that is open, with device and inode."""
    found = {}
    for suffix in ("-wal", "-shm"):
        path = register.with_name(register.name + suffix)
        if (identity := _identity(path)) is not None:
            found[path] = identity
    return found


def remove(files: Mapping[Path, tuple[int, int]]) -> None:
    """Remove the files that are still those. The caller holds a connection to them, so the inodes cannot be others'.

    Processes take turns: the first one's next connection makes new files under the same names. Raises OSError.
    """
    if not files:
        return
    folder = os.open(next(iter(files)).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for path, identity in files.items():
            if _identity(path) == identity:
                path.unlink()
    finally:
        os.close(folder)


def unchanging(register: Path) -> bool:
    """Whether a register that cannot be opened otherwise may be read without locks: it has no log, and this process may
    not make one (a read-only disk). Another might still write it: see ``state``."""
    log = register.with_name(register.name + "-wal")
    return register.exists() and not log.exists() and not os.access(register.parent, os.W_OK)


def state(register: Path) -> tuple[int, ...]:
    """A value that changes when a register in WAL mode is opened for writing or written by somebody."""
    found = register.stat()
    log = register.with_name(register.name + "-wal")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, log.exists()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
