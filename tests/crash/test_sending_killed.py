"""A server is killed (SIGKILL) while visits with photographs are sent and confirmed: what it acknowledged is there, and
sending again brings the rest, once."""

from __future__ import annotations

import os
import random
from functools import partial
from uuid import UUID

import pytest
from inspected_register import Scene, hotel, hotel_made_once
from inspection_texts import content_hash
from killing import killed_at_random
from sent_visits import send, visit_of

from licence_qr.store.inspecting import inspections, rectifications

__all__ = ["hotel", "hotel_made_once"]


def _say(pipe: int, serial: int, done: int) -> None:
    os.write(pipe, f"{serial} {done}\n".encode())


def _send_all(scene: Scene, first: int, pipe: int) -> None:
    """The child: send one visit after another."""
    for serial in range(first, first + 100):
        send(scene, serial, partial(_say, pipe, serial))


def _acknowledged(scene: Scene, first: int, chance: random.Random) -> dict[int, int]:
    """How far each visit had been acknowledged when the server was killed."""
    lines = killed_at_random(partial(_send_all, scene, first), chance.randrange(1, 12), chance)
    return {int(serial): int(done) for serial, done in map(str.split, lines)}


@pytest.mark.campaign
def test_kills_lose_nothing_acknowledged_and_sending_again_brings_the_rest_once(hotel, rounds):
    kills = rounds(5, 100)
    chance, acknowledged = random.Random(20261123), {}
    hotel.services.database.close()  # a connection must not be carried into the child
    for kill in range(kills):
        acknowledged |= _acknowledged(hotel, 1 + 100 * kill, chance)
    assert len(acknowledged) > kills
    for serial, done in acknowledged.items():
        name, body, photos = visit_of(hotel, serial)
        receipt = hotel.services.inspections.receipt(hotel.actors["inspector"], name, content_hash(body))
        arrived = [photo.sent_sha256 for photo in receipt.photos if not photo.missing]
        assert {content_hash(photo) for photo in photos[: done - 1]} <= set(arrived)
    for serial in acknowledged:
        send(hotel, serial)
    _look_at(hotel, set(acknowledged), kills)


def _look_at(hotel: Scene, serials: set[int], kills: int) -> None:
    with hotel.services.database.read() as tx:
        assert [tuple(row) for row in tx.all("PRAGMA integrity_check")] == [("ok",)]
        for serial in serials:
            (stored,) = inspections.contents(tx, str(UUID(int=serial)), "baishiyi", {"inspector"})
            for photo in inspections.photos(tx, stored.key):
                assert photo.file is not None
                assert hotel.services.inspections.files.read(tx, photo.file)
            assert rectifications.of_inspection(tx, stored.key) is not None
        sent = tx.one("SELECT count(*) AS n FROM inspections")["n"]
        counted = tx.one("SELECT count(*) AS n FROM inspections WHERE state = 'counted'")["n"]
        # A visit is written down as it arrives, and with its one order and answer as it counts. One that was killed in
        # between and never acknowledged has arrived and nothing more.
        assert len(serials) <= counted <= sent
        for table, times in (
            ("rectifications", counted),
            ("confirmations", counted),
            ("history WHERE event = 'second_officer_answered'", counted),
            ("history WHERE event = 'inspected'", sent + counted),
        ):
            assert tx.one(f"SELECT count(*) AS n FROM {table}")["n"] == times  # noqa: S608
    half = [file for file in hotel.services.settings.home.rglob(".*") if file.is_file() and "files" in file.parts]
    assert len(half) <= kills
