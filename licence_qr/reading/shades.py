"""The shades of a picture in eight bits, in which everything here looks at it."""

from __future__ import annotations

from PIL import Image


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """A grey picture of 16 bits a pixel in eight; any other as it is. Pillow's own conversion makes white of nearly all its
    shades."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
