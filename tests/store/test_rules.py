"""The rules that the register holds: none is forgotten, each says what it should, and all stay when the schema changes."""

from __future__ import annotations

import hashlib
import itertools
from contextlib import closing
from datetime import date, datetime

import pytest

from licence_qr.domain.roles import Role
from licence_qr.store.database.connections import Database
from licence_qr.store.database.migrations import NAMES
from licence_qr.store.database.rules import holding, on_sqlite
from licence_qr.store.database.rules.every import TABLES
from licence_qr.store.database.rules.model import WriteKind, all_of, days, instants, kept, one_of, table
from licence_qr.store.database.sqlite import sqlite3

# The newest step that holds the rules, and what they were when it was written. Whoever changes a rule adds a step, unless no
# release has this one yet.
HELD_BY = ("m042_people_of_cases", "e84d75933537e0f4")
OF_SQLITE_UTILS = "_sqlite_migrations"
# Columns whose name ends as that of a key, and why they name no row of another table.
NO_REFERENCE = {
    "applications.draft_id": "its own key", "reports.form_id": "made by the browser, so that a form is taken once",
    "ratings.form_id": "made by the browser, so that a form is taken once",
    "inspections.inspection_id": "made by the phone", "inspections.permit_id": "kept as received, known or not",
    "commitments.notice_id": "of the catalogue", "codes.code_id": "of all versions, none of which comes first",
    "issued_applications.code_id": "of all versions", "reports.code_id": "kept as received, of any version",
    "passkeys.credential_id": "made by the authenticator",
    "known_devices.device_id": "made for the browser", "import_runs.run_id": "its own key",
    "sessions.session_id": "its own key", "passkey_challenges.session_id": "goes with its time, the session with its own",
    "history.person_id": "0 is nobody; who was joined with another stays written",
    "traces.person_id": "0 is nobody; who was joined with another stays written",
}  # fmt: skip
# Columns named as those that hold a value of an enumeration.
ENUMERATED = {
    "form", "state", "mode", "ended_by", "suspension", "kind", "event", "act", "outcome", "fault", "purpose", "answer",
    "step", "source", "wants", "opened_by", "roles", "had", "wanted", "flags",
}  # fmt: skip
NOT_ENUMERATED = {
    "reports.kind": "of the catalogue",
    "passkey_challenges.purpose": "also a digest of what is confirmed",
}
DATED = ("_on", "_at", "_due", "_to", "_from", "_day", "since", "until", "at", "_seen_at")
NOT_DATED = {
    "throttles.full_at": "microseconds", "passkey_challenges.expires_at": "seconds", "sign_in_steps.expires_at": "seconds",
    "inspection_photos.taken_at": "as the phone sent it", "inspections.device_time": "as the phone sent it",
}  # fmt: skip


@pytest.fixture
def empty(database: Database):
    """A connection to a fresh register."""
    database.close()
    with closing(sqlite3.connect(database.path, isolation_level=None)) as opened:
        yield opened


def tables(register) -> list[str]:
    found = register.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in found if name != OF_SQLITE_UTILS]


def columns(register) -> list[tuple[str, str, bool]]:
    """Table, column, and whether it is the whole key of its table."""
    found = []
    for name in tables(register):
        rows = register.execute(f"PRAGMA table_info({name})").fetchall()
        keys = [row[1] for row in rows if row[5]]
        found += [(name, row[1], keys == [row[1]] and row[2] == "INTEGER") for row in rows]
    return found


def rule_names(name: str) -> set[str]:
    held = next((each for each in TABLES if each.name == name), table(name))
    return {each.name for each in held.checks} | {each.name.removeprefix(f"{name}_") for each in held.refusals}


def test_every_table_is_strict_and_every_rule_is_of_a_table(empty):
    strict = dict(empty.execute("SELECT name, strict FROM pragma_table_list"))
    assert [name for name in tables(empty) if not strict[name]] == []
    assert {each.name for each in TABLES} <= set(tables(empty))
    assert list(holding.not_held(empty.execute)) == []


def test_every_column_of_an_enumeration_allows_its_values_alone(empty):
    free = [
        f"{name}.{column}"
        for name, column, _ in columns(empty)
        if column in ENUMERATED and not {f"{column}_is_known", f"{column}_are_known"} & rule_names(name)
    ]
    assert sorted(free) == sorted(NOT_ENUMERATED)


