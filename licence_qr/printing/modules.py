"""Place codewords as modules of a QR symbol with the best of eight masks (ISO/IEC 18004, clauses 7.7 and 7.8).

``qrcode`` draws and scores every mask module by module, which is 78 % of its time. Here a symbol is one integer with a
bit per module, twice: first all rows, then all columns, each a *line* of ``size`` bits. A mask is then an exclusive or
with a template, and a rule of the penalty is a few shifts over all lines at once.

The geometry is not repeated here. ``qrcode`` draws the templates with all data bits light, and the position of each
data bit is found by drawing the bits of its index. The library leaves the format and version information light while it
scores; here the penalty is that of the complete symbol, as the standard requires. On the same modules it equals
``qrcode.util.lost_point``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from qrcode import QRCode

from licence_qr.printing.codewords import LEVEL

MASKS = range(8)
_FROM_ASCII = bytes.maketrans(b"01", b"\x00\x01")

Matrix = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all symbols of one version share; ``size`` is the number of modules per side.

    ``templates`` hold, for each mask, the lines of the symbol whose data bits are all light. ``pick`` takes the data
    bits as text, followed by one ``0`` for all other modules, and returns one character for each bit of the lines,
    highest first. The other integers select positions: every bit; where a pair, and where an eleven-module pattern, can
    start in a line; the rows; and the rows that have one below them.
    """

    size: int
    data_bits: int
    templates: tuple[int, ...]
    pick: Callable[[str], tuple[str, ...]]
    every: int
    pair_starts: int
    pattern_starts: int
    rows: int
    rows_above: int


@cache
def frame(version: int) -> Frame:
    """The frame of ``version``, drawn once by the library."""
    size = 4 * version + 17
    blank = tuple(_draw(version, mask, b"") for mask in MASKS)
    positions = _bit_positions(version, size)
    data_bits = max(positions)
    # Position 0 is a module without data: it takes the extra "0" after the data bits.
    indexes = [data_bits if position == 0 else position - 1 for position in _lines(positions, size)]
    lines = range(0, 2 * size * size, size)
    return Frame(
        size=size,
        data_bits=data_bits,
        templates=tuple(_integer(_lines(modules, size)) for modules in blank),
        pick=itemgetter(*reversed(indexes)),
        every=(1 << 2 * size * size) - 1,
        pair_starts=sum(((1 << size - 1) - 1) << line for line in lines),
        pattern_starts=sum(((1 << size - 10) - 1) << line for line in lines),
        rows=(1 << size * size) - 1,
        rows_above=(1 << size * (size - 1)) - 1,
    )


def place(codewords: bytes, version: int) -> Matrix:
    """The finished symbol with the mask of the lowest penalty: one ``bytes`` per row, 1 for a dark module.

    Of two masks with the same penalty, the one with the lower number is used.
    """
    shape = frame(version)
    best = min(masked(codewords, shape), key=lambda lines: penalty(lines, shape))
    return matrix(best, shape)


def masked(codewords: bytes, shape: Frame) -> list[int]:
    """The lines of the complete symbol under each of the eight masks, in order."""
    bits = f"{int.from_bytes(codewords, 'big'):0{8 * len(codewords)}b}".ljust(shape.data_bits + 1, "0")
    data = int("".join(shape.pick(bits)), 2)
    return [data ^ template for template in shape.templates]


def penalty(lines: int, shape: Frame) -> int:
    """The penalty of a complete symbol: N1 = 3, N2 = 3, N3 = 40, N4 = 10 (ISO/IEC 18004, table 11)."""
    equal = ~(lines ^ lines >> 1) & shape.pair_starts
    fives = equal & equal >> 1
    fives &= fives >> 2
    runs = fives & ~(fives << 1)

    blocks = equal & equal >> shape.size & ~(lines ^ lines >> shape.size) & shape.rows_above

    light = lines ^ shape.every
    finder = lines & light >> 1 & lines >> 2 & lines >> 3 & lines >> 4 & light >> 5 & lines >> 6
    margin = light & light >> 1
    margin &= margin >> 2
    finders = (finder & margin >> 7 & shape.pattern_starts, margin & finder >> 4 & shape.pattern_starts)

    modules = shape.size**2
    dark = (lines & shape.rows).bit_count()
    steps_from_half = abs(20 * dark - 10 * modules) // modules

    return (
        (fives.bit_count() + 2 * runs.bit_count())
        + 3 * blocks.bit_count()
        + 40 * sum(found.bit_count() for found in finders)
        + 10 * steps_from_half
    )


def matrix(lines: int, shape: Frame) -> Matrix:
    """The rows of a symbol given as lines."""
    size = shape.size
    text = f"{lines & shape.rows:0{size * size}b}"[::-1]
    modules = text.encode("ascii").translate(_FROM_ASCII)
    return tuple(modules[start : start + size] for start in range(0, size * size, size))


def _draw(version: int, mask: int, codewords: bytes) -> list[int]:
    """The modules, row by row, of the library's symbol with these codewords; missing bits are light."""
    code = QRCode(version=version, error_correction=LEVEL)
    code.data_cache = list(codewords)
    code.makeImpl(False, mask)
    return [int(bool(module)) for row in code.modules for module in row]


def _bit_positions(version: int, size: int) -> list[int]:
    """For each module, row by row, the number (from 1) of its data bit, or 0 for none.

    For each binary digit of these numbers the library draws a symbol whose data bits are that digit; the modules that
    differ from the blank symbol have it set.
    """
    blank = _draw(version, 0, b"")
    numbers = range(1, size * size + 1)
    positions = [0] * (size * size)
    for digit in range((size * size).bit_length()):
        plane = "".join(str(number >> digit & 1) for number in numbers)
        probe = _draw(version, 0, bytes(int(plane[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(plane), 8)))
        for module, (before, after) in enumerate(zip(blank, probe, strict=True)):
            positions[module] |= (before ^ after) << digit
    return positions


def _lines(modules: Sequence[int], size: int) -> list[int]:
    """All rows, then all columns."""
    return [*modules, *(modules[row * size + column] for column in range(size) for row in range(size))]


def _integer(bits: Iterable[int]) -> int:
    """The integer of these bits, lowest first."""
    return int("".join(map(str, bits))[::-1], 2)
