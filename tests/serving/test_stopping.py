"""A stop that comes at any moment of a start ends the service whole: no worker goes on, and the port is free."""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from program import signers
from served import BREATH

ROUNDS, LONG_ROUNDS = 4, 300
# After which of its own lines a start is stopped; the empty one stands for the beginning.
STAGES = ("", "Starting gunicorn", "Listening at", "Booting worker", "serves")
MOST_SECONDS_MORE = 0.7
STOPS = {
    "SIGTERM": lambda served: os.kill(served.process.pid, signal.SIGTERM),
    "SIGTERM to all": lambda served: os.killpg(served.process.pid, signal.SIGTERM),
    "SIGINT": lambda served: os.kill(served.process.pid, signal.SIGINT),
    "Ctrl-C": lambda served: os.killpg(served.process.pid, signal.SIGINT),
}


@pytest.mark.campaign
@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_at_any_moment_of_the_start_leaves_no_process_and_a_free_port(stop, start, rounds):
    chance = random.Random(f"{stop} 20261123")
    statuses = []
    # In the short form each stop comes once, each in another stage; that which is left out is in the tests below.
    first = list(STOPS).index(stop)
    for number in range(rounds(ROUNDS, LONG_ROUNDS) // len(STOPS)):
        served = start()
        stage = STAGES[(first + number) % len(STAGES)]
        served.read_until(stage)
        select.select([], [], [], chance.uniform(0, MOST_SECONDS_MORE))
        STOPS[stop](served)
        statuses.append(served.process.wait())
        served.wait_until_all_are_gone()
        assert served.port_is_free()
        # Before the first line of the program Python tells of Ctrl-C in its own way, and may end with 1.
        told = served.said()
        by_python = not stage and "TERM" not in stop and "\nKeyboardInterrupt" in told
        assert by_python or "Traceback" not in told
        # Once the command itself runs it ends with 0; before that, by the signal, as any program that is being loaded.
        # Ctrl-C in the instant between is that of any command, 130.
        loading = {-signal.SIGTERM} if "TERM" in stop else {-signal.SIGINT, 130, *[1] * by_python}
        assert statuses[-1] in ({0} if stage else {0} | loading), stage
    assert 0 in statuses or not stage  # the only one, at the beginning


@contextmanager
def terminal() -> Iterator[tuple[int, dict[str, object]]]:
    """A terminal of its own: the descriptor that closes it, and how a program is started in it."""
    keyboard, screen = pty.openpty()

    def take() -> None:
        fcntl.ioctl(screen, termios.TIOCSCTTY, 0)

    try:
        yield keyboard, {"preexec_fn": take}
    finally:
        os.close(screen)


@contextmanager
def nohup() -> Iterator[None]:
    """Start what is started within it with SIGHUP ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_service_ends_with_0_when_its_terminal_is_closed(start):
    with terminal() as (keyboard, within):
        served = start(**within)
        assert served.wait_until_answered() == 200
        os.close(keyboard)
        assert served.process.wait() == 0
    served.wait_until_all_are_gone()
    assert served.port_is_free()


def test_without_a_terminal_a_hang_up_renews_the_workers_and_a_stop_leaves_the_register_whole_without_its_log(start):
    served = start()
    assert [served.wait_until_answered(), served.asked("/status-list")] == [200, 200]
    before = set(served.group())
    staying = {served.process.pid} | signers(served.process.pid)
    served.process.send_signal(signal.SIGHUP)
    while before & set(served.group()) != staying or len(served.group()) < len(before):
        assert served.asked("/") == 200
        select.select([], [], [], BREATH)
    os.killpg(served.process.pid, signal.SIGTERM)
    assert served.process.wait() == 0
    assert {path.name for path in served.home.glob("register.db*")} == {"register.db", "register.db-queue"}
    served.wait_until_all_are_gone()
    assert served.port_is_free()


def test_under_nohup_a_closed_terminal_is_survived_and_the_next_release_takes_over_without_refusing_a_caller(start):
    with terminal() as (keyboard, within), nohup():
        served = start(**within)
        assert served.wait_until_answered() == 200
        group = served.group()
        os.close(keyboard)
        assert served.asked("/") == 200
    assert served.group() == group
    before = set(group)
    served.process.send_signal(signal.SIGUSR2)
    while before & set(served.group()):
        assert served.asked("/") == 200
        select.select([], [], [], BREATH)
    assert served.process.wait() == 0
    assert served.asked("/") == 200
    after = set(served.group())
    assert len(after) == len(before)
    os.killpg(served.process.pid, signal.SIGHUP)  # as a shell does when its terminal is closed
    server = server_among(after)
    os.kill(server, signal.SIGWINCH)
    served.read_until("Handling signal: winch")  # in order: the hang-up was before it
    assert served.asked("/") == 200
    assert set(served.group()) == after
    os.kill(server, signal.SIGTERM)
    served.wait_until_all_are_gone()
    assert served.port_is_free()


def server_among(group: set[int]) -> int:
    """The process that is the parent of the others."""
    (server,) = [each for each in group if parent_of(each) not in group]
    return server


def parent_of(process: int) -> int:
    line = Path("/proc", str(process), "stat").read_text(encoding="utf-8", errors="replace")
    return int(line[line.rindex(")") + 2 :].split()[1])


def test_workers_do_not_outlive_a_server_that_was_killed_while_it_started_them(start):
    """Once they serve: test_watched.py."""
    served = start()
    served.read_until("Booting worker")
    served.process.kill()
    assert served.process.wait() == -signal.SIGKILL
    served.wait_until_all_are_gone()
    assert served.port_is_free()
