"""The process that holds the socket and keeps the workers: gunicorn's arbiter, with the settings of this service.

It replaces a worker that has ended or hangs. It hands the socket to the next generation of workers (SIGHUP) or to the next
release of the program (SIGUSR2), and takes it from systemd where that holds it (LISTEN_FDS): nobody who calls meanwhile is
refused.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from licence_qr.front.limits import Limits
from licence_qr.front.worker import FrontWorker, Stage
from licence_qr.process import signals

# A worker ends by itself in time; one that cannot is killed this much later.
_MORE_SECONDS = 1
Tidy = Callable[[Collection[int]], None]


def _nothing() -> None:
    """Nothing runs beside the workers."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is done beside the workers. Each of ``watches`` is told every second which workers there are, to clear up after
    those that are gone or to look at what else runs; ``renew`` is called before the workers are replaced. They must raise
    nothing."""

    watches: tuple[Tidy, ...] = ()
    renew: Callable[[], None] = _nothing


class _Service(BaseApplication):  # type: ignore[misc]
    """What gunicorn asks: the settings, and in each worker the application."""

    def __init__(self, site: str, limits: Limits, options: dict[str, Any], beside: Beside) -> None:
        self._site, self._options = site, options
        self.limits, self.beside = limits, beside
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return pkgutil.resolve_name(self._site)()


class Supervisor(Arbiter):  # type: ignore[misc]
    """gunicorn's, but what is old goes only when what is new serves, and a closed terminal ends it."""

    def __init__(self, service: _Service) -> None:
        super().__init__(service)
        self.ignores_hang_up = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN  # under nohup
        self._has_terminal = _has_terminal()
        self._replaces = int(os.environ.get("GUNICORN_PID", "0"))
        self._last_of_before = 0  # the age of the youngest worker that a reload replaces
        # A package that is run by -m has no file that could be run again from another folder.
        self.START_CTX["args"] = [sys.executable, "-m", "licence_qr", *sys.argv[1:]]

    def handle_int(self) -> None:
        """Ctrl-C lets what was begun be answered, as SIGTERM does."""
        self.handle_term()

    def handle_hup(self) -> None:
        """Of a terminal that is closed: stop, nobody would find the service again. Of a service manager: reload."""
        if self.ignores_hang_up:
            return
        if self._has_terminal:
            self.handle_term()
        super().handle_hup()

    def spawn_worker(self) -> Any:
        """Fork a worker; a stop that comes in that moment waits until it is one."""
        with signals.held():
            return super().spawn_worker()

    def reload(self) -> None:
        """Replace every worker of now. Their settings they read themselves; gunicorn's stay, and nothing is waited for.

        Of an earlier reload those that do not serve yet go at once, so that many in a row do not heap up workers.
        """
        self.app.beside.renew()
        self._let_go([each for each in self.WORKERS.values() if each.stage.value == Stage.BEGINS])
        self._last_of_before = self.worker_age
        self.manage_workers()

    def manage_workers(self) -> None:
        """Start what is missing; let go what is too much, or the server that this one replaces, once the others serve.

        A worker that goes may have a slow peer: it counts no longer, and nobody waits for it.
        """
        staying = [each for each in self.WORKERS.values() if each.age > self._last_of_before and not each.is_leaving()]
        for _ in range(self.num_workers - len(staying)):
            staying.append(self.WORKERS[self.spawn_worker()])
        wanted = sorted(staying, key=lambda worker: worker.age)[-self.num_workers :]
        if all(worker.stage.value == Stage.SERVES for worker in wanted):
            self._let_go([each for each in self.WORKERS.values() if each not in wanted])
            if self._replaces and self._replaces == os.getppid():
                os.kill(self._replaces, signal.SIGTERM)
                self._replaces = 0
        self._kill_overdue()
        for watch in self.app.beside.watches:
            watch(frozenset(self.WORKERS))

    def _let_go(self, workers: list[FrontWorker]) -> None:
        for worker in workers:
            if worker.killed_at is None:
                worker.killed_at = time.monotonic() + self.cfg.graceful_timeout
                self.kill_worker(worker.pid, signal.SIGTERM)

    def _kill_overdue(self) -> None:
        for worker in list(self.WORKERS.values()):
            if worker.killed_at is not None and time.monotonic() >= worker.killed_at:
                self.kill_worker(worker.pid, signal.SIGKILL)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def is_handed_socket() -> bool:
    """Whether this start gets its socket from who starts it, systemd or the server that it replaces."""
    return os.environ.get("LISTEN_PID") == str(os.getpid()) or "GUNICORN_FD" in os.environ


def _allow_open_files(most: int) -> None:
    """A connection is a file, and up to three more are what it sends or is sent; the usual limit of 1,024 files is one
    attacker's work."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * most if hard == resource.RLIM_INFINITY else min(4 * most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listening(address: tuple[str, int], limits: Limits) -> socket.socket:
    """A socket that listens at ``address``, on which who takes no byte for ``unread_seconds`` is given up. Raises OSError.

    The option is set before the first peer can come: connections have it from the socket that they come in by.
    """
    made = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _give_up_on_who_never_reads(made, limits)
        made.bind(address)
        made.listen(limits.backlog)
    except BaseException:
        made.close()
        raise
    return made


def _give_up_on_who_never_reads(listener: socket.socket, limits: Limits) -> None:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(limits.unread_seconds * 1000))
    # Else the system itself takes up to 4 MB of an answer, and nobody sees how slowly its reader goes on.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 64 * 1024)


def _take_over(arbiter: Arbiter) -> None:
    for listener in arbiter.LISTENERS:
        if listener.FAMILY != socket.AF_UNIX:
            _give_up_on_who_never_reads(listener, arbiter.app.limits)


def _pass_on_nohup(supervisor: Supervisor) -> None:
    """A handler of ours is none of the next program's; that a signal is ignored it would take over."""
    if supervisor.ignores_hang_up:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def serve(
    site: str,
    own: socket.socket | None,
    workers: int,
    certificate: tuple[Path, Path] | None,
    log: dict[str, Any],
    limits: Limits,
    *,
    beside: Beside,
) -> None:
    """Serve until stopped; ends by SystemExit, 0 when stopped.

    ``site`` names, as ``module:name``, what makes a ``licence_qr.front.entrance.Site`` in each worker. ``own`` is the
    listening socket, None where one is handed over (``is_handed_socket``). ``certificate`` and its key make it https.
    ``log`` is a configuration of logging (logging.config.dictConfig).
    """
    _allow_open_files(limits.connections)
    # Once, before the workers are forked: loading it takes longer than to make one, and what is loaded here they share.
    importlib.import_module(site.partition(":")[0])
    options: dict[str, Any] = {
        "backlog": limits.backlog,
        "workers": workers,
        "worker_class": FrontWorker,
        "timeout": limits.hang_seconds,
        "graceful_timeout": limits.stop_seconds + _MORE_SECONDS,
        "when_ready": _take_over,
        "pre_exec": _pass_on_nohup,
        "control_socket_disable": True,
        "errorlog": None,
        "logconfig_dict": log,
    }
    if own:
        options["bind"] = f"fd://{own.detach()}"
    if certificate:
        options |= {"certfile": str(certificate[0]), "keyfile": str(certificate[1])}
    Supervisor(_Service(site, limits, options, beside)).run()
