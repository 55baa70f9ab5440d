"""A small closed-loop HTTP load: a few kept connections, one request in flight on each."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

CONNECTIONS = 4
SITE = "licence_qr.web.serving.site:LicenceSite"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred reaches."""
    return sorted(values)[len(values) * 99 // 100]


@contextmanager
def served(site: str, port: int, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The server of ``licence-qr serve`` with one worker over ``site`` (``module:name``), until the block ends; its first
    process."""
    serve = "import sys; from licence_qr.front.limits import Limits; from licence_qr.front.supervisor import *; "
    serve += "own = listening(('127.0.0.1', int(sys.argv[2])), Limits()); "
    serve += "serve(sys.argv[1], own, 1, None, {}, Limits(), beside=Beside())"
    server = subprocess.Popen([sys.executable, "-c", serve, site, str(port)], env=environ, stdout=subprocess.DEVNULL)
    try:
        wait_until_up(port, server)
        yield server
    finally:
        server.terminate()
        server.wait()


def wait_until_up(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once ``server`` listens on ``port``. Raises RuntimeError when it ends or does not come up in 30 s."""
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")


def requests_a_second(port: int, paths: Sequence[str], count: int) -> float:
    """The rate at which ``count`` requests, over ``paths`` in turn, are answered with 200."""
    todo = (f"GET {p} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n".encode() for p in cycle(paths))
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    poll = select.poll()
    by_number = {connection.fileno(): connection for connection in connections}
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(connection, select.POLLIN)
    start = time.perf_counter()
    for connection in connections:
        connection.sendall(next(todo))
    done = 0
    while done < count:
        for number, _ in poll.poll():
            _read_answer(by_number[number])
            done += 1
            by_number[number].sendall(next(todo))
    rate = done / (time.perf_counter() - start)
    for connection in connections:
        connection.close()
    return rate


def _read_answer(connection: socket.socket) -> None:
    data = connection.recv(65536)
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not answered with 200: {data[:80]!r}")
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
