"""A landscape page to draw on, in millimetres of an A5 card; A4 is the same card, enlarged."""

from __future__ import annotations

from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from licence_qr.printing.card import CardContent
from licence_qr.printing.fonts import CJK_PACKAGE, Face, font_path
from licence_qr.printing.qr import QUIET_ZONE, Symbol, dark_runs
from licence_qr.printing.typesetting import MM_PER_POINT, Style, TextRun, runs_of, width_mm

if (
    TYPE_CHECKING
):  # with its readers of fonts and pictures it takes half the time of a start: loaded when something is drawn
    from fpdf import FPDF

CARD_WIDTH, CARD_HEIGHT = 210.0, 148.0
# Tables of Noto CJK for vertical lines and for letters that join or move: HarfBuzz reads its own copy of the file.
UNUSED = ("vhea", "vmtx", "VORG", "BASE", "GDEF", "GPOS", "GSUB")


class Sheet(StrEnum):
    """The paper of a card, always landscape."""

    A4 = "A4"
    A5 = "A5"

    @property
    def size_mm(self) -> tuple[int, int]:
        """Width and height in millimetres."""
        return (297, 210) if self is Sheet.A4 else (210, 148)


class Canvas:
    """A page with positions and sizes in millimetres of the A5 card, from the top left corner."""

    def __init__(self, sheet: Sheet, content: CardContent) -> None:
        width, height = sheet.size_mm
        self._scale = min(width / CARD_WIDTH, height / CARD_HEIGHT)
        self._pdf = _document(width, height, content)
        self._faces: set[Face] = set()

    def text(self, x: float, baseline: float, text: str, style: Style) -> None:
        """Draw ``text`` that starts at ``x``; of a text written right to left, its left end."""
        for run in runs_of(text, style):
            self._use(run.face, style)
            if run.plain:
                self._pdf.text(x * self._scale, baseline * self._scale, run.text)
            else:
                self._draw_shaped(x, baseline, run)
            x += (run.width * style.size + style.spacing * len(run.text)) * MM_PER_POINT

    def _draw_shaped(self, x: float, baseline: float, run: TextRun) -> None:
        """Draw a run shaped, without the margin that the library puts before a cell, and on our baseline, not below it."""
        pdf = self._pdf
        pdf.set_text_shaping(True, direction="rtl" if run.right_to_left else "ltr")
        pdf.set_xy(x * self._scale, baseline * self._scale - 0.8 * pdf.font_size)  # as fpdf2 places it in a cell
        pdf.cell(h=pdf.font_size, text=run.text)
        pdf.set_text_shaping(False)

    def text_to(self, right: float, baseline: float, text: str, style: Style) -> None:
        """Draw ``text`` that ends at ``right``."""
        self.text(right - width_mm(text, style), baseline, text, style)

    def text_around(self, centre: float, baseline: float, text: str, style: Style) -> None:
        """Draw ``text`` centred on ``centre``."""
        self.text(centre - width_mm(text, style) / 2, baseline, text, style)

    def slanted(self, centre: tuple[float, float], degrees: float, text: str, style: Style) -> None:
        """Draw ``text`` centred on ``centre``, rotated anticlockwise."""
        x, y = centre
        with self._pdf.rotation(degrees, x * self._scale, y * self._scale):
            self.text_around(x, y + style.size * MM_PER_POINT * 0.36, text, style)

    def rule(self, left: float, right: float, y: float, colour: tuple[int, int, int], thickness: float = 0.2) -> None:
        """Draw a horizontal line."""
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(thickness * self._scale)
        self._pdf.line(left * self._scale, y * self._scale, right * self._scale, y * self._scale)

    def frame(self, left: float, top: float, width: float, height: float, colour: tuple[int, int, int]) -> None:
        """Draw the outline of a rounded rectangle."""
        scale = self._scale
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(0.3 * scale)
        box = (left * scale, top * scale, width * scale, height * scale)
        self._pdf.rect(*box, style="D", round_corners=True, corner_radius=1.2 * scale)

    def symbol(self, symbol: Symbol, left: float, top: float, side: float) -> None:
        """Draw the symbol as one black path on a white square of ``side`` millimetres, including the quiet zone."""
        from fpdf.drawing import PaintedPath
        from fpdf.enums import PathPaintRule

        module = side * self._scale / symbol.size_with_quiet_zone
        x, y = left * self._scale, top * self._scale
        self._pdf.set_fill_color(255)
        self._pdf.rect(x, y, side * self._scale, side * self._scale, style="F")
        path = PaintedPath()
        path.style.fill_color = "#000"
        path.style.stroke_color = None
        path.style.paint_rule = PathPaintRule.FILL_NONZERO
        for run in dark_runs(symbol):
            column, row = run.column + QUIET_ZONE, run.row + QUIET_ZONE
            path.rectangle(x + column * module, y + row * module, run.length * module, module)
        with self._pdf.drawing_context() as drawing:
            drawing.add_item(path, clone=False)  # copying its hundreds of rectangles takes a tenth of a second

    def pdf(self) -> bytes:
        """The finished document as bytes."""
        return bytes(self._pdf.output())

    def _use(self, face: Face, style: Style) -> None:
        if face not in self._faces:  # on first use: opening and embedding a face takes most of the time of a card
            self._add(face)
            self._faces.add(face)
        self._pdf.set_font(face.family, size=style.size * self._scale)
        self._pdf.set_char_spacing(style.spacing * self._scale)
        self._pdf.set_text_color(*style.colour)

    def _add(self, face: Face) -> None:
        """Open a face, without its tables that would be read glyph by glyph for nothing."""
        from fpdf.fonts import TTFFont

        self._pdf.add_font(face.family, fname=font_path(face), collection_font_number=face.number)
        opened = self._pdf.fonts[face.family]
        for table in UNUSED if face.package == CJK_PACKAGE else ():
            if isinstance(opened, TTFFont) and table in opened.ttfont:
                del opened.ttfont[table]


def _document(width: float, height: float, content: CardContent) -> FPDF:
    """An empty page, dated on the day of the print, so that the same card gives the same file."""
    from fpdf import FPDF

    pdf = FPDF(orientation="landscape", unit="mm", format=(height, width))
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages("")  # {nb} in a name is no count of pages
    pdf.c_margin = 0
    pdf.set_creation_date(datetime.combine(content.printed_on, time(), UTC))
    pdf.set_title(f"{content.title.zh} {content.headline}")
    pdf.set_lang("zh-CN")
    pdf.add_page()
    return pdf
