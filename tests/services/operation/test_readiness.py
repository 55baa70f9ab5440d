"""Readiness: each thing that stops the service is found, by the code its use case has; nothing is written to find out."""

from __future__ import annotations

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from licence_qr.bootstrap import Services
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.services.operation import readiness
from licence_qr.services.operation.readiness import LEAST_FREE_BYTES, Watching
from licence_qr.services.publishing.status_signer import LIFETIME
from licence_qr.store.database.connections import WRITE_WAIT_SECONDS, Database
from licence_qr.store.database.probe import RegisterProbe
from licence_qr.store.files.folder import FilesFolder


@pytest.fixture
def codes(services: Services, now):
    """What stops the service at an instant, as one who looks for the first time finds it."""

    def look(at=now) -> list[str]:
        home = services.settings.home
        keys = type(services.keys)(services.keys.folder, services.keys.passphrase_file)
        probe, waiting = RegisterProbe(home / "register.db"), services.database.writers_waiting
        watching = Watching(probe, waiting, keys, FilesFolder(home / "files"), {"home": home}, keys.check_signing)
        return [reason.code for reason in watching.look(at).reasons]

    return look


def test_a_new_installation_is_ready_and_says_how_old_its_lists_are(services, now):
    services.status_publishing.publish(now)
    found = services.watching.look(now + timedelta(minutes=5))
    assert found.reasons == []
    assert (found.status_list_issued_at, found.trust_list_sequence) == (now, 1)
    assert set(found.signing_until) == {KeyPurpose.LICENCE, KeyPurpose.STATUS}
    assert found.free_bytes["home"] > LEAST_FREE_BYTES and found.writer_busy is False


def test_looking_writes_nothing(services, now):
    services.watching.look(now)  # the log and its index are made when a register is first opened
    files = sorted(services.settings.home.glob("register.db*"))
    before = [(path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in files if path.suffix != ".db-shm"]
    services.watching.look(now + timedelta(minutes=1))
    after = [(path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in files if path.suffix != ".db-shm"]
    assert after == before


def test_the_probe_waits_for_nobody(services):
    with RegisterProbe(services.settings.register_path).reading() as tx:
        assert [row[0] for row in tx.all("PRAGMA busy_timeout")] == [0]


def test_marks_that_cannot_be_read_are_found_before_somebody_issues(services, codes, now):
    services.status_publishing.publish(now)
    (services.settings.keys / "number-marks.json").write_text("[")
    assert codes() == ["marks_unreadable"]


def test_a_register_that_is_gone_or_damaged_is_found(services, codes):
    services.database.close()
    register = services.settings.register_path
    register.write_bytes(b"no register at all" * 100)
    for left in ("-wal", "-shm"):
        register.with_name(register.name + left).unlink(missing_ok=True)
    assert codes() == ["register_damaged"]
    register.unlink()
    assert codes() == ["register_missing"]


def test_a_register_of_an_older_program_is_found(services, codes):
    with services.database.write() as tx:
        tx.run("DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)")
    assert "register_outdated" in codes()


def test_a_writer_at_work_is_no_fault_but_one_who_never_ends_is(services, now):
    watching, other = services.watching, Database(services.settings.register_path)
    began, done = threading.Event(), threading.Event()

    def hold() -> None:
        with other.write():
            began.set()
            done.wait()

    holding = threading.Thread(target=hold)
    holding.start()
    began.wait()
    try:
        first = watching.look(now)
        assert (first.writer_busy, first.reasons) == (True, [])
        later = watching.look(now + timedelta(seconds=WRITE_WAIT_SECONDS))
        assert [reason.code for reason in later.reasons] == ["register_locked"]
    finally:
        done.set()
        holding.join()
    assert watching.look(now + timedelta(seconds=2 * WRITE_WAIT_SECONDS)).reasons == []


def test_writers_who_follow_each_other_are_no_fault_however_often_they_are_met(services, now):
    watching, path = services.watching, services.settings.register_path
    for turn in range(4):
        other = Database(path)
        with other.write() as tx:
            tx.run("INSERT INTO counters (series, year, last) VALUES (?, 0, 0)", (f"turn {turn}",))
            at = now + turn * timedelta(seconds=WRITE_WAIT_SECONDS)
            found = watching.look(at)
        other.close()
        assert (found.writer_busy, found.reasons) == (True, [])


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda keys: (keys / "trust-list.cbor").unlink(), "trust_list_missing"),
        (lambda keys: next(keys.glob("licence-*.pem")).unlink(), "no_signing_key"),
        (lambda keys: next(keys.glob("status-*.pem")).unlink(), "no_signing_key"),
        (lambda keys: next(keys.glob("licence-*.pem")).write_text("damaged"), "key_damaged"),
        (lambda keys: (keys.parent / "var" / "key-passphrase").write_text("wrong"), "key_passphrase"),
        (lambda keys: (keys.parent / "var" / "key-passphrase").unlink(), "passphrase_missing"),
    ],
)
def test_keys_that_cannot_be_used_are_found(break_it, code, services, codes):
    break_it(services.settings.keys)
    found = codes()
    # One wrong passphrase in 256 ends a decryption with what looks like an end, and the key then looks damaged.
    assert found == [code] or (code == "key_passphrase" and set(found) <= {code, "key_damaged"})


def test_keys_whose_time_is_over_are_found(codes, now):
    assert codes(now + timedelta(days=1000)) == ["no_signing_key"]


def test_a_clock_that_was_set_back_is_found(services, make_application, clerk, codes, now):
    services.issuance.issue(make_application(), clerk, "one", now)
    assert codes(now - timedelta(minutes=10)) == []
    assert "clock_behind" in codes(now - timedelta(days=1))


def test_a_status_list_that_says_nothing_any_more_is_found(services, codes, now):
    services.status_publishing.publish(now)
    assert codes(now + LIFETIME - timedelta(seconds=1)) == []
    assert codes(now + LIFETIME) == ["offline_list_too_old"]


def test_a_disk_with_too_little_room_is_found(services, codes, monkeypatch):
    free = shutil.disk_usage(services.settings.home).free
    monkeypatch.setattr(readiness, "LEAST_FREE_BYTES", 2 * free)
    assert codes() == ["disk_low"]


def test_a_folder_of_files_that_is_none_is_found(services, codes):
    Path(services.settings.home / "files").write_text("in the way")
    assert codes() == ["files_not_writable"]


def test_who_asks_again_within_a_second_is_told_the_same(services, now):
    first = services.watching.look(now)
    services.settings.register_path.rename(services.settings.home / "away.db")
    assert services.watching.look(now + timedelta(milliseconds=900)) is first
    assert services.watching.look(now + timedelta(seconds=1)).reasons
