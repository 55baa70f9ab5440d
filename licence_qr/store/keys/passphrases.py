"""Passphrases of private keys: where they are read from, and what a new one has to be.

None comes from the environment or from the command line: other users and programs can read both.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from licence_qr.errors import KeyStoreError
from licence_qr.store.keys.key_files import read_passphrase

FEWEST_CHARACTERS, FEWEST_DIFFERENT = 20, 8
_MOST_BYTES = 4096


def of_new_file(path: Path, apart_from: Iterable[Path]) -> bytes:
    """A passphrase for new keys, from a file that no copy of the folders ``apart_from`` holds.

    Raises KeyStoreError ``passphrase_beside``, ``passphrase_missing``, ``passphrase_open`` or ``passphrase_weak``.
    """
    for folder in apart_from:
        if folder.resolve() in path.resolve().parents:
            raise KeyStoreError("passphrase_beside", path=path, folder=folder)
    passphrase = read_passphrase(path)
    found = path.stat()
    if is_open(found):
        raise KeyStoreError("passphrase_open", path=path, mode=f"{stat.S_IMODE(found.st_mode):04o}")
    demand_strong(passphrase)
    return passphrase


def is_open(found: os.stat_result) -> bool:
    """Whether others than its owner can read or write a file. Its group may read what belongs to root: so a service reads
    what it cannot change, and systemd hands out its credentials like that."""
    let_group = stat.S_IRGRP if found.st_uid == 0 else 0
    return bool(found.st_mode & (stat.S_IRWXG | stat.S_IRWXO) & ~let_group)


def of_descriptor(number: int) -> bytes:
    """The passphrase that can be read from an open file descriptor, which is closed. Raises KeyStoreError
    ``passphrase_descriptor``."""
    try:
        with os.fdopen(number, "rb") as stream:
            passphrase = stream.read(_MOST_BYTES).strip()
    except OSError:
        passphrase = b""
    if not passphrase:
        raise KeyStoreError("passphrase_descriptor", number=number)
    return passphrase


def demand_strong(passphrase: bytes) -> None:
    """Raise KeyStoreError ``passphrase_weak`` for one that is too short to withstand guessing by whoever has the file."""
    characters = passphrase.decode("utf-8", errors="replace")
    if len(characters) < FEWEST_CHARACTERS or len(set(characters)) < FEWEST_DIFFERENT:
        raise KeyStoreError("passphrase_weak", fewest=FEWEST_CHARACTERS, different=FEWEST_DIFFERENT)
