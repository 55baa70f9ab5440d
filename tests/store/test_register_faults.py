"""What is wrong with a register file is told by its own code, and nothing is lost by it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from licence_qr.errors import RegisterError
from licence_qr.store.database import connections as database_module
from licence_qr.store.database import snapshot
from licence_qr.store.database.connections import Database
from licence_qr.store.database.sqlite import journal_pragmas, sqlite3
from licence_qr.store.register import register_kind

NOBODY = 65534
PAGE = 4096


def refusal(act: Callable[[], object]) -> RegisterError:
    """The error that ``act`` ends in."""
    with pytest.raises(RegisterError) as refused:
        act()
    return refused.value


def put(database: Database, value: str = "written") -> None:
    """Write one fact."""
    with database.write() as tx:
        register_kind.put(tx, "test", value)


def got(database: Database) -> str | None:
    """Read it back."""
    with database.read() as tx:
        return register_kind.get(tx, "test")


def test_a_register_that_is_not_there_is_not_made_by_looking(tmp_path):
    missing = tmp_path / "nowhere" / "register.db"
    error = refusal(lambda: Database(missing).check_version())
    assert (error.code, error.facts["path"]) == ("register_missing", missing)
    assert not missing.exists()


def test_a_folder_in_its_place_cannot_be_opened(tmp_path):
    assert refusal(lambda: got(Database(tmp_path))).code == "register_unreachable"


def test_a_writer_that_holds_it_too_long_is_told(database, monkeypatch):
    put(database)
    monkeypatch.setattr(database_module, "WRITE_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(database_module, "READ_WAIT_SECONDS", 0.05)
    second = Database(database.path)
    with database.write() as tx:
        register_kind.put(tx, "test", "being written")
        assert refusal(lambda: put(second)).code == "register_locked"
    assert got(second) == "being written"
    put(second)
    second.close()


def test_a_backup_that_holds_it_too_long_holds_up_nobody_under_wal_and_is_told_at_commit_elsewhere(
    database, monkeypatch
):
    put(database, "before")
    monkeypatch.setattr(database_module, "WRITE_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(database_module, "READ_WAIT_SECONDS", 0.05)
    writer, reader = Database(database.path), sqlite3.connect(database.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM register_facts").fetchall()
    if journal_pragmas(sqlite3.sqlite_version_info)[0] == "WAL":
        # It holds up nobody. test_journal.py runs this file with the standard library's SQLite too, where it does.
        put(writer, "after")
        assert reader.execute("SELECT count(*) FROM register_facts WHERE value = 'before'").fetchone() == (1,)
    else:
        assert refusal(lambda: put(writer, "after")).code == "register_locked"
        assert got(writer) == "before"
    reader.execute("COMMIT")
    reader.close()
    put(writer, "later")
    assert got(writer) == "later"
    writer.close()


def test_a_full_disk_is_told_and_nothing_is_written(database):
    put(database, "before")
    with database.read() as tx:
        pages = tx.one("PRAGMA page_count")[0]
        tx.run(f"PRAGMA max_page_count = {pages}")  # SQLite's own limit: the same answer as a disk without room
    assert refusal(lambda: put(database, "x" * 1_000_000)).code == "register_full"
    assert got(database) == "before"
    with database.read() as tx:
        tx.run(f"PRAGMA max_page_count = {pages + 1000}")
    put(database, "x" * 1_000_000)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_nobody(act: Callable[[], str]) -> str:
    """What ``act`` returns in a process without privileges; file modes mean nothing to the superuser."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(writing, act().encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def test_a_register_that_may_only_be_read_is_read_and_says_so_when_written(open_folder):
    path = open_folder / "register.db"
    made = Database(path)
    made.create_or_upgrade()
    put(made, "before")
    made.close()
    path.chmod(0o444)
    open_folder.chmod(0o555)

    def read_and_write() -> str:
        opened = Database(path)
        return f"{got(opened)} {refusal(lambda: put(opened)).code}"

    assert as_nobody(read_and_write) == "before register_read_only"
    assert got(Database(path)) == "before"


