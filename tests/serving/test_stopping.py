"""A stop that comes at any moment of a start ends the service whole: no worker goes on, and the port is free."""

from __future__ import annotations

import os
import random
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

ROUNDS, LONG_ROUNDS = 20, 300
# After which of its own lines a start is stopped; the empty one stands for the beginning.
STAGES = ("", "Starting granian", "Spawning worker-1", "Spawning worker-2", "Started worker-1", "Started worker-2")
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
    for _ in range(rounds(ROUNDS, LONG_ROUNDS) // len(STOPS)):
        served = start()
        stage = chance.choice(STAGES)
        served.read_until(stage)
        select.select([], [], [], chance.uniform(0, MOST_SECONDS_MORE))
        STOPS[stop](served)
        statuses.append(served.process.wait())
        served.wait_until_all_are_gone()
        assert served.port_is_free()
        assert "Traceback" not in served.said()
        # Once the command itself runs it ends with 0; before that, by the signal, as any program that is being loaded.
        # Ctrl-C in the instant between is that of any command, 130.
        loading = {-signal.SIGTERM} if "TERM" in stop else {-signal.SIGINT, 130}
        assert statuses[-1] in ({0} if stage else {0} | loading), stage
    assert 0 in statuses


@contextmanager
def hanging_up(disposition: signal.Handlers) -> Iterator[None]:
    """Start what is started within it with SIGHUP at its default, or ignored, as nohup does."""
    before = signal.signal(signal.SIGHUP, disposition)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_service_that_is_up_ends_with_0_when_it_is_stopped_or_its_terminal_closed(stop, start):
    with hanging_up(signal.SIG_DFL):
        served = start()
    assert served.wait_until_answered() == 200
    os.killpg(served.process.pid, stop)
    assert served.process.wait() == 0
    served.wait_until_all_are_gone()
    assert served.port_is_free()


def test_a_service_that_was_started_by_nohup_goes_on_with_its_workers_when_the_terminal_is_closed(start):
    with hanging_up(signal.SIG_IGN):
        served = start()
    assert served.wait_until_answered() == 200
    before = served.group()
    os.killpg(served.process.pid, signal.SIGHUP)
    assert served.asked("/") == 200
    assert served.group() == before
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    assert "HUP signal received" not in served.said()


def test_a_register_that_was_served_is_whole_without_its_log_when_the_service_was_stopped(start):
    served = start()
    assert [served.wait_until_answered(), served.asked("/status-list")] == [200, 200]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    assert [path.name for path in served.home.glob("register.db*")] == ["register.db"]


@pytest.mark.parametrize("wait", ["Spawning worker-1", "Started worker-2"])
def test_workers_do_not_outlive_a_server_that_was_killed(wait, start):
    served = start()
    served.read_until(wait)
    served.process.kill()
    assert served.process.wait() == -signal.SIGKILL
    served.wait_until_all_are_gone()
    assert served.port_is_free()
