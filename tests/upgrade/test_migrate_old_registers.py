"""``licence-qr migrate`` on registers of earlier states: it says what it does, keeps a copy first, and harms nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from harmed import says, tamper
from old_installations import PICTURE, REGISTERS, WITH_VISITS, OldInstallation, Unpack, environ_of, put_photograph
from program import Ended, run_here

from licence_qr.parts import register_of
from licence_qr.services.files.kept import Files
from licence_qr.store.database import migrations
from licence_qr.store.database.migrations import NAMES
from licence_qr.store.database.schema import Schema
from licence_qr.store.database.schema_steps import STEPS
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.files import rows

OLD = (REGISTERS[0], REGISTERS[len(REGISTERS) // 2], REGISTERS[-1])

# No file of this process may be longer than 64 KB.
WITHOUT_ROOM = """
import resource, signal, sys
from licence_qr.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
sys.argv = ["licence-qr", "migrate"]
main()
"""


def migrate(old: OldInstallation, *words: str) -> Ended:
    return run_here(environ_of(old.settings.home.parent), "migrate", *words)


def dump(register: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a register: tables, indexes and triggers, and the rows of each table."""
    db = sqlite3.connect(register)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608 – names of our own tables
    found[""] = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
    db.close()
    return found


def steps(register: Path) -> set[str]:
    db = sqlite3.connect(register)
    found = {migrations.name_today(name) for (name,) in db.execute("SELECT name FROM _sqlite_migrations")}
    db.close()
    return found


def copies(old: OldInstallation) -> list[Path]:
    return sorted(old.settings.home.glob("register-before-*.db"))


@pytest.mark.parametrize("name", OLD)
def test_it_says_the_steps_keeps_a_copy_and_upgrades(name: str, unpack: Unpack) -> None:
    old = unpack(name)
    before, lacking = dump(old.settings.register_path), set(NAMES) - steps(old.settings.register_path)
    shown = migrate(old, "--dry-run")
    assert shown.status == 0 and lacking <= set(shown.out.split())
    assert copies(old) == [] and dump(old.settings.register_path) == before
    ended = migrate(old)
    assert ended.status == 0, ended.err
    assert lacking <= set(ended.out.split()) and "已升级" in ended.out
    (copy,) = copies(old)
    assert str(copy) in ended.out and copy.stat().st_mode & 0o077 == 0
    assert dump(copy) == before
    assert steps(old.settings.register_path) == set(NAMES)
    assert json.loads(migrate(old, "--json").out)["steps"] == [] and copies(old) == [copy]


@pytest.mark.parametrize("name", OLD)
def test_a_step_that_fails_leaves_the_register_as_it_was(
    name: str, unpack: Unpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest step writes, and fails after that."""
    old = unpack(name)
    before = dump(old.settings.register_path)
    book = migrations._book
    newest = book._migrations[-1]

    def fail(schema: Schema) -> None:
        STEPS[-1](schema)
        schema.run("CREATE TABLE tried (x UNIQUE); INSERT INTO tried VALUES (1); INSERT INTO tried VALUES (1);")

    monkeypatch.setattr(newest, "fn", migrations._on_sqlite(fail))
    ended = migrate(old)
    assert ended.status == 1 and says("upgrade_step_failed", ended.err) and "tried" in ended.err
    assert dump(old.settings.register_path) == before
    (copy,) = copies(old)
    assert dump(copy) == before
    monkeypatch.undo()
    assert migrate(old).status == 0 and steps(old.settings.register_path) == set(NAMES)


@pytest.mark.parametrize("mode", ["commitment", "general"])
def test_what_was_granted_and_is_not_signed_yet_is_signed_first(unpack: Unpack, mode: str) -> None:
    """This program would ask for a document of the promise, or a visit, and the program of before kept none."""
    old = unpack(REGISTERS[-1])
    register = register_of(old.settings)
    other = "general" if mode == "commitment" else "commitment"
    tamper(register, f"UPDATE permits SET mode = 'filing' WHERE mode = '{other}'")  # noqa: S608 – our own words
    promised = f"WHERE uscc IN (SELECT uscc FROM permits WHERE mode = '{mode}' AND state <> 'pending')"  # noqa: S608
    tamper(register, "CREATE TABLE signed AS SELECT * FROM codes")
    tamper(register, f"UPDATE codes SET token = NULL, kid = NULL, payload = x'00' {promised}")  # noqa: S608 – our own words
    before = dump(old.settings.register_path)
    ended = migrate(old)
    assert ended.status == 1 and says("upgrade_before_signing", ended.err)
    assert dump(old.settings.register_path) == before
    again = "UPDATE codes SET (token, kid, payload) = (SELECT token, kid, payload FROM signed s"
    tamper(register, f"{again} WHERE s.status_index = codes.status_index)", "DROP TABLE signed")
    assert migrate(old).status == 0 and steps(old.settings.register_path) == set(NAMES)


def test_without_room_for_the_copy_nothing_is_changed(unpack: Unpack) -> None:
    old = unpack(REGISTERS[-1])
    before = dump(old.settings.register_path)
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM],
        env=os.environ | environ_of(old.settings.home.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1 and says("register_unreachable", ended.stderr), ended.stderr
    assert dump(old.settings.register_path) == before


def test_plain_photographs_are_encrypted_and_told(unpack: Unpack) -> None:
    old = unpack(WITH_VISITS)
    plain = put_photograph(old.settings.home)
    assert "encrypting photographs  1" in migrate(old, "--dry-run").out and plain.exists()
    told = json.loads(migrate(old, "--json").out)
    assert (told["photographs"], told["encrypted"], told["lost"]) == (1, 1, 0)
    assert not plain.parents[1].exists()
    assert json.loads(migrate(old, "--json").out)["photographs"] == 0


def test_a_photograph_that_is_lost_already_is_told(unpack: Unpack) -> None:
    old = unpack(WITH_VISITS)
    put_photograph(old.settings.home).unlink()
    ended = migrate(old)
    assert ended.status == 0 and "missing or damaged, see licence-qr check  1" in ended.out


def killed_before_sync(old: OldInstallation, which: int) -> bool:
    """Migrate in a child that is killed before it puts the ``which``-th file or folder on the disk; whether it was."""
    child = os.fork()
    if child == 0:
        sync, calls = os.fsync, count(1)

        def cut(descriptor: int) -> None:
            if next(calls) == which:
                os.kill(os.getpid(), signal.SIGKILL)
            sync(descriptor)

        os.fsync = cut
        try:
            migrate(old)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_wherever_it_syncs_it_is_run_again_and_loses_nothing(unpack: Unpack) -> None:
    old = unpack(WITH_VISITS)
    plain = put_photograph(old.settings.home)
    cuts = next(which for which in count(1) if not killed_before_sync(old, which)) - 1
    assert cuts >= 3  # the encrypted file, its folder, and the folder above
    assert steps(old.settings.register_path) == set(NAMES) and not plain.exists()
    database = register_of(old.settings)
    files = Files.beside(database, old.settings.keys)
    with database.read() as tx:
        assert [files.read(tx, name) for name in rows.names(tx)] == [PICTURE]
    database.close()
