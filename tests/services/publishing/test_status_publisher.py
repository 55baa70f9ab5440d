"""Who publishes the status list while the service runs: what is due, again and again, whatever fails in between."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta

import pytest

from licence_qr.errors import KeyStoreError, RegisterError
from licence_qr.services.publishing.status_publisher import KEY_SECONDS, LOOK_SECONDS, StatusPublisher
from licence_qr.services.publishing.status_signer import REISSUE_AFTER
from licence_qr.store.register import codes


class Over(Exception):
    """Ends what has no end."""


@pytest.fixture
def publisher(services, now):
    """A publisher, and what is done in each of its pauses, by which its clock goes on."""
    clock = [now]
    made = StatusPublisher(
        services.status_publishing,
        services.coding.finishing.finish_waiting,
        lambda _: None,
        services.settings.home / "lock",
        lambda: clock[0],
    )

    def run(*between) -> list[float]:
        pauses, steps = [], iter(between)

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            clock[0] += timedelta(seconds=seconds)
            try:
                next(steps)()
            except StopIteration:
                raise Over from None

        with pytest.raises(Over):
            made.run(pause)
        return pauses

    return made, run, clock


def test_a_change_is_published_with_the_next_look_and_a_list_of_two_hours_is_renewed(services, publisher, now):
    _, run, clock = publisher
    seen = []

    def change() -> None:
        seen.append(services.status_publishing.current(clock[0]).issued_at)
        with services.database.write() as tx:
            codes.take_status_block(tx, 3)

    def let_time_pass() -> None:
        seen.append(services.status_publishing.current(clock[0]).issued_at)
        clock[0] = now + REISSUE_AFTER * 2

    assert run(change, let_time_pass) == [LOOK_SECONDS] * 3
    seen.append(services.status_publishing.current(clock[0]).issued_at)
    assert seen == [now, now + timedelta(seconds=1), now + REISSUE_AFTER * 2]


def test_a_key_that_is_missing_is_told_once_and_waited_for(services, publisher, now, caplog):
    _, run, clock = publisher
    services.status_publishing.publish(now - REISSUE_AFTER)
    (key,) = services.settings.keys.glob("status-*.pem")
    away = shutil.move(key, services.settings.home / "away.pem")
    (services.settings.keys / "trust-list.cbor").touch()  # as a reload does: what was read is read again
    fetched = []
    with caplog.at_level(logging.WARNING, "licence_qr.publishing"):
        pauses = run(
            lambda: fetched.append(services.status_publishing.current(clock[0]).issued_at),
            lambda: shutil.move(away, key),
            lambda: fetched.append(services.status_publishing.current(clock[0]).issued_at),
        )
    assert pauses == [KEY_SECONDS, KEY_SECONDS, LOOK_SECONDS, LOOK_SECONDS]
    assert [record.getMessage() for record in caplog.records] == ["status list not signed: no_signing_key"]
    assert fetched == [now - REISSUE_AFTER, now + timedelta(seconds=2 * KEY_SECONDS)]


def test_a_key_that_was_refused_before_is_not_tried(services, publisher, now):
    made, run, _ = publisher

    def refuse(_: object) -> None:
        raise KeyStoreError("hsm_refused", token="town", because="PinIncorrect")

    made.check_key = refuse
    assert run() == [KEY_SECONDS]
    with pytest.raises(RegisterError):
        services.status_publishing.current(now)


def test_a_fault_does_not_end_it(services, publisher, monkeypatch, caplog):
    _, run, _ = publisher
    monkeypatch.setattr(services.status_publishing.signer, "origin", None)
    assert run(monkeypatch.undo) == [KEY_SECONDS, LOOK_SECONDS]
    assert caplog.records[0].exc_info is not None
