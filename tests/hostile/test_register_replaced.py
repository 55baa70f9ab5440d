"""The register's file moved away or replaced while the service runs: what is gone is never read on, nor mixed in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from licence_qr.errors import RegisterError
from licence_qr.store.database.connections import Database
from licence_qr.store.database.sqlite import sqlite3


def digits_of(pair):
    return pair.code.address.rsplit("/", 1)[1]


def backed_up(database, target: Path) -> Path:
    """A backup as docs/running/settings.md makes one: what stands in the log is in it too."""
    connection = sqlite3.connect(database.path)
    connection.execute("VACUUM INTO ?", (str(target),))
    connection.close()
    return target


def is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    answer = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return [tuple(row) for row in answer] == [("ok",)]


def licences(path: Path) -> int:
    connection = sqlite3.connect(path)
    count: int = connection.execute("SELECT count(*) FROM entities").fetchone()[0]
    connection.close()
    return count


def test_a_register_that_was_moved_away_is_missing_and_comes_back(services, clerk, make_application, now):
    digits = digits_of(services.issuance.issue(make_application(), clerk, "one", now))
    services.lookup.scan(digits, now)
    path = services.settings.register_path
    away = path.rename(path.with_name("elsewhere.db"))
    for ask in (lambda: services.lookup.scan(digits, now), lambda: services.lookup.stamp(now)):
        with pytest.raises(RegisterError) as refusal:
            ask()
        assert refusal.value.code == "register_missing"
    away.rename(path)
    assert services.lookup.scan(digits, now).licence.uscc


def test_a_register_that_was_replaced_is_the_one_that_answers(services, clerk, make_application, now, tmp_path):
    services.issuance.issue(make_application(1), clerk, "one", now)
    path, backup = services.settings.register_path, backed_up(services.database, tmp_path / "backup.db")
    before = services.lookup.stamp(now)
    later = services.issuance.issue(make_application(2), clerk, "two", now)
    written = services.lookup.stamp(now)
    backup.replace(path)
    assert services.lookup.stamp(now) not in {before, written}
    assert services.register.search(clerk, later.holder_name, now) == ()
    again = services.issuance.issue(make_application(2), clerk, "two", now)
    assert not again.repeated
    assert services.register.search(clerk, later.holder_name, now)
    services.database.close()
    assert is_whole(path)


def test_the_log_of_the_old_register_goes_into_the_old_one_and_not_into_the_new(
    services, clerk, make_application, now, tmp_path
):
    backup = backed_up(services.database, tmp_path / "backup.db")
    for serial in range(1, 6):
        services.issuance.issue(make_application(serial), clerk, f"key {serial}", now)
    path = services.settings.register_path
    old = path.rename(tmp_path / "old.db")
    backup.replace(path)
    services.lookup.stamp(now)
    services.database.close()
    assert (is_whole(path), licences(path)) == (True, 0)
    assert (is_whole(old), licences(old)) == (True, 5)


@contextmanager
def another_thread_with_a_connection(database) -> Iterator[tuple[threading.Event, list[int]]]:
    """A thread that has read the register, and reads it again when it is told to."""
    ready, go, counted = threading.Event(), threading.Event(), []

    def read() -> None:
        for event in (ready, None):
            with database.read() as tx:
                counted.append(tx.one("SELECT count(*) FROM entities")[0])
            if event:
                event.set()
                go.wait()
        database.close()

    thread = threading.Thread(target=read)
    thread.start()
    ready.wait()
    try:
        yield go, counted
    finally:
        go.set()
        thread.join()


def test_those_who_notice_later_leave_the_log_of_the_new_register_alone(
    services, clerk, make_application, now, tmp_path
):
    """The second connection to the old file finds files under the old names that are not its own any more."""
    services.issuance.issue(make_application(1), clerk, "one", now)
    database, path = services.database, services.settings.register_path
    backup = backed_up(database, tmp_path / "backup.db")
    connection = sqlite3.connect(backup)
    mode = connection.execute("PRAGMA journal_mode=WAL" if has_log(path) else "PRAGMA journal_mode").fetchone()[0]
    connection.close()
    services.issuance.issue(make_application(2), clerk, "two", now)
    with another_thread_with_a_connection(database) as (go, counted):
        elsewhere = Database(path)
        with elsewhere.read() as tx:
            assert tx.one("PRAGMA journal_mode")[0] == mode
        backup.replace(path)
        services.issuance.issue(make_application(3), clerk, "three", now)
        services.issuance.issue(make_application(4), clerk, "four", now)
        with elsewhere.read() as tx:
            assert tx.one("SELECT count(*) FROM entities")[0] == 3
        go.set()
    assert counted == [2, 3]
    elsewhere.close()
    services.database.close()
    # Nobody's commits were in a file that has lost its name.
    assert (is_whole(path), licences(path)) == (True, 3)


def has_log(path: Path) -> bool:
    return path.with_name(path.name + "-wal").exists()
