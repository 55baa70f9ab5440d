"""Visits with photographs, sent as a phone sends them: the visit, then its photographs one by one."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

from inspected_register import Scene
from inspection_texts import announced
from PIL import Image

PHOTOS = 3


def photos_of(serial: int) -> list[bytes]:
    """Photographs that differ from those of every other visit."""
    found = []
    for number in range(PHOTOS):
        written = io.BytesIO()
        Image.new("RGB", (200, 150), (serial % 256, serial // 256, 80 * number)).save(written, "PNG")
        found.append(written.getvalue())
    return found


def visit_of(scene: Scene, serial: int) -> tuple[str, bytes, list[bytes]]:
    """The ``serial``-th visit: id, bytes and photographs. It gives an order, and so has effects of its own."""
    photos = photos_of(serial)
    name = str(UUID(int=serial))
    shown = [announced(photo, type="image/png") for photo in photos]
    order = {"outcome": "to_rectify", "rectify_by": "2026-12-10"}
    return name, scene.visit(id=name, purpose="complaint", photos=shown, **order), photos


def send(scene: Scene, serial: int, say: Callable[[int], object] = lambda done: None) -> None:
    """Send a visit, and say after each answer how many have come: 1 for the visit, 2 … its photographs."""
    name, body, photos = visit_of(scene, serial)
    receipt = scene.send(body, visit=name)
    for done, photo in enumerate(photos, start=1):
        say(done)
        receipt = scene.send_photo(body, photo, visit=name)
    assert receipt.complete
    say(PHOTOS + 1)
