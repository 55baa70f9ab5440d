"""A kept answer is given only while the register would still give it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta

import pytest
from public_pages import ADDRESS_OF, prepared_services
from werkzeug.test import EnvironBuilder

from licence_qr.errors import RegisterError, TokenError
from licence_qr.front.answer import Answer, ask
from licence_qr.front.limits import IN_MEMORY_BYTES
from licence_qr.web.app import create_app
from licence_qr.web.public.page_cache import PageCache

ADDRESS = ADDRESS_OF["in_force"]


class Site:
    """An application that counts how often it is asked, a stamp that the test turns, and the cache before them, asked in
    the order in which the front asks."""

    def __init__(self, now: datetime) -> None:
        self.asked = 0
        self.stamp_now: Hashable = "morning"
        self.broken: Exception | None = None
        self.headers = [("Content-Type", "text/html; charset=utf-8")]
        self.status = "200 OK"
        self.during = lambda: None
        self._cache = PageCache(self, "/c/", lambda: now, most=3 * 4096)

    def stamp(self, now: datetime) -> Hashable:
        if self.broken:
            raise self.broken
        return self.stamp_now

    def __call__(self, environ, start_response):
        self.asked += 1
        self.during()
        start_response(self.status, self.headers)
        return [f"{self.asked} {environ['PATH_INFO']} ".encode().ljust(2048)]

    def get(self, path: str, **options) -> bytes:
        environ = EnvironBuilder(path=path, **options).get_environ()
        asked = self._cache.ask(environ)
        if asked and asked.answer:
            return asked.answer.body.rstrip()
        given = ask(self, environ)
        if asked:
            self._cache.keep(asked, given)
        return given.body.rstrip()


@pytest.fixture
def site(now: datetime) -> Site:
    """Whose requests all fall into one minute."""
    return Site(now)


def test_the_same_answer_is_given_until_something_is_written(site: Site) -> None:
    assert {site.get("/c/1") for _ in range(5)} == {b"1 /c/1"}
    site.stamp_now = "after a suspension"
    assert site.get("/c/1") == b"2 /c/1"


def test_an_answer_that_was_being_made_while_something_was_written_is_not_kept(site: Site) -> None:
    def write() -> None:
        site.stamp_now = "after a suspension"
        site.get("/c/2")

    site.during = lambda: site.asked == 1 and write()
    assert site.get("/c/1") == b"2 /c/1"
    assert site.get("/c/1") == b"3 /c/1"


def test_each_address_language_and_form_has_its_own_answer(site: Site) -> None:
    site.get("/c/1")
    site.get("/c/2")
    site.get("/c/1", headers={"Accept-Encoding": "gzip"})
    site.get("/c/1", headers={"Cookie": "lang=en"})
    site.get("/c/1", base_url="https://localhost/")
    assert site.asked == 5


@pytest.mark.parametrize("lang", ["", "lang=en; "])
def test_what_a_request_makes_up_makes_no_answer_of_its_own(site: Site, lang: str) -> None:
    first = site.get("/c/1", headers={"Cookie": f"{lang}session=1"})
    for number in range(20):
        made_up = {
            "Cookie": f"{lang}x={number}; other_lang=zh",
            "Accept": f"text/html;q=0.{number}",
            "X-Any": str(number),
        }
        assert site.get("/c/1", headers=made_up) == first
    assert site.get("/c/1", headers={"Cookie": f"{lang}lang=fr", "Accept-Encoding": "br"}) == first
    assert site.asked == 1


@pytest.mark.parametrize("options", [{"query_string": "lang=en"}, {"headers": {"Accept": "application/json"}}])
def test_what_may_set_a_cookie_or_tells_the_second_is_never_kept(site: Site, options) -> None:
    site.get("/c/1", **options)
    site.get("/c/1", **options)
    site.get("/c/1")
    assert site.asked == 3


def test_one_answer_asked_for_twice_at_once_is_kept_once(site: Site) -> None:
    site.during = lambda: site.asked == 1 and site.get("/c/1")
    for path in ("/c/1", "/c/2", "/c/3", "/c/1"):
        site.get(path)
    assert site.asked == 4


@pytest.mark.parametrize("broken", [RegisterError("register_locked"), TokenError("trust_list_signature")])
def test_nothing_kept_is_shown_when_it_cannot_be_asked(site: Site, broken: Exception) -> None:
    site.get("/c/1")
    site.broken = broken
    assert site.get("/c/1") == b"2 /c/1"


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("404 NOT FOUND", ("Content-Type", "text/html")),
        ("200 OK", ("Content-Type", "application/json")),
        ("200 OK", ("Set-Cookie", "lang=en")),
    ],
)
def test_only_pages_that_set_nothing_are_kept(site: Site, status: str, header) -> None:
    site.status, site.headers = status, [*site.headers[: header[0] != "Content-Type"], header]
    site.get("/c/1")
    site.get("/c/1")
    assert site.asked == 2


def test_other_addresses_and_methods_pass_through(site: Site) -> None:
    for _ in range(2):
        site.get("/p/1")
        site.get("/c/1", method="POST")
    assert site.asked == 4


def test_the_oldest_answer_makes_room(site: Site) -> None:
    for number in (1, 2, 3, 4, 1):
        site.get(f"/c/{number}")
    assert site.asked == 5


def test_an_answer_too_long_for_memory_is_not_kept(now: datetime) -> None:
    cache = PageCache(Site(now), "/c/", lambda: now)
    asked = cache.ask(EnvironBuilder(path="/c/1").get_environ())

    def long(environ, start):
        start("200 OK", [("Content-Type", "text/html")])
        return [b"x" * 1024] * (IN_MEMORY_BYTES // 1024 + 1)

    given = ask(long, {})
    assert asked is not None and given.file is not None
    with given.file:
        cache.keep(asked, given)
    again = cache.ask(EnvironBuilder(path="/c/1").get_environ())
    assert again is not None and again.answer is None


def test_the_application_keeps_its_pages_for_a_minute_with_their_headers(now: datetime) -> None:
    services = prepared_services()
    shown = [now.replace(second=0)]
    app = create_app(services, lambda: shown[-1])
    cache = PageCache(services.lookup, "/c/", lambda: shown[-1])

    def scanned() -> Answer:
        environ = EnvironBuilder(path=ADDRESS).get_environ()
        asked = cache.ask(environ)
        assert asked is not None
        if asked.answer is None:
            cache.keep(asked, ask(app, environ))
        return asked.answer or scanned()

    assert len({scanned().body for _ in range(5)}) == len(services.lookup.scanned) == 1
    shown.append(now.replace(second=59))
    assert len({scanned().body for _ in range(5)}) == len(services.lookup.scanned) == 1
    shown.append(now.replace(second=0) + timedelta(minutes=1))
    headers = dict(scanned().headers)
    assert len(services.lookup.scanned) == 2
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


def test_a_compressed_answer_is_not_given_to_those_who_refuse_it(site: Site) -> None:
    site.get("/c/1", headers={"Accept-Encoding": "gzip"})
    plain = site.get("/c/1")
    assert site.get("/c/1", headers={"Accept-Encoding": "gzip;q=0"}) == plain
    assert site.asked == 2
