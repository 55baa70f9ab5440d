"""The highest edition of trust list, allow-list and status list that was in force here, beside the keys.

Editions are signed, so nobody can make one; but whoever can write to the folder can put an older one back, and undo a
compromise with it. The numbers here only rise. They belong to no backup of the keys: restored, they would be older too.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from licence_qr.errors import KeyStoreError
from licence_qr.store.keys.key_files import write_file

_FILE = "newest-lists.json"
_LOCK = ".newest-lists.lock"


class SignedList(StrEnum):
    """A signed list. Its edition is the number that the root gives it; that of a status list is its second of issue."""

    TRUST = "trust_list"
    ALLOW = "allow_list"
    STATUS = "status_list"


def read(folder: Path) -> Mapping[SignedList, int]:
    """The highest edition of each list; nothing of a list that was never noted, or where the file cannot be read."""
    try:
        noted = json.loads((folder / _FILE).read_text(encoding="ascii"))
        return {each: noted[each] for each in SignedList if type(noted.get(each)) is int and noted[each] >= 0}
    except (OSError, ValueError, AttributeError):
        return {}


def note(folder: Path, which: SignedList, sequence: int) -> None:
    """Note that an edition is in force. Raises KeyStoreError ``key_file_not_written``."""
    if read(folder).get(which, 0) >= sequence:
        return
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeyStoreError("key_file_not_written", path=folder / _LOCK, because=error.strerror or "") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        noted = read(folder)
        if noted.get(which, 0) < sequence:
            write_file(folder / _FILE, json.dumps({**noted, which: sequence}).encode("ascii"), for_readers=True)
    finally:
        os.close(lock)
