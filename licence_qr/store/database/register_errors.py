"""What SQLite refuses, as the errors of the register: which code stands for which of its results."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from licence_qr.errors import RegisterError
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.database.writers_queue import QueueTimeout

_BY_PRIMARY_CODE = {
    sqlite3.SQLITE_BUSY: "register_locked",
    sqlite3.SQLITE_LOCKED: "register_locked",
    sqlite3.SQLITE_READONLY: "register_read_only",
    sqlite3.SQLITE_FULL: "register_full",
    sqlite3.SQLITE_CANTOPEN: "register_unreachable",
    sqlite3.SQLITE_IOERR: "register_unreachable",
    sqlite3.SQLITE_PERM: "register_unreachable",
    sqlite3.SQLITE_AUTH: "register_unreachable",
    sqlite3.SQLITE_NOTADB: "register_damaged",
    sqlite3.SQLITE_CORRUPT: "register_damaged",
}
# pysqlite3 gives no code to what its backup raises, so the text of sqlite3_errstr has to tell.
_BY_TEXT = {
    "database is locked": "register_locked",
    "database table is locked": "register_locked",
    "attempt to write a readonly database": "register_read_only",
    "database or disk is full": "register_full",
    "unable to open database file": "register_unreachable",
    "disk I/O error": "register_unreachable",
    "file is not a database": "register_damaged",
    "database disk image is malformed": "register_damaged",
}

# How SQLite begins what it says of keys. Everything else that it refuses of a row is refused by a rule (``rules``).
_OF_KEYS = ("UNIQUE constraint", "NOT NULL constraint", "FOREIGN KEY constraint")
_log = logging.getLogger("licence_qr.register")


class register_errors:
    """Turn SQLite errors within the block into RegisterError, also what the rules of the register refuse (``register_rule``,
    which is logged with the place it came from), except errors of keys and of SQL, which are bugs.

    A class, because every transaction enters it: a generator takes three times as long.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, QueueTimeout):
            raise RegisterError("register_locked", path=self._path) from error
        if isinstance(error, sqlite3.Error) and (told := _told(error, self._path)):
            raise told from error


def _told(error: sqlite3.Error, path: Path) -> RegisterError | None:
    if isinstance(error, sqlite3.IntegrityError) and not str(error).startswith(_OF_KEYS):
        rule = str(error).removeprefix("CHECK constraint failed: ")
        _log.error("refused by a rule of the register: %s", rule, exc_info=error)
        return RegisterError("register_rule", rule=rule)
    told = getattr(error, "sqlite_errorcode", None)
    code = _BY_TEXT.get(str(error)) if told is None else _BY_PRIMARY_CODE.get(told & 0xFF)
    if code is None and isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
        code = "register_outdated"
    if code == "register_unreachable" and _is_full(path):
        code = "register_full"
    return RegisterError(code, path=path) if code else None


def _is_full(path: Path) -> bool:
    """Whether the disk has no block left: SQLite then cannot make the index of its log, and says no more than that it cannot
    open the register."""
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except OSError:
        return False
