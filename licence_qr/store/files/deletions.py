"""Which files were deleted: a list beside the marks that only grows, and is in no backup.

A backup that is put back holds the keys of files that were deleted since. The list has not forgotten: ``licence-qr restore``
deletes them again. A line is a name and a day.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from licence_qr.errors import RegisterError
from licence_qr.store.files import make_folder, sync_names

FILE = "deleted-files.txt"
_LINE = re.compile(r"([0-9a-f]{64}) \d{4}-\d\d-\d\d\Z")


class DeletionList:
    """The list in one folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def names(self) -> frozenset[str]:
        """Every name in it. Raises RegisterError ``deletions_unreadable``."""
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            raise RegisterError("deletions_unreadable", path=self._path) from error
        # A line that a power cut has torn stands in it whole again further on.
        return frozenset(found[1] for found in map(_LINE.match, lines) if found)

    def append(self, deleted: Iterable[tuple[str, date]]) -> None:
        """Put deletions on the disk. Raises RegisterError ``deletions_not_written``."""
        text = "".join(f"{name} {on.isoformat()}\n" for name, on in deleted).encode("ascii")
        try:
            make_folder(self._path.parent, 0o700)
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "ab") as opened:
                fcntl.flock(opened, fcntl.LOCK_EX)
                size = os.fstat(file).st_size
                torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
                opened.write(b"\n" * torn + text)
                opened.flush()
                os.fsync(file)
            sync_names(self._path.parent)
        except OSError as error:
            raise RegisterError("deletions_not_written", path=self._path, because=error.strerror or "") from error
