"""``licence-qr init`` on registers of earlier states: upgrades and fills nothing, or shows what is there, as asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from old_installations import REGISTERS, WITHOUT_RULES, Unpack, environ_of

from licence_qr.cli.main import main
from licence_qr.services.demonstration.data import businesses as businesses_of_today
from licence_qr.store.database.migrations import NAMES
from licence_qr.store.database.sqlite import sqlite3

# What a filling or a top-up would add to.
FILLED = ("entities", "permits", "codes", "history", "users", "issued_applications")


class Ended(NamedTuple):
    """How ``licence-qr init`` ended, and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def init(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs ``licence-qr init`` in the installation of a folder; an exception that escapes fails the test."""

    def run(folder: Path, *arguments: str) -> Ended:
        for name, value in environ_of(folder).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["licence-qr", "init", *arguments])
        status: int | str | None = 0
        try:
            main()
        except SystemExit as leave:
            status = leave.code
        said = capsys.readouterr()
        assert isinstance(status, int | None)
        return Ended(status or 0, said.out, said.err)

    return run


def counted(register: Path) -> dict[str, int]:
    """How many rows the tables have that a filling writes to."""
    db = sqlite3.connect(register)
    found = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in FILLED}  # noqa: S608
    db.close()
    return found


def files(folder: Path) -> dict[Path, bytes]:
    """Every file of an installation with what is in it."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each register is upgraded in ``test_old_registers``; of the commands the short form asks some, make campaign all."""
    if metafunc.function in {
        test_init_alone_upgrades_and_fills_nothing,
        test_a_demonstration_of_an_earlier_release_is_shown_each_time_and_its_businesses_stay,
    }:
        asked = REGISTERS if metafunc.config.getoption("--campaign") else sorted({*REGISTERS[::6], *REGISTERS[-2:]})
        metafunc.parametrize("name", asked)


@pytest.mark.campaign
def test_init_alone_upgrades_and_fills_nothing(name, unpack: Unpack, init):
    register = unpack(name).settings.register_path
    before = counted(register)
    ended = init(register.parents[1])
    assert (ended.status, ended.err) == (0, "")
    assert str(register) in ended.out and "demonstration" not in ended.out
    assert counted(register) == before | {"history": before["history"] + 1}  # that it was upgraded, and by whom
    assert not (register.parent / "demonstration").exists()
    db = sqlite3.connect(register)
    assert set(NAMES) == {row[0] for row in db.execute("SELECT name FROM _sqlite_migrations")}
    db.close()


@pytest.mark.campaign
def test_a_demonstration_of_an_earlier_release_is_shown_each_time_and_its_businesses_stay(name, unpack: Unpack, init):
    old = unpack(name)
    folder = old.settings.home.parent
    businesses = ("entities", "permits", "codes", "issued_applications")
    before = {table: number for table, number in counted(old.settings.register_path).items() if table in businesses}
    first = init(folder, "--demonstration")
    assert (first.status, first.err) == (0, "")
    once = counted(old.settings.register_path)
    again = init(folder, "--demonstration")
    assert again == first and counted(old.settings.register_path) == once
    assert {table: once[table] for table in businesses} == before
    assert f"{old.settings.address}/c/{old.cards['in-force']['digits']}\n" in first.out
    assert (
        "  decider " in first.out
        and str(old.settings.home / "demonstration" / "codes" / "01-in-force.png") in first.out
    )
    complete = {business.slug for business in businesses_of_today()} <= set(old.cards)
    assert ("This demonstration register was filled by an earlier release" in first.out) is not complete
    assert ("由较早的版本填入" in first.out) is not complete


@pytest.mark.parametrize("name", [REGISTERS[0], WITHOUT_RULES])
def test_a_real_register_of_an_earlier_release_refuses_a_demonstration_and_stays_as_it_is(name, unpack: Unpack, init):
    old = unpack(name)
    db = sqlite3.connect(old.settings.register_path)
    db.execute("UPDATE register_facts SET value = 'production' WHERE name = 'kind'")
    db.commit()
    db.close()
    before = files(old.settings.home.parent)
    ended = init(old.settings.home.parent, "--demonstration")
    assert (ended.status, ended.out) == (1, "")
    assert (
        "[demonstration_only]" in ended.err and "正式库" in ended.err and "cannot hold demonstration data" in ended.err
    )
    assert files(old.settings.home.parent) == before
