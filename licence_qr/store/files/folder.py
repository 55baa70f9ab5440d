"""The folder of encrypted files beside the register, ``files/ab/abcd…``; each is on the disk before a row names it.

Files and not BLOBs: a day of inspections is a hundred megabytes, which would pass through the register's journal and
enlarge every backup. A server killed in between leaves an encrypted file that no row names, and one killed while it wrote a
part whose name begins with a dot; the daily sweep removes both.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from licence_qr.errors import RegisterError
from licence_qr.store.files import file_errors, make_folder, put_in_place
from licence_qr.store.files.sealing import SealedFile, unseal

FOLDER = "files"
_NAME = re.compile(r"[0-9a-f]{64}\Z")
# Younger files are left alone: their writer may not have locked them yet, or the row that names them is about to come.
LEFT_BEHIND = timedelta(hours=1)


class FilesFolder:
    """Encrypted files by name. Names are hashes computed here, never file names from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check_writable(self) -> None:
        """Raise RegisterError ``files_not_writable`` where no file could be put. Nothing is written to find out."""
        place = self._folder if self._folder.exists() else self._folder.parent
        if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
            raise RegisterError("files_not_writable", path=self._folder)

    def put(self, file: SealedFile) -> None:
        """Write a file; it and its name are on the disk then. Raises RegisterError."""
        target = self._path(file.name)
        with file_errors(target.parent):
            make_folder(target.parent, 0o700)
            descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as part:
                    fcntl.flock(part, fcntl.LOCK_EX)  # until it has its final name, so that the sweep leaves it alone
                    part.write(file.sealed)
                    part.flush()
                    os.fsync(part.fileno())
                    put_in_place(Path(written), target)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise

    def get(self, name: str, key: bytes) -> bytes:
        """The content of a file. Raises RegisterError ``file_missing``, ``file_damaged``."""
        path = self._path(name)
        with file_errors(path):
            try:
                sealed = path.read_bytes()
            except FileNotFoundError:
                raise RegisterError("file_missing", name=name) from None
        return unseal(name, key, sealed)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, those that are there. Raises RegisterError."""
        for path in map(self._path, names):
            with file_errors(path):
                path.unlink(missing_ok=True)

    def left_behind(self, now: datetime) -> tuple[str, ...]:
        """The names of files that are old enough to have a row, if they ever get one. Raises RegisterError."""
        with file_errors(self._folder):
            return tuple(
                path.name
                for path in self._folder.glob("[0-9a-f][0-9a-f]/*")
                if _NAME.match(path.name) and _is_old(_changed(path), now)
            )

    def remove_parts(self, now: datetime) -> int:
        """Remove what killed writers left half-written; return how many. Raises RegisterError.

        The lock (flock) of a writer ends with its process, so a part without a lock has no writer.
        """
        with file_errors(self._folder):
            return sum(_taken_away(part, now) for part in self._folder.glob("[0-9a-f][0-9a-f]/.*"))

    def _path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise RegisterError("file_missing", name=name)
        return self._folder / name[:2] / name


def _changed(path: Path) -> float:
    """When it was written last; what has gone meanwhile counts as never old."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _is_old(changed: float, now: datetime) -> bool:
    return now.timestamp() - changed >= LEFT_BEHIND.total_seconds()


def _taken_away(part: Path, now: datetime) -> bool:
    """Remove ``part`` if it is old and not locked; return whether it was removed."""
    try:
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:  # its writer has just renamed it
        return False
    try:
        if not _is_old(os.fstat(descriptor).st_mtime, now):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(descriptor)
    return True
