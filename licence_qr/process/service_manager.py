"""Telling systemd how the service fares: ready when it answers, alive as long as it answers (sd_notify(3)).

The server's own process tells, from a thread that asks ``/healthz`` as a visitor would: over the network, of whichever
worker takes the call. Workers that all hang are so found out, and systemd starts the service anew; a lane that hangs the
supervisor finds out (licence_qr.front.worker).
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_QUESTION = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n"
_ANSWER = b" 200 "
_PATIENCE_SECONDS = 5.0
_BREATH_SECONDS = 0.2  # between two questions until the first worker answers
_AGAIN_SECONDS = 1.0  # after a question without an answer: one that was only refused is no reason to start anew
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, and how it is reached from here


def tell(notify_socket: str, state: str) -> None:
    """Send ``state`` to the socket; one that begins with ``@`` is in the abstract namespace. Whoever went is not told."""
    address = "\0" + notify_socket[1:] if notify_socket.startswith("@") else notify_socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
        sender.settimeout(_PATIENCE_SECONDS)
        sender.sendto(state.encode(), address)


def own_address(bind: tuple[str, int], descriptors: tuple[int, ...]) -> tuple[str, int]:
    """Where the service is reached from this machine: on the socket that it was handed, else where it binds."""
    if descriptors:
        with socket.socket(fileno=os.dup(descriptors[0])) as handed:
            bind = handed.getsockname()[:2]
    host, port = bind
    return _ANYWHERE.get(host, host), port


def answers(address: tuple[str, int], *, tls: bool) -> bool:
    """Whether ``/healthz`` at this address answers 200 within some seconds. A certificate is not checked: it is our own."""
    try:
        with socket.create_connection(address, timeout=_PATIENCE_SECONDS) as plain, _over(plain, tls=tls) as connection:
            connection.sendall(_QUESTION)
            return _ANSWER in connection.recv(64)
    except OSError:
        return False


@contextmanager
def _over(plain: socket.socket, *, tls: bool) -> Iterator[socket.socket]:
    if not tls:
        yield plain
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(plain) as wrapped:
        yield wrapped


@contextmanager
def telling(notify_socket: str, watchdog_seconds: float | None, is_answering: Callable[[], bool]) -> Iterator[None]:
    """Within it the service manager is told READY=1 at the first answer, WATCHDOG=1 at each one four times in its time, and
    STOPPING=1 at the end. Without a socket nothing is done."""
    if not notify_socket:
        yield
        return
    ended, server = threading.Event(), os.getpid()

    def report() -> None:
        while not is_answering():
            if ended.wait(_BREATH_SECONDS):
                return
        tell(notify_socket, "READY=1")
        answered = True
        while watchdog_seconds is not None:
            if ended.wait(watchdog_seconds / 4 if answered else _AGAIN_SECONDS):
                return
            if answered := is_answering():
                tell(notify_socket, "WATCHDOG=1")

    threading.Thread(target=report, name="service-manager", daemon=True).start()
    try:
        yield
    finally:
        if os.getpid() == server:  # a worker that fails leaves this block too
            ended.set()
            tell(notify_socket, "STOPPING=1")