def test_a_register_in_a_closed_folder_is_unreachable(open_folder):
    path = open_folder / "closed" / "register.db"
    made = Database(path)
    made.create_or_upgrade()
    path.chmod(0o600)
    assert as_nobody(lambda: refusal(lambda: got(Database(path))).code) == "register_unreachable"


def test_a_register_is_not_made_where_a_file_stands_in_the_place_of_its_folder(tmp_path):
    (tmp_path / "var").write_text("not a folder")
    assert refusal(Database(tmp_path / "var" / "register.db").create_or_upgrade).code == "register_unreachable"


def test_a_register_is_not_made_in_a_folder_that_may_not_be_written(open_folder):
    open_folder.chmod(0o555)
    assert as_nobody(lambda: refusal(Database(open_folder / "var" / "r.db").create_or_upgrade).code) == (
        "register_unreachable"
    )


def test_a_register_of_a_newer_program_is_left_alone(database):
    with database.write() as tx:
        tx.run(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('licence_qr', 'm999_future', '')"
        )
    database.close()
    before = database.path.read_bytes()
    for act in (database.check_version, database.create_or_upgrade):
        error = refusal(act)
        assert (error.code, error.facts["step"]) == ("register_newer", "m999_future")
    database.close()
    assert database.path.read_bytes() == before


def test_a_register_of_an_older_program_is_told_and_not_upgraded_by_looking(tmp_path):
    path = tmp_path / "register.db"
    sqlite3.connect(path).close()
    path.touch()
    assert refusal(Database(path).check_version).code == "register_outdated"
    assert refusal(lambda: put(Database(path))).code == "register_outdated"


def test_upgrading_twice_keeps_what_is_there(database):
    put(database)
    database.create_or_upgrade()
    database.check_version()
    assert got(database) == "written"


def test_a_file_that_is_no_register_is_damaged(database):
    database.close()
    database.path.write_bytes(b"PK\x03\x04 this is something else " * 400)
    assert refusal(lambda: got(Database(database.path))).code == "register_damaged"
    assert refusal(Database(database.path).create_or_upgrade).code == "register_damaged"


def test_a_register_with_pages_overwritten_is_damaged(database):
    put(database)
    database.close()
    content = bytearray(database.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.path.write_bytes(content)
    assert refusal(lambda: got(Database(database.path))).code == "register_damaged"


def test_a_register_cut_short_is_damaged(database):
    put(database)
    database.close()
    content = database.path.read_bytes()
    database.path.write_bytes(content[: len(content) // 3])
    assert refusal(lambda: got(Database(database.path))).code == "register_damaged"


@pytest.mark.parametrize(
    ("version", "pragmas"),
    [
        ((3, 40, 1), ("DELETE", "EXTRA")),
        ((3, 44, 5), ("DELETE", "EXTRA")),
        ((3, 44, 6), ("WAL", "FULL")),
        ((3, 50, 6), ("DELETE", "EXTRA")),
        ((3, 50, 7), ("WAL", "FULL")),
        ((3, 51, 2), ("DELETE", "EXTRA")),
        ((3, 51, 3), ("WAL", "FULL")),
        ((3, 60, 0), ("WAL", "FULL")),
    ],
)
def test_write_ahead_logging_is_used_only_where_it_is_mended(version, pragmas):
    assert journal_pragmas(version) == pragmas


def test_the_journal_and_its_level_are_those_of_this_sqlite(database):
    journal, synchronous = journal_pragmas(sqlite3.sqlite_version_info)
    with database.read() as tx:
        assert tx.one("PRAGMA journal_mode")[0].upper() == journal
        assert tx.one("PRAGMA synchronous")[0] == {"FULL": 2, "EXTRA": 3}[synchronous]
        assert tx.one("PRAGMA foreign_keys")[0] == 1


def test_nothing_is_left_of_a_copy_that_failed(tmp_path: Path) -> None:
    database, target = Database(tmp_path / "register.db"), tmp_path / "copy.db"
    database.create_or_upgrade()
    database.write_back()
    snapshot.copy(database.path, target)
    assert snapshot.counts(target)["history"] == 0
    with database.path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * PAGE * 8)
    assert refusal(lambda: snapshot.copy(database.path, target)).code == "register_damaged"
    assert not target.exists()
