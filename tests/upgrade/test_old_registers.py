"""A register of every earlier state of the schema is upgraded, and its printed cards are answered as they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from old_installations import REGISTERS, OldInstallation, Unpack

from licence_qr.bootstrap import Services, build, prepare
from licence_qr.store.database.connections import Database
from licence_qr.store.database.migrations import NAMES, name_today
from licence_qr.store.database.sqlite import sqlite3


def upgraded(old: OldInstallation, *, demonstration: bool = False) -> Services:
    """The installation after ``licence-qr init``."""
    prepare(old.settings, old.at, demonstration=demonstration)
    return build(old.settings)


def steps_of(register: Path) -> set[str]:
    """The steps that a register knows, as they are called now."""
    db = sqlite3.connect(register)
    known = {name_today(name) for (name,) in db.execute("SELECT name FROM _sqlite_migrations")}
    db.close()
    return known


def shape(register: Path) -> dict[tuple[str, str], object]:
    """Its tables with their columns, in any order, and its indexes and triggers."""
    db = sqlite3.connect(register)
    made: dict[tuple[str, str], object] = {}
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"):
        columns = db.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (name,))
        made[kind, name] = set(columns) if kind == "table" else " ".join((sql or "").split())
    db.close()
    return made


@pytest.mark.parametrize("name", REGISTERS)
def test_every_old_card_says_after_the_upgrade_what_it_said_before(name, unpack: Unpack):
    old = unpack(name)
    services = upgraded(old)
    said = {card: services.lookup.scan(each["digits"], old.at).verdict.value for card, each in old.cards.items()}
    services.database.close()
    assert said == {card: each["verdict"] for card, each in old.cards.items()}
    assert {"all_in_force", "attention", "licence_only", "licence_ended", "dormant", "old_print"} <= set(said.values())
    assert len(said) >= 30


@pytest.mark.parametrize("name", REGISTERS)
def test_an_upgraded_register_has_the_shape_of_a_new_one(name, unpack: Unpack, tmp_path: Path):
    old = unpack(name)
    upgraded(old).database.close()
    Database(tmp_path / "new.db").create_or_upgrade()
    found, new = shape(old.settings.register_path), shape(tmp_path / "new.db")
    assert {what: (found.get(what), new.get(what)) for what in found | new if found.get(what) != new.get(what)} == {}


def test_every_step_of_the_schema_but_the_newest_stands_in_a_kept_register(unpack: Unpack):
    kept: set[str] = set()
    for name in REGISTERS:
        kept |= steps_of(unpack(name).settings.register_path)
    missing = tuple(name for name in NAMES if name not in kept)
    assert missing in ((), NAMES[-1:]), "run tools/old_registers.py, so that the state before the new step is kept"


@pytest.mark.parametrize("name", REGISTERS)
def test_an_old_demonstration_takes_what_it_can_more_than_a_year_later(name, unpack: Unpack):
    old = unpack(name)
    services = upgraded(old, demonstration=True)
    register = services.demonstration_register
    before = {code.name: code.token for code in register.codes()}
    now = old.at + timedelta(days=400)
    register.open_accounts({each.username: "only-for-these-tests" for each in register.wanted_accounts()}, now)
    assert register.filled()
    services.demonstration_since.perform(now)
    services.demonstration_since.perform(now)
    after = {code.name: code.token for code in register.codes()}
    services.database.close()
    assert after == before
    assert register.lacking() == register.size - sum(1 for name in before if "-v" not in name)
