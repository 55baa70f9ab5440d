"""One running front over the small application of front_server."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from peers import Peer
from program import workers

from bench.load import free_port

SUPPORT = Path(__file__).parent


def _as_usual() -> None:
    """With the number of open files that Debian allows a program."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


class Fronted:
    """One running front."""

    def __init__(self, workers: int, bind: str, certificate: tuple[Path, ...], limits: dict[str, float]) -> None:
        self.port = free_port()
        options = [str(self.port), str(workers), json.dumps(limits), bind, *map(str, certificate)]
        command = [sys.executable, "-m", "front_server", *options]
        path = os.pathsep.join([str(SUPPORT), str(SUPPORT.parents[1])])
        # No folder of counts: another server of this test run may have taken it away again.
        environ = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
        self.process = subprocess.Popen(
            command,
            env=environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_as_usual,
        )
        self._lines: list[str] = []
        self.read_until("Listening at")

    def read_until(self, words: str) -> str:
        """The next line of its log that holds ``words``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended before it said {words!r}: {''.join(self._lines)}")

    def peer(self, name: str = "", host: str = "127.0.0.1") -> Peer:
        """A connection to ``host``, which says that it stands for the address ``name``."""
        return Peer(self.port, name, host=host)

    def workers(self) -> set[int]:
        """Its workers."""
        return workers(self.process.pid)

    def stop(self) -> int:
        """End it as its user would; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    def kill(self) -> None:
        """End what is left of it, after a test that failed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


Front = Callable[..., Fronted]


@pytest.fixture
def front() -> Iterator[Front]:
    """Starts the front with ``workers``, at the address ``bind``, by https with a certificate and its key. All other
    keywords are limits."""
    started: list[Fronted] = []

    def start(
        workers: int = 1, bind: str = "127.0.0.1", certificate: tuple[Path, ...] = (), **limits: float
    ) -> Fronted:
        started.append(Fronted(workers, bind, certificate, limits))
        return started[-1]

    yield start
    for each in started:
        each.kill()
