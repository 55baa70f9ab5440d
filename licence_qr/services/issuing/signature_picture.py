"""A picture of a drawn signature, made here from its strokes: nothing that was sent is stored as it came."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageDraw

from licence_qr.domain.issuing.strokes import HEIGHT, WIDTH, Stroke

_PEN = 4
# Drawn larger and then reduced, because Pillow draws lines with steps.
_SCALE = 3


def to_png(strokes: Iterable[Stroke]) -> bytes:
    """The strokes in black on white, as PNG of ``WIDTH`` × ``HEIGHT`` pixels without metadata."""
    page = Image.new("L", (WIDTH * _SCALE, HEIGHT * _SCALE), 255)
    pen, radius = ImageDraw.Draw(page), _PEN * _SCALE / 2
    for stroke in strokes:
        points = [(x * _SCALE, y * _SCALE) for x, y in stroke]
        pen.line(points, fill=0, width=_PEN * _SCALE, joint="curve")
        for x, y in (points[0], points[-1]):  # round ends, and a dot for a stroke of one point
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    written = io.BytesIO()
    page.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
