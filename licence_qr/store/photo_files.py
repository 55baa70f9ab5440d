"""Cleaned photographs as files beside the register, each named by the SHA-256 of its bytes.

Files and not BLOBs: a day of inspections is a hundred megabytes, which would pass through the register's rollback journal
twice and make every backup of the licences as large as the photographs. A file is in its place, whole and on the disk,
before the row that names it is committed; a server killed in between leaves a file that nobody names, and the same
photograph sent again finds it there.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from pathlib import Path

from licence_qr.errors import NotFoundError, RegisterError

_NAME = re.compile(r"[0-9a-f]{64}\Z")


class PhotoFiles:
    """The folder of photographs. Names are hashes that the register made itself, never what a visitor called a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, sha256: str, jpeg: bytes) -> None:
        """Keep ``jpeg`` under its hash; nothing happens when it is there. Raises RegisterError."""
        target = self._path(sha256)
        if target.exists():
            return
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(jpeg)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(written, target)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise
            _settle(target.parent)
        except OSError as error:
            code = {errno.EROFS: "register_read_only", errno.ENOSPC: "register_full"}.get(error.errno or 0)
            raise RegisterError(code or "register_unreachable", path=target.parent) from error

    def get(self, sha256: str) -> bytes:
        """The photograph of this hash. Raises NotFoundError ``photo_not_found``, RegisterError."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("photo_not_found") from None
        except OSError as error:
            raise RegisterError("register_unreachable", path=self._folder) from error

    def _path(self, sha256: str) -> Path:
        if not _NAME.match(sha256):
            raise NotFoundError("photo_not_found")
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def _settle(folder: Path) -> None:
    """Put the new name itself on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