def test_every_day_and_instant_is_one(empty):
    free = [
        f"{name}.{column}"
        for name, column, _ in columns(empty)
        if (column.endswith(DATED) or f"{name}.{column}" in NOT_DATED)
        and not {f"{column}_is_a_day", f"{column}_is_an_instant"} & rule_names(name)
    ]
    assert sorted(free) == sorted(NOT_DATED)


def test_every_key_of_another_row_refers_to_it(empty):
    referring = {
        (name, row[3]) for name in tables(empty) for row in empty.execute(f"PRAGMA foreign_key_list({name})").fetchall()
    }
    free = [
        f"{name}.{column}"
        for name, column, own in columns(empty)
        if column.endswith("_id") and not own and (name, column) not in referring
    ]
    assert sorted(free) == sorted(NO_REFERENCE)


def test_names_of_rules_are_unique_and_fit_into_every_database():
    checks = [f"{each.name}_{check.name}" for each in TABLES for check in each.checks]
    refusals = [refusal.name for each in TABLES for refusal in each.refusals]
    names = checks + refusals
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > 63] == []


def test_whoever_changes_a_rule_adds_a_step_that_holds_the_rules():
    """Registers that have the step before are upgraded by the new one; without it they would keep the old rules."""
    said = hashlib.sha256(repr(TABLES).encode()).hexdigest()[:16]
    assert (HELD_BY[0] in NAMES, said) == (True, HELD_BY[1]), (
        "end a new step with schema.hold(TABLES), and write it here"
    )


@pytest.mark.parametrize("many", range(len(Role) + 1))
def test_any_roles_together_are_known_and_nothing_else(many):
    with closing(sqlite3.connect(":memory:")) as db:
        check = on_sqlite.condition(all_of("roles", Role).condition)
        asked = f"SELECT {check} FROM (SELECT ? AS roles)"  # noqa: S608
        for roles in itertools.combinations(sorted(Role), many):
            said = ",".join(roles)
            assert db.execute(asked, (said,)).fetchone() == (1,)
            for wrong in (f"{said},god", f"{said} ", f"x{said}", f"{said},", f"{said}s"):
                assert db.execute(asked, (wrong,)).fetchone() == (0,), wrong


@pytest.mark.parametrize(
    ("value", "day", "instant"),
    [
        (None, 1, 1), ("2026-11-30", 1, 0), ("2028-02-29", 1, 0), ("2026-02-29", 0, 0), ("2026-02-30", 0, 0), ("soon", 0, 0),
        ("", 0, 0), ("now", 0, 0), ("2026-1-1", 0, 0), ("20261130", 0, 0), ("2026-11-30 ", 0, 0), ("2460000.5", 0, 0),
        ("2026-11-30T07:00:11.238799+00:00", 0, 1), ("2026-11-30T07:00:11+00:00", 0, 1), ("2026-11-30 07:00:11+00:00", 0, 0),
        ("2026-11-30T07:00:11+08:00", 0, 0), ("2026-11-30T25:00:11+00:00", 0, 0), ("2026-11-30T07:00:11", 0, 0),
        ("2026-11-30T23:59:59.999999+00:00", 0, 1), ("2026-02-30T07:00:11+00:00", 0, 0), ("2026-11-30T24:00:00+00:00", 0, 0),
        ("2026-11-30T07:00+00:00", 0, 0), ("2026-11-30T07:00:11 +00:00", 0, 0), ("2026-11-30T07:00:11.5+00:00", 0, 0),
        ("0000-11-30", 0, 0), ("0000-11-30T07:00:11+00:00", 0, 0), ("2026-11-30T07:00:11+00:00\0", 0, 0),
    ],
)  # fmt: skip
def test_what_is_a_day_and_what_an_instant(value, day, instant):
    with closing(sqlite3.connect(":memory:")) as db:
        conditions = ", ".join(on_sqlite.condition(each.condition) for each in (*days("x"), *instants("x")))
        found = db.execute(f"SELECT {conditions} FROM (SELECT ? AS x)", (value,)).fetchone()  # noqa: S608
        assert found == (day, instant)
    if value and day:
        date.fromisoformat(value)
    if value and instant:
        assert datetime.fromisoformat(value).isoformat() == value


