"""A stop that comes at any moment of a start ends the service whole: no worker goes on, and the port is free."""

from __future__ import annotations

import os
import random
import select
import signal

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
        by_signal = -signal.SIGTERM if "TERM" in stop else -signal.SIGINT
        assert statuses[-1] in ({0} if stage else {0, by_signal}), stage
    assert 0 in statuses


def test_a_service_that_is_up_ends_with_0_when_it_is_stopped(start):
    served = start()
    assert served.wait_until_answered() == 200
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    served.wait_until_all_are_gone()
    assert served.port_is_free()


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
