"""An old register that breaks a rule is not upgraded and not changed, and row and rule are told; mended, it is upgraded."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from old_installations import REGISTERS, WITHOUT_RULES, Unpack

from licence_qr.errors import RegisterError
from licence_qr.preparation import prepare
from licence_qr.store.database.sqlite import sqlite3

# What is written into the register, the table, row and rule that are told, and what puts it right.
BROKEN = {
    "a state that is none": (
        "UPDATE permits SET state = 'banana' WHERE permit_id = 7",
        ("permits", "permit_id=7", "permits_state_is_known"),
        "UPDATE permits SET state = 'effective' WHERE permit_id = 7",
    ),
    "a day that is none": (
        "UPDATE permits SET valid_to = 'soon' WHERE permit_id = 7",
        ("permits", "permit_id=7", "permits_valid_to_is_a_day"),
        "UPDATE permits SET valid_to = '2099-12-31' WHERE permit_id = 7",
    ),
    "a role that is none": (
        "UPDATE users SET roles = 'god' WHERE user_id = 1",
        ("users", "user_id=1", "users_roles_are_known"),
        "UPDATE users SET roles = 'clerk' WHERE user_id = 1",
    ),
    "words for a number": (
        "UPDATE premises SET area_m2 = 'large' WHERE premises_no = 2",
        ("premises", "uscc={} premises_no=2", "premises_area_m2_is_integer"),
        "UPDATE premises SET area_m2 = NULL WHERE premises_no = 2",
    ),
    "premises of nobody": (
        "INSERT INTO premises (uscc, premises_no, address, address_key, region)"
        " VALUES ('91500107M000000000', 3, '', '', '')",
        ("premises", "uscc=91500107M000000000 premises_no=3", "premises_refer_to_entities"),
        "DELETE FROM premises WHERE premises_no = 3",
    ),
}


def held(register: Path) -> list[object]:
    """Everything in a register."""
    with closing(sqlite3.connect(register)) as db:
        made = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        tables = [name for kind, name, _ in made if kind == "table"]
        return [*made, *(db.execute(f"SELECT * FROM {name}").fetchall() for name in tables)]  # noqa: S608


def write(register: Path, statement: str) -> None:
    with closing(sqlite3.connect(register)) as db:
        assert db.execute(statement).rowcount > 0
        db.commit()


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("name", [REGISTERS[0], WITHOUT_RULES])
def test_an_upgrade_stops_at_a_row_that_breaks_a_rule_and_changes_nothing(name, broken, unpack: Unpack):
    old = unpack(name)
    register = old.settings.register_path
    wrong, (table, row, rule), right = BROKEN[broken]
    with closing(sqlite3.connect(register)) as db:
        second = db.execute("SELECT uscc FROM premises WHERE premises_no = 2").fetchone()
    write(register, wrong)
    before = held(register)
    with pytest.raises(RegisterError) as refused:
        prepare(old.settings, old.at, demonstration=False)
    assert refused.value.code == "register_rule_broken"
    assert refused.value.facts == {"table": table, "row": row.format(*second or ()), "rule": rule}
    assert held(register) == before
    write(register, right)
    prepare(old.settings, old.at, demonstration=False)
