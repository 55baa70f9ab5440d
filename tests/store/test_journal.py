"""Which SQLite is used, and the journal of a register: new and old SQLite on one file, what stands beside it, its modes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlite_utils import utils as sqlite_utils_utils
from standard_library import WITHOUT_PYSQLITE3, older_sqlite, said, started

from licence_qr.errors import RegisterError
from licence_qr.store.database import connections as database_module
from licence_qr.store.database import journal_files
from licence_qr.store.database.connections import Database
from licence_qr.store.database.sqlite import SqliteUtils, journal_pragmas, newer, sqlite3
from licence_qr.store.register import register_kind

JOURNAL, _ = journal_pragmas(sqlite3.sqlite_version_info)
write_ahead = pytest.mark.skipif(JOURNAL != "WAL", reason="no SQLite here may use WAL")
ROOT = Path(__file__).parents[2]

WHICH = """
from licence_qr.store.database.sqlite import sqlite3
from sqlite_utils import utils
print(sqlite3.__name__, utils.sqlite3 is sqlite3, utils.OperationalError is sqlite3.OperationalError)
"""
OLDER_PYSQLITE3 = "import pysqlite3; pysqlite3.sqlite_version_info = (3, 8, 0)\n"
# Reads, asks for the version, writes; then upgrades and does the same again. A code stands for what was refused.
USE_IT = """
from pathlib import Path
from licence_qr.errors import RegisterError
from licence_qr.store.register import register_kind as facts
from licence_qr.store.database.connections import Database

database = Database(Path(sys.argv[1]))

def tried(act):
    try:
        return act() or "done"
    except RegisterError as error:
        return error.code

def read():
    with database.read() as tx:
        return facts.get(tx, "test")

def write(value):
    with database.write() as tx:
        facts.put(tx, "test", value)
"""


def put(database: Database, value: str) -> None:
    with database.write() as tx:
        register_kind.put(tx, "test", value)


def got(database: Database) -> str | None:
    with database.read() as tx:
        return register_kind.get(tx, "test")


def mode(database: Database) -> str:
    with database.read() as tx:
        register_kind.get(tx, "test")  # a connection learns of a change of mode when it reads
        return tx.one("PRAGMA journal_mode")[0]


def in_rollback_mode(database: Database) -> Database:
    """The register as a program of before, or an older SQLite, leaves it."""
    database.close()
    connection = sqlite3.connect(database.path)
    assert connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
    connection.close()
    return database


def log_of(database: Database) -> Path:
    return database.path.with_name(database.path.name + "-wal")


def test_sqlite_utils_has_the_same_binding_as_the_register(database):
    assert sqlite_utils_utils.sqlite3 is sqlite3
    with database.read() as tx:
        assert isinstance(tx._connection, sqlite_utils_utils.sqlite3.Connection)
        with pytest.raises(sqlite_utils_utils.OperationalError, match="no such table"):
            SqliteUtils(tx._connection).execute("SELECT * FROM nowhere")


@pytest.mark.parametrize(
    ("packaged", "own", "taken"),
    [((3, 53, 4), (3, 40, 1), "packaged"), ((3, 53, 4), (3, 53, 4), "packaged"), ((3, 53, 4), (3, 54, 0), "own")],
)
def test_the_newer_sqlite_is_taken(packaged, own, taken):
    offered = {
        "packaged": SimpleNamespace(sqlite_version_info=packaged),
        "own": SimpleNamespace(sqlite_version_info=own),
    }
    assert newer(offered["packaged"], offered["own"]) is offered[taken]
    assert newer(None, offered["own"]) is offered["own"]


@pytest.mark.parametrize("before", [WITHOUT_PYSQLITE3, OLDER_PYSQLITE3], ids=["no wheel", "older wheel"])
def test_without_a_newer_wheel_both_take_the_standard_library(before):
    if before == OLDER_PYSQLITE3:
        pytest.importorskip("pysqlite3")
    assert said(WHICH, before=before) == ["sqlite3 True True"]


def test_a_register_in_rollback_mode_is_written_with_its_own_level_until_init_switches_it(database):
    put(database, "before")
    in_rollback_mode(database)
    put(database, "in rollback mode")
    with database.read() as tx:
        assert (tx.one("PRAGMA journal_mode")[0], tx.one("PRAGMA synchronous")[0]) == ("delete", 3)
    other = Database(database.path)
    other.create_or_upgrade()
    assert mode(database) == mode(other) == JOURNAL.lower()
    put(other, "after")
    assert got(database) == "after"
    with other.read() as tx:
        assert tx.one("PRAGMA synchronous")[0] == {"WAL": 2, "DELETE": 3}[JOURNAL]
    other.close()


@write_ahead
@older_sqlite
def test_an_older_sqlite_reads_a_log_and_writes_only_after_init_has_taken_it_back(database):
    put(database, "in the log")
    database.close()
    answers = said(
        USE_IT
        + """
