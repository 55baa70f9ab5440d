"""Transactions and counters: all or nothing, in turn, without gaps."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licence_qr.errors import RegisterError
from licence_qr.store.database.connections import READ_WAIT_SECONDS, Database
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.register import counters, register_kind


def test_what_is_raised_inside_rolls_everything_back(database):
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        register_kind.put(tx, "a", "1")
        counters.take(tx, "series", 2026)
        raise ZeroDivisionError
    with database.read() as tx:
        assert register_kind.get(tx, "a") is None
        assert counters.last(tx, "series", 2026) == 0


def test_a_connection_goes_on_after_an_error(database):
    for _ in range(3):
        with pytest.raises(sqlite3.IntegrityError), database.write() as tx:
            tx.run("INSERT INTO permits (uscc) VALUES (NULL)")
    with database.write() as tx:
        register_kind.put(tx, "a", "1")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            "INSERT INTO users VALUES (1, 'a', 'a', '', 'god', '', '2026-11-30T07:00:00+00:00', NULL, 0, 1, 0, 0)",
            "roles_are_known",
        ),
        ("INSERT INTO persons VALUES ('one', NULL, '', '', '')", "datatype mismatch"),
        ("UPDATE counters SET last = 0", "counters_only_rise: a counter only rises"),
    ],
)
def test_what_a_rule_refuses_undoes_all_and_names_the_rule_there_and_in_the_log(database, caplog, statement, rule):
    with database.write() as tx:
        counters.take(tx, "series", 2026)
    with pytest.raises(RegisterError) as refused, database.write() as tx:
        counters.take(tx, "series", 2026)
        tx.run(statement)
    assert refused.value.code == "register_rule" and rule in str(refused.value.facts["rule"])
    [record] = caplog.records
    assert rule in record.getMessage() and record.exc_info
    with database.read() as tx:
        assert counters.last(tx, "series", 2026) == 1


def test_a_reader_sees_one_moment_while_others_write(database):
    with database.write() as tx:
        register_kind.put(tx, "a", "1")
    other = Database(database.path)
    with database.read() as tx:
        assert register_kind.get(tx, "a") == "1"
    with other.write() as tx:
        register_kind.put(tx, "a", "2")
        with database.read() as reading:
            assert register_kind.get(reading, "a") == "1"
    with database.read() as tx:
        assert register_kind.get(tx, "a") == "2"
    other.close()


def test_each_transaction_waits_for_others_as_long_as_it_is_to(database):
    def milliseconds(transaction) -> int:
        with transaction as tx:
            return tx.all("PRAGMA busy_timeout")[0][0]

    def writes(wait: float) -> int:
        return milliseconds(database.write(wait=wait))

    assert milliseconds(database.read()) == READ_WAIT_SECONDS * 1000
    for _ in range(2):
        assert READ_WAIT_SECONDS * 1000 < writes(3600) <= 3_600_000
        assert writes(0.2) <= 250
    assert milliseconds(database.read()) == READ_WAIT_SECONDS * 1000
    database.stamp()  # asked where nobody may wait
    assert milliseconds(database.read()) == 0


def test_threads_take_turns_and_no_number_is_given_twice(database):
    taken: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        for _ in range(10):
            with database.write() as tx:
                number = counters.take(tx, "series", 2026)
            with lock:
                taken.append(number)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 41))


steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 20)),
        st.tuples(st.just("raise_to"), st.integers(0, 60)),
        st.tuples(st.just("undone"), st.integers(1, 20)),
    ),
    max_size=30,
)


@settings(max_examples=25, deadline=None)  # each example has a register
@given(steps=steps)
def test_a_series_counts_on_whatever_is_undone_or_raised(empty_register, tmp_path_factory, steps):
    database = Database(Path(shutil.copy(empty_register, tmp_path_factory.mktemp("counters"))))
    last = 0
    for step, number in steps:
        if step == "undone":
            with pytest.raises(KeyError), database.write() as tx:
                counters.take(tx, "series", 2026, number)
                raise KeyError
            continue
        with database.write() as tx:
            if step == "take":
                assert counters.take(tx, "series", 2026, number) == last + 1
                last += number
            else:
                counters.raise_to(tx, "series", 2026, number)
                last = max(last, number)
    with database.read() as tx:
        assert counters.last(tx, "series", 2026) == last
        assert counters.last(tx, "series", 2027) == 0
    database.close()
