"""The way a phone gets to a machine on the local network: a QR of its address, in a terminal and as a picture."""

from __future__ import annotations

from pathlib import Path

from licence_qr.printing.qr import QUIET_ZONE, make_symbol, to_png

PICTURE = "lan-address.png"
# Upper half, lower half and both: two rows of modules in one of characters, which is about as high as two are wide.
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_BLACK_ON_WHITE, _PLAIN = "\x1b[30;107m", "\x1b[0m"


def picture(folder: Path, address: str) -> Path:
    """Write the QR of ``address`` as PNG. Raises PrintError for an address beyond a symbol's room, OSError."""
    path = folder / PICTURE
    path.write_bytes(to_png(make_symbol(address), 12))
    return path


def terminal_lines(address: str) -> list[str]:
    """The QR of ``address`` in characters, quiet zone included; black on white whatever the terminal's colours are."""
    symbol = make_symbol(address)
    side = bytes(QUIET_ZONE)
    empty = [bytes(symbol.size_with_quiet_zone)] * QUIET_ZONE
    rows = [*empty, *(side + bytes(row) + side for row in symbol.matrix), *empty]
    rows += empty[: len(rows) % 2]
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [_BLACK_ON_WHITE + "".join(_HALVES[both] for both in zip(*pair, strict=True)) + _PLAIN for pair in pairs]