for act in (read, database.check_version, lambda: write("lost?"), read):
    print(tried(act))
database.close()
for act in (database.create_or_upgrade, database.check_version, lambda: write("rollback"), read):
    print(tried(act))
""",
        database.path,
    )
    assert answers == [
        *("in the log", "register_journal", "register_journal", "in the log"),
        *("done", "done", "done", "rollback"),
    ]
    assert (mode(database), got(database)) == ("delete", "rollback")


@write_ahead
@older_sqlite
def test_a_log_is_not_taken_from_one_who_has_it_open(database):
    put(database, "open here")
    shorter = "from licence_qr.store.database import connections as module; module.WRITE_WAIT_SECONDS = 0.05\n"
    assert said(USE_IT + shorter + "print(tried(database.create_or_upgrade))", database.path) == ["register_locked"]
    put(database, "still here")
    assert (mode(database), got(database)) == ("wal", "still here")


@write_ahead
@older_sqlite
def test_an_older_sqlite_stops_writing_when_the_register_is_switched_under_it(database):
    in_rollback_mode(database)
    old = started(
        USE_IT
        + """
print(tried(lambda: write("old")), flush=True)
sys.stdin.readline()
print(tried(lambda: write("lost?")), tried(read), flush=True)
""",
        database.path,
    )
    assert old.stdout.readline() == "done\n"
    database.create_or_upgrade()
    put(database, "new")
    answer, _ = old.communicate("\n")
    assert answer == "register_journal new\n"
    assert got(database) == "new"


@older_sqlite
def test_the_register_s_faults_are_told_by_the_standard_library_s_sqlite_too(rounds):
    here = Path(__file__).parent
    chosen = rounds([here / "test_register_faults.py"], [here, ROOT / "tests/hostile/test_register_replaced.py"])
    program = WITHOUT_PYSQLITE3 + "import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    deselected = ["--deselect", __file__]
    run = subprocess.run(
        [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", *deselected, *map(str, chosen)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    assert "skipped" not in run.stdout


def test_what_stands_beside_the_register_is_private_too(database):
    put(database, "13800001234")
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.path.parent.iterdir()}
    beside = {"register.db-wal", "register.db-shm"} if JOURNAL == "WAL" else set()
    assert files == dict.fromkeys({"register.db", "register.db-queue"} | beside, 0o600)


def test_after_the_last_connection_the_file_alone_is_the_register(database, tmp_path):
    put(database, "whole")
    database.close()
    assert {path.name for path in database.path.parent.glob("register.db*")} == {"register.db", "register.db-queue"}
    copy = Database(tmp_path / "copy.db")
    shutil.copyfile(database.path, copy.path)
    assert got(copy) == "whole"
    copy.close()


@write_ahead
def test_beside_one_who_has_it_open_the_log_is_emptied(database, tmp_path):
    """As a signer of another user has it, which can neither write back nor remove anything."""
    with closing(sqlite3.connect(f"{database.path.as_uri()}?mode=ro", uri=True)) as reader:
        assert reader.execute("SELECT count(*) FROM register_facts").fetchone()
        put(database, "one")
        log = database.path.with_name("register.db-wal")
        assert log.stat().st_size > 0
        database.write_back()
        assert log.stat().st_size == 0
        shutil.copy(database.path, tmp_path / "copy.db")
        with Database(tmp_path / "copy.db").read() as tx:
            assert register_kind.get(tx, "test") == "one"


def test_another_tool_copies_the_register_while_it_is_written(database, tmp_path):
    put(database, "before")
    with database.write() as tx:
        register_kind.put(tx, "test", "not yet")
        target = tmp_path / "backup.db"
        tool = Path(sys.executable).with_name("sqlite-utils")
        subprocess.run([tool, "query", database.path, f"VACUUM INTO '{target}'"], check=True, capture_output=True)
    backup = Database(target)
    backup.check_version()
    assert (got(backup), mode(backup)) == ("before", "delete")
    put(backup, "goes on")
    backup.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("opened", ["by reading", "by the stamp"])
def test_a_stamp_waits_for_nobody(database, opened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a rollback journal a commit keeps all readers out, and the stamp is asked for where nobody may wait."""
    monkeypatch.setattr(database_module, "READ_WAIT_SECONDS", 600.0)
    database.close()
    writing = sqlite3.connect(database.path, isolation_level=None)
    assert writing.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
    if opened == "by reading":
        with database.read():
            pass
    writing.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RegisterError, match="register_locked"):
        database.stamp()
    writing.execute("ROLLBACK")
    before = database.stamp()
    put(Database(database.path), "a commit")
    assert database.stamp() != before
    writing.close()


