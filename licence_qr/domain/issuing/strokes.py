"""The strokes of a signature as a page sends them, read strictly.

A JSON list of strokes, each a flat list of whole numbers ``x, y, x, y, …`` in a field of ``WIDTH`` × ``HEIGHT``. A page
draws no other, so whatever else comes was made by something else and is refused whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

from licence_qr.errors import InputError

WIDTH, HEIGHT = 600, 200
MOST_CHARS = 40_000
MOST_STROKES = 300
MOST_POINTS = 4_000
# A signature is at least so wide and high together; a dot, or a slip of the pen, is none.
LEAST_SPAN = 60

Point = tuple[int, int]
Stroke = tuple[Point, ...]


def read_strokes(text: str) -> tuple[Stroke, ...]:
    """The strokes in ``text``. Raises InputError ``signature_unreadable``, ``signature_too_long`` or
    ``signature_too_small``, each of ``strokes``."""
    if len(text) > MOST_CHARS:
        raise _refusal("signature_too_long")
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        raise _refusal("signature_unreadable") from None
    if not isinstance(sent, list):
        raise _refusal("signature_unreadable")
    if len(sent) > MOST_STROKES:
        raise _refusal("signature_too_long")
    strokes = tuple(map(_stroke, sent))
    points = tuple(chain.from_iterable(strokes))
    if len(points) > MOST_POINTS:
        raise _refusal("signature_too_long")
    if _span(points) < LEAST_SPAN:
        raise _refusal("signature_too_small")
    return strokes


def _stroke(sent: Any) -> Stroke:
    if not isinstance(sent, list) or not sent or len(sent) % 2:
        raise _refusal("signature_unreadable")
    xs, ys = sent[::2], sent[1::2]
    if not (_within(xs, WIDTH) and _within(ys, HEIGHT)):
        raise _refusal("signature_unreadable")
    return tuple(zip(xs, ys, strict=True))


def _within(numbers: Sequence[Any], end: int) -> bool:
    return all(type(each) is int and 0 <= each <= end for each in numbers)


def _span(points: Sequence[Point]) -> int:
    if not points:
        return 0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) - min(xs) + max(ys) - min(ys)


def _refusal(code: str) -> InputError:
    return InputError(code, field="strokes")
