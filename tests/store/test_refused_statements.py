"""What somebody writes to the register by hand, over a connection with nothing set, is refused by the register itself, which
names the rule. A filled demonstration, so that each statement finds rows."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from licence_qr.bootstrap import Services
from licence_qr.store.database.rules.every import TABLES
from licence_qr.store.database.sqlite import sqlite3

STATEMENTS = tomllib.loads((Path(__file__).parents[1] / "data" / "refused_statements.toml").read_text())["statement"]


@pytest.fixture(scope="module")
def filled(
    demonstration: Services,
    tmp_path_factory: pytest.TempPathFactory,
    make_services: Callable[[Path], Services],
    now: datetime,
) -> Path:
    """A filled register with its accounts, and what happened after; every test leaves it as it is."""
    demonstration.database.close()
    folder = tmp_path_factory.mktemp("refused") / "copy"
    shutil.copytree(demonstration.settings.home.parent, folder)
    services = make_services(folder)
    made = services.demonstration_register
    made.open_accounts({each.username: "only-for-these-tests" for each in made.wanted_accounts()}, now)
    services.demonstration_since.perform(now)
    services.database.write_back()
    return services.settings.register_path


@pytest.fixture
def register(filled: Path) -> Iterator[sqlite3.Connection]:
    """A connection as the shell of SQLite opens one: no foreign keys, triggers not recursive."""
    with closing(sqlite3.connect(filled, isolation_level=None)) as opened:
        opened.execute("BEGIN")
        yield opened
        opened.execute("ROLLBACK")


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda each: each["rule"])
def test_the_register_refuses_it_and_names_the_rule(register, statement):
    if "before" in statement:
        register.execute(statement["before"])
    with pytest.raises(sqlite3.IntegrityError, match=rf"\b{statement['rule']}\b"):
        register.execute(statement["refused"])


def test_every_rule_against_a_row_written_over_another_holds_with_recursive_triggers_too(register):
    register.execute("PRAGMA recursive_triggers = ON")
    for statement in (each for each in STATEMENTS if "REPLACE INTO" in each["refused"]):
        register.execute("SAVEPOINT one")
        register.execute(statement.get("before", "SELECT 1"))
        with pytest.raises(sqlite3.IntegrityError):
            register.execute(statement["refused"])
        register.execute("ROLLBACK TO one")


def test_the_rules_of_every_table_that_keeps_something_are_tried(register):
    tried = {each["rule"] for each in STATEMENTS}
    keeping = {each.name for each in TABLES if each.refusals}
    untried = {name for name in keeping if not any(rule.startswith(f"{name}_") for rule in tried)}
    assert untried == {
        "published_status_list", "identity_bindings", "rating_invitations", "refusals", "totp_secrets",
        "factor_resets", "credit_entries", "follow_ups", "inspection_photos", "rating_events",
    }  # fmt: skip
