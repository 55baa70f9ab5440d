"""What every file beside the register needs: its faults said as the register's own, and its name on the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licence_qr.errors import RegisterError


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn the file system's own errors about ``path`` into RegisterError ``register_read_only``, ``register_full`` or
    ``register_unreachable``."""
    try:
        yield
    except OSError as error:
        code = {errno.EROFS: "register_read_only", errno.ENOSPC: "register_full"}.get(error.errno or 0)
        raise RegisterError(code or "register_unreachable", path=path) from error


def sync_names(folder: Path) -> None:
    """Put the names in a folder on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
