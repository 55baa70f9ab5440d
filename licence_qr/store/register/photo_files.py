"""Cleaned photographs as files beside the register, each named by the SHA-256 of its bytes.

Files and not BLOBs: a day of inspections is a hundred megabytes, which would pass through the register's journal and
enlarge every backup. A file is complete and on disk before the row that names it is committed. A server killed in
between leaves an unreferenced file, which is reused when the same photograph is sent again. One killed while writing
leaves a partial file whose name begins with a dot; the daily sweep removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from licence_qr.errors import NotFoundError, RegisterError
from licence_qr.store.files import file_errors, make_folder, put_in_place

_NAME = re.compile(r"[0-9a-f]{64}\Z")
# Younger partial files are left alone: the writer may not have locked them yet.
LEFT_BEHIND = timedelta(hours=1)


class PhotoFiles:
    """The folder of photographs. Names are hashes computed here, never file names from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check_writable(self) -> None:
        """Raise RegisterError ``photos_not_writable`` where no photograph could be put. Nothing is written to find out."""
        place = self._folder if self._folder.exists() else self._folder.parent
        if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
            raise RegisterError("photos_not_writable", path=self._folder)

    def put(self, sha256: str, jpeg: bytes) -> None:
        """Store ``jpeg`` under its hash, unless it is there already. Raises RegisterError."""
        target = self._path(sha256)
        if target.exists():
            return
        with file_errors(target.parent):
            make_folder(target.parent, 0o700)
            descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX)  # until it has its final name, so that the sweep leaves it alone
                    file.write(jpeg)
                    file.flush()
                    os.fsync(file.fileno())
                    put_in_place(Path(written), target)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise

    def get(self, sha256: str) -> bytes:
        """The photograph of this hash. Raises NotFoundError ``photo_not_found``, RegisterError."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("photo_not_found") from None
        except OSError as error:
            raise RegisterError("register_unreachable", path=self._folder) from error

    def is_whole(self, sha256: str) -> bool:
        """Whether the photograph of this hash is there and has it. Raises RegisterError."""
        try:
            return hashlib.sha256(self.get(sha256)).hexdigest() == sha256
        except NotFoundError:
            return False

    def sweep(self, now: datetime) -> int:
        """Remove partial files of killed writers and return how many. Raises RegisterError.

        The lock (flock) of a writer ends with its process, so a partial file without a lock has no writer.
        """
        with file_errors(self._folder):
            return sum(_taken_away(part, now) for part in self._folder.glob("[0-9a-f][0-9a-f]/.*"))

    def _path(self, sha256: str) -> Path:
        if not _NAME.match(sha256):
            raise NotFoundError("photo_not_found")
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def _taken_away(part: Path, now: datetime) -> bool:
    """Remove ``part`` if it is old and not locked; return whether it was removed."""
    try:
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:  # its writer has just renamed it
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
