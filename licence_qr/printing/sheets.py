"""The display card (亮证牌) as a PDF on A4 or A5 landscape: for display on the wall, where visitors scan it.

It is not the national form of the business licence (营业执照), and has no emblem or seal.
"""

from __future__ import annotations

from collections.abc import Sequence

from licence_qr.printing.canvas import Canvas, Sheet
from licence_qr.printing.card import CardContent
from licence_qr.printing.fonts import SANS, SERIF_BOLD, heading_face
from licence_qr.printing.layout import (
    GREY,
    HOLDER_TOP,
    INK,
    LEFT,
    NOTE,
    RIGHT,
    TEXT_RIGHT,
    VALUE_LEFT,
    Arrangement,
    SheetRow,
    TextLine,
    chinese_date,
)
from licence_qr.printing.preflight import check_card
from licence_qr.printing.qr import min_size_mm
from licence_qr.printing.typesetting import Style, width_mm

ACCENT = (0x1F, 0x4B, 0x7A)
HAIRLINE = (0xD5, 0xDA, 0xE2)
RED = (0xA4, 0x16, 0x1A)
PALE_RED = (0xF5, 0xDD, 0xDD)

CODE_CENTRE = 169.0
CODE_WIDTH = 54.0
SYMBOL_SIDE = 52.0


def card_pdf(content: CardContent, sheet: Sheet = Sheet.A5) -> bytes:
    """The card as a PDF of one page, with its fonts embedded; the same content gives the same bytes.

    The symbol is 52 mm wide on A5 and 73 mm on A4, quiet zone included. The last line counts what does not fit.
    Raises PrintError as ``preflight.check_card`` does, and ``symbol_version_not_printed``.
    """
    arrangement = check_card(content)
    min_size_mm(content.symbol.version)
    canvas = Canvas(sheet, content)
    if content.specimen:
        _specimen(canvas)
    _header(canvas, content)
    _draw_lines(canvas, LEFT, HOLDER_TOP, arrangement.holder)
    _rows(canvas, arrangement, content.counted(arrangement.left_out, arrangement.items_left_out))
    _code(canvas, content)
    _footer(canvas, content)
    return canvas.pdf()


def _specimen(canvas: Canvas) -> None:
    """Mark a specimen: pale under the text and plain at the top, away from the symbol."""
    canvas.slanted((72, 98), 14, "样张 SPECIMEN", Style(SERIF_BOLD, 40, PALE_RED, spacing=2))
    canvas.frame(68, 15.2, 29, 6.4, RED)
    canvas.text_around(82.5, 19.7, "样张 SPECIMEN", Style(SANS, 9, RED))


def _header(canvas: Canvas, content: CardContent) -> None:
    canvas.text(LEFT, 20.5, content.title.zh, Style(heading_face(content.title.zh), 21, ACCENT, spacing=3))
    canvas.text_to(RIGHT, 20.2, "扫一个码，看全部许可 · Scan once, see every permit", Style(SANS, 9, GREY))
    canvas.rule(LEFT, RIGHT, 25, ACCENT, 0.35)


def _draw_lines(canvas: Canvas, left: float, top: float, lines: Sequence[TextLine]) -> None:
    """Draw lines from ``left``; those of a paragraph written right to left begin below each other at its right end."""
    right_to_left = [width_mm(line.text, line.style) for line in lines if line.style.right_to_left]
    right, y = left + max(right_to_left, default=0.0), top
    for line in lines:
        y += line.above
        if line.style.right_to_left:
            canvas.text_to(right, y, line.text, line.style)
        else:
            canvas.text(left, y, line.text, line.style)
        y += line.below


def _rows(canvas: Canvas, arrangement: Arrangement, more: str) -> None:
    """Draw licence, permits and items, and the count of those that have no room."""
    y = arrangement.top
    for row in arrangement.rows:
        _draw_row(canvas, row, y)
        y += row.height
    if more:
        canvas.rule(LEFT, TEXT_RIGHT, y, HAIRLINE)
        canvas.text(LEFT, y + NOTE.line_mm + 0.6, more, NOTE)


def _draw_row(canvas: Canvas, row: SheetRow, top: float) -> None:
    canvas.rule(LEFT, TEXT_RIGHT, top, HAIRLINE)
    for left, lines in ((LEFT, row.label), (VALUE_LEFT, row.lines)):
        _draw_lines(canvas, left, top + 0.4 * row.density, lines)


def _code(canvas: Canvas, content: CardContent) -> None:
    """Draw the symbol, its instructions, the host to compare, and the number to type if it cannot be scanned."""

    def centred(baseline: float, text: str, style: Style) -> None:
        canvas.text_around(CODE_CENTRE, baseline, text, _fitting(text, style, CODE_WIDTH))

    centred(34, "用任意手机扫码", Style(SANS, 12, INK))
    centred(38.2, "Scan with any phone camera", NOTE)
    canvas.symbol(content.symbol, CODE_CENTRE - SYMBOL_SIDE / 2, 39.8, SYMBOL_SIDE)
    centred(98, content.host, Style(SANS, 16, ACCENT))
    centred(102.8, "打开的网址应与上面一致", Style(SANS, 8.4, INK))
    centred(106.4, "The page that opens must be at this address", NOTE)
    canvas.rule(CODE_CENTRE - CODE_WIDTH / 2, CODE_CENTRE + CODE_WIDTH / 2, 110.5, HAIRLINE)
    centred(117, content.code_number, Style(SANS, 11, INK, spacing=0.4))
    centred(121.8, "编号：扫不出时在上述网址输入", Style(SANS, 8.4, INK))
    centred(125.4, "Cannot scan? Enter this number there", NOTE)


def _footer(canvas: Canvas, content: CardContent) -> None:
    canvas.rule(LEFT, RIGHT, 133.5, HAIRLINE, 0.25)
    version_on = chinese_date(content.version_on)
    left = "　".join(filter(None, (content.office, f"第 {content.version} 版 Version {content.version}", version_on)))
    canvas.text(LEFT, 138, left, _fitting(left, NOTE, 92))
    canvas.text(LEFT, 142, f"打印 printed {chinese_date(content.printed_on)}", NOTE)
    canvas.text_to(RIGHT, 138, "以上为打印当日的情况，今天的情况以扫码结果为准", NOTE)
    canvas.text_to(RIGHT, 142, "As on the day of printing; scan for today", NOTE)


def _fitting(text: str, style: Style, width: float) -> Style:
    """``style``, or a smaller one in which ``text`` is no wider than ``width``."""
    return style.scaled(min(1.0, width / width_mm(text, style))) if text else style
