"""Passphrases that whoever makes or changes keys gives."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from licence_qr.store.keys import key_files, passphrases


def of_file(path: Path) -> bytes:
    """That of keys that exist. Raises KeyStoreError ``passphrase_missing``."""
    return key_files.read_passphrase(path)


def of_new_file(path: Path, apart_from: Iterable[Path]) -> bytes:
    """That of new keys, which no copy of ``apart_from`` holds. Raises what ``store.keys.passphrases.of_new_file`` raises."""
    return passphrases.of_new_file(path, apart_from)


def of_descriptor(number: int) -> bytes:
    """That which can be read from an open file descriptor. Raises KeyStoreError ``passphrase_descriptor``."""
    return passphrases.of_descriptor(number)
