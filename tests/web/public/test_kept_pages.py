"""A kept answer is given only while the register would still give it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from public_pages import ADDRESS_OF, prepared_services
from werkzeug.test import Client

from licence_qr.errors import RegisterError, TokenError
from licence_qr.web.app import create_app
from licence_qr.web.public.page_cache import REGISTER_ERROR, PageCache

ADDRESS = ADDRESS_OF["in_force"]


class Counting:
    """An application that counts how often it is asked, and a stamp that the test turns."""

    def __init__(self) -> None:
        self.asked = 0
        self.now: Hashable = "morning"
        self.broken: Exception | None = None
        self.told: object = None
        self.headers = [("Content-Type", "text/html; charset=utf-8")]
        self.status = "200 OK"

    def stamp(self, now: datetime) -> Hashable:
        if self.broken:
            raise self.broken
        return self.now

    def __call__(self, environ, start_response):
        self.asked += 1
        self.told = environ.get(REGISTER_ERROR)
        start_response(self.status, self.headers)
        return [f"{self.asked} {environ['PATH_INFO']} {environ.get('HTTP_COOKIE', '')}".encode()]


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def client(counting: Counting, now: datetime) -> Client:
    """A client whose requests all fall into one minute."""
    return Client(PageCache(counting, counting, "/c/", lambda: now, most=3))


def test_the_same_answer_is_given_until_something_is_written(client: Client, counting: Counting) -> None:
    assert {client.get("/c/1").data for _ in range(5)} == {b"1 /c/1 "}
    counting.now = "after a suspension"
    assert client.get("/c/1").data == b"2 /c/1 "


def test_each_address_language_and_form_has_its_own_answer(client: Client, counting: Counting) -> None:
    client.get("/c/1")
    client.get("/c/2")
    client.get("/c/1?lang=en")
    client.get("/c/1", headers={"Accept-Encoding": "gzip"})
    client.get("/c/1", headers={"Cookie": "lang=en"})
    client.get("/c/1", headers={"Accept": "application/json"})
    assert counting.asked == 6


@pytest.mark.parametrize("broken", [RegisterError("register_locked"), TokenError("trust_list_signature")])
def test_nothing_kept_is_shown_when_it_cannot_be_asked(client: Client, counting: Counting, broken: Exception) -> None:
    client.get("/c/1")
    counting.broken = broken
    assert client.get("/c/1").data == b"2 /c/1 "


def test_the_application_is_told_what_the_register_answered_and_nothing_when_it_answered(
    client: Client, counting: Counting
) -> None:
    locked = RegisterError("register_locked")
    told = []
    for number, counting.broken in enumerate([None, locked, TokenError("trust_list_signature"), None]):
        client.get(f"/c/{number}")
        told.append(counting.told)
    assert told == [None, locked, None, None]


def test_no_visitor_can_say_that_the_register_is_out_of_reach(client: Client, counting: Counting) -> None:
    client.get("/c/1", headers={REGISTER_ERROR: "register_locked"})
    assert counting.told is None


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("404 NOT FOUND", ("Content-Type", "text/html")),
        ("200 OK", ("Content-Type", "application/json")),
        ("200 OK", ("Set-Cookie", "lang=en")),
    ],
)
def test_only_pages_that_set_nothing_are_kept(client: Client, counting: Counting, status: str, header) -> None:
    counting.status, counting.headers = status, [*counting.headers[: header[0] != "Content-Type"], header]
    client.get("/c/1")
    client.get("/c/1")
    assert counting.asked == 2


def test_other_addresses_and_methods_pass_through(client: Client, counting: Counting) -> None:
    for _ in range(2):
        client.get("/p/1")
        client.post("/c/1")
    assert counting.asked == 4


def test_the_oldest_answer_makes_room(client: Client, counting: Counting) -> None:
    for number in (1, 2, 3, 4, 1):
        client.get(f"/c/{number}")
    assert counting.asked == 5


def scanned_by(client: FlaskClient, times: int) -> set[bytes]:
    return {client.get(ADDRESS).data for _ in range(times)}


def test_the_application_keeps_its_pages_for_a_minute_with_their_headers(now: datetime) -> None:
    services = prepared_services()
    shown = [now.replace(second=0)]
    client = create_app(services, lambda: shown[-1]).test_client()
    assert len(scanned_by(client, 5)) == 1
    shown.append(now.replace(second=59))
    assert len(scanned_by(client, 5)) == len(services.lookup.scanned) == 1
    shown.append(now.replace(second=0) + timedelta(minutes=1))
    scanned_by(client, 5)
    assert len(services.lookup.scanned) == 2
    answer = client.get(ADDRESS)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_register_out_of_reach_is_told_even_after_a_good_scan() -> None:
    services = prepared_services()
    client = create_app(services).test_client()
    assert client.get(ADDRESS).status_code == 200
    services.lookup.broken.add("unreachable")
    assert client.get(ADDRESS).status_code == 503