def test_every_unique_key_of_a_table_that_keeps_its_rows_stands_in_a_rule(empty):
    """SQLite deletes the row that is in the way of another, without asking what refuses a deletion."""
    missing = []
    for each in TABLES:
        refused = " ".join(refusal.condition for refusal in each.refusals if refusal.kind is WriteKind.INSERT)
        keeps = any(refusal.name.endswith("_replaced") for refusal in each.refusals)
        for index in empty.execute(f"PRAGMA index_list({each.name})").fetchall() if keeps else ():
            named = [row[2] for row in empty.execute(f"PRAGMA index_info({index[1]})").fetchall()]
            if index[2] and " AND ".join(f"{column} = NEW.{column}" for column in named) not in refused:
                missing.append((each.name, named))
    assert missing == []


def test_the_text_of_a_table_is_taken_apart_at_its_columns_and_keys():
    text = "CREATE TABLE x (a TEXT, b INTEGER CHECK (b IN (1, 2)), PRIMARY KEY (a, b), /* rules */ CHECK (c)) STRICT"
    assert list(on_sqlite.parts(text)) == ["a TEXT", "b INTEGER CHECK (b IN (1, 2))", "PRIMARY KEY (a, b)"]


@pytest.fixture
def made():
    """A small database with rules: a table with a key that counts, as ``history`` has, and a row that is gone."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("CREATE TABLE things (thing_id INTEGER PRIMARY KEY AUTOINCREMENT, role TEXT NOT NULL, big BIGINT)")
        db.execute("CREATE INDEX things_by_role ON things (role)")
        db.execute("INSERT INTO things (role) VALUES ('clerk'), ('admin')")
        db.execute("DELETE FROM things WHERE thing_id = 2")
        holding.hold(db.execute, (RULES,))
        yield db


RULES = table(
    "things",
    (
        one_of("role", Role),
        days("done_on"),
        kept("things", ("thing_id",)),
    ),
)


def test_keys_go_on_and_indexes_stay_when_a_table_is_written_anew(made):
    made.execute("INSERT INTO things (role, big) VALUES ('clerk', 1 << 40)")
    assert made.execute("SELECT thing_id, role, big FROM things").fetchall() == [
        (1, "clerk", None),
        (3, "clerk", 1 << 40),
    ]
    assert made.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall() == [("things_by_role",)]


def test_keys_go_on_where_all_rows_are_gone(made):
    holding.hold(made.execute, (table("things"),))
    made.execute("DELETE FROM things")
    holding.hold(made.execute, (RULES,))
    made.execute("INSERT INTO things (role) VALUES ('clerk')")
    assert made.execute("SELECT thing_id FROM things").fetchall() == [(3,)]


def test_a_later_step_adds_a_column_and_holds_its_rules_too(made):
    made.execute("ALTER TABLE things ADD COLUMN done_on TEXT")
    made.execute("UPDATE things SET done_on = 'soon'")
    with pytest.raises(Exception, match="things_done_on_is_a_day"):
        holding.hold(made.execute, (RULES,))
    made.execute("UPDATE things SET done_on = '2026-11-30'")
    holding.hold(made.execute, (RULES,))
    with pytest.raises(sqlite3.IntegrityError, match="things_done_on_is_a_day"):
        made.execute("UPDATE things SET done_on = 'soon'")
    with pytest.raises(sqlite3.IntegrityError, match="things_role_is_known"):
        made.execute("UPDATE things SET role = 'god'")


def test_rules_that_are_taken_back_hold_no_more(made):
    holding.hold(made.execute, (table("things"),))
    made.execute("UPDATE things SET role = 'god'")
    made.execute("DELETE FROM things")


def test_a_table_that_somebody_put_beside_them_is_left_as_it_is(made):
    made.execute("CREATE TABLE of_others (x, y VARCHAR)")
    made.execute("INSERT INTO of_others VALUES ('anything', 1)")
    made.execute('CREATE VIRTUAL TABLE "to search" USING fts5(words)')
    made.execute("CREATE TRIGGER \"some 'body's\" AFTER INSERT ON things BEGIN SELECT 1; END")
    holding.hold(made.execute, (RULES,))
    assert made.execute("SELECT * FROM of_others").fetchall() == [("anything", "1")]
    assert list(holding.not_held(made.execute, (RULES,))) == []


def test_refusals_are_about_one_change_each():
    assert {refusal.kind for each in TABLES for refusal in each.refusals} == set(WriteKind)
