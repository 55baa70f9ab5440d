"""A server is killed (SIGKILL) while visits with photographs are sent and confirmed: what it acknowledged is there, and
sending again brings the rest, once."""

from __future__ import annotations

import io
import os
import random
from functools import partial
from uuid import UUID

import pytest
from inspected_register import Scene, hotel, hotel_made_once
from inspection_texts import announced, content_hash
from killing import killed_at_random
from PIL import Image

from licence_qr.store.inspecting import inspections, rectifications

__all__ = ["hotel", "hotel_made_once"]

PHOTOS = 3


def _photos(serial: int) -> list[bytes]:
    """Photographs that differ from those of every other visit."""
    found = []
    for number in range(PHOTOS):
        written = io.BytesIO()
        Image.new("RGB", (200, 150), (serial % 256, serial // 256, 80 * number)).save(written, "PNG")
        found.append(written.getvalue())
    return found


def _visit(scene: Scene, serial: int) -> tuple[str, bytes, list[bytes]]:
    """The ``serial``-th visit: id, bytes and photographs. It gives an order, and so has effects of its own."""
    photos = _photos(serial)
    name = str(UUID(int=serial))
    shown = [announced(photo, type="image/png") for photo in photos]
    order = {"outcome": "to_rectify", "rectify_by": "2026-12-10"}
    return name, scene.visit(id=name, purpose="complaint", photos=shown, **order), photos


def _send(scene: Scene, serial: int, pipe: int | None = None) -> None:
    """Send a visit as a phone does, and say after each answer how many have come: 1 for the visit, 2 … its photographs."""
    name, body, photos = _visit(scene, serial)
    receipt = scene.send(body, visit=name)
    for done, photo in enumerate(photos, start=1):
        if pipe is not None:
            os.write(pipe, f"{serial} {done}\n".encode())
        receipt = scene.send_photo(body, photo, visit=name)
    assert receipt.complete
    if pipe is not None:
        os.write(pipe, f"{serial} {PHOTOS + 1}\n".encode())


def _send_all(scene: Scene, first: int, pipe: int) -> None:
    """The child: send one visit after another."""
    for serial in range(first, first + 100):
        _send(scene, serial, pipe)


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
        name, body, photos = _visit(hotel, serial)
        receipt = hotel.services.inspections.receipt(hotel.actors["inspector"], name, content_hash(body))
        arrived = [photo.sent_sha256 for photo in receipt.photos if not photo.missing]
        assert {content_hash(photo) for photo in photos[: done - 1]} <= set(arrived)
    for serial in acknowledged:
        _send(hotel, serial)
    _look_at(hotel, set(acknowledged), kills)


def _look_at(hotel: Scene, serials: set[int], kills: int) -> None:
    with hotel.services.database.read() as tx:
        assert [tuple(row) for row in tx.all("PRAGMA integrity_check")] == [("ok",)]
        for serial in serials:
            (stored,) = inspections.contents(tx, str(UUID(int=serial)), "baishiyi")
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
