"""The examples for nginx and Caddy, run in front of a program that is down, and of one that tells what it was told."""

from __future__ import annotations

import http.client
import json
import os
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from licence_qr.services.keys.lan_certificate import lan_certificate

PROXY = Path(__file__).parents[2] / "deploy" / "proxy"
HERE = "127.0.0.1"
FORGED = {"X-Forwarded-For": "192.0.2.99", "X-Forwarded-Proto": "gopher"}


class Proxy(NamedTuple):
    """A proxy that runs: where it listens, whether by TLS, and where it looks for the program."""

    port: int
    tls: bool
    behind: int

    def ask(self, path: str, headers: dict[str, str] | None = None, body: bytes | None = None):
        """Status, headers and text of an answer."""
        trusting = ssl._create_unverified_context()  # noqa: S323 - the certificate is of this test
        connection = (
            http.client.HTTPSConnection(HERE, self.port, context=trusting)
            if self.tls
            else http.client.HTTPConnection(HERE, self.port)
        )
        try:
            connection.request("POST" if body else "GET", path, body, {"Host": "ym.example.gov.cn"} | (headers or {}))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server((HERE, 0)) as probe:
        return int(probe.getsockname()[1])


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx_command(folder: Path, port: int, behind: int) -> list[str | Path]:
    """nginx with the example as it stands, but for ports and paths that are this test's."""
    certificate, key = lan_certificate(folder, ("ym.example.gov.cn",), datetime.now(UTC))
    example = replaced(
        (PROXY / "nginx.conf").read_text(encoding="utf-8"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen {HERE}:{free_port()};"),
        ("listen 443 ssl", f"listen {HERE}:{port} ssl"),
        ("/etc/ssl/licence-qr/fullchain.pem", str(certificate)),
        ("/etc/ssl/licence-qr/key.pem", str(key)),
        ("/usr/share/licence-qr", str(PROXY)),
        (f"{HERE}:8000", f"{HERE}:{behind}"),
    )
    (folder / "licence-qr.conf").write_text(example, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    whole = f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n"
    (folder / "nginx.conf").write_text(f"{whole}{places}  include {folder}/licence-qr.conf;\n}}\n", encoding="utf-8")
    return ["nginx", "-c", folder / "nginx.conf"]


def caddy_command(folder: Path, port: int, behind: int) -> list[str | Path]:
    """Caddy with the example as it stands, but without TLS, whose certificates it would fetch."""
    example = replaced(
        (PROXY / "Caddyfile").read_text(encoding="utf-8"),
        ("{\n\tservers", "{\n\tadmin off\n\tservers"),
        ("\nym.example.gov.cn {", f"\nhttp://ym.example.gov.cn:{port} {{"),
        ("/usr/share/licence-qr", str(PROXY)),
        (f"{HERE}:8000", f"{HERE}:{behind}"),
    )
    (folder / "Caddyfile").write_text(example, encoding="utf-8")
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


@contextmanager
def running(make: Callable[[Path, int, int], list[str | Path]], folder: Path, *, tls: bool) -> Iterator[Proxy]:
    port, behind = free_port(), free_port()
    command = make(folder, port, behind)
    environ = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(command, env=environ, stdout=said, stderr=said)
    try:
        while True:
            assert process.poll() is None, (folder / "said").read_text()
            with suppress(ConnectionRefusedError):
                socket.create_connection((HERE, port)).close()
                break
            select.select([], [], [], 0.01)
        yield Proxy(port, tls, behind)
    finally:
        process.terminate()
        process.wait()


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
