"""Sixteen clients that sign in without pause keep no citizen out, and not the clerk on the device she has used before."""

from __future__ import annotations

import http.client
import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import pytest
from served import Served

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role

PASSWORD = "only-for-these-tests"
CLIENTS = 16


class _From(urllib.request.HTTPHandler):
    """Connects from an address of its own: one network may not hold a whole lane."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._connect = partial(http.client.HTTPConnection, source_address=(address, 0))

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connect, request)


class Visitor:
    """A browser that keeps its cookies."""

    def __init__(self, served: Served, address: str = "127.0.0.1") -> None:
        self.origin = f"http://127.0.0.1:{served.port}"
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(_From(address), urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, last address and page."""
        body = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(self.origin + path, body) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.url, refused.read().decode()

    def sign_in(self, name: str, password: str) -> tuple[int, str]:
        """Status and the address one is led to."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.open("/sign-in")[2])
        if token is None:
            return 503, ""
        return self.open("/sign-in", {"csrf_token": token[1], "username": name, "password": password})[:2]


@contextmanager
def flooded(served: Served, tries: list[int]) -> Iterator[None]:
    """Sixteen clients that try one name after another."""
    ended = threading.Event()

    def go_on(client: int) -> None:
        visitor = Visitor(served, "127.0.2.1")
        while not ended.is_set():
            with suppress(OSError):
                tries.append(visitor.sign_in(f"nobody-{client}-{len(tries)}", "wrong")[0])

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@pytest.mark.campaign
def test_citizens_and_the_clerk_on_her_own_device_are_served_meanwhile(start, rounds) -> None:  # type: ignore[no-untyped-def]
    served: Served = start()
    settings = load_settings({"LICENCE_QR_HOME": str(served.home), "LICENCE_QR_KEYS": str(served.home.parent / "keys")})
    services = build(settings)
    services.accounts.create("wang", "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, datetime.now(UTC))
    services.database.close()
    assert served.wait_until_answered() == 200
    workers = set(served.group())
    clerk, tries = Visitor(served), []
    assert clerk.sign_in("wang", PASSWORD)[1].endswith("/desk/")
    with flooded(served, tries):
        while 429 not in tries:  # until the network of all of them has used up its tries
            assert served.asked("/") == 200
        clerk.cookies.clear(domain="127.0.0.1", path="/", name="session-token")
        for _ in range(rounds(5, 100)):
            assert clerk.sign_in("wang", PASSWORD)[1].endswith("/desk/")
            clerk.cookies.clear(domain="127.0.0.1", path="/", name="session-token")
            assert served.asked("/status-list") == 200
    assert set(tries) <= {403, 429, 503}
    assert set(served.group()) == workers
