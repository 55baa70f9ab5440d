"""Administrators see who is signed in on which device, and end sessions of others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from people import CLIENT

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import SessionFilter
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.sessions import IDLE_MINUTES
from licence_qr.store.register import history, traces

PASSWORD = "only-for-these-tests"
PEOPLE = {
    "admin": ("baishiyi", Role.ADMIN),
    "head": ("baishiyi", Role.SUPERVISOR),
    "wang": ("baishiyi", Role.CLERK),
    "li": ("bafu", Role.CLERK),
}


@pytest.fixture
def people(services: Services, now: datetime) -> dict[str, Actor]:
    for name, (office, role) in PEOPLE.items():
        services.accounts.create(name, f"{name}（示例）", office, frozenset({role}), PASSWORD, now)
    found = {name: services.accounts.user(name) for name in PEOPLE}
    return {name: actor for name, actor in found.items() if actor}


def sign_in(services: Services, name: str, now: datetime) -> str:
    return services.sign_in.sign_in(name, PASSWORD, CLIENT, now, device_words="Firefox · Linux")


def code(do, *args) -> str:
    with pytest.raises(LicenceQRError) as refused:
        do(*args)
    return refused.value.code


def test_the_list_names_account_device_and_network(services: Services, people: dict[str, Actor], now: datetime) -> None:
    for name in ("wang", "li", "admin"):
        sign_in(services, name, now)
    found = services.staff_sessions.list(people["admin"], SessionFilter(), 1, now)
    told = {(line.account.username, line.session.device, line.session.network, line.mine) for line in found.lines}
    network = "192.0.2.7"
    assert told == {(name, "Firefox · Linux", network, name == "admin") for name in ("wang", "li", "admin")}
    selected = {
        "text": SessionFilter(text="wan"),
        "office": SessionFilter(office="baishiyi", text="wang"),
        "person": SessionFilter(person_id=people["wang"].person_id),
    }
    for wanted in selected.values():
        [line] = services.staff_sessions.list(people["admin"], wanted, 9, now).lines
        assert line.account.username == "wang"


def test_a_supervisor_sees_the_own_office_and_ends_nothing(
    services: Services, people: dict[str, Actor], now: datetime
) -> None:
    sign_in(services, "wang", now)
    sign_in(services, "li", now)
    [line] = services.staff_sessions.list(people["head"], SessionFilter(office="bafu"), 1, now).lines
    assert line.account.username == "wang"
    assert code(services.staff_sessions.end, people["head"], line.session.session_id, now) == "role_not_allowed"
    assert code(services.staff_sessions.list, people["wang"], SessionFilter(), 1, now) == "role_not_allowed"


def test_what_is_over_is_not_listed(services: Services, people: dict[str, Actor], now: datetime) -> None:
    token = sign_in(services, "wang", now)
    sign_in(services, "li", now)
    services.sessions.sign_out(token, now)
    idle = now + timedelta(minutes=IDLE_MINUTES, seconds=1)
    assert services.staff_sessions.list(people["admin"], SessionFilter(), 1, now).total == 1
    assert services.staff_sessions.list(people["admin"], SessionFilter(), 1, idle).total == 0


def test_one_session_is_ended_and_then_all(services: Services, people: dict[str, Actor], now: datetime) -> None:
    tokens = [sign_in(services, "wang", now) for _ in range(3)]
    wanted, admin = SessionFilter(person_id=people["wang"].person_id), people["admin"]
    device = services.sign_in.known_device(people["wang"], None, now)
    first = services.staff_sessions.list(admin, wanted, 1, now).lines[0].session.session_id
    assert services.staff_sessions.end(admin, first, now)
    assert not services.staff_sessions.end(admin, first, now)
    assert services.staff_sessions.end_all(admin, people["wang"].person_id, now) == 2
    assert [services.sessions.holder(token, now) for token in tokens] == [None] * 3
    assert services.sign_in.known_device(people["wang"], device, now).generation == device.generation + 1
    with services.database.read() as tx:
        rows = [*history.everything(tx), *traces.everything(tx)]
    ended = [row for row in rows if row["event"] in {"session_ended", "devices_forgotten"}]
    assert len(ended) == 3
    assert {(row["subject"], row["actor"]) for row in ended} == {(f"account/{people['wang'].user_id}", "admin")}


def test_nobody_ends_their_own_here(services: Services, people: dict[str, Actor], now: datetime) -> None:
    sign_in(services, "admin", now)
    admin = people["admin"]
    [line] = services.staff_sessions.list(admin, SessionFilter(), 1, now).lines
    assert code(services.staff_sessions.end, admin, line.session.session_id, now) == "own_account"
    assert code(services.staff_sessions.end_all, admin, admin.person_id, now) == "own_account"
    assert code(services.staff_sessions.end, admin, "no such session", now) == "thing_not_found"


def test_the_export_is_recorded(services: Services, people: dict[str, Actor], now: datetime) -> None:
    sign_in(services, "wang", now)
    [line] = services.staff_sessions.export(people["admin"], SessionFilter(), now)
    assert line.account.username == "wang"
    with services.database.read() as tx:
        assert "export/sessions.csv" in [row["subject"] for row in traces.everything(tx)]


def test_on_the_machine_itself_all_sessions_of_a_person_are_listed_and_ended(
    services: Services, people: dict[str, Actor], now: datetime
) -> None:
    key, token = people["wang"].person_id, sign_in(services, "wang", now)
    sign_in(services, "li", now)
    [line] = services.staff_sessions.of_person(key, now)
    assert (line.account.username, line.mine) == ("wang", False)
    assert services.staff_sessions.end_all_of(key, AT_THE_MACHINE, now) == 1
    assert services.staff_sessions.of_person(key, now) == ()
    assert services.sessions.holder(token, now) is None
    assert code(services.staff_sessions.of_person, 999, now) == "thing_not_found"
