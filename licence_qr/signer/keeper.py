"""A signer of the server's own: started before the workers, replaced when it ends, gone with the server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from licence_qr.errors import KeyStoreError

_FOLDER = "licence-qr-signer-"
_START_SECONDS, _APART_SECONDS, _AGAIN_SECONDS = 30.0, 5.0, 0.02


class SignerKeeper:
    """Keeps one signer running that listens on ``path``."""

    def __init__(self, path: Path) -> None:
        self.path, self._server = path, os.getpid()
        self._process, self._not_before = self._start(), 0.0

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--beside", str(self._server), "--socket", str(self.path)]
        command = [sys.executable, "-m", "licence_qr", "sign-service", *options]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603

    def await_socket(self) -> None:
        """Wait until the signer listens. Raises KeyStoreError ``signer_unreachable`` where it ends instead."""
        until = time.monotonic() + _START_SECONDS
        while not self.path.exists():
            if self._process.poll() is not None or time.monotonic() >= until:
                raise KeyStoreError("signer_unreachable", path=self.path, because="start")
            time.sleep(_AGAIN_SECONDS)

    def look(self) -> None:
        """Start another where it has ended; at most one in some seconds, should it end each time."""
        if self._process.poll() is not None and time.monotonic() >= self._not_before:
            self._process, self._not_before = self._start(), time.monotonic() + _APART_SECONDS

    def renew(self) -> None:
        """Have it read settings, catalogue and keys anew."""
        with suppress(OSError):
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it, at once: it writes nothing. A worker, which is forked from the server, ends nothing."""
        if os.getpid() == self._server:
            self._process.kill()
            self._process.wait()


def clear_up(folder: Path) -> None:
    """Remove from ``folder`` what is left of servers that were killed."""
    for each in folder.glob(f"{_FOLDER}*"):
        server = each.name.removeprefix(_FOLDER).partition("-")[0]
        if server.isdecimal() and not Path("/proc", server).exists():
            shutil.rmtree(each, ignore_errors=True)


@contextmanager
def own_signer() -> Iterator[SignerKeeper]:
    """A signer of this server alone, which begins meanwhile."""
    server = os.getpid()
    clear_up(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{server}-"))
    keeper = SignerKeeper(folder / "socket")
    try:
        yield keeper
    finally:
        keeper.stop()
        if os.getpid() == server:
            shutil.rmtree(folder, ignore_errors=True)
