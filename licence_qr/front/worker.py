"""One worker process: granian on the socket that the supervisor holds, the entrance on its event loop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from enum import IntEnum
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any, NoReturn

import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from gunicorn.workers.base import Worker

from licence_qr.errors import LicenceQRError
from licence_qr.front.entrance import Entrance
from licence_qr.front.limits import Limits
from licence_qr.process.signals import begin_as_worker

_PULSE_SECONDS, _AGAIN_SECONDS = 1.0, 2.0


class Stage(IntEnum):
    """How far a worker has come."""

    BEGINS = 0
    SERVES = 1
    LEAVES = 2  # it takes no more callers


class _OnGivenSocket(Server):
    """granian has no setting for a socket that is open already (emmett-framework/granian, issue 786)."""

    given: Any

    def _init_shared_socket(self) -> None:
        self._sfd = os.dup(self.given.fileno())  # type: ignore[assignment]
        self._shd = SocketHolder(self._sfd, False, self.backlog)  # type: ignore[call-arg, assignment]
        self._ssp = None

    def take_no_more(self) -> None:
        """Leave new callers to the other workers: from now on granian listens where nobody calls.

        It can stop accepting only by stopping, and then hangs up on callers it took that have not sent a byte yet
        (hyperium/hyper, pull request 3808): those of a reload would be refused.
        """
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.setblocking(False)
            os.dup2(silent.fileno(), self._sfd)  # type: ignore[arg-type]


class FrontWorker(Worker):  # type: ignore[misc]
    """gunicorn's worker. Its pulse stops when the event loop or a lane hangs; the supervisor then replaces it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stage = RawValue("b", Stage.BEGINS)  # shared with the supervisor
        self.killed_at: float | None = None  # the supervisor's: when (time.monotonic), once it was told to go

    def is_leaving(self) -> bool:
        """Whether it was told to go, by the supervisor or by somebody else."""
        return self.killed_at is not None or self.stage.value == Stage.LEAVES

    def init_signals(self) -> None:
        """Until it serves, a worker ends at SIGTERM at once: nothing is half-done. A closed terminal is the supervisor's
        business, which may be under nohup."""
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, meant for the supervisor, who stops the workers

    def init_process(self) -> None:
        """Load the application and serve until stopped."""
        begin_as_worker(self.ppid)
        super().init_process()

    def load_wsgi(self) -> None:
        """Make the application. At the first start a failure ends the service, later it is tried again and again: what
        was served before goes on."""
        try:
            super().load_wsgi()
        except Exception as error:
            if self.age <= self.cfg.workers:
                raise
            self._leave(error)

    def run(self) -> None:
        """Serve until SIGTERM, then end as soon as what was begun is done; the threads of the lanes wait for more."""
        try:
            uvloop.run(self._serve())
        except Exception as error:
            self._leave(error)
        os._exit(0)

    def _leave(self, error: Exception) -> NoReturn:
        """End after a failure, not so soon that the supervisor does nothing but start workers."""
        told = isinstance(error, LicenceQRError)  # of others the message may hold anything
        self.log.error("%s", error if told else "failed", exc_info=None if told else error)
        time.sleep(_AGAIN_SECONDS)
        os._exit(1)

    async def _serve(self) -> None:
        limits: Limits = self.app.limits
        entrance = Entrance(self.wsgi, limits)
        heads = HTTP1Settings(header_read_timeout=int(limits.head_seconds * 1000), max_buffer_size=limits.head_bytes)
        server = _OnGivenSocket(
            entrance,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=heads,
            websockets=False,
            backlog=limits.backlog,
            backpressure=limits.connections,
            ssl_cert=Path(self.cfg.certfile) if self.cfg.certfile else None,
            ssl_key=Path(self.cfg.keyfile) if self.cfg.keyfile else None,
            log_enabled=False,
        )
        server.given = self.sockets[0]
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop, server, limits)
        pulse = asyncio.create_task(self._beat(entrance))
        await server.serve()
        pulse.cancel()

    def _stop(self, server: _OnGivenSocket, limits: Limits) -> None:
        """Take no more callers, and end in time although a peer may be slow."""
        loop = asyncio.get_running_loop()
        self.stage.value = Stage.LEAVES
        server.take_no_more()
        loop.call_later(limits.stop_seconds, os._exit, 0)
        loop.call_later(limits.settle_seconds, server.stop)

    async def _beat(self, entrance: Entrance) -> None:
        while True:
            if not entrance.hung():
                self.notify()
                if self.stage.value == Stage.BEGINS:
                    self.log.info("Worker with pid %s serves", self.pid)
                    self.stage.value = Stage.SERVES
            await asyncio.sleep(_PULSE_SECONDS)
