"""The examples for nginx and Caddy, run in front of a program that is down, and of one that tells what it was told."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from proxies import HERE, PROXY, Proxy, caddy_command, nginx_command, running

FORGED = {"X-Forwarded-For": "192.0.2.99", "X-Forwarded-Proto": "gopher"}


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    make = {"nginx": nginx_command, "caddy": caddy_command}[request.param]
    with running(make, tmp_path_factory.mktemp(request.param), tls=request.param == "nginx") as started:
        yield started


@pytest.fixture
def program(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy in front of a program that answers with the headers it got."""

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
            self.send_response(503 if self.path == "/busy" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HERE, proxy.behind), Told) as server:
        answering = threading.Thread(target=server.serve_forever)
        answering.start()
        yield proxy
        server.shutdown()
        answering.join()


def test_nginx_and_caddy_find_no_fault_in_their_examples(tmp_path):
    checked = subprocess.run([*nginx_command(tmp_path, 1443, 1800), "-t"], capture_output=True, text=True)
    assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
    command = ["caddy", "validate", "--config", PROXY / "Caddyfile", "--adapter", "caddyfile"]
    environ = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    checked = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert checked.returncode == 0, checked.stderr


def test_while_the_program_is_down_a_page_says_so_in_both_languages(proxy):
    status, headers, page = proxy.ask("/c/123")
    named = {name.lower(): value for name, value in headers.items()}
    assert (status, named["retry-after"], named["cache-control"]) == (503, "60", "no-store")
    assert "请一分钟后再试" in page and "Try again in a minute" in page
    assert "<script" not in page and "http" not in page


def test_the_program_gets_the_visitors_address_from_the_proxy_alone(program):
    status, _, told = program.ask("/", FORGED)
    got = json.loads(told)
    assert status == 200
    assert got["x-forwarded-for"] == HERE
    assert got["x-forwarded-proto"] == ("https" if program.tls else "http")
    assert got["host"] == "ym.example.gov.cn"


def test_what_the_program_itself_refuses_is_shown_as_it_is(program):
    status, _, told = program.ask("/busy")
    assert status == 503 and "x-forwarded-for" in json.loads(told)


def test_metrics_are_not_passed_on(program):
    status, _, told = program.ask("/metrics")
    assert status == 404 and "x-forwarded-for" not in told


def test_more_than_the_program_takes_is_refused_by_the_proxy(proxy):
    with suppress(ConnectionResetError, BrokenPipeError):  # who sends on may not be read any more
        status, _, _ = proxy.ask("/desk/", body=b"x" * (11 * 1024 * 1024 + 1))
        assert status in {413, 503}
