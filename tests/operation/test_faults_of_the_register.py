"""The runbook, faults of the register and its numbers: each is caused for real, and the way out is gone."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harmed import issued, reasons, says, settings_of
from program import Ended, run_here
from pyrage import x25519

from licence_qr.config import load_settings
from licence_qr.parts import register_of
from licence_qr.services.operation.readiness import BACKUP_TOO_OLD
from licence_qr.store.database.connections import Database
from licence_qr.store.numbers import number_marks
from licence_qr.store.register import counters


def backed_up(here: Path) -> None:
    key = x25519.Identity.generate()
    (here / "identity").write_text(str(key))
    assert issued(here).status == 0
    assert run_here(settings_of(here), "backup", here / "copies", "--recipient", key.to_public()).status == 0


def restored(here: Path) -> Ended:
    for path in (here / "var").glob("register.db*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    ended = run_here(settings_of(here), "restore", here / "copies", "--identity", here / "identity")
    assert ended.status == 0, ended.err
    return run_here(settings_of(here), "check")


def test_register_damaged(here):
    backed_up(here)
    for path in (here / "var").glob("register.db-*"):
        path.unlink()
    (here / "var" / "register.db").write_bytes(b"not a register " * 1000)
    ended = issued(here)
    assert ended.status == 1 and says("register_damaged", ended.err)
    assert restored(here).status == 0
    assert issued(here).status == 0


def test_pages_overwritten(here):
    backed_up(here)
    register = here / "var" / "register.db"
    Database(register).write_back()
    with register.open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 30 * 4096)
    ended = run_here(settings_of(here), "serve")
    assert ended.status == 1
    assert says("check_pages", ended.err) or says("register_damaged", ended.err)
    assert restored(here).status == 0


def test_older_register_put_back(here):
    register = here / "var" / "register.db"
    assert issued(here).status == 0
    Database(register).write_back()
    kept = shutil.copy(register, here / "kept.db")
    database = register_of(load_settings(settings_of(here)))
    for _ in range(2):  # what was surely given is noted with the mark of the next block
        with database.write() as tx:
            counters.take(tx, "application/baishiyi", 2026, number_marks.BLOCK + 1)
    database.write_back()
    shutil.copy(kept, register)
    ended = run_here(settings_of(here), "serve")
    assert ended.status == 1 and says("check_marks", ended.err)
    assert run_here(settings_of(here), "restore", "--here").status == 0
    assert run_here(settings_of(here), "check", "--quick").status == 0


def test_marks_not_writable(here, monkeypatch: pytest.MonkeyPatch):
    lock = here / "keys" / ".number-marks.lock"
    lock.mkdir()  # also root cannot open it as a file
    ended = issued(here)
    assert ended.status == 1 and says("marks_not_written", ended.err)
    lock.rmdir()
    assert issued(here).status == 0


def test_backup_too_old(here):
    backed_up(here)
    run_here(settings_of(here), "life", "sweep")
    later = datetime.now(UTC) + BACKUP_TOO_OLD + timedelta(minutes=1)
    assert "backup_too_old" in reasons(here, later)
    assert "backup_too_old" not in reasons(here)
