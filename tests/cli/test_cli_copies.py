"""``licence-qr backup``, ``restore`` and ``migrate``: what they say, to people and to programs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harmed import APPLICATION, says, settings_of
from program import Ended, run_here
from pyrage import x25519

from licence_qr.bootstrap import Services
from licence_qr.store.database.connections import Database


@pytest.fixture
def here(make_services: Callable[..., Services], tmp_path: Path) -> Path:
    """An installation that has issued a pair; ``identity`` and ``recipient`` are beside it."""
    key = x25519.Identity.generate()
    (tmp_path / "identity").write_text(str(key))
    (tmp_path / "recipient").write_text(f"# the office's\n{key.to_public()}\n")
    make_services(tmp_path, at=datetime.now(UTC)).database.close()
    assert run_here(settings_of(tmp_path), "issue", APPLICATION).status == 0
    return tmp_path


def run(here: Path, *words: object) -> Ended:
    return run_here(settings_of(here), *words)


def backed_up(here: Path, *more: object) -> Ended:
    return run(here, "backup", here / "copies", "--recipients-file", here / "recipient", *more)


def lose_register(here: Path) -> None:
    for path in (here / "var").glob("register.db*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_the_office_learns_what_may_be_missing(here: Path) -> None:
    assert "备份完成" in backed_up(here).out
    lose_register(here)
    ended = run(here, "restore", here / "copies", "--identity", here / "identity")
    assert ended.status == 0, ended.err
    assert "可能已经发出" in ended.out and "May have been given" in ended.out
    assert "status entries" in ended.out
    assert run(here, "check").status == 0


def test_programs_learn_the_same(here: Path) -> None:
    made = json.loads(backed_up(here, "--json").out)
    assert made["new"] == made["objects"] > 1
    lose_register(here)
    told = json.loads(run(here, "restore", here / "copies", "--identity", here / "identity", "--json").out)
    assert told["snapshot"] == made["snapshot"]
    status = next(each for each in told["given_since"] if each["series"] == "status 0")
    assert status["up_to"] - status["above"] == status["at_most"] > 0


def test_private_keys_are_apart_and_come_back_when_asked(here: Path) -> None:
    assert backed_up(here, "--with-private-keys", here / "private.age").status == 0
    names = {path.name for path in (here / "keys").glob("*.pem")}
    assert not any(name in (here / "private.age").read_bytes().decode("latin-1") for name in names)
    for path in (here / "keys").glob("*.pem"):
        path.unlink()
    lose_register(here)
    words = ("--identity", here / "identity", "--private-keys", here / "private.age")
    assert run(here, "restore", here / "copies", *words).status == 0
    assert {path.name for path in (here / "keys").glob("*.pem")} == names
    assert run(here, "issue", APPLICATION).status == 0


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("--with-private-keys", "copies"), "private_keys_not_written", "copies/private.age"),
        (("--with-private-keys", "here", "--passphrase-file", "none"), "passphrase_missing", "none"),
    ],
)
def test_private_keys_that_cannot_be_written_are_told_before_a_backup_is_made(
    here: Path, words: tuple[str, ...], code: str, named: str
) -> None:
    (here / "copies").write_bytes(b"a file, where a folder is wanted")
    places = {"copies": here / "copies" / "private.age", "here": here / "private.age", "none": here / "none"}
    place = ("backup", here / "backups", "--recipients-file", here / "recipient")
    ended = run(here, *place, *(places.get(word, word) for word in words))
    assert ended.status == 1 and says(code, ended.err) and str(here / named) in ended.err
    assert "LICENCE_QR_KEYS" not in ended.err
    assert not (here / "backups").exists()


def test_private_keys_that_cannot_be_read_are_told_before_anything_is_restored(here: Path) -> None:
    """Else the list of what may be missing, which comes once, would have been told to nobody."""
    assert backed_up(here).status == 0
    lose_register(here)
    words = ("restore", here / "copies", "--identity", here / "identity", "--private-keys")
    ended = run(here, *words, here / "none")
    assert ended.status == 1 and str(here / "none") in ended.err
    assert not (here / "var" / "register.db").exists()
    assert run(here, *words[:-1]).status == 0


def test_a_register_put_back_by_hand_goes_on_above_the_marks(here: Path) -> None:
    register = here / "var" / "register.db"
    database = Database(register)
    database.write_back()
    kept = shutil.copy(register, here / "kept.db")
    assert run(here, "issue", APPLICATION).status == 0
    lose_register(here)
    shutil.copy(kept, register)
    ended = run(here, "restore", "--here")
    assert ended.status == 0 and "status entries" in ended.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup", "copies"), "backup_recipient"),
        (("restore",), "restore_from_where"),
        (("restore", "copies", "--here"), "restore_from_where"),
        (("restore", "--here", "--private-keys", "copies"), "restore_from_where"),
        (("restore", "copies", "--identity", "nothing"), "restore_register_here"),
    ],
)
def test_what_is_refused_says_what_to_do(here: Path, words: tuple[str, ...], code: str) -> None:
    ended = run(here, *(here / word if word == "copies" else word for word in words))
    assert ended.status == 1 and says(code, ended.err)


def test_a_backup_is_verified_without_an_installation(here: Path, tmp_path: Path) -> None:
    made = json.loads(backed_up(here, "--json").out)
    elsewhere = tmp_path / "elsewhere"
    words = ("verify-backup", here / "copies", "--identity", here / "identity")
    shown = run_here(settings_of(elsewhere), *words)
    assert shown.status == 0 and "没有发现问题" in shown.out and made["snapshot"] in shown.out
    assert not elsewhere.exists()
    closed = json.loads(run(here, "verify-backup", here / "copies", "--json").out)
    assert (closed["opened"], closed["findings"], closed["snapshot"]) == (False, [], made["snapshot"])
    assert closed["hours_old"] < 1
    next((here / "copies" / "objects").rglob("*.age")).unlink()
    ended = run_here(settings_of(elsewhere), *words)
    assert ended.status == 1 and says("backup_object_damaged", ended.out)
    ended = run(here, "verify-backup", here / "copies", "--json")
    assert ended.status == 1 and json.loads(ended.out)["findings"][0]["code"] == "backup_object_damaged"


def test_a_register_of_this_version_needs_no_upgrade(here: Path) -> None:
    told = json.loads(run(here, "migrate", "--json").out)
    nothing = {"photographs": 0, "encrypted": 0, "lost": 0}
    assert told == {"steps": [], "copy": None, "done": True} | nothing
    assert not list((here / "var").glob("register-before-*"))
