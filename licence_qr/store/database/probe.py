"""Looking at the register from beside it: never waiting for a writer, never writing.

The connection is kept and is not that of the pages, whose waits it has not: one that was opened and closed each time would
write the log back whenever it was the last.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licence_qr.errors import RegisterError
from licence_qr.store.database import migrations
from licence_qr.store.database.connections import Transaction
from licence_qr.store.database.register_errors import register_errors
from licence_qr.store.database.sqlite import SqliteUtils, sqlite3
from licence_qr.store.files import file_errors


class RegisterProbe:
    """The register file at ``path``. One look at a time; raises RegisterError, ``register_locked`` at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._alone = threading.Lock()
        self._kept: tuple[tuple[int, int], sqlite3.Connection] | None = None

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that reads what is committed. Raises ``register_outdated`` or ``register_newer`` too."""
        with self._alone, register_errors(self.path):
            connection = self._connection()
            connection.execute("BEGIN DEFERRED")
            try:
                migrations.check(SqliteUtils(connection))
                yield Transaction(connection, writable=False)
            finally:
                connection.execute("ROLLBACK")

    def take_write_lock(self) -> None:
        """Take the lock of writers and give it back. Raises ``register_locked`` while another has it, or
        ``register_read_only``."""
        with self._alone, register_errors(self.path):
            connection = self._connection()
            if not os.access(self.path, os.W_OK):  # with a log, SQLite notices only what is written
                raise RegisterError("register_read_only", path=self.path)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")

    def commits(self) -> int:
        """A number that changes whenever somebody commits (PRAGMA data_version)."""
        with self._alone, register_errors(self.path):
            return int(self._connection().execute("PRAGMA data_version").fetchone()[0])

    def _connection(self) -> sqlite3.Connection:
        with file_errors(self.path):
            try:
                found = self.path.stat()
            except FileNotFoundError:
                raise RegisterError("register_missing", path=self.path) from None
        file = (found.st_dev, found.st_ino)
        if self._kept is None or self._kept[0] != file:
            if self._kept is not None:
                self._kept[1].close()
                self._kept = None
            name = f"{self.path.absolute().as_uri()}?mode=rw"
            opened = sqlite3.connect(name, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
            opened.row_factory = sqlite3.Row
            self._kept = (file, opened)
        return self._kept[1]
