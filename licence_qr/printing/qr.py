"""The QR symbol of a code, drawn as SVG for pages and print, and as PNG.

The text is ``origin/c/digits``: a byte segment that any camera app recognises as a link, and a numeric segment for the
signed record. Error correction is level M; for reasons and measured sizes see docs/using/printing.md.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from PIL import Image

from licence_qr.errors import PrintError
from licence_qr.printing.codewords import MAX_VERSION, codewords, fitting_version
from licence_qr.printing.modules import Matrix, place

QUIET_ZONE = 4
_LARGE_FROM_VERSION = 12


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol without its quiet zone. ``matrix`` has one ``bytes`` per row, top first; 1 is a dark module."""

    matrix: Matrix
    version: int
    text: str

    @property
    def size(self) -> int:
        """Modules per side, without the quiet zone."""
        return len(self.matrix)

    @property
    def size_with_quiet_zone(self) -> int:
        """Modules per side, with the four light modules that readers need around the symbol."""
        return self.size + 2 * QUIET_ZONE


@dataclass(frozen=True, slots=True)
class DarkRun:
    """A run of ``length`` dark modules from ``column`` in ``row``, counted from the top left of the symbol."""

    row: int
    column: int
    length: int


def make_symbol(text: str) -> Symbol:
    """The QR symbol (ISO/IEC 18004, level M) of ``text``, in the smallest version and with the best mask.

    Raises PrintError ``symbol_text_invalid`` (empty, or not printable ASCII) or ``symbol_too_dense`` (above
    version 13). Not checked: that the text is an address or a genuine code.
    """
    version = fitting_version(text)
    return Symbol(place(codewords(text, version), version), version, text)


def min_size_mm(version: int) -> int:
    """The minimum width in millimetres, including the quiet zone, of a printed symbol of ``version``.

    Raises PrintError ``symbol_version_not_printed`` outside 1 to 13.
    """
    if not 1 <= version <= MAX_VERSION:
        raise PrintError("symbol_version_not_printed", version=version, max_version=MAX_VERSION)
    return 30 if version >= _LARGE_FROM_VERSION else 28


def dark_runs(symbol: Symbol) -> list[DarkRun]:
    """The dark modules as horizontal runs from the top left: a third as many shapes as modules."""
    runs = []
    for row, modules in enumerate(symbol.matrix):
        column = 0
        for dark, group in groupby(modules):
            length = len(list(group))
            if dark:
                runs.append(DarkRun(row, column, length))
            column += length
    return runs


def to_svg(symbol: Symbol, mm: float, title: str = "二维码 QR code") -> str:
    """A self-contained SVG image: one dark path on white, ``mm`` millimetres per side including the quiet zone.

    The same symbol gives the same text. Raises PrintError ``symbol_too_small`` below ``min_size_mm``.
    """
    check_size(symbol, mm)
    side = symbol.size_with_quiet_zone
    path = "".join(
        f"M{run.column + QUIET_ZONE} {run.row + QUIET_ZONE}h{run.length}v1h-{run.length}z" for run in dark_runs(symbol)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{mm:g}mm" height="{mm:g}mm" viewBox="0 0 {side} {side}"'
        f' role="img" shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


def to_data_uri(text: str) -> str:
    """The symbol of ``text`` for ``src``, where what it says may stand in no address of a picture. Raises PrintError."""
    symbol = make_symbol(text)
    svg = to_svg(symbol, min_size_mm(symbol.version))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def to_png(symbol: Symbol, px_per_module: int = 8) -> bytes:
    """A PNG image, one bit per pixel, including the quiet zone. The same symbol gives the same bytes.

    Raises ValueError unless ``px_per_module`` is 1 to 64.
    """
    if not 1 <= px_per_module <= 64:
        raise ValueError("px_per_module is 1 to 64")
    grey = b"".join(symbol.matrix).translate(bytes.maketrans(b"\x00\x01", b"\xff\x00"))
    modules = Image.frombytes("L", (symbol.size, symbol.size), grey)
    picture = Image.new("L", (symbol.size_with_quiet_zone,) * 2, 255)
    picture.paste(modules, (QUIET_ZONE, QUIET_ZONE))
    side = symbol.size_with_quiet_zone * px_per_module
    buffer = io.BytesIO()
    picture.resize((side, side), Image.Resampling.NEAREST).convert("1").save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def check_size(symbol: Symbol, mm: float) -> None:
    """Raise PrintError ``symbol_too_small`` when ``mm`` is less than ``min_size_mm`` of the symbol's version."""
    least = min_size_mm(symbol.version)
    if mm < least:
        raise PrintError("symbol_too_small", version=symbol.version, size_mm=f"{mm:g}", least_mm=least)
