"""Where the workers of one server put their counts together, so that whichever is asked tells those of all.

prometheus-client maps a file of each worker into memory. The folder is in memory too where the system has such a place: a
mapped file on a disk that is full ends the process that writes to it, and counting must never do that. For the same reason
the room is taken beforehand.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made there is this user's alone
# Half as much again as every route takes with every class of status, and many times what every lane takes.
_HISTOGRAM_BYTES, _GAUGE_BYTES = 2 * 1024 * 1024, 64 * 1024
_KINDS = ("histogram", "gauge_livesum")


@contextmanager
def metrics_folder(home: Path) -> Iterator[Path]:
    """A new folder for one run of the server over ``home``, removed at its end; those of runs that were killed go too."""
    for left in folders_of(home):
        if not is_running(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    server = os.getpid()
    folder = folder_of(home, server)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        if os.getpid() == server:  # a worker that fails leaves this block too
            shutil.rmtree(folder, ignore_errors=True)


def folder_of(home: Path, server: int | str) -> Path:
    """Where the workers of the process ``server`` over ``home`` count."""
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f"licence-qr-{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]}-{server}"


def folders_of(home: Path) -> list[Path]:
    """The folders of every server over ``home``: those that run, and those that were killed since the last start."""
    each = folder_of(home, "*")
    return list(each.parent.glob(each.name))


def reserve(folder: Path) -> None:
    """Take the room of this process's files before they are mapped. Raises OSError when there is none."""
    for kind in _KINDS:
        path = folder / f"{kind}_{os.getpid()}.db"
        reserved(unfinished := path.with_suffix(".new"))  # who reads meanwhile finds no file without content
        unfinished.rename(path)


def reserved(path: Path) -> None:
    """Make a file of zeros that has its room. Raises OSError when there is none."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _GAUGE_BYTES if path.name.startswith("gauge") else _HISTOGRAM_BYTES)
    finally:
        os.close(descriptor)


def is_running(pid: str) -> bool:
    """Whether there is a process of that number."""
    with suppress(ValueError, ProcessLookupError):
        try:
            os.kill(int(pid), 0)
        except PermissionError:
            return True
        return True
    return False
