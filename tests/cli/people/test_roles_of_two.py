"""Roles that take two people, at the command line: both prove who they are, once there are two who could."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from program import environ
from quick_passwords import QUICK

from licence_qr.bootstrap import Services, build
from licence_qr.cli.main import commands
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role
from licence_qr.errors import LicenceQRError
from licence_qr.store.register import history

PASSWORD = "a quiet morning by the river"
TWO = ("--administrator", "wang", "--second", "zhao")


@pytest.fixture
def services(copied: Path) -> Iterator[Services]:
    """An installation with an administrator of the console, and an auditor whose account somebody opened at the desk."""
    made, now = build(load_settings(environ(copied)), hasher=QUICK), datetime.now(UTC)
    made.accounts.create("wang", "王示例", "baishiyi", frozenset({Role.ADMIN}), PASSWORD, now)
    made.accounts.create("qian", "钱示例", "baishiyi", frozenset({Role.ADMIN}), PASSWORD, now)
    made.accounts.create("li", "李示例", "bafu", frozenset({Role.CLERK}), PASSWORD, now, staff_no="7")
    qian = made.accounts.user("qian")
    assert qian is not None
    made.accounts.acting(qian).create("zhao", "赵示例", "bafu", frozenset({Role.AUDITOR}), PASSWORD, now)
    yield made
    made.database.close()


def run(services: Services, *words: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
    return CliRunner(env=environ(services.settings.home.parent)).invoke(commands, [*words], input=typed)


def refusal(ended: Result) -> str:
    assert isinstance(ended.exception, LicenceQRError)
    return ended.exception.code


def roles(services: Services, username: str) -> frozenset[Role]:
    account = services.accounts.user(username)
    return account.roles if account else frozenset()


def test_a_change_of_roles_takes_two_who_prove_who_they_are(services: Services) -> None:
    asked = ("account", "roles", "li", "--role", "decider")
    assert refusal(run(services, *asked)) == "roles_two_at_console"
    assert refusal(run(services, *asked, *TWO, typed=f"{PASSWORD}\nwrong\n")) == "password_wrong"
    assert roles(services, "li") == {Role.CLERK}
    assert run(services, *asked, *TWO).exit_code == 0
    assert roles(services, "li") == {Role.DECIDER}
    li = services.staff.account("li")
    with services.database.read() as tx:
        [row] = history.of_subject(tx, f"account/{li}", {"roles_changed"})
    assert (row["actor"], row["proposed_by"]) == ("zhao", "wang") and row["device"].startswith("console:")


def test_an_account_with_such_a_role_is_opened_again_by_two(services: Services) -> None:
    assert run(services, "account", "roles", "li", "--role", "decider", *TWO).exit_code == 0
    services.accounts.disable("li", datetime.now(UTC))
    asked = ("account", "enable", "li")
    assert refusal(run(services, *asked)) == "roles_two_at_console"
    assert services.accounts.user("li") is None
    assert run(services, *asked, *TWO).exit_code == 0
    assert roles(services, "li") == {Role.DECIDER}
    li = services.staff.account("li")
    with services.database.read() as tx:
        [row] = history.of_subject(tx, f"account/{li}", {"account_reopened"})
    assert (row["actor"], row["proposed_by"]) == ("zhao", "wang")


def test_what_takes_one_person_asks_nobody(services: Services) -> None:
    assert run(services, "account", "roles", "li", "--role", "supervisor", typed="").exit_code == 0
    assert roles(services, "li") == {Role.SUPERVISOR}


def test_a_new_account_with_such_a_role_takes_them_too(services: Services) -> None:
    words = ("account", "add", "sun", "--name", "孙示例", "--office", "bafu", "--role", "inspector", "--staff-no", "8")
    assert refusal(run(services, *words)) == "roles_two_at_console"
    assert services.accounts.user("sun") is None
    assert run(services, *words, *TWO).exit_code == 0
    assert roles(services, "sun") == {Role.INSPECTOR}
