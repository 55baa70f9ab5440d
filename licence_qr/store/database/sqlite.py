"""The SQLite binding of this installation, chosen once. Import it, and sqlite-utils, only from here.

Debian 12 has SQLite 3.40, which must not use write-ahead logging (``journal_pragmas``). The package pysqlite3 includes
a current SQLite where it has a wheel (docs/contributing/dependencies.md); it is used unless that of the standard
library is newer. A process must have only one binding: code for the exceptions of one does not catch those of the
other, and two copies of SQLite that open the same file release each other's locks (sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import importlib
import sqlite3 as standard
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

# Before these releases WAL can lose committed pages in a rare race (sqlite.org/wal.html, "WAL-reset bug").
_WAL_FIXED_SINCE = (3, 51, 3)
_WAL_FIXED_IN = {(3, 44, 6), (3, 50, 7)}


def journal_pragmas(sqlite_version: tuple[int, int, int]) -> tuple[str, str]:
    """Journal mode and synchronous level that are durable on this SQLite version."""
    if sqlite_version >= _WAL_FIXED_SINCE or sqlite_version in _WAL_FIXED_IN:
        return "WAL", "FULL"
    return "DELETE", "EXTRA"


def newer(packaged: ModuleType | None, own: ModuleType) -> ModuleType:
    """The binding with the newer SQLite; ``packaged`` if they are equal."""
    return packaged if packaged and packaged.sqlite_version_info >= own.sqlite_version_info else own


def _packaged() -> ModuleType | None:
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return None


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make ``name`` impossible to import within the block."""
    modules = cast("dict[str, Any]", sys.modules)
    before = modules.get(name)
    modules[name] = None
    try:
        yield
    finally:
        if before is None:
            del modules[name]
        else:
            modules[name] = before


if TYPE_CHECKING:
    # pysqlite3 has no type stubs; its source is that of the standard library's module.
    import sqlite3

    from sqlite_utils import Database as SqliteUtils
    from sqlite_utils import Migrations
else:
    sqlite3 = newer(_packaged(), standard)
    # sqlite-utils uses pysqlite3 whenever it can be imported, newer or not.
    with _hidden("pysqlite3") if sqlite3 is standard else nullcontext():
        from sqlite_utils import Database as SqliteUtils
        from sqlite_utils import Migrations, utils
    if utils.sqlite3 is not sqlite3:
        raise ImportError("sqlite-utils was imported before licence_qr.store and uses another SQLite")

__all__ = ["Migrations", "SqliteUtils", "journal_pragmas", "newer", "sqlite3"]