def test_a_stamp_changes_with_every_commit_of_others_and_of_this_thread(database):
    other = Database(database.path)
    stamps = [database.stamp()]
    for writer in (other, database, other):
        put(writer, f"value {len(stamps)}")
        stamps.append(database.stamp())
    assert len(set(stamps)) == len(stamps)
    assert database.stamp() == stamps[-1]
    other.close()


@write_ahead
def test_a_log_that_one_great_transaction_made_long_is_cut_back(database, monkeypatch):
    monkeypatch.setattr(database_module, "_LARGEST_LOG_KEPT", 64 * 1024)
    put(database, "x" * 6_000_000)
    assert log_of(database).stat().st_size > 6_000_000
    put(database, "short")  # as long again: the pages it frees are overwritten
    put(database, "shorter")
    assert log_of(database).stat().st_size <= 64 * 1024


@write_ahead
def test_a_log_does_not_grow_with_the_number_of_writes_while_others_read(database):
    """Readers that come and go do not keep a checkpoint from its end."""
    reader = Database(database.path)
    for number in range(150):
        with reader.read() as tx:
            register_kind.get(tx, "test")
            put(database, f"{number}" * 20_000)
    assert log_of(database).stat().st_size < 12_000_000
    reader.close()


def test_a_schema_that_was_tampered_with_runs_nothing_and_what_belongs_together_stays_together(database):
    for enter in (database.read, database.write):
        with enter() as tx:
            assert (tx.one("PRAGMA trusted_schema")[0], tx.one("PRAGMA foreign_keys")[0]) == (0, 1)


def test_what_is_deleted_is_overwritten(database):
    secret = "她说的话" * 200
    put(database, secret)
    database.close()
    assert secret[:40].encode() in database.path.read_bytes()
    with database.write() as tx:
        tx.run("DELETE FROM register_facts WHERE name = 'test'")
    database.close()
    assert secret[:40].encode() not in database.path.read_bytes()


READ_TWICE = (
    USE_IT
    + """
import os
os.setgid(65534)
os.setuid(65534)
print(tried(read), database._local.kept.unchanging is not None, flush=True)
sys.stdin.readline()
print(tried(read), flush=True)
"""
)


@write_ahead
@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become another user")
def test_one_who_may_only_read_sees_what_others_write_later(database, tmp_path_factory):
    """Where no log can be made the file is read without locks: never for longer than nobody writes it."""
    put(database, "before")
    database.close()
    folder = Path("/tmp") / f"{tmp_path_factory.getbasetemp().name}-{os.getpid()}"  # noqa: S108 - pytest's own are closed to others
    folder.mkdir()
    try:
        path = shutil.copyfile(database.path, folder / "register.db")
        path.chmod(0o444)
        folder.chmod(0o555)
        reader = started(READ_TWICE, path, before="import sys\n")
        assert reader.stdout.readline() == "before True\n"
        writer = Database(path)
        put(writer, "after")
        writer.close()
        answer, _ = reader.communicate("\n")
        assert answer == "after\n"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_files_that_are_no_longer_those_stay(tmp_path):
    """Another process has already put new ones in their place."""
    register = tmp_path / "register.db"
    log = tmp_path / "register.db-wal"
    log.write_text("old")
    held = journal_files.beside(register)
    journal_files.remove(held)
    assert not log.exists()
    keep = tmp_path / "keeps the inode"
    log.write_text("old")
    held = journal_files.beside(register)
    log.rename(keep)
    log.write_text("new")
    journal_files.remove(held)
    assert log.read_text() == "new"


def test_a_register_that_cannot_be_opened_is_not_taken_for_one_that_nobody_writes(tmp_path):
    with pytest.raises(RegisterError) as refused:
        got(Database(tmp_path))
    assert refused.value.code == "register_unreachable"
