"""The SQLite of this installation, chosen once. Whatever needs it, or sqlite-utils, takes both from here.

Debian 12 has SQLite 3.40, which must not use write-ahead logging (``journal_pragmas``). The package pysqlite3 brings a
current SQLite of its own where it has a wheel (docs/contributing/dependencies.md); it is taken unless the standard
library's is newer.
There must be one binding in a process: the exceptions of one are not caught as those of the other, and two copies of
SQLite that open the same file undo each other's locks (sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import importlib
import sqlite3 as standard
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

# WAL loses committed pages under a rare race before these releases (sqlite.org/wal.html, "WAL-reset bug").
_WAL_FIXED_SINCE = (3, 51, 3)
_WAL_FIXED_IN = {(3, 44, 6), (3, 50, 7)}


def journal_pragmas(sqlite_version: tuple[int, int, int]) -> tuple[str, str]:
    """Journal mode and synchronous level that are durable on this SQLite version."""
    if sqlite_version >= _WAL_FIXED_SINCE or sqlite_version in _WAL_FIXED_IN:
        return "WAL", "FULL"
    return "DELETE", "EXTRA"


def newer(packaged: ModuleType | None, own: ModuleType) -> ModuleType:
    """Of two bindings the one with the newer SQLite; the packaged one where they are equal."""
    return packaged if packaged and packaged.sqlite_version_info >= own.sqlite_version_info else own


def _packaged() -> ModuleType | None:
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return None


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let nobody import ``name`` while the block runs."""
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
    # pysqlite3 has no types of its own; it is the same source as the standard library's module.
    import sqlite3

    from sqlite_utils import Database as SqliteUtils
    from sqlite_utils import Migrations
else:
    sqlite3 = newer(_packaged(), standard)
    # sqlite-utils takes pysqlite3 wherever it can be imported, be it the newer or not.
    with _hidden("pysqlite3") if sqlite3 is standard else nullcontext():
        from sqlite_utils import Database as SqliteUtils
        from sqlite_utils import Migrations, utils
    if utils.sqlite3 is not sqlite3:
        raise ImportError("sqlite-utils was imported before licence_qr.store and uses another SQLite")

__all__ = ["Migrations", "SqliteUtils", "journal_pragmas", "newer", "sqlite3"]
