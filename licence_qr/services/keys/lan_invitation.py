"""A QR symbol of the local address for phones, in a terminal and as a picture."""

from __future__ import annotations

from pathlib import Path

from licence_qr.printing.qr import QUIET_ZONE, make_symbol, to_png

PICTURE = "lan-address.png"
# Upper half, lower half and both: one row of characters has two rows of modules, since a character is twice as high as
# wide.
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_BLACK_ON_WHITE, _PLAIN = "\x1b[30;107m", "\x1b[0m"


def picture(folder: Path, address: str) -> Path:
    """Write the QR symbol of ``address`` as PNG. Raises PrintError for an address that is too long, OSError."""
    path = folder / PICTURE
    path.write_bytes(to_png(make_symbol(address), 12))
    return path


def terminal_lines(address: str) -> list[str]:
    """The QR symbol of ``address`` in characters, with the quiet zone, black on white whatever the terminal's
    colours."""
    symbol = make_symbol(address)
    side = bytes(QUIET_ZONE)
    empty = [bytes(symbol.size_with_quiet_zone)] * QUIET_ZONE
    rows = [*empty, *(side + bytes(row) + side for row in symbol.matrix), *empty]
    rows += empty[: len(rows) % 2]
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [_BLACK_ON_WHITE + "".join(_HALVES[both] for both in zip(*pair, strict=True)) + _PLAIN for pair in pairs]
