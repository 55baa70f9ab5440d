"""What SQLite refuses, as the errors of the register: which code stands for which of its results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def register_errors(path: Path) -> Iterator[None]:
    """Turn SQLite errors into RegisterError, except constraint and SQL errors, which are bugs."""
    try:
        yield
    except QueueTimeout as error:
        raise RegisterError("register_locked", path=path) from error
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        code = _BY_PRIMARY_CODE.get(primary)
        if code is None and isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
            code = "register_outdated"
        if code is None:
            raise
        raise RegisterError(code, path=path) from error
