"""The strokes of a signature are read strictly, whatever is sent, and drawn into a picture made here."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from licence_qr.domain.issuing.strokes import HEIGHT, MOST_CHARS, MOST_POINTS, MOST_STROKES, WIDTH, read_strokes
from licence_qr.errors import InputError
from licence_qr.services.issuing.signature_picture import to_png

_POINT = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
_STROKES = st.lists(st.lists(_POINT, min_size=1, max_size=12), min_size=1, max_size=12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=3), each, max_size=3),
    max_leaves=12,
)


def sent(strokes: list[list[tuple[int, int]]]) -> str:
    return json.dumps([[number for point in stroke for number in point] for stroke in strokes])


def refusal(text: str) -> str:
    with pytest.raises(InputError) as refused:
        read_strokes(text)
    assert refused.value.field == "strokes"
    return refused.value.code


@given(_STROKES)
def test_what_a_page_draws_is_read_as_it_was_drawn(strokes: list[list[tuple[int, int]]]) -> None:
    whole = [*strokes, [(0, 0), (WIDTH, HEIGHT)]]
    assert read_strokes(sent(whole)) == tuple(map(tuple, whole))


@given(_STROKES)
def test_every_signature_becomes_a_picture_of_one_size_with_ink(strokes: list[list[tuple[int, int]]]) -> None:
    picture = Image.open(io.BytesIO(to_png(read_strokes(sent([*strokes, [(0, 0), (WIDTH, HEIGHT)]])))))
    assert (picture.size, picture.mode, picture.info) == ((WIDTH, HEIGHT), "L", {})
    assert picture.getextrema() == (0, 255)


@given(st.text(max_size=60) | _VALUES.map(json.dumps))
def test_anything_else_is_refused_with_a_code(text: str) -> None:
    try:
        strokes = read_strokes(text)
    except InputError as refused:
        assert refused.code.startswith("signature_")
    else:
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for stroke in strokes for x, y in stroke)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "{}", "[1]", "[[]]", "[[1]]", "[[1,2,3]]", "[[1.5,2,90,90]]", "[[true,2,90,90]]", '[["1",2,90,90]]',
        f"[[0,0,{WIDTH + 1},0]]", f"[[0,0,0,{HEIGHT + 1}]]", "[[0,-1,90,90]]", "[[NaN,2,90,90]]", "[[1e2,2,90,90]]",
        "[" * 20_000, "[[" + "9" * 5_000 + ",1]]",
    ],
)  # fmt: skip
def test_what_no_page_draws_is_refused_whole(text: str) -> None:
    assert refusal(text) == "signature_unreadable"


def test_a_slip_of_the_pen_is_no_signature() -> None:
    assert refusal("[]") == refusal("[[5,5]]") == refusal("[[5,5,30,30]]") == "signature_too_small"


def test_no_more_is_taken_than_somebody_writes() -> None:
    assert refusal(json.dumps([[0, 0]] * (MOST_STROKES + 1))) == "signature_too_long"
    assert refusal(json.dumps([[0, 0] * (MOST_POINTS + 1)])) == "signature_too_long"
    assert refusal(" " * MOST_CHARS + "[]") == "signature_too_long"
