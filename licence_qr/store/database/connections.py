"""Connections and transactions of the register, one SQLite file.

Every write transaction begins IMMEDIATE, and only here: a deferred one would read a counter, find another clerk
writing, and fail with "database is locked" instead of waiting. Writers queue before it (``writers_queue``): whoever
came first writes first. Each thread keeps one connection; opening one per request costs ten times as much as a scan.

The journal is a write-ahead log where the SQLite of this machine can safely use one (store/database/sqlite.py), so that
readers and a clerk do not wait for each other. The mode is stored in the file; only ``create_or_upgrade`` changes it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from licence_qr.errors import RegisterError
from licence_qr.store.database import journal_files, migrations
from licence_qr.store.database.register_errors import register_errors
from licence_qr.store.database.sqlite import SqliteUtils, journal_pragmas, sqlite3
from licence_qr.store.database.writers_queue import WritersQueue
from licence_qr.store.files import file_errors, make_folder, mode_for_readers

# How long to wait for another process: a clerk's work is worth a wait, a citizen needs an answer soon.
WRITE_WAIT_SECONDS = 10.0
_UPGRADE_WAIT_SECONDS = 300.0  # whoever starts a second time meanwhile: an upgrade of a full register takes minutes
READ_WAIT_SECONDS = 2.0
_NEARLY_SECONDS = 0.05  # that a write may wait more or less than it was to
_STEPS_BETWEEN_LOOKS = 1000  # of SQLite's virtual machine; some ten microseconds
# A log that a large transaction (an import) has made long is truncated to this size when it restarts.
_LARGEST_LOG_KEPT = 16 * 1024 * 1024

Row = sqlite3.Row
AfterCommit = Callable[[Sequence[Any]], None]


class Transaction:
    """One open transaction; aggregate modules take it as their first argument."""

    __slots__ = ("_connection", "after", "given_before", "instants", "reached", "writable")

    def __init__(
        self, connection: sqlite3.Connection, *, writable: bool, instants: dict[datetime, None] | None = None
    ) -> None:
        """``instants``: those at which acts were entered here and the clock was found right; one for many transactions."""
        self._connection = connection
        self.writable = writable
        self.instants = {} if instants is None else instants
        self.reached: dict[str, int] = {}  # the highest number of each series that was given in this transaction
        self.given_before: dict[str, int] = {}  # the highest that was given before it, where that is known
        self.after: dict[AfterCommit, list[Any]] = {}

    def reach(self, series: str, number: int, before: int | None = None) -> None:
        """Note that ``number`` of a series is given, should the transaction be committed; ``before`` it was the last."""
        self.reached[series] = max(number, self.reached.get(series, number))
        if before is not None:
            self.given_before.setdefault(series, before)

    def after_commit(self, act: AfterCommit, item: Any) -> None:
        """Have ``act`` called once after COMMIT, with all items given for it, before ``Database.write`` returns.

        It may raise: what was written stays, and who wrote it is told.
        """
        self.after.setdefault(act, []).append(item)

    def run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute one statement with ``?`` placeholders."""
        return self._connection.execute(sql, values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute one statement for each row of values."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that is undone alone where it raises."""
        self.run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # SQLite has not undone all of it, as on a full disk
                self.run("ROLLBACK TO part")
                self.run("RELEASE part")
            raise
        self.run("RELEASE part")

    @contextmanager
    def within(self, deadline: float) -> Iterator[None]:
        """Statements of the block that are at work at ``deadline`` (time.monotonic) are stopped. Raises TimeoutError."""
        if time.monotonic() > deadline:
            raise TimeoutError
        self._connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TimeoutError from error
            raise
        finally:
            self._connection.set_progress_handler(None, 0)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row, or None."""
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows."""
        return self._connection.execute(sql, values).fetchall()


class _KeptConnection(NamedTuple):
    """A connection, and device and inode of its file and of the log and index beside it."""

    connection: sqlite3.Connection
    file: tuple[int, int]
    log: dict[Path, tuple[int, int]]
    unchanging: tuple[int, ...] | None
    """State of the file if it was opened as read-only for everybody (``_open_unchanging``)."""


class _Undone(Exception):
    """The end of a trial."""


class Database:
    """The register file.

    Raises RegisterError ``register_missing``, ``register_locked``, ``register_read_only``, ``register_full``,
    ``register_newer``, ``register_journal`` or ``register_damaged``, never a bare sqlite3 error.
    """

    def __init__(
        self,
        path: Path,
        first: Callable[[Transaction], Callable[[], None]] | None = None,
        numbers_given: Callable[[Transaction], None] | None = None,
    ) -> None:
        """``first`` is called with every write transaction before anything else, and what it returns after COMMIT;
        ``numbers_given`` before the COMMIT of one that has given numbers: what it raises undoes the transaction."""
        self.path = path
        self._first = first
        self._numbers_given = numbers_given
        self._queue = WritersQueue(path)
        self._local = threading.local()
        self._instants: dict[datetime, None] = {}

    def create_or_upgrade(self) -> None:
        """Make the register, or bring it to this program's version, in one transaction, in turn with all who write."""
        with file_errors(self.path):
            make_folder(self.path.parent)
        with register_errors(self.path):
            connection = self._connect(create=True)
            _wait(connection, _UPGRADE_WAIT_SECONDS)
            try:
                with self._queue.turn(time.monotonic() + _UPGRADE_WAIT_SECONDS):
                    _make_or_upgrade(connection, self.path)
            finally:
                connection.close()

    def check_version(self) -> None:
        """Check that this program can use the register.

        Raises RegisterError ``register_missing``, ``register_newer`` or ``register_outdated`` unless the schema is this
        program's, ``register_journal`` when the SQLite of this machine must not write the file.
        """
        with self.read() as tx:
            migrations.check(SqliteUtils(tx._connection))
            self._refuse_log(tx._connection)

    def missing_steps(self) -> tuple[str, ...]:
        """The steps that ``create_or_upgrade`` would apply. Raises RegisterError, as ``register_newer``."""
        with self.read() as tx:
            return migrations.missing(SqliteUtils(tx._connection))

    def read(self) -> AbstractContextManager[Transaction]:
        """A read transaction: one consistent snapshot of the register."""
        return self._transaction("BEGIN DEFERRED")

    @contextmanager
    def write(self, wait: float | None = None) -> Iterator[Transaction]:
        """A write transaction, in turn: BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything is raised. The only way to
        write.

        ``wait`` (seconds until ``register_locked``, queue and SQLite together) is for writes that an answer can do
        without.
        """
        deadline = time.monotonic() + (WRITE_WAIT_SECONDS if wait is None else wait)
        with register_errors(self.path):
            self._kept_connection()  # a register that cannot be opened is reported before anybody waits
            with self._queue.turn(deadline), self._transaction("BEGIN IMMEDIATE", until=deadline) as tx:
                committed = self._first(tx) if self._first else None
                yield tx
                if tx.reached and self._numbers_given:
                    self._numbers_given(tx)
        if committed:
            committed()
        for act, items in tx.after.items():
            act(items)

    @contextmanager
    def trial(self) -> Iterator[Transaction]:
        """A write transaction that is always undone: what an act would do and refuse, before anybody asks for it."""
        with suppress(_Undone), self.write() as tx:
            yield tx
            raise _Undone

    def writers_waiting(self) -> int:
        """How many threads and processes of this machine wait for their turn to write. Asks nothing of the register."""
        return self._queue.waiting()

    @contextmanager
    def _transaction(self, begin: str, *, until: float | None = None) -> Iterator[Transaction]:
        """``until`` is None for reading, else how long (time.monotonic) to wait for a tool that writes without having
        queued."""
        writable = until is not None
        with register_errors(self.path):
            kept = self._kept_connection()
            connection = kept.connection
            if until is None:
                self._let_wait(connection, self._read_wait())
            else:
                self._let_wait(connection, max(0.0, until - time.monotonic()), _NEARLY_SECONDS)
            try:
                connection.execute(begin)
                if writable:
                    self._refuse_log(connection)
                yield Transaction(connection, writable=writable, instants=self._instants)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if kept.unchanging != self._unchanging(kept):
                raise RegisterError("register_locked", path=self.path)

    def _refuse_log(self, connection: sqlite3.Connection) -> None:
        """Raise RegisterError ``register_journal`` when the file is in WAL mode and this SQLite must not write it.

        A process with a newer SQLite may have changed the mode since the connection was opened. Reading is still
        allowed.
        """
        if journal_pragmas(sqlite3.sqlite_version_info)[0] != "WAL" and _keeps_log(connection):
            raise RegisterError("register_journal", path=self.path, sqlite=sqlite3.sqlite_version)

    def stamp(self) -> tuple[int, int, int]:
        """A value that differs from an earlier one of the same thread whenever the register was written in between.

        Its parts count this thread's connections, commits of others (PRAGMA data_version) and changes of this
        connection. It reads the change counter of the file or log, so it raises RegisterError like other reads, but waits
        for nobody: it is asked on an event loop, and ``register_locked`` comes at once.
        """
        with register_errors(self.path):
            self._local.read_wait = 0.0
            connection = self._kept_connection().connection
            self._let_wait(connection, 0.0)
            version: int = connection.execute("PRAGMA data_version").fetchone()[0]
            return self._local.opened, version, connection.total_changes

    def _let_wait(self, connection: sqlite3.Connection, seconds: float, nearly: float = 0.0) -> None:
        """Have this thread's connection wait for others so long, or ``nearly``. Not said again: it is parsed each time."""
        if abs(self._local.waits - seconds) > nearly:
            _wait(connection, seconds)
            self._local.waits = seconds

    def _read_wait(self) -> float:
        """The seconds that this thread waits before it reads."""
        seconds: float = getattr(self._local, "read_wait", READ_WAIT_SECONDS)
        return seconds

    def _kept_connection(self) -> _KeptConnection:
        """This thread's connection to the file that is at the path now.

        A connection outlives its file: after the file was moved away or replaced by a backup, the old one would still
        be read and the page could say "valid" by a register that is gone. While there is no file the old connection is
        kept, because it alone knows which log belongs to the old file once another file comes.
        """
        kept: _KeptConnection | None = getattr(self._local, "kept", None)
        file = self._file()
        if kept is not None and kept.file == file and kept.unchanging == self._unchanging(kept):
            return kept
        if kept is not None:
            if kept.file != file:
                with suppress(sqlite3.Error):
                    # Write the log back into the old file, wherever it is now: its last commits are only in the log.
                    kept.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                with file_errors(self.path):
                    journal_files.remove(kept.log)
            self.close()
        kept = self._local.kept = self._open(file)
        self._local.waits = self._read_wait()
        self._local.opened = getattr(self._local, "opened", 0) + 1
        return kept

    def _open(self, file: tuple[int, int]) -> _KeptConnection:
        try:
            connection = self._connect(create=False)
        except sqlite3.OperationalError:
            if not journal_files.unchanging(self.path):
                raise
            state = journal_files.state(self.path)
            return _KeptConnection(self._connect(create=False, unchanging=True), file, {}, state)
        return _KeptConnection(
            connection, file, journal_files.beside(self.path) if _keeps_log(connection) else {}, None
        )

    def _unchanging(self, kept: _KeptConnection) -> tuple[int, ...] | None:
        return None if kept.unchanging is None else journal_files.state(self.path)

    def _file(self) -> tuple[int, int]:
        """Device and inode of the register. Raises RegisterError when there is none."""
        with file_errors(self.path):
            try:
                found = os.stat(self.path)  # with every transaction; that of a Path takes twice as long
            except FileNotFoundError:
                raise RegisterError("register_missing", path=self.path) from None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close this thread's connection."""
        kept: _KeptConnection | None = getattr(self._local, "kept", None)
        if kept is not None:
            kept.connection.close()
            self._local.kept = None

    def write_back(self) -> None:
        """Write the log back into the file and remove it. Where somebody else has the register open, as a signer has, it is
        emptied and stays.

        The file alone is then complete, unless somebody reads at the moment. Processes that end without it, as the
        server's workers do, leave the log in place. Raises RegisterError.
        """
        self.close()
        with register_errors(self.path):
            self._kept_connection().connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.close()  # the last connection to close removes the log

    def _connect(self, *, create: bool, unchanging: bool = False) -> sqlite3.Connection:
        with file_errors(self.path):
            if not self.path.exists():
                if not create:
                    raise RegisterError("register_missing", path=self.path)
                # The file has telephone numbers and password hashes. SQLite gives its journals the same mode.
                os.close(os.open(self.path, os.O_RDONLY | os.O_CREAT, 0o600))
                self.path.chmod(mode_for_readers(self.path.parent))
        name = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1" if unchanging else str(self.path)
        connection = sqlite3.connect(
            name, timeout=self._read_wait(), isolation_level=None, cached_statements=256, uri=unchanging
        )
        try:
            connection.row_factory = sqlite3.Row
            # Decided by the file, not by the version: a backup, or a register that init has not switched yet, has no
            # log.
            connection.execute(f"PRAGMA synchronous={'FULL' if _keeps_log(connection) else 'EXTRA'}")
            connection.execute(f"PRAGMA journal_size_limit={_LARGEST_LOG_KEPT}")
            connection.execute("PRAGMA foreign_keys=ON")
            # So INSERT OR REPLACE meets what refuses a deletion. Who does not set this meets ``rules.model.not_over``.
            connection.execute("PRAGMA recursive_triggers=ON")
            connection.execute("PRAGMA trusted_schema=OFF")
            # Overwrite what is deleted, for privacy. Debian's SQLite does so by default; others do not.
            connection.execute("PRAGMA secure_delete=ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _make_or_upgrade(connection: sqlite3.Connection, path: Path) -> None:
    migrations.refuse_newer(SqliteUtils(connection))
    journal, _ = journal_pragmas(sqlite3.sqlite_version_info)
    # Fails ("database is locked"), and at once, while another connection is open to a file that leaves WAL, or when two
    # change the mode together.
    set_to = connection.execute(f"PRAGMA journal_mode={journal}").fetchone()[0]
    if set_to.upper() != journal:
        raise RegisterError("register_locked", path=path)
    connection.execute("PRAGMA foreign_keys=OFF")  # a table is away while it is written anew
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.upgrade(SqliteUtils(connection))
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _keeps_log(connection: sqlite3.Connection) -> bool:
    """Whether the file is in WAL mode. Asks SQLite, because closing the file after reading its header drops all
    locks."""
    mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
    return mode == "wal"


def _wait(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
