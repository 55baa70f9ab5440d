"""What every file beside the register needs: its faults said as the register's own, and its name on the disk.

A rename is on the disk only once its folder is (fsync(2)), and a new folder only once the folder above it is. So nothing
else in the program renames: a test looks for it.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from licence_qr.errors import RegisterError

_NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


class file_errors:
    """Turn the file system's own errors about ``path`` within the block into RegisterError ``register_read_only``,
    ``register_full`` or ``register_unreachable``. A class for the reason that ``register_errors`` is one."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            code = {errno.EROFS: "register_read_only", errno.ENOSPC: "register_full"}.get(error.errno or 0)
            raise RegisterError(code or "register_unreachable", path=self._path) from error


def mode_for_readers(folder: Path) -> int:
    """The mode of a file that the signer reads, where it is another user of the same group: 0640 in a folder that is open to
    its group and shut to all others (0750), else 0600."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return 0o600
    return 0o640 if mode & stat.S_IRGRP and not mode & stat.S_IRWXO else 0o600


def put_in_place(written: Path, target: Path, *, sync: bool = True) -> None:
    """Give a file or folder its final name, whatever had it before, and put that on the disk. Raises OSError.

    What is in the file has to be there already. Without ``sync`` the caller syncs the folder, once for many files.
    """
    written.replace(target)
    if sync:
        for folder in dict.fromkeys((target.parent, written.parent)):
            sync_names(folder)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder where it is missing, also those above it, and put their names on the disk. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=mode, exist_ok=True)  # another process may have been faster
        sync_names(each.parent)


def sync_names(folder: Path) -> None:
    """Put the names in a folder on the disk. Raises OSError.

    On a share of another machine there may be no such thing (EINVAL, ENOTSUP): that machine sees to its own disk.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
    finally:
        os.close(descriptor)
