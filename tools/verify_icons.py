"""Draws the icons of the installed verify page: ``python -m tools.verify_icons``. Made here, so that nothing is borrowed.

Three finder squares of a symbol and a tick, inside the circle of 80 % that every phone leaves of a maskable icon.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "static" / "ui" / "icons"
BLUE, WHITE = "#1f4b7a", "#ffffff"
SIZES = (192, 512)
_FINE = 4  # drawn larger and scaled down, for smooth edges


def draw(size: int) -> Image.Image:
    """The icon, ``size`` pixels square."""
    fine = size * _FINE
    icon = Image.new("RGB", (fine, fine), BLUE)
    pen = ImageDraw.Draw(icon)
    unit = fine / 32

    def square(x: float, y: float, side: float, colour: str) -> None:
        pen.rectangle((x * unit, y * unit, (x + side) * unit - 1, (y + side) * unit - 1), fill=colour)

    for x, y in ((8, 8), (17.5, 8), (8, 17.5)):
        square(x, y, 6.5, WHITE)
        square(x + 1.6, y + 1.6, 3.3, BLUE)
    tick = [(17.8 * unit, 21 * unit), (20.2 * unit, 23.6 * unit), (24.4 * unit, 18.4 * unit)]
    pen.line(tick, fill=WHITE, width=round(2 * unit), joint="curve")
    return icon.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        draw(size).save(FOLDER / f"{size}.png", optimize=True)


if __name__ == "__main__":
    main()
