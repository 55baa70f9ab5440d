"""A copy of the register while it is in use, as of one moment.

With a write-ahead log a read transaction keeps the moment, and the copy is made in small steps that hold nobody up. With a
rollback journal SQLite begins anew whenever somebody commits in between, so after a few beginnings the rest is copied in one
step, for whose length (a second for some hundred megabytes) writers wait; they wait longer than that before they give up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from licence_qr.errors import RegisterError
from licence_qr.store.database.register_errors import register_errors
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.files import file_errors, sync_names

Progress = Callable[[int, int], None]
_STEP_PAGES = 1024  # 4 MB
_PAUSE_SECONDS = 0.001
_BEGINNINGS = 3


class _BeginsAnew(Exception):
    """Others commit faster than small steps can copy."""


def copy(register: Path, target: Path, progress: Progress = lambda done, total: None) -> None:
    """Make ``target`` a copy of ``register`` (mode 0600), whole and without faults; ``progress`` gets pages done and in all.

    Raises RegisterError ``register_missing``, ``register_damaged``, ``register_full``, …; nothing is left of the copy then,
    least of all on a disk that is full.
    """
    if not register.exists():
        raise RegisterError("register_missing", path=register)
    with file_errors(target):
        target.unlink(missing_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))
    try:
        _fill(target, register, progress)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    with file_errors(target):
        sync_names(target.parent)


def _fill(target: Path, register: Path, progress: Progress) -> None:
    name = f"{register.absolute().as_uri()}?mode=rw"  # "ro" could not make the index of a log
    with (
        register_errors(register),
        closing(sqlite3.connect(name, uri=True, isolation_level=None, timeout=60)) as source,
    ):
        with closing(sqlite3.connect(target, isolation_level=None)) as made:
            _copy(source, made, progress)
            made.execute("PRAGMA journal_mode=DELETE")
            told = made.execute("PRAGMA quick_check(1)").fetchone()[0]
    if told != "ok":
        raise RegisterError("register_damaged", path=register)


def _copy(source: sqlite3.Connection, made: sqlite3.Connection, progress: Progress) -> None:
    if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment begins with the first read
    try:
        source.backup(made, pages=_STEP_PAGES, progress=_telling(progress), sleep=_PAUSE_SECONDS)
    except _BeginsAnew:
        source.backup(made, pages=-1)


def _telling(progress: Progress) -> Callable[[int, int, int], None]:
    left: list[int] = []  # pages after every step

    def told(_: int, remaining: int, total: int) -> None:
        left.append(remaining)
        begun = sum(1 for before, after in pairwise(left) if after >= before > 0)
        if begun >= _BEGINNINGS:
            raise _BeginsAnew
        progress(total - remaining, total)

    return told


def counts(copied: Path) -> Mapping[str, int]:
    """How many businesses, permits, versions of codes and events a copy holds. Raises RegisterError."""
    tables = ("entities", "permits", "codes", "history")
    with register_errors(copied), closing(sqlite3.connect(copied)) as held:
        return {each: held.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in tables}
