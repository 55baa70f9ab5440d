"""``licence-qr serve`` as a process group of its own, watched from outside: its lines, its processes, its port."""

from __future__ import annotations

import http.client
import os
import select
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from program import PROGRAM, end

from bench.load import free_port

WORKERS = 2
BREATH = 0.01  # between two looks, so that looking does not take the CPU from what is looked at

Stream = IO[str] | int | None


class Served:
    """One start of the server. ``out`` and ``err`` are what its standard streams are given; without them, a pipe that is
    read here and a file."""

    def __init__(
        self,
        installation: Path,
        folder: Path,
        *,
        out: Stream = None,
        err: Stream = None,
        preexec_fn: Callable[[], None] | None = None,
    ) -> None:
        self.port = free_port()
        self.home = installation / "var"
        self.err = folder / "err.txt"
        self._lines: list[str] = []
        environ = os.environ | {
            "LICENCE_QR_HOME": str(self.home),
            "LICENCE_QR_KEYS": str(installation / "keys"),
            "LICENCE_QR_PORT": str(self.port),
            "LICENCE_QR_WORKERS": str(WORKERS),
        }
        with self.err.open("w") as own:
            self.process = subprocess.Popen(
                [PROGRAM, "serve"],
                env=environ,
                stdout=subprocess.PIPE if out is None else out,
                stderr=own if err is None else err,
                text=True,
                start_new_session=True,
                preexec_fn=preexec_fn,
            )

    def read_until(self, words: str) -> None:
        """Read its output up to a line that holds ``words``, or to its end; of no words nothing is read."""
        assert self.process.stdout is not None
        while words and not any(words in line for line in self._lines) and (line := self.process.stdout.readline()):
            self._lines.append(line)

    def said(self) -> str:
        """All that it wrote. Only once it has ended: it is read to its end."""
        rest = self.process.stdout.read() if self.process.stdout else ""
        return "".join(self._lines) + rest + self.err.read_text(encoding="utf-8")

    def running(self) -> bool:
        """Whether the server itself is still there."""
        return self.process.poll() is None

    def group(self) -> list[int]:
        """The living processes of the group."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                line = Path("/proc", entry, "stat").read_text(encoding="utf-8", errors="replace")
                # Of a process with threads the first may be a zombie already while the others still hold its sockets.
                threads = len(os.listdir(f"/proc/{entry}/task"))
            except OSError:  # it ended meanwhile
                continue
            state, _, group = line[line.rindex(")") + 2 :].split()[:3]
            if int(group) == self.process.pid and (state not in "ZX" or threads > 1):
                found.append(int(entry))
        return found

    def wait_until_answered(self) -> int:
        """Ask for the first page until a worker answers; its status."""
        while True:
            assert self.running(), self.err.read_text(encoding="utf-8")
            with suppress(ConnectionRefusedError):
                return self.asked("/")
            select.select([], [], [], BREATH)

    def asked(self, path: str) -> int:
        """The status of the page at ``path``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def port_is_free(self) -> bool:
        """Whether another program could listen there now."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return False
            return True

    def wait_until_all_are_gone(self) -> None:
        """Until no process of the group lives."""
        while self.group():
            select.select([], [], [], BREATH)

    def kill(self) -> None:
        """End what is left of it, and what it has left."""
        end(self.process, self.home)


def copy_of(installation: Path, folder: Path) -> Path:
    """A copy of an installation, to serve."""
    return Path(shutil.copytree(installation, folder / "installation"))
