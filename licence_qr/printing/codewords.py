"""Encode the text of a code as codewords of a QR symbol (ISO/IEC 18004, clauses 7.3 to 7.6).

The tables are those of ``qrcode``: capacities, block structure, generator polynomials, lengths of count fields. The
arithmetic is written here because the library writes bit by bit and divides polynomials by recursion, which takes six
times as long as all the rest of the symbol; tests compare the result with ``qrcode.util.create_data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, cycle, islice, zip_longest
from typing import Literal

from qrcode import LUT
from qrcode.base import gexp, glog, rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import BIT_LIMIT_TABLE, NUMBER_LENGTH, PAD0, PAD1, length_in_bits

from licence_qr.errors import PrintError

LEVEL = ERROR_CORRECT_M
MAX_VERSION = 13
# Version 12 has 8 blocks of codewords, which align with its columns, so a stain hits the same block repeatedly. Every
# reader reads the same text in version 13 at the same width more often (docs/verifying/interop.md).
_NOT_DRAWN = frozenset({12})
_LAST_VERSION = 40
_DIGITS = "0123456789"

Mode = Literal[1, 4]
_NUMERIC: Mode = 1
_BYTE: Mode = 4
Segment = tuple[Mode, int, str]


def fitting_version(text: str) -> int:
    """The smallest QR version, 1 to 11 or 13, that holds ``text`` at level M, trailing digits as a numeric segment.

    Raises PrintError ``symbol_text_invalid`` for a text that is empty or not printable ASCII, and
    ``symbol_too_dense`` above version 13: denser symbols cannot be read reliably at 30 mm.
    """
    if not (text and text.isascii() and text.isprintable()):
        raise PrintError("symbol_text_invalid", length=len(text))
    segments = _segments(text)
    for version in range(1, MAX_VERSION + 1):
        if version not in _NOT_DRAWN and _bit_length(segments, version) <= BIT_LIMIT_TABLE[LEVEL][version]:
            return version
    needed = (_bit_length(segments, _LAST_VERSION) + 7) // 8
    limit = BIT_LIMIT_TABLE[LEVEL][MAX_VERSION] // 8
    raise PrintError("symbol_too_dense", characters=len(text), bytes=needed, limit=limit, max_version=MAX_VERSION)


def codewords(text: str, version: int) -> bytes:
    """The data and error correction codewords of ``text``, interleaved as they are placed in the symbol.

    ``version`` must be large enough; see ``fitting_version``.
    """
    capacity = BIT_LIMIT_TABLE[LEVEL][version]
    bits = _data_bits(_segments(text), version)
    bits += "0" * min(4, capacity - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    data += bytes(islice(cycle((PAD0, PAD1)), capacity // 8 - len(data)))

    data_blocks, correction_blocks, start = [], [], 0
    for block in rs_blocks(version, LEVEL):
        chunk = data[start : start + block.data_count]
        start += block.data_count
        data_blocks.append(chunk)
        correction_blocks.append(_correction(chunk, block.total_count - block.data_count))
    return _interleaved(data_blocks) + _interleaved(correction_blocks)


def _segments(text: str) -> list[Segment]:
    """Mode, character count and bits of each segment: the text before the trailing digits, and the digits."""
    head = text.rstrip(_DIGITS)
    digits = text[len(head) :]
    segments: list[Segment] = []
    if head:
        segments.append((_BYTE, len(head), "".join(f"{byte:08b}" for byte in head.encode("ascii"))))
    if digits:
        groups = (digits[i : i + 3] for i in range(0, len(digits), 3))
        segments.append((_NUMERIC, len(digits), "".join(f"{int(g):0{NUMBER_LENGTH[len(g)]}b}" for g in groups)))
    return segments


def _bit_length(segments: list[Segment], version: int) -> int:
    return sum(4 + length_in_bits(mode, version) + len(bits) for mode, _, bits in segments)


def _data_bits(segments: list[Segment], version: int) -> str:
    return "".join(f"{mode:04b}{count:0{length_in_bits(mode, version)}b}{bits}" for mode, count, bits in segments)


def _correction(data: bytes, count: int) -> bytes:
    """The ``count`` Reed-Solomon codewords of one block: the remainder of a division over GF(256), byte by byte."""
    multiples = _generator_multiples(count)
    top, keep = 8 * (count - 1), (1 << 8 * (count - 1)) - 1
    remainder = 0
    for byte in data:
        remainder = (remainder & keep) << 8 ^ multiples[byte ^ remainder >> top]
    return remainder.to_bytes(count, "big")


@cache
def _generator_multiples(count: int) -> tuple[int, ...]:
    """Every multiple of the generator polynomial of degree ``count``, without its leading term, as an integer."""
    logs = [glog(coefficient) for coefficient in LUT.rsPoly_LUT[count][1:]]
    rows = (bytes(gexp(log + glog(factor)) for log in logs) for factor in range(1, 256))
    return (0, *(int.from_bytes(row, "big") for row in rows))


def _interleaved(blocks: Sequence[bytes]) -> bytes:
    """The first byte of each block, then the second of each, and so on; shorter blocks end earlier."""
    return bytes(byte for byte in chain.from_iterable(zip_longest(*blocks)) if byte is not None)
