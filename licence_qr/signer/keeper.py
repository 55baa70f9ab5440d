"""A signer of the server's own: started before the workers, replaced when it ends or hangs, gone with the server.

The server holds the socket, so whoever asks while a signer is replaced waits for the next one and is not refused.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from licence_qr.errors import KeyStoreError
from licence_qr.signer.client import ANSWER_SECONDS
from licence_qr.signer.listening import listening
from licence_qr.signer.messages import Ask, SignerRequest

_FOLDER = "licence-qr-signer-"
_START_SECONDS, _APART_SECONDS = 30.0, 5.0
_PING = SignerRequest(ask=Ask.PING).line()
_log = logging.getLogger("licence_qr.signing")


class _Question:
    """Whether the signer answers, asked as a worker asks it, but without waiting."""

    def __init__(self, path: Path) -> None:
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.setblocking(False)
        with suppress(OSError):  # as many wait as can: it is asked again
            self.connection.connect(str(path))
            self.connection.sendall(_PING)

    def answer(self) -> bytes | None:
        """What came back; None as long as nothing did, and empty where the question is lost."""
        try:
            return self.connection.recv(len(_PING))
        except BlockingIOError:
            return None
        except OSError:
            return b""


class SignerKeeper:
    """Keeps one signer running that answers on ``path``. ``clock`` gives seconds; tests have one that they set."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self._clock, self._server = path, clock, os.getpid()
        self._listener = listening(path)
        self._process, self._not_before = self._start(), 0.0

    def _start(self) -> subprocess.Popen[bytes]:
        handed = self._listener.fileno()
        options = ["--beside", str(self._server), "--listening", str(handed)]
        command = [sys.executable, "-m", "licence_qr", "sign-service", *options]
        self._question, self._answer_by = _Question(self.path), self._clock() + _START_SECONDS
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(handed,))  # noqa: S603

    def await_answer(self) -> None:
        """Wait until the signer answers. Raises KeyStoreError ``signer_unreachable`` where it ends instead."""
        ended = os.pidfd_open(self._process.pid)
        try:
            select.select([self._question.connection.fileno(), ended], [], [], _START_SECONDS)
        finally:
            os.close(ended)
        if not self._has_answered():
            raise KeyStoreError("signer_unreachable", path=self.path, because="start")

    def look(self) -> None:
        """Start another where it has ended; at most one in some seconds, should it end each time. End one that hangs."""
        now = self._clock()
        if self._process.poll() is not None:
            if now >= self._not_before:
                self._process, self._not_before = self._start(), now + _APART_SECONDS
        elif not self._has_answered() and now >= self._answer_by:
            _log.error("no answer for too long: the signer is replaced")
            self._process.kill()
            self._answer_by = now + ANSWER_SECONDS

    def _has_answered(self) -> bool:
        """Whether it has, since it was asked. Then it is asked again."""
        answer = self._question.answer()
        if answer is not None:
            self._question = _Question(self.path)
        if answer:
            self._answer_by = self._clock() + ANSWER_SECONDS
        return bool(answer)

    def renew(self) -> None:
        """Have it read settings, catalogue and keys anew."""
        with suppress(OSError):
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it, at once: it writes nothing. A worker, which is forked from the server, ends nothing."""
        if os.getpid() == self._server:
            self._process.kill()
            self._process.wait()
            self._listener.close()


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
