"""Who a command is recorded as: the system user, on behalf of whom and why, and never the account of somebody else."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from commands import DATA, EXAMPLES
from program import environ

from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Role
from licence_qr.errors import InputError
from licence_qr.process.system_user import system_user
from licence_qr.services.businesses.history import History
from licence_qr.store.register import history

HERE = f"console:{system_user()}"
CLERK, WHY = "clerk-jinfeng", "窗口停电，代为录入"
EXAMPLE = EXAMPLES / "company.toml"


def opened(folder: Path) -> Services:
    return build(load_settings(environ(folder)))


def new_events(folder: Path, before: int = 0) -> list[dict[str, Any]]:
    with opened(folder).database.read() as tx:
        return [row for row in history.everything(tx) if row["seq"] > before]


def last(folder: Path) -> int:
    return int(new_events(folder)[-1]["seq"])


def read_by(folder: Path, username: str, uscc: str) -> History:
    services = opened(folder)
    reader = services.accounts.user(username)
    assert reader is not None
    return services.timeline.read(reader, uscc)


def test_what_is_issued_is_the_system_users_and_says_for_whom_and_why(copied, run, tmp_path):
    before = last(copied)
    ended = run(copied, "issue", EXAMPLE, "--on-behalf-of", CLERK, "--reason", WHY, "--json", "--out", tmp_path / "out")
    assert ended.status == 0
    written = new_events(copied, before)
    assert {(row["actor"], row["on_behalf_of"], row["reason"]) for row in written} == {(HERE, CLERK, WHY)}
    shown = read_by(copied, CLERK, json.loads(ended.out)["uscc"]).events
    clerk = opened(copied).accounts.user(CLERK)
    assert shown and clerk is not None
    for event in shown:
        assert event.by is not None and event.by.behalf is not None
        assert (event.by.name.zh, event.by.behalf.zh, event.reason) == (HERE, clerk.display_name, WHY)


def test_without_anybody_it_is_the_system_user_alone(copied, run):
    before = last(copied)
    assert run(copied, "issue", EXAMPLE).status == 0
    assert {(row["actor"], row["on_behalf_of"], row["person_id"]) for row in new_events(copied, before)} == {
        (HERE, "", 0)
    }


def test_nobody_issues_as_somebody_else(copied, run):
    """THREATS.md, V7: ``issue FILE --as clerk-xiyong`` without a password made the clerk answer for it."""
    before = last(copied)
    ended = run(copied, "issue", EXAMPLE, "--as", CLERK)
    assert ended.status == 1
    assert "[option_as_gone]" in ended.err
    assert "--on-behalf-of 用户名 --reason 理由" in ended.err and "--on-behalf-of USERNAME --reason TEXT" in ended.err
    assert last(copied) == before


@pytest.mark.parametrize(
    "given", [("--on-behalf-of", CLERK), ("--reason", WHY), ("--on-behalf-of", CLERK, "--reason", " ")]
)
def test_for_whom_and_why_are_told_together(copied, run, given):
    before = last(copied)
    ended = run(copied, "issue", EXAMPLE, *given)
    assert (ended.status, "[behalf_incomplete]" in ended.err) == (1, True)
    assert last(copied) == before


def test_every_command_that_writes_is_recorded_as_the_system_user(copied, run):
    before = last(copied)
    commands = (
        ("account", "add", "new-clerk", "--name", "新人（示例）", "--office", "baishiyi", "--role", "clerk"),
        ("account", "password", "new-clerk"),
        ("account", "disable", "new-clerk"),
        ("keys", "new", "status"),
        ("import", DATA / "market_licences.csv", DATA / "health_permits.xlsx"),
    )
    for command in commands:
        ended = run(copied, *command)
        assert ended.status == 0, ended.err
    written = new_events(copied, before)
    kinds = {EventKind.ACCOUNT_OPENED, EventKind.PASSWORD_SET, EventKind.ACCOUNT_CLOSED, EventKind.KEY_ADDED}
    assert kinds | {EventKind.LICENCE_IMPORTED} <= {row["event"] for row in written}
    assert {row["actor"] for row in written} == {HERE}


def test_an_absence_is_recorded_as_the_system_users_for_whoever_may_record_it(copied, run):
    before, days = last(copied), ("--from", "2099-01-01", "--to", "2099-01-02", "--substitute", "nobody")
    person = opened(copied).accounts.user(CLERK)
    assert person is not None
    enter = ("person", "absence", "enter", person.person_id, *days, "--reason", WHY, "--on-behalf-of")
    refused = run(copied, *enter, "clerk-xiyong")
    assert (refused.status, "[role_not_allowed]" in refused.err, last(copied)) == (1, True, before)
    assert run(copied, *enter, CLERK).status == 0
    [row] = new_events(copied, before)
    assert (row["event"], row["actor"], row["on_behalf_of"]) == ("absence_entered", HERE, CLERK)


def test_no_account_can_have_a_name_like_that(copied, now):
    with pytest.raises(InputError) as refused:
        opened(copied).accounts.create(HERE, "示例", "baishiyi", frozenset({Role.CLERK}), "only-for-these-tests", now)
    assert refused.value.code == "username_form"


def test_whom_sudo_names_is_believed_under_root_alone(monkeypatch):
    own, other = pwd.getpwuid(os.getuid()).pw_name, "daemon"
    for number, named, expected in (
        (0, other, other),
        (0, "nobody-of-that-name", "root"),
        (1, other, "daemon"),
        (1, "root", "daemon"),
    ):
        monkeypatch.setattr(os, "getuid", lambda number=number: number)
        monkeypatch.setenv("SUDO_USER", named)
        assert system_user() == expected
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert system_user() == "4000000000"
    monkeypatch.undo()
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert system_user() == own
