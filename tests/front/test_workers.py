"""Workers are replaced when they end or hang, go with their server, and change without one caller refused."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fronted import Front, Fronted

BREATH = 0.01  # between two looks, so that looking does not take the processor from what is looked at


def worker_that_answers(server: Fronted) -> int:
    peer = server.peer()
    peer.begin("GET", "/pid")
    return int(peer.answer()[2])


@contextmanager
def under_load(server: Fronted) -> Iterator[list[object]]:
    """Scans one after the other, each on a connection of its own; what became of each."""
    seen: list[object] = []
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            try:
                seen.append(server.peer().get("/scan"))
            except OSError as error:
                seen.append(error)

    threads = [threading.Thread(target=go_on) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        yield seen
    finally:
        ended.set()
        for each in threads:
            each.join()


def test_a_killed_worker_is_replaced_again_and_again(front: Front) -> None:
    server = front(workers=2)
    seen = set()
    for _ in range(5):
        seen.add(killed := worker_that_answers(server))
        os.kill(killed, signal.SIGKILL)
        while killed in (workers := server.workers()) or len(workers) < 2:
            pass
        assert worker_that_answers(server) not in seen
    assert len(seen) == 5 and len(server.workers()) == 2
    assert server.stop() == 0


def test_workers_go_with_a_server_that_was_killed(front: Front) -> None:
    server = front(workers=2)
    worker_that_answers(server)
    workers = server.workers()
    server.process.kill()
    server.process.wait()
    for worker in workers:
        while is_running(worker):
            pass


def is_running(process: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:  # it is gone, perhaps since the file was opened
        return False


def test_a_reload_changes_all_workers_and_refuses_nobody(front: Front) -> None:
    server = front(workers=2, settle_seconds=10)  # a caller on a busy machine may take longer than half a second to ask
    before = server.workers()
    with under_load(server) as seen:
        server.process.send_signal(signal.SIGHUP)
        while server.workers() & before or len(server.workers()) < 2:
            select.select([], [], [], BREATH)
        reached = len(seen)
        while len(seen) < reached + 50:
            select.select([], [], [], BREATH)
    assert set(seen) == {200}
    assert server.stop() == 0


def test_a_caller_that_an_old_worker_took_before_a_reload_is_answered_by_it(front: Front) -> None:
    server = front(settle_seconds=3600, stop_seconds=3600)
    early = server.peer()
    old = worker_that_answers(server)  # callers are taken in order: it has the early one too
    server.process.send_signal(signal.SIGHUP)
    while worker_that_answers(server) == old:
        pass
    os.kill(old, signal.SIGTERM)  # told again, which changes nothing
    assert len({worker_that_answers(server) for _ in range(20)} - {old}) == 1
    early.begin("GET", "/pid")
    assert int(early.answer()[2]) == old


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """What a request to ``/hold/…`` reads, and nobody writes until a test does."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe


def test_an_old_worker_with_a_slow_peer_counts_no_longer(front: Front, held: Path) -> None:
    server = front(stop_seconds=3600)
    old = worker_that_answers(server)
    peer = server.peer()
    peer.begin("GET", f"/hold{held}")
    with held.open("wb") as writing:  # opens once the old worker reads it
        server.process.send_signal(signal.SIGHUP)
        while (new := worker_that_answers(server)) == old:
            pass
        os.kill(new, signal.SIGKILL)
        while (third := worker_that_answers_by_now(server)) in (None, old, new):
            pass
        assert {old, third} <= server.workers()
        writing.write(b"done")
    assert peer.answer()[2] == b"done"
    while server.workers() != {third}:
        pass
    assert server.stop() == 0


def worker_that_answers_by_now(server: Fronted) -> int | None:
    """None where the connection was the killed worker's."""
    try:
        return worker_that_answers(server)
    except ConnectionError:
        return None


def test_an_old_worker_with_a_slow_peer_ends_when_its_time_is_over(front: Front, held: Path) -> None:
    server = front(stop_seconds=1)
    old = worker_that_answers(server)
    peer = server.peer()
    peer.begin("GET", f"/hold{held}")
    with held.open("wb"):
        server.process.send_signal(signal.SIGHUP)
        while old in server.workers():
            pass
        assert worker_that_answers(server) != old
    peer.close()
    assert server.stop() == 0


def test_an_old_worker_that_does_not_even_hear_that_it_shall_go_is_killed(front: Front) -> None:
    server = front(stop_seconds=1, hang_seconds=3600)
    old = worker_that_answers(server)
    os.kill(old, signal.SIGSTOP)
    server.process.send_signal(signal.SIGHUP)
    while old in server.workers():
        pass
    assert worker_that_answers(server) != old
    assert server.stop() == 0


def test_a_worker_that_somebody_stops_is_replaced_before_it_has_ended(front: Front, held: Path) -> None:
    server = front(stop_seconds=3600)
    old = worker_that_answers(server)
    peer = server.peer()
    peer.begin("GET", f"/hold{held}")
    with held.open("wb"):
        os.kill(old, signal.SIGTERM)
        while worker_that_answers_by_now(server) in (None, old):
            pass
        assert old in server.workers()
    peer.close()


def test_reloads_one_upon_another_leave_as_many_workers_as_before(front: Front) -> None:
    server = front(workers=2)
    worker_that_answers(server)
    before = server.workers()
    for _ in range(10):
        server.process.send_signal(signal.SIGHUP)
        server.read_until("Handling signal: hup")
    while server.workers() & before or len(server.workers()) != 2:
        pass
    assert server.stop() == 0


def test_workers_leave_a_hang_up_to_their_server(front: Front) -> None:
    server = front(workers=2)
    worker_that_answers(server)
    before = server.workers()
    for each in before:
        os.kill(each, signal.SIGHUP)
    server.process.send_signal(signal.SIGWINCH)
    server.read_until("Handling signal: winch")
    worker_that_answers(server)
    assert server.workers() == before


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_what_was_begun_is_answered_before_a_stop(stop: signal.Signals, front: Front, held: Path) -> None:
    server = front()
    peer = server.peer()
    peer.begin("GET", f"/hold{held}")
    writing = os.open(held, os.O_WRONLY)  # opens once the request reads it
    server.process.send_signal(stop)
    server.read_until("Handling signal")
    os.write(writing, b"done")
    os.close(writing)
    assert peer.answer()[2] == b"done"
    assert server.process.wait() == 0


def test_a_worker_with_a_thread_that_does_not_come_back_is_replaced(front: Front, held: Path) -> None:
    server = front(hang_seconds=5)
    before = worker_that_answers(server)
    peer = server.peer()  # kept: a request whose peer has gone may never be begun
    peer.begin("GET", f"/hang{held}")
    server.read_until("WORKER TIMEOUT")
    server.read_until("Booting worker")
    while worker_that_answers(server) == before:
        pass
    peer.close()
    assert server.stop() == 0


@pytest.mark.campaign
def test_killed_while_it_answers_others_are_still_served(front: Front, rounds) -> None:  # type: ignore[no-untyped-def]
    server = front(workers=2)
    with under_load(server) as seen:
        for _ in range(rounds(5, 1000)):
            os.kill(killed := worker_that_answers(server), signal.SIGKILL)
            server.read_until("Booting worker")  # or the pipe of its log is full one day, and it waits for a reader
            while killed in (workers := server.workers()) or len(workers) < 2:
                pass
    # Only who was being answered by the killed worker, or had just been taken by it, can have been let down.
    assert 200 in seen and len([each for each in seen if each != 200]) <= 5 * rounds(5, 1000)
