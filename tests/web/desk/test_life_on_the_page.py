"""What an office does is on the public page with the next look at it, whichever process did it, and in the status list."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from quick_passwords import QUICK

from licence_qr.bootstrap import Services, build
from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.register import codes, permits
from licence_qr.web.app import create_app

DECIDER = Actor(9, "decider", "审批员", "baishiyi", frozenset({Role.CLERK, Role.DECIDER}))


@pytest.fixture
def issued(tmp_path: Path, make_services: Any, make_application: Any) -> Iterator[tuple[Services, Any]]:
    """A register of today, because the pages ask the real clock, and a hotel in it."""
    now = datetime.now(UTC)
    services = make_services(tmp_path / "installation", at=now)
    pair = services.issuance.issue(make_application(at=now), DECIDER, "key", now)
    yield services, pair
    services.database.close()


@pytest.fixture
def visitor(issued: tuple[Services, Any]) -> FlaskClient:
    """A browser before the whole application, the layer that keeps answers included."""
    return create_app(issued[0]).test_client()


def elsewhere(services: Services, do: Callable[[Services], object]) -> None:
    """Do something in another process, over connections of its own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            do(build(services.settings, hasher=QUICK))
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def decide(services: Services, uscc: str, act: Act) -> None:
    with services.database.write() as tx:
        services.life.perform_within(tx, request_of_permit(tx, uscc, act), datetime.now(UTC))


def request_of_permit(tx: Any, uscc: str, act: Act) -> ActRequest:
    key = permits.of_business(tx, uscc)[0].permit_id
    return ActRequest(Subject(uscc, key), act, Grounds("查实", "", "一号"), DECIDER)


def told(visitor: FlaskClient, path: str) -> tuple[str, str]:
    """The page and the facts of a print."""
    page = visitor.get(path)
    assert page.status_code == 200
    return page.get_data(as_text=True), visitor.get(path, headers={"Accept": "application/json"}).get_json()["today"]


def test_the_next_look_shows_what_another_process_has_decided(issued, visitor):
    services, pair = issued
    path = urlsplit(pair.code.address).path
    page, today = told(visitor, path)
    assert today == "all_in_force" and told(visitor, path)[0] == page, "kept while nothing happens"
    for act, expected in ((Act.SUSPEND, "attention"), (Act.REINSTATE, "all_in_force"), (Act.REVOKE, "attention")):
        elsewhere(services, lambda other, act=act: decide(other, pair.uscc, act))
        after, today = told(visitor, path)
        assert today == expected and after != page
        page = after


def test_an_old_print_leads_to_the_truth_of_this_moment(issued, visitor):
    services, pair = issued
    path = urlsplit(pair.code.address).path

    def rename(other: Services) -> None:
        change = ActRequest(
            Subject(pair.uscc), Act.CHANGE, Grounds("申请"), DECIDER, LicenceChange(name="新名宾馆有限公司")
        )
        other.life.perform(DECIDER, change, datetime.now(UTC))

    told(visitor, path)
    elsewhere(services, rename)
    page = visitor.get(path).get_data(as_text=True)
    facts = visitor.get(path, headers={"Accept": "application/json"}).get_json()
    assert (facts["verdict"], facts["today"], facts["newest_version"]) == ("old_print", "all_in_force", 2)
    assert "新名宾馆有限公司" in page and "测试1号宾馆有限公司" not in page


def test_the_published_list_turns_in_both_prints(issued):
    services, pair = issued
    change = ActRequest(
        Subject(pair.uscc), Act.CHANGE, Grounds("申请"), DECIDER, LicenceChange(name="新名宾馆有限公司")
    )
    services.life.perform(DECIDER, change, datetime.now(UTC))
    services.status_publishing.publish(datetime.now(UTC))
    decide(services, pair.uscc, Act.SUSPEND)
    now = datetime.now(UTC)
    published = services.status_publishing.publish(now)
    found = verify_status_list(published.signed, services.keys.trust_list(), max(now, published.issued_at))
    with services.database.read() as tx:
        versions = codes.versions_of_business(tx, pair.uscc)
    entries = [[found.value(code.status_index + n) for n in range(2)] for code in versions]
    assert entries == [[0, 2], [3, 2]], "valid and superseded prints, the permit suspended in both"
