"""A register of every earlier state of the schema is upgraded, and its printed cards are answered as they were."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from old_installations import REGISTERS, OldInstallation, Unpack, environ_of, unpacked
from quick_passwords import QUICK

from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.preparation import prepare
from licence_qr.services.register import record
from licence_qr.services.signing.status_entries import status_entries
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database
from licence_qr.store.database.migrations import NAMES, name_today
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.register import codes, history

Upgraded = Callable[[str], OldInstallation]
Build = Callable[[OldInstallation], Services]

EVERY_REGISTER = pytest.mark.parametrize("name", REGISTERS)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    """The installation after ``licence-qr init --demonstration``, upgraded once; for reading and copying only."""

    @cache
    def upgrade(name: str) -> OldInstallation:
        old = unpacked(name, tmp_path_factory.mktemp("upgraded"))
        shutil.copy(old.settings.register_path, before(old))
        prepare(old.settings, old.at, demonstration=True)
        return old

    return upgrade


@pytest.fixture
def copied(upgraded: Upgraded, tmp_path: Path) -> Upgraded:
    """A copy of the upgraded installation, to write to."""

    def copy(name: str) -> OldInstallation:
        old = upgraded(name)
        shutil.copytree(old.settings.home.parent, tmp_path / name)
        return replace(old, settings=load_settings(environ_of(tmp_path / name)))

    return copy


@pytest.fixture
def built(catalogue: Catalogue) -> Iterator[Build]:
    """Builds the services of an upgraded installation, closed in the end."""
    made: list[Services] = []

    def make(old: OldInstallation) -> Services:
        made.append(build(old.settings, hasher=QUICK, catalogue=catalogue))
        return made[-1]

    yield make
    for services in made:
        services.database.close()


def before(old: OldInstallation) -> Path:
    """The register as it was unpacked, beside the installation that was upgraded."""
    return old.settings.home.parent / "before.db"


@cache
def shape_of_a_new_one(folder: Path) -> dict[tuple[str, str], object]:
    """The shape of a register made by this program in ``folder``."""
    Database(folder / "new.db").create_or_upgrade()
    return shape(folder / "new.db")


def steps_of(register: Path) -> set[str]:
    """The steps that a register knows, as they are called now."""
    db = sqlite3.connect(register)
    known = {name_today(name) for (name,) in db.execute("SELECT name FROM _sqlite_migrations")}
    db.close()
    return known


def shape(register: Path) -> dict[tuple[str, str], object]:
    """Its tables with their columns, in any order, and their rules; its indexes and triggers."""
    db = sqlite3.connect(register)
    made: dict[tuple[str, str], object] = {}
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"):
        columns = db.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (name,))
        rules = (sql or "").partition("/* rules */")[2]
        made[kind, name] = (set(columns), rules) if kind == "table" else " ".join((sql or "").split())
    db.close()
    return made


# What older programs made less of: a mark, and a print that was declared void.
SAID_NOW = {"marked-abnormal": "marked", "lost-print-v1": "void_print"}


@EVERY_REGISTER
def test_every_old_card_says_after_the_upgrade_what_it_said_before(name, upgraded: Upgraded, built: Build):
    old = upgraded(name)
    services = built(old)
    said = {card: services.lookup.scan(each["digits"], old.at).verdict.value for card, each in old.cards.items()}
    assert said == {card: SAID_NOW.get(card, each["verdict"]) for card, each in old.cards.items()}
    assert {"all_in_force", "attention", "licence_only", "licence_ended", "dormant", "old_print"} <= set(said.values())
    assert len(said) >= 30


@EVERY_REGISTER
def test_an_upgraded_register_has_the_shape_of_a_new_one(
    name, upgraded: Upgraded, tmp_path_factory: pytest.TempPathFactory
):
    found = shape(upgraded(name).settings.register_path)
    new = shape_of_a_new_one(tmp_path_factory.getbasetemp())
    assert {what: (found.get(what), new.get(what)) for what in found | new if found.get(what) != new.get(what)} == {}


def in_one(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the history; with its private part, where it was written in two."""
    private = json.loads(row.get("private") or "{}")
    sides = {
        side: canonical_json(json.loads(row[side]) | private[side]) for side in ("before", "after") if side in private
    }
    return row | sides | {"reason": private.get("reason", row["reason"])}


