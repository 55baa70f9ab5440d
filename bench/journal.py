"""Scans while a clerk issues without pause, under the two journals that a machine may have (store/database/sqlite.py): a log
with the newest SQLite there is, and a rollback journal with the standard library's. In turns in one run, a register each.

Every scan is made afresh, one after another on one connection, while another process issues pair after pair.
"""

from __future__ import annotations

import socket
import sqlite3 as standard
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

from bench.bulk import BATCH, issue_batch, scanned_paths
from bench.installation import CLERK, NOW, OFFICE, environment, fields, installation, settings_in
from bench.load import SITE, free_port, p99, served
from licence_qr.bootstrap import build
from licence_qr.config import Settings
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.form import parse_application
from licence_qr.store.database.sqlite import journal_pragmas, sqlite3

GOAL = 0.5
ROUNDS, SCANS, SCANNED = 3, 400, 100
# Server and clerk of the old side see no pysqlite3, as on a machine for which it has no wheel.
_WITHOUT_PYSQLITE3 = "import sys; sys.modules['pysqlite3'] = None; "


class _Side(NamedTuple):
    """A register, the server of it, what its programs begin with, and all that was measured."""

    name: str
    settings: Settings
    paths: list[str]
    target: str
    before: str
    milliseconds: list[float]
    refused: list[str]
    issued: list[int]


def with_the_standard_library() -> Any:
    """The service as the old side serves it."""
    sys.modules["pysqlite3"] = None  # type: ignore[assignment]
    from licence_qr.web.serving.site import LicenceSite

    return LicenceSite()


def issue_without_pause(folder: str, first: int) -> None:
    """The clerk: one dot a pair, until killed."""
    services = build(settings_in(Path(folder)))
    for number in count(first):
        application = parse_application(fields(services, number), services.catalogue, OFFICE, local_date(NOW), True)
        services.issuance.issue(application, CLERK, f"journal:{number}", NOW)
        sys.stdout.write(".")
        sys.stdout.flush()


@contextmanager
def _clerk(side: _Side) -> Iterator[None]:
    """A clerk at work, from the first pair on."""
    first = SCANNED + sum(side.issued) + 100 * len(side.issued)
    call = f"from bench.journal import issue_without_pause as issue; issue({str(side.settings.home.parent)!r}, {first})"
    clerk = subprocess.Popen([sys.executable, "-c", side.before + call], stdout=subprocess.PIPE)
    try:
        assert clerk.stdout and clerk.stdout.read(1), "the clerk did not issue"
        yield
        assert clerk.poll() is None, "the clerk ended"
    finally:
        clerk.kill()
        side.issued.append(len(clerk.communicate()[0]))


def _scan(side: _Side) -> None:
    with socket.create_connection(("127.0.0.1", side.settings.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for path in islice(cycle(side.paths), SCANS):
            # An address that chooses the language sets a cookie, and such an answer is never kept.
            request = f"GET {path}?lang=zh HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n"
            start = time.perf_counter()
            connection.sendall(request.encode())
            status = _answered(connection)
            side.milliseconds.append(1000 * (time.perf_counter() - start))
            if status != "200":
                side.refused.append(status)


def _answered(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
    return head.split(b" ", 2)[1].decode()


def _side(name: str, folder: Path) -> _Side:
    """A register of its own, switched to its journal by the programs of its side."""
    old = name == "rollback journal"
    services = installation(folder)
    issue_batch(services)
    paths = scanned_paths(services)
    services.database.close()
    before = _WITHOUT_PYSQLITE3 if old else ""
    switch = "from pathlib import Path; from licence_qr.store.database.connections import Database; "
    switch += f"Database(Path({str(services.settings.register_path)!r})).create_or_upgrade()"
    subprocess.run([sys.executable, "-c", before + switch], check=True)
    target = "bench.journal:with_the_standard_library" if old else SITE
    return _Side(name, replace(services.settings, port=free_port()), paths, target, before, [], [], [])


def _told(side: _Side) -> str:
    refused = f", {len(side.refused)} refused" if side.refused else ""
    return f"{p99(side.milliseconds):.1f}, longest {max(side.milliseconds):.0f} ms{refused} ({side.name})"


def measure() -> list[dict[str, str | float]]:
    """The scans' p99 and longest under both journals, where this machine has an SQLite for each."""
    assert SCANNED == BATCH
    figure = "scan made afresh while a clerk issues without pause, p99 and longest, log against rollback journal"
    if journal_pragmas(standard.sqlite_version_info) == journal_pragmas(sqlite3.sqlite_version_info):
        return [{"figure": figure, "goal": "", "measured": "one SQLite here, one journal", "ratio": ""}]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        sides = [_side(name, Path(folder) / name.split()[0]) for name in ("log", "rollback journal")]
        for side in sides:
            servers.enter_context(served(side.target, side.settings.port, environment(side.settings)))
        for _ in range(ROUNDS):
            for side in sides:
                with _clerk(side):
                    _scan(side)
    log, rollback = (p99(side.milliseconds) for side in sides)
    return [
        {
            "figure": figure,
            "goal": f"<= {GOAL}",
            "measured": " against ".join(_told(side) for side in sides),
            "ratio": f"{log / rollback:.2f}",
        }
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
