"""A payload is held to its canonical form by its length alone: against writing it again, over other forms of all kinds."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_codes import claims

from licence_qr.credential.claims import decode_claims, encode_claims
from licence_qr.credential.strict_cbor import head_bytes, read_lax
from licence_qr.errors import TokenError

EDGES = [0, 1, 23, 24, 25, 255, 256, 65_535, 65_536, (1 << 32) - 1]
WIDTHS = ((24, 1), (25, 2), (26, 4), (27, 8))
NUMBERS = st.sampled_from(EDGES) | st.integers(0, (1 << 32) - 1)
LENGTHS = st.sampled_from([1, 11, 12, 20, 127, 128])


def heads(major: int, number: int) -> list[bytes]:
    """All encodings of a head, the canonical one first."""
    short = [bytes((major << 5 | number,))] if number < 24 else []
    return short + [
        bytes((major << 5 | kind,)) + number.to_bytes(width, "big") for kind, width in WIDTHS if number < 1 << 8 * width
    ]


class Writer:
    """Writes CBOR with the heads that ``draw`` chooses; ``canonical`` tells whether all were the shortest."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._longer = draw(st.sets(st.integers(0, 20), max_size=2))
        self._draw = draw
        self._count = 0
        self.canonical = True

    def write(self, value: Any) -> bytes:
        match value:
            case None:
                return b"\xf6"
            case int():
                return self._head(0, value)
            case bytes():
                return self._head(2, len(value)) + value
            case str():
                return self._head(3, len(value.encode())) + value.encode()
            case _:
                return self._head(4, len(value)) + b"".join(map(self.write, value))

    def _head(self, major: int, number: int) -> bytes:
        forms = heads(major, number)
        self._count += 1
        if self._count - 1 not in self._longer or len(forms) == 1:
            return forms[0]
        self.canonical = False
        return self._draw(st.sampled_from(forms[1:]))


@st.composite
def payloads(draw: st.DrawFn) -> tuple[bytes, bool]:
    """A payload with values at the edges of their heads, in a form that may be another than the canonical one."""
    items = cbor2.loads(encode_claims(claims()))
    items[2] = draw(NUMBERS.filter(bool))
    items[5] = ("名" * draw(LENGTHS)).encode("utf-16-be")
    items[7] = draw(NUMBERS)
    template = [draw(NUMBERS), draw(st.integers(0, 9999)), draw(NUMBERS)]
    number = draw(st.just(template) | LENGTHS.map(lambda length: "号" * length))
    permit = [draw(NUMBERS), number, draw(st.integers(0, 80_000)), draw(st.sampled_from([None, 1, 23, 24, 1461]))]
    items[8] = [permit] * draw(st.sampled_from([0, 1, 2, 24]))
    if draw(st.booleans()):
        items[9:] = [draw(st.sampled_from([25, 255, 256, 65_535]))]
    writer = Writer(draw)
    return writer.write(items) + draw(st.sampled_from([b"", b"", b"", b"\0"])), writer.canonical


@settings(max_examples=400)
@given(payloads())
def test_only_the_one_form_is_read(made: tuple[bytes, bool]) -> None:
    payload, shortest = made
    if shortest and cbor2.dumps(cbor2.loads(payload), canonical=True) == payload:
        assert decode_claims(payload)
        return
    with pytest.raises(TokenError) as refused:
        decode_claims(payload)
    assert refused.value.code == "payload_not_canonical"


@pytest.mark.parametrize("number", EDGES)
def test_a_head_is_as_long_as_the_library_writes_it(number: int) -> None:
    assert head_bytes(number) == len(cbor2.dumps(number)) == len(heads(0, number)[0])


@pytest.mark.parametrize("tag", [0, 2, 4, 24, 25, 28, 29, 30, 35, 100, 256, 258, 260, 43_000, 55_799, (1 << 64) - 1])
def test_no_tag_can_make_a_payload_shorter_than_its_canonical_form(tag: int) -> None:
    """Tags 25, 28, 29 and 256 let one place stand for another: with them the length would prove nothing."""
    for content in (b"\x00", b"\x41a", b"\x61a", b"\x80", b"\x82\x41a\x00"):
        for head in heads(6, tag):
            with pytest.raises(TokenError):
                read_lax(b"\x82\x50" + bytes(16) + head + content)