@EVERY_REGISTER
def test_old_events_are_read_as_they_were_written_and_new_ones_follow_them(name, copied: Upgraded, built: Build):
    old = copied(name)
    db = sqlite3.connect(before(old))
    rows = db.execute("SELECT * FROM history ORDER BY seq")
    names = [column[0] for column in rows.description]
    written = [dict(zip(names, row, strict=True)) for row in rows]
    db.close()
    services = built(old)
    code = services.demonstration_register.code("in-force")
    with services.database.write() as tx:
        services.coding.issue_code(tx, code.uscc, old.at, AT_THE_MACHINE, "baishiyi", "补发", again=True)
    with services.database.read() as tx:
        read = history.everything(tx)
        salts = [row["salt"] for row in tx.all("SELECT salt FROM history ORDER BY seq")]
    columns = ("seq", "event", "subject", "reason", "before", "after")
    assert [{name: row[name] for name in columns} for row in read[:-1]] == [
        {name: row[name] for name in columns} for row in map(in_one, written)
    ]
    assert read[-1]["event"] == "code_issued" and read[-1]["reason"] == "补发" and "payload" in read[-1]["after"]
    assert salts[:-1] == [row.get("salt") for row in written] and len(salts[-1]) == 32
    past = services.life.state_on(code.uscc, local_date(old.at))
    assert past.entity is not None and past.version == code.version + 1
    assert services.timeline.read(Actor(1, "clerk", "", "baishiyi", frozenset({Role.AUDITOR})), code.uscc).events


def test_nobody_from_before_is_made_to_change_their_password(upgraded: Upgraded, built: Build):
    with built(upgraded(REGISTERS[-1])).database.read() as tx:
        everybody = accounts.everybody(tx)
    assert everybody
    assert not any(user.must_change for user in everybody)


def test_every_step_of_the_schema_but_the_newest_stands_in_a_kept_register(unpack: Unpack):
    kept: set[str] = set()
    for name in REGISTERS:
        kept |= steps_of(unpack(name).settings.register_path)
    missing = tuple(name for name in NAMES if name not in kept)
    assert missing in ((), NAMES[-1:]), "run tools/old_registers.py, so that the state before the new step is kept"


@EVERY_REGISTER
def test_an_old_demonstration_takes_what_it_can_more_than_a_year_later(name, copied: Upgraded, built: Build):
    old = copied(name)
    services = built(old)
    register = services.demonstration_register
    printed = {code.name: code.token for code in register.codes()}
    now = old.at + timedelta(days=400)
    register.open_accounts({each.username: "only-for-these-tests" for each in register.wanted_accounts()}, now)
    assert register.filled()
    services.demonstration_since.perform(now)
    services.demonstration_since.perform(now)
    after = {code.name: code.token for code in register.codes()}
    assert after == printed
    assert register.lacking() == register.size - sum(1 for name in printed if "-v" not in name)


@EVERY_REGISTER
def test_after_the_upgrade_each_print_is_listed_as_what_it_is(name, upgraded: Upgraded, built: Build):
    """Older programs called a void print superseded, and did not list dormancy."""
    old = upgraded(name)
    with built(old).database.read() as tx:
        listed = {}
        for newest in codes.everything_newest(tx):
            business = record.load(tx, newest.uscc)
            for code in codes.everything_of_business(tx, newest.uscc):
                entries = codes.status_block(tx, code)
                wanted = dict(status_entries(code, business, local_date(old.at), entries, newest=newest.version))
                listed[newest.uscc, code.version] = (entries.get(code.status_index, 0), wanted[code.status_index])
    assert {key: said for key, said in listed.items() if said[0] != said[1]} == {}
