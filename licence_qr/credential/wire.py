"""Reading the few CBOR items that format 1 uses (RFC 8949), in their canonical form and in no other.

The payload has one fixed shape, so a reader that knows only that shape is both the strictest and the fastest: a tag,
float, map or indefinite length is refused at its first byte, never evaluated. A general reader would build the value of
a tag (dates, regular expressions, decimals) before anyone can look at it, and would need a second pass to re-encode.
Each function takes the bytes and a position and returns the value and the next position.
"""

from __future__ import annotations

from licence_qr.errors import TokenError

NULL = 0xF6


def read_uint(data: bytes, at: int, item: str) -> tuple[int, int]:
    """An unsigned integer below 2**32 with the shortest head (major type 0)."""
    first = data[at]
    if first < 24:
        return first, at + 1
    return _long_uint(data, at, first, item)


def _long_uint(data: bytes, at: int, first: int, item: str) -> tuple[int, int]:
    if first == 0x19:
        value, end, least = data[at + 1] << 8 | data[at + 2], at + 3, 1 << 8
    elif first == 0x18:
        value, end, least = data[at + 1], at + 2, 24
    elif first == 0x1A:
        end, least = at + 5, 1 << 16
        value = int.from_bytes(data[at + 1 : end], "big")
    else:
        raise TokenError("payload_shape", item=item)
    if value < least:
        raise TokenError("payload_not_canonical", item=item)
    return value, end


def read_string(data: bytes, at: int, major: int, item: str) -> tuple[bytes, int]:
    """The content of a byte string (``major`` 0x40) or text string (0x60) of up to 255 bytes with the shortest head."""
    first = data[at]
    size, start = first - major, at + 1
    if size == 24:
        size, start = data[start], at + 2
        if size < 24:
            raise TokenError("payload_not_canonical", item=item)
    elif not 0 <= size < 24:
        raise TokenError("payload_shape", item=item)
    return data[start : start + size], start + size


def read_fixed(data: bytes, at: int, size: int, item: str) -> tuple[bytes, int]:
    """The content of a byte string of exactly ``size`` (< 24) bytes."""
    if data[at] != 0x40 | size:
        raise TokenError("payload_shape", item=item)
    end = at + 1 + size
    return data[at + 1 : end], end


def read_array(data: bytes, at: int, item: str) -> tuple[int, int]:
    """The number of items of an array of fewer than 24."""
    size = data[at] - 0x80
    if not 0 <= size < 24:
        raise TokenError("payload_shape", item=item)
    return size, at + 1
