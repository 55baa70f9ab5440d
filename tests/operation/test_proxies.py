"""The examples for nginx and Caddy, run in front of a program that is down, and of one that tells what it was told."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from proxies import HERE, PROXY, STANDS_FOR, Proxy, caddy_command, nginx_command, replaced, running

from licence_qr import wording
from licence_qr.errors import LicenceQRError
from licence_qr.web.app import MAX_REQUEST_BYTES

FORGED = {"X-Forwarded-For": "192.0.2.99", "X-Forwarded-Proto": "gopher"}
OPEN_OF_A_NETWORK, FORMS_AT_ONCE = 64, 80  # limit_conn and limit_req of the example for nginx
PAGES = sorted(PROXY.glob("*.html"))


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    make = {"nginx": nginx_command, "caddy": caddy_command}.get(request.param, request.param)
    with running(make, tmp_path_factory.mktemp("proxy"), tls=make != caddy_command) as started:
        yield started


class Program(NamedTuple):
    """What stands behind a proxy: how many requests of /hold it has got, and what lets them be answered."""

    held: threading.Semaphore
    let_go: threading.Event


@pytest.fixture
def program(proxy: Proxy) -> Iterator[Program]:
    """A program behind the proxy that answers with the headers it got, and to a POST with the size of the body."""
    behind = Program(threading.Semaphore(0), threading.Event())

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/hold":
                behind.held.release()
                behind.let_go.wait()
            body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
            self.answer(503 if self.path == "/busy" else 200, body)

        def do_POST(self) -> None:
            self.answer(200, str(len(self.rfile.read(int(self.headers["Content-Length"])))).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HERE, proxy.behind), Told) as server:
        answering = threading.Thread(target=server.serve_forever)
        answering.start()
        yield behind
        behind.let_go.set()
        server.shutdown()
        answering.join()


def test_nginx_and_caddy_find_no_fault_in_their_examples(tmp_path):
    checked = subprocess.run([*nginx_command(tmp_path, 1443, 1800), "-t"], capture_output=True, text=True)
    assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
    command = ["caddy", "validate", "--config", PROXY / "Caddyfile", "--adapter", "caddyfile"]
    environ = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    checked = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("headers", "body"),
    [({}, None), ({}, b"form=a"), ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "Range": "bytes=0-9"}, None)],
    ids=["a page", "a form", "a page known from before"],
)
def test_while_the_program_is_down_a_page_says_so_in_both_languages(proxy, headers, body):
    status, named, page = proxy.ask("/c/123", headers, body)
    assert (status, named["retry-after"], named["cache-control"]) == (503, "60", "no-store")
    assert page == (PROXY / "503.html").read_text(encoding="utf-8")
    assert named["content-type"].startswith("text/html")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_in_both_languages_what_to_do_and_needs_nothing_else(page):
    text = page.read_text(encoding="utf-8")
    style = (PROXY / "503.html").read_text(encoding="utf-8").partition("<style>")[2].partition("</style>")[0]
    assert "请" in text and '<h1 lang="en">' in text
    assert "填写的内容还在" in text and "what you entered is still there" in text
    assert "<script" not in text and "http" not in text and f"<style>{style}</style>" in text


def test_the_program_gets_the_visitors_address_from_the_proxy_alone(proxy, program):
    status, _, told = proxy.ask("/", FORGED)
    got = json.loads(told)
    assert status == 200
    assert got["x-forwarded-for"] == HERE
    assert got["x-forwarded-proto"] == ("https" if proxy.tls else "http")
    assert got["host"] == "ym.example.gov.cn"


def test_what_the_program_itself_refuses_is_shown_as_it_is(proxy, program):
    status, _, told = proxy.ask("/busy")
    assert status == 503 and "x-forwarded-for" in json.loads(told)


def test_metrics_are_not_passed_on(proxy, program):
    status, _, told = proxy.ask("/metrics")
    assert status == 404 and "x-forwarded-for" not in told


def test_as_much_as_the_program_takes_is_passed_on(proxy, program):
    assert proxy.ask("/desk/", body=b"x" * MAX_REQUEST_BYTES)[::2] == (200, str(MAX_REQUEST_BYTES))


def test_more_than_the_program_takes_is_refused_in_the_programs_words(proxy):
    status, named, page = proxy.ask("/desk/", body=b"x" * (MAX_REQUEST_BYTES + 1))
    assert (status, named["cache-control"], named.get("retry-after")) == (413, "no-store", None)
    for language in wording.LANGUAGES:
        said = wording.explain(LicenceQRError("http_413"), language)
        assert said.what.rstrip("。.") in page and said.todo in page


def nginx_in_a_slow_minute(folder: Path, port: int, behind: int) -> list[str | Path]:
    """The example for nginx, but that a form more is let through once a minute: this machine may be slow."""
    command = nginx_command(folder, port, behind)
    example = folder / "licence-qr.conf"
    slower = replaced(example.read_text(encoding="utf-8"), ("rate=20r/s", "rate=1r/m"))
    example.write_text(slower, encoding="utf-8")
    return command


@pytest.mark.parametrize("proxy", [nginx_in_a_slow_minute], indirect=True)
def test_who_sends_forms_without_pause_is_refused_and_who_scans_from_the_same_address_is_not(proxy, program):
    def statuses(path: str, times: int, body: bytes | None = None) -> list[int]:
        return [proxy.ask(path, body=body)[0] for _ in range(times)]

    assert set(statuses("/c/1", 50) + statuses("/static/a/ui/site.css", 50)) == {200}
    forms = statuses("/sign-in", FORMS_AT_ONCE + 10, b"form=a")
    assert 429 in forms[FORMS_AT_ONCE:] and set(forms[:FORMS_AT_ONCE]) == {200}
    assert 429 in statuses("/p/1/report", 3)
    assert set(statuses("/p/1", 3)) == {200}


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_a_64_of_ipv6_is_one_network_that_may_hold_so_many_requests_and_is_told_so(proxy, program):
    opened = [proxy.begin("/hold", {STANDS_FOR: f"2001:db8:7:7::{n:x}"}) for n in range(1, OPEN_OF_A_NETWORK + 1)]
    for _ in opened:
        assert program.held.acquire(timeout=60)
    status, named, page = proxy.ask("/sign-in", {STANDS_FOR: "2001:db8:7:7:ffff::1"})
    assert (status, named["retry-after"]) == (429, "60")
    assert page == (PROXY / "429.html").read_text(encoding="utf-8")
    assert proxy.ask("/c/1", {STANDS_FOR: "2001:db8:7:7:ffff::1"})[0] == 200
    assert proxy.ask("/sign-in", {STANDS_FOR: "2001:db8:7:8::1"})[0] == 200
    assert proxy.ask("/sign-in", {STANDS_FOR: "192.0.2.1"})[0] == 200
    program.let_go.set()
    assert {each.getresponse().status for each in opened} == {200}
    for each in opened:
        each.close()
