"""Whatever a visitor opens, nothing is written and nobody who writes is waited for: on no public page, found or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.register import codes
from licence_qr.web.app import create_app
from licence_qr.web.shell.security import PUBLIC

NOBODYS = CodeId(bytes(10)).number
PASSWORD = "only-for-these-tests"


class Wrote(BaseException):
    """Nobody catches it on the way."""


def forbid_writing(patch: pytest.MonkeyPatch) -> None:
    """Let nothing begin to write."""

    def refused(database: Database, wait: float | None = None) -> AbstractContextManager[Transaction]:
        raise Wrote

    patch.setattr(Database, "write", refused)


@dataclass(frozen=True)
class Card:
    """What hangs on a wall, and the code of the slip that was given out with it."""

    number: str
    digits: str
    rating: str


@pytest.fixture
def card(services: Services, make_application: Callable[..., Any], clerk: Actor, now: datetime) -> Card:
    pair: IssuedPair = services.issuance.issue(make_application(), clerk, "key", now)
    rating = services.ratings.invitation(clerk, pair.application_no).code.number
    return Card(pair.code.code_id.number, pair.code.address.rsplit("/", 1)[1], rating)


@pytest.fixture
def list_that_is_due(services: Services, card: Card, now: datetime) -> None:
    """A status list that something has changed since and whose time is over, so that the next has to be signed."""
    services.status_publishing.publish(now - timedelta(hours=5))
    with services.database.write() as tx:
        codes.set_status(tx, 0, 3)


@pytest.fixture
def written_by_somebody(services: Services, card: Card) -> Iterator[None]:
    """Another program that holds the register for writing, as an import does."""
    writer = sqlite3.connect(services.database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    yield
    writer.close()


def addresses(app: Flask, card: Card) -> Iterator[str]:
    """Every public page that is opened by its address, as somebody opens it who has a card, and as somebody who guesses."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC or "GET" not in (rule.methods or ()):
            continue
        named = card.rating if rule.endpoint == "citizen_ratings.rate" else card.number
        for number, digits in ((named, card.digits), (NOBODYS, "1" * 300)):
            values = {"digits": digits} | ({} if rule.endpoint.startswith("citizen_draws.") else {"number": number})
            yield adapter.build(rule.endpoint, {name: values.get(name, "1") for name in rule.arguments})


@pytest.mark.usefixtures("list_that_is_due", "written_by_somebody")
def test_no_public_page_begins_to_write(
    services: Services, card: Card, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(services, lambda: now)
    visitor, statuses = app.test_client(), {}
    forbid_writing(monkeypatch)
    for address in addresses(app, card):
        statuses[address] = visitor.get(address).status_code
    assert len(statuses) > len(PUBLIC) / 2
    found = ["/", f"/p/{card.number}", f"/c/{card.digits}", f"/p/{card.number}/report", f"/rate/{card.rating}"]
    assert [statuses[address] for address in (*found, "/status-list")] == [200] * 6
    missed = [f"/p/{NOBODYS}", f"/p/{NOBODYS}/report", f"/rate/{NOBODYS}", f"/reports/{NOBODYS}"]
    assert [statuses[address] for address in missed] == [404] * 4


@pytest.mark.usefixtures("list_that_is_due")
def test_no_public_page_changes_the_register_or_queues_for_it(services: Services, card: Card, now: datetime) -> None:
    visitor = create_app(services, lambda: now).test_client()
    beside = sqlite3.connect(services.database.path)
    queue = services.database.path.with_name("register.db-queue")

    def seen() -> tuple[Any, ...]:
        return (*beside.execute("PRAGMA data_version").fetchone(), queue.read_bytes(), services.database.stamp())

    before = seen()
    for address in addresses(visitor.application, card):
        visitor.get(address)
        visitor.head(address)
        assert seen() == before, address
    beside.close()


def test_nor_does_one_that_somebody_opens_who_is_signed_in(
    services: Services, card: Card, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page at the desk notes that the session is used; a public one leaves that to the next."""
    services.accounts.create("wang", "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    token = services.sign_in.sign_in("wang", PASSWORD, "192.0.2.7", now)
    app = create_app(services, lambda: now + timedelta(minutes=5))
    staff = app.test_client()
    staff.set_cookie("__Host-session", token)
    with monkeypatch.context() as patch:
        forbid_writing(patch)
        for address in addresses(app, card):
            staff.get(address)
        with pytest.raises(Wrote):
            staff.get("/desk/")


def test_numbers_typed_by_hand_leave_every_kept_page_where_it_is(services: Services, card: Card, now: datetime) -> None:
    app = create_app(services, lambda: now)
    visitor = app.test_client()
    stamp = services.lookup.stamp(now)
    for _ in range(3):
        for address in addresses(app, card):
            visitor.get(address)
    assert services.lookup.stamp(now) == stamp
