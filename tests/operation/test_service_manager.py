"""What systemd is told: ready when a page is answered, alive as long as they are, and stopping."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from program import PROGRAM, end, workers

from bench.load import free_port
from licence_qr.process.service_manager import answers, own_address, telling
from licence_qr.signer.client import SignerClient

HERE = "127.0.0.1"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """What stands for systemd: the socket, and its name for NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        yield heard, str(tmp_path / "notify")


def test_each_answer_is_told_and_no_other(manager):
    heard, name = manager
    turns = iter([False, False, True, False, True, False, False, True])
    asked: list[bool] = []
    past_the_last = socket.socketpair()

    def is_answering() -> bool:
        turn = next(turns, None)
        if turn is None:
            past_the_last[0].send(b"!")
            return False
        asked.append(turn)
        return turn

    with telling(name, 0.01, is_answering):
        assert past_the_last[1].recv(1)
    told = [heard.recv(64) for _ in range(4)]
    assert told == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]
    assert asked == [False, False, True, False, True, False, False, True]
    for each in past_the_last:
        each.close()


def test_an_abstract_socket_is_told_too():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0licence-qr-test-{os.getpid()}")
        with telling(f"@licence-qr-test-{os.getpid()}", None, lambda: True):
            assert heard.recv(64) == b"READY=1"
        assert heard.recv(64) == b"STOPPING=1"


def test_nobody_is_told_where_nobody_listens(tmp_path):
    with telling(str(tmp_path / "gone"), None, lambda: True):
        pass
    with telling("", 0.01, lambda: pytest.fail("asked for nobody")):
        pass


@pytest.mark.parametrize(
    ("answer", "alive"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False), (b"", False)],
)
def test_only_an_answer_counts_as_one(answer, alive):
    with socket.create_server((HERE, 0)) as server:
        child = os.fork()
        if child == 0:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(answer)
            connection.close()
            os._exit(0)
        assert answers(server.getsockname(), tls=False) is alive
        os.waitpid(child, 0)


def test_a_port_that_nobody_listens_on_is_no_answer():
    assert answers((HERE, free_port()), tls=False) is False


def test_what_listens_everywhere_is_asked_from_here():
    assert own_address(("0.0.0.0", 8000), ()) == (HERE, 8000)  # noqa: S104
    assert own_address(("::", 8000), ()) == ("::1", 8000)
    assert own_address(("192.0.2.1", 8000), ()) == ("192.0.2.1", 8000)


def test_a_socket_that_systemd_holds_is_asked_where_it_is():
    port = free_port()
    program = (
        "from licence_qr.config.service_manager import service_manager as manager\n"
        "from licence_qr.process.service_manager import own_address\n"
        "print(own_address(('192.0.2.1', 1), manager().descriptors))"
    )
    command = ["systemd-socket-activate", "-l", f"{HERE}:{port}", sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as activated:
        caller = connected(port, activated)
        said, _ = activated.communicate()
        caller.close()
    assert said == f"('{HERE}', {port})\n"


def connected(port: int, process: subprocess.Popen[str]) -> socket.socket:
    """A connection to a port that is about to be listened on."""
    while True:
        assert process.poll() is None
        with suppress(ConnectionRefusedError):
            return socket.create_connection((HERE, port))
        select.select([], [], [], 0.01)


@pytest.fixture
def serving(empty_installation: Path, tmp_path: Path):
    """Starts the service by a command, and ends it with the test."""
    installation = tmp_path / "installation"
    shutil.copytree(empty_installation, installation)
    started: list[subprocess.Popen[str]] = []

    def serve(port: int, name: str, *before: str, words: str = "serve", **more: str) -> subprocess.Popen[str]:
        settings = {
            "LICENCE_QR_HOME": str(installation / "var"),
            "LICENCE_QR_KEYS": str(installation / "keys"),
            "LICENCE_QR_PORT": str(port),
            "LICENCE_QR_WORKERS": "1",
            "NOTIFY_SOCKET": name,
            "WATCHDOG_USEC": "200000",
        }
        # In the command itself: systemd-socket-activate hands on no others.
        given = (f"{key}={value}" for key, value in (settings | more).items())
        command = [*before, "env", *given, str(PROGRAM), words]
        with (tmp_path / "said").open("w") as said:
            started.append(subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True, text=True))
        return started[-1]

    yield serve
    for each in started:
        end(each, installation / "var")


def next_told(heard: socket.socket, process: subprocess.Popen[str]) -> bytes:
    """What is told next; a service that has ended tells nothing any more."""
    ended = os.pidfd_open(process.pid)
    try:
        ready, _, _ = select.select([heard, ended], [], [])
    finally:
        os.close(ended)
    assert heard in ready, f"ended with {process.wait()}"
    return heard.recv(64)


def test_the_service_is_ready_when_it_answers_alive_while_it_does_and_says_when_it_stops(manager, serving):
    heard, name = manager
    port = free_port()
    served = serving(port, name)
    assert next_told(heard, served) == b"READY=1"
    assert answers((HERE, port), tls=False)
    assert [next_told(heard, served), next_told(heard, served)] == [b"WATCHDOG=1"] * 2
    served.send_signal(signal.SIGTERM)
    assert served.wait() == 0
    while (told := heard.recv(64)) == b"WATCHDOG=1":
        pass
    assert told == b"STOPPING=1"


def test_a_signer_on_a_socket_that_systemd_holds_answers_the_first_call_and_tells_that_it_lives(
    manager, serving, tmp_path
):
    heard, name = manager
    path = tmp_path / "signer"
    serving(
        free_port(),
        name,
        *("systemd-socket-activate", "-l", str(path)),
        words="sign-service",
        LICENCE_QR_SIGNER_SOCKET=str(path),
    )
    while not path.exists():
        select.select([], [], [], 0.01)
    assert SignerClient(path).next_list(datetime.now(UTC)) is not None
    assert [heard.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_on_a_socket_that_systemd_holds_the_first_call_is_answered(manager, serving):
    heard, name = manager
    port = free_port()
    # The port of its own settings is another: it is not taken.
    served = serving(free_port(), name, "systemd-socket-activate", "-l", f"{HERE}:{port}")
    with connected(port, served) as first:
        first.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert first.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert next_told(heard, served) == b"READY=1"


def test_on_a_socket_that_systemd_holds_a_reload_refuses_nobody(manager, serving):
    heard, name = manager
    port = free_port()
    served = serving(free_port(), name, "systemd-socket-activate", "-l", f"{HERE}:{port}")
    connected(port, served).close()
    assert next_told(heard, served) == b"READY=1"
    before = workers(served.pid)
    served.send_signal(signal.SIGHUP)
    while before & workers(served.pid):
        assert answers((HERE, port), tls=False)
    assert answers((HERE, port), tls=False)
    assert workers(served.pid)
