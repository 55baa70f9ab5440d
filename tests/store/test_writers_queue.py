"""The queue of writers: first come, first served, over threads and processes; whoever dies or gives up is no obstacle."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from queueing import queue_of, until_waiting

from licence_qr.errors import RegisterError
from licence_qr.store.database.batches import WRITING_SECONDS, write_each
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.database.writers_queue import WritersQueue

# A process that writes one line of its name for each turn it gets, ``rounds`` times, until it is killed.
WRITER = """
import sys
from pathlib import Path
from licence_qr.store.database.connections import Database

database, name, rounds = Database(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for _ in range(rounds):
    with database.write() as tx:
        tx.run("INSERT INTO turns (name) VALUES (?)", (name,))
        print(name, flush=True)
        if name == "holds":
            sys.stdin.read()
"""


@pytest.fixture
def register(database: Database) -> Database:
    """A register that keeps the order in which it was written."""
    with database.write() as tx:
        tx.run("CREATE TABLE turns (turn INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    return database


def turns(database: Database) -> list[str]:
    """Who wrote, in order."""
    with database.read() as tx:
        return [row["name"] for row in tx.all("SELECT name FROM turns ORDER BY turn")]


def note(database: Database, name: str) -> None:
    """Write one turn."""
    with database.write() as tx:
        tx.run("INSERT INTO turns (name) VALUES (?)", (name,))


def in_a_thread(path: Path, name: str) -> None:
    """Write one turn as one of the server's threads would."""
    database = Database(path)
    note(database, name)
    database.close()


@contextmanager
def process(database: Database, name: str, rounds: int = 1) -> Iterator[subprocess.Popen[str]]:
    """A writer in a process of its own; it is over when the block ends."""
    command = [sys.executable, "-c", WRITER, str(database.path), name, str(rounds)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_threads_and_processes_write_in_the_order_in_which_they_came(register, rounds):
    comers = [f"{kind} {number}" for number in range(rounds(3, 12)) for kind in ("thread", "process")]
    with ThreadPoolExecutor(len(comers)) as pool, register.write():
        futures = []
        for waiting, name in enumerate(comers, start=1):
            if name.startswith("thread"):
                futures.append(pool.submit(in_a_thread, register.path, name))
            else:
                futures.append(pool.submit(_run_to_its_end, register, name))
            until_waiting(register, waiting)
    assert [future.result() for future in futures] == [None] * len(comers)
    assert turns(register) == comers


def _run_to_its_end(register: Database, name: str) -> None:
    with process(register, name) as writer:
        assert writer.wait() == 0


def test_one_who_writes_without_pause_lets_each_who_came_before_go_first(register):
    clerks = ["clerk 1", "clerk 2", "clerk 3"]
    with process(register, "import", rounds=50) as importing, ThreadPoolExecutor(3) as pool:
        with register.write():
            until_waiting(register, 1)
            for waiting, name in enumerate(clerks, start=2):
                pool.submit(in_a_thread, register.path, name)
                until_waiting(register, waiting)
        assert importing.wait() == 0
    assert turns(register) == ["import", *clerks, *["import"] * 49]


def test_one_who_is_killed_while_writing_leaves_the_next_his_turn_and_nothing_written(register):
    with process(register, "holds") as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "holds\n"
        with process(register, "next") as following:
            until_waiting(register, 1)
            holder.send_signal(signal.SIGKILL)
            assert following.wait() == 0
    assert turns(register) == ["next"]
    assert register.writers_waiting() == 0


def test_one_who_is_killed_while_waiting_keeps_nobody_waiting(register):
    with ThreadPoolExecutor(1) as pool:
        with register.write():
            with process(register, "killed") as waiting:
                until_waiting(register, 1)
                last = pool.submit(in_a_thread, register.path, "last")
                until_waiting(register, 2)
                waiting.kill()
                waiting.wait()
                assert register.writers_waiting() == 1 and not last.done()
        last.result()
    assert turns(register) == ["last"]


def test_one_who_has_waited_too_long_is_told_and_the_one_behind_goes_on_waiting(register):
    with ThreadPoolExecutor(2) as pool:
        with register.write():
            with pytest.raises(RegisterError) as refused:
                pool.submit(_impatient, register.path).result()
            assert refused.value.code == "register_locked"
            patient = pool.submit(in_a_thread, register.path, "patient")
            until_waiting(register, 1)
            with pytest.raises(RegisterError):
                pool.submit(_impatient, register.path).result()
            assert register.writers_waiting() == 1 and not patient.done()
        patient.result()
    assert turns(register) == ["patient"]


def _impatient(path: Path) -> None:
    database = Database(path)
    try:
        with database.write(wait=0):
            raise AssertionError("wrote out of turn")
    finally:
        database.close()


def test_who_cannot_even_take_a_ticket_is_told_in_time(register):
    note(register, "before")
    with queue_of(register).open() as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)  # as somebody does who was stopped in that moment
        with pytest.raises(RegisterError) as refused:
            _impatient(register.path)
    assert refused.value.code == "register_locked"
    note(register, "after")
    assert turns(register) == ["before", "after"]


def test_queue_and_register_together_are_waited_for_no_longer_than_one_of_them(register):
    seconds = 3600
    with ThreadPoolExecutor(1) as pool:
        with register.write():
            left = pool.submit(_milliseconds_left, register.path, seconds)
            until_waiting(register, 1)
    assert 0 < left.result() < seconds * 1000


def _milliseconds_left(path: Path, seconds: float) -> int:
    database = Database(path)
    with database.write(wait=seconds) as tx:
        (row,) = tx.all("PRAGMA busy_timeout")
    database.close()
    return int(row[0])


def test_who_makes_a_register_waits_for_those_who_came_before(tmp_path):
    """Two that make one at once change its journal together, and SQLite refuses one of them without waiting."""
    path = tmp_path / "register.db"
    with ThreadPoolExecutor(1) as pool:
        with WritersQueue(path).turn(0.0):
            making = pool.submit(Database(path).create_or_upgrade)
            until_waiting(Database(path), 1)
            assert path.stat().st_size == 0
        making.result()
    assert not Database(path).missing_steps()


def test_readers_do_not_queue(register):
    with register.write() as tx:
        tx.run("INSERT INTO turns (name) VALUES ('being written')")
        reader = Database(register.path)
        assert turns(reader) == []
        reader.close()


@pytest.mark.parametrize("content", [b"", b"\x00" * 8, b"\xff" * 8, b"nonsense" * 100])
def test_whatever_stands_in_the_file_of_the_queue_writers_go_on(register, content):
    queue = queue_of(register)
    queue.write_bytes(content)
    note(register, "one")
    queue.unlink()
    note(register, "two")
    assert turns(register) == ["one", "two"]


@pytest.mark.parametrize("content", [b"", (1).to_bytes(8, "little"), b"\xff" * 8])
def test_a_file_of_the_queue_that_is_emptied_or_put_back_lets_nobody_pass_those_who_wait(register, content):
    for _ in range(5):
        note(register, "earlier")
    with ThreadPoolExecutor(4) as pool:
        with register.write():
            pool.submit(in_a_thread, register.path, "first")
            until_waiting(register, 1)
            queue_of(register).write_bytes(content)
            for waiting, name in enumerate(["second", "third", "fourth"], start=2):
                pool.submit(in_a_thread, register.path, name)
                until_waiting(register, waiting)
    assert turns(register)[5:] == ["first", "second", "third", "fourth"]


def test_where_no_queue_can_be_made_the_register_is_written_all_the_same(register):
    queue = queue_of(register)
    queue.unlink()
    queue.mkdir()
    note(register, "written")
    assert (turns(register), register.writers_waiting()) == (["written"], 0)


class Ticking:
    """A clock that goes on by ``step`` seconds whenever it is asked."""

    def __init__(self, step: float) -> None:
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(
    ("step", "together"),
    [(WRITING_SECONDS * 2, [1, 1, 1, 1, 1]), (WRITING_SECONDS / 2.5, [3, 2]), (0.0, [5])],
)
def test_items_share_a_transaction_for_as_long_as_a_clerk_can_wait(register, step, together):
    shared: list[tuple[Transaction, int]] = []
    write_each(register, range(5), lambda tx, item: shared.append((tx, item)), Ticking(step))
    transactions = list({id(tx): tx for tx, _ in shared}.values())
    assert [sum(each is tx for each, _ in shared) for tx in transactions] == together
    assert [item for _, item in shared] == list(range(5))


def test_who_came_while_a_batch_was_written_writes_before_the_next(register):
    clerk = threading.Thread(target=in_a_thread, args=(register.path, "clerk"))

    def act(tx: Transaction, item: str) -> None:
        tx.run("INSERT INTO turns (name) VALUES (?)", (item,))
        if item == "row 1":
            clerk.start()
            until_waiting(register, 1)

    write_each(register, ["row 1", "row 2", "row 3"], act, Ticking(WRITING_SECONDS))
    clerk.join()
    assert turns(register) == ["row 1", "clerk", "row 2", "row 3"]


def test_what_fails_undoes_its_own_transaction_and_none_before_it(register):
    def act(tx: Transaction, item: int) -> None:
        tx.run("INSERT INTO turns (name) VALUES (?)", (str(item),))
        if item == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_each(register, range(5), act, Ticking(WRITING_SECONDS / 1.5))
    assert turns(register) == ["0", "1"]


def test_nothing_to_do_writes_nothing(register):
    stamp = register.stamp()
    write_each(register, [], lambda tx, item: None)
    assert register.stamp() == stamp
