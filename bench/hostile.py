"""Scans while hostile peers do what stopped the service once, against scans in quiet: p99, and how many were refused.

The attacks come from fifty addresses of the loopback network. Turn by turn in one run: quiet, attack, quiet, attack.
"""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bench.bulk import issue_batch, scanned_paths
from bench.installation import environment, installation
from bench.load import SITE, free_port, p99, served

GOAL = 5.0
ROUNDS, SCANS = 3, 400
NETWORKS = 50
FORM = "application/x-www-form-urlencoded"
_SILENT = b"POST /reports/new HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nform=a"
_HALF_HEAD = b"GET / HTTP/1.1\r\nHost: h\r\nX-Half:"

Attack = Callable[[int], AbstractContextManager[None]]


def _connect(port: int, number: int, receive_buffer: int = 0) -> socket.socket:
    peer = socket.socket()
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.bind((f"127.0.1.{1 + number % NETWORKS}", 0))
    peer.connect(("127.0.0.1", port))
    return peer


def _all_send(count: int, data: bytes, receive_buffer: int = 0) -> Attack:
    """``count`` peers that send ``data``, and then nothing and read nothing."""

    @contextmanager
    def attack(port: int) -> Iterator[None]:
        peers = [_connect(port, number, receive_buffer) for number in range(count)]
        for peer in peers:
            peer.sendall(data)
        try:
            yield
        finally:
            for peer in peers:
                peer.close()

    return attack


@contextmanager
def _dribble(port: int) -> Iterator[None]:
    """64 peers that send a byte of their body every two seconds."""
    ended = threading.Event()
    peers = [_connect(port, number) for number in range(64)]

    def go_on() -> None:
        while not ended.wait(2):
            for peer in peers:
                with suppress(OSError):
                    peer.sendall(b"a")

    for peer in peers:
        peer.sendall(_SILENT)
    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for peer in peers:
            peer.close()


@contextmanager
def _sign_in_flood(port: int) -> Iterator[None]:
    """16 clients of one address that sign in without pause, each time under another name. A process of their own: here
    they would take the interpreter from who measures."""
    flood = subprocess.Popen([sys.executable, "-c", f"from bench.hostile import flood; flood({port})"])
    try:
        yield
    finally:
        flood.kill()
        flood.wait()


def flood(port: int) -> None:
    """The flood, until killed."""

    def go_on(client: int) -> None:
        for tried in count():
            with suppress(OSError, http.client.HTTPException):
                sign_in(port, f"nobody-{client}-{tried}", "wrong password", "127.0.2.1")

    for number in range(16):
        threading.Thread(target=go_on, args=(number,)).start()


def sign_in(
    port: int, name: str, password: str, address: str, cookies: dict[str, str] | None = None
) -> tuple[int, dict[str, str]]:
    """Sign in on the page, from ``address`` with these cookies: the status, 303 for who gets in, and the cookies then."""
    jar = SimpleCookie(cookies or {})
    connection = http.client.HTTPConnection("127.0.0.1", port, source_address=(address, 0), timeout=60)

    def ask(method: str, body: str = "") -> tuple[int, str]:
        head = {"Cookie": "; ".join(f"{key}={each.coded_value}" for key, each in jar.items())}
        connection.request(method, "/sign-in", body or None, head | ({"Content-Type": FORM} if body else {}))
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            jar.load(line)
        return answer.status, answer.read().decode()

    try:
        status, page = ask("GET")
        if token := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page):
            status, _ = ask("POST", urlencode({"csrf_token": token[1], "username": name, "password": password}))
    finally:
        connection.close()
    return status, {key: each.coded_value for key, each in jar.items()}


def _never_read(path: str) -> Attack:
    return _all_send(50, f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode(), receive_buffer=4096)


def scan(port: int, paths: list[str], scans: int = SCANS) -> tuple[list[float], int]:
    """Milliseconds of each scan, one after another, and how many were not answered with 200."""
    taken, refused = [], 0
    for number in range(scans):
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", f"{paths[number % len(paths)]}?lang=zh", headers={"Accept": "text/html"})
            refused += connection.getresponse().status != 200
        except (OSError, http.client.HTTPException):
            refused += 1
        finally:
            connection.close()
        taken.append(1000 * (time.perf_counter() - start))
    return taken, refused


def attacks(port: int) -> dict[str, Attack]:
    """The attacks by what they are called. Those that never read ask for the largest file of the service at ``port``."""
    largest = max((Path("static") / "vendor").rglob("*.*"), key=lambda path: path.stat().st_size)
    return {
        "500 silent posts": _all_send(500, _SILENT),
        "a byte every two seconds": _dribble,
        "1,600 half-sent heads": _all_send(1600, _HALF_HEAD),
        "16 clients signing in": _sign_in_flood,
        "50 that never read": _never_read(_address_of(port, largest)),
    }


def measure() -> list[dict[str, str | float]]:
    """A row an attack."""
    with tempfile.TemporaryDirectory() as folder:
        services = installation(Path(folder))
        issue_batch(services)
        paths = scanned_paths(services)
        settings = replace(services.settings, port=free_port())
        with served(SITE, settings.port, environment(settings)):
            return [_row(name, attack, settings.port, paths) for name, attack in attacks(settings.port).items()]


def _address_of(port: int, file: Path) -> str:
    """The address that the site serves a static file at: its prefix stands in every page."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    prefix = re.search(r"/static/[0-9a-f]+/", connection.getresponse().read().decode())
    assert prefix, "the start page names no static file"
    return prefix[0] + file.relative_to("static").as_posix()


def _row(name: str, attack: Attack, port: int, paths: list[str]) -> dict[str, str | float]:
    quiet: list[float] = []
    attacked: list[float] = []
    refused = 0
    for _ in range(ROUNDS):
        quiet += scan(port, paths)[0]
        with attack(port):
            taken, failed = scan(port, paths)
        attacked += taken
        refused += failed
    before, under = p99(quiet), p99(attacked)
    return {
        "figure": f"scan made afresh while hostile peers are at work: {name}, p99",
        "goal": f"<= {GOAL:.0f}, none refused",
        "measured": f"{under:.1f} against {before:.1f} ms, {refused} of {len(attacked)} refused",
        "ratio": f"{under / before:.2f}",
    }


if __name__ == "__main__":
    for row in measure():
        print(row)
