"""Cleaned photographs as files beside the register, each named by the SHA-256 of its bytes.

Files and not BLOBs: a day of inspections is a hundred megabytes, which would pass through the register's rollback journal
twice and make every backup of the licences as large as the photographs. A file is in its place, whole and on the disk,
before the row that names it is committed; a server killed in between leaves a file that nobody names, and the same
photograph sent again finds it there. One killed while it writes leaves a part under a name that begins with a dot, which
the daily sweep takes away.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from licence_qr.errors import NotFoundError, RegisterError
from licence_qr.store.files import file_errors, sync_names

_NAME = re.compile(r"[0-9a-f]{64}\Z")
# No part that is younger is looked at: its writer may not have locked it yet.
LEFT_BEHIND = timedelta(hours=1)


class PhotoFiles:
    """The folder of photographs. Names are hashes that the register made itself, never what a visitor called a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, sha256: str, jpeg: bytes) -> None:
        """Keep ``jpeg`` under its hash; nothing happens when it is there. Raises RegisterError."""
        target = self._path(sha256)
        if target.exists():
            return
        with file_errors(target.parent):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX)  # until the part has its name: the sweep leaves it alone
                    file.write(jpeg)
                    file.flush()
                    os.fsync(file.fileno())
                    os.replace(written, target)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise
            sync_names(target.parent)

    def get(self, sha256: str) -> bytes:
        """The photograph of this hash. Raises NotFoundError ``photo_not_found``, RegisterError."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("photo_not_found") from None
        except OSError as error:
            raise RegisterError("register_unreachable", path=self._folder) from error

    def sweep(self, now: datetime) -> int:
        """Take away the parts that killed writers left, and return how many. Raises RegisterError.

        The system ends a writer's lock (flock) with the writer, so one that is at work keeps its part however long it
        takes, and one that is dead cannot.
        """
        with file_errors(self._folder):
            return sum(_taken_away(part, now) for part in self._folder.glob("[0-9a-f][0-9a-f]/.*"))

    def _path(self, sha256: str) -> Path:
        if not _NAME.match(sha256):
            raise NotFoundError("photo_not_found")
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def _taken_away(part: Path, now: datetime) -> bool:
    """Whether ``part`` was old and nobody's, and is gone now."""
    try:
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:  # its writer has just named it
        return False
    try:
        if now.timestamp() - os.fstat(descriptor).st_mtime < LEFT_BEHIND.total_seconds():
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(descriptor)
    return True
