"""The files of SQLite beside a register in WAL mode: its log (``-wal``) and the index of the log (``-shm``).

SQLite finds them by name, and nothing in them says to which register they belong: if a register is replaced and the old
log remains, the log would be applied to the new file. An open connection knows them by device and inode.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path


def beside(register: Path) -> dict[Path, tuple[int, int]]:
    """Log and index of an open register, with device and inode."""
    found = {}
    for suffix in ("-wal", "-shm"):
        path = register.with_name(register.name + suffix)
        if (identity := _identity(path)) is not None:
            found[path] = identity
    return found


def left_beside(register: Path) -> tuple[Path, ...]:
    """What SQLite would apply to any register that is put here, or believe of it: log, index, rollback journal."""
    names = (register.with_name(register.name + suffix) for suffix in ("-wal", "-shm", "-journal"))
    return tuple(path for path in names if path.exists())


def remove(files: Mapping[Path, tuple[int, int]]) -> None:
    """Remove those files that still have the same device and inode. The caller has them open, so no inode was reused.

    Only one process at a time does this, because the next connection makes new files under the same names. Raises
    OSError.
    """
    if not files:
        return
    folder = os.open(next(iter(files)).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for path, identity in files.items():
            if _identity(path) == identity:
                path.unlink()
        os.fsync(folder)  # a log that came back after a power cut would be applied to another register
    finally:
        os.close(folder)


def unchanging(register: Path) -> bool:
    """Whether a register that cannot be opened otherwise may be read without locks.

    It has no log, and this process cannot create one (a read-only disk). Another process might still write it: see
    ``state``.
    """
    log = register.with_name(register.name + "-wal")
    return register.exists() and not log.exists() and not os.access(register.parent, os.W_OK)


def state(register: Path) -> tuple[int, ...]:
    """A value that changes when anybody writes a register in WAL mode or opens it for writing."""
    found = register.stat()
    log = register.with_name(register.name + "-wal")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, log.exists()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
