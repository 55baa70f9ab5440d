"""The display card (亮证牌) as a PDF on A4 or A5 landscape: for display on the wall, where visitors scan it.

It is not the national form of the business licence (营业执照), and has no emblem or seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from licence_qr.printing.canvas import Canvas, Sheet, Style
from licence_qr.printing.card import CardContent, CardPermit
from licence_qr.printing.fonts import SANS, SERIF_BOLD, heading_face
from licence_qr.printing.preflight import check_card
from licence_qr.printing.wrapping import fill, wrap

ACCENT = (0x1F, 0x4B, 0x7A)
INK = (0x1D, 0x1F, 0x23)
GREY = (0x5B, 0x61, 0x6B)
HAIRLINE = (0xD5, 0xDA, 0xE2)
RED = (0xA4, 0x16, 0x1A)
PALE_RED = (0xF5, 0xDD, 0xDD)

LEFT, RIGHT = 14.0, 196.0
TEXT_RIGHT = 134.0
VALUE_LEFT = LEFT + 40
CODE_CENTRE = 169.0
CODE_WIDTH = 54.0
SYMBOL_SIDE = 52.0
ROWS_BOTTOM = 131.0

LABEL = Style(SANS, 9, GREY)
LABEL_EN = Style(SANS, 6.6, GREY)
VALUE = Style(SANS, 10, INK)
DETAIL = Style(SANS, 8.2, INK)
NOTE = Style(SANS, 7.5, GREY)
ADDRESS = Style(SANS, 11.5, INK)

DENSITIES = (1.12, 1.04, 0.97, 0.9, 0.85)
MOST_ADDRESSES = 2


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A label in both languages, and its lines with their styles."""

    label: Sequence[str]
    label_en: Sequence[str]
    lines: Sequence[tuple[str, Style]]
    density: float

    @property
    def height(self) -> float:
        """Height in millimetres on A5, including the space above and below."""
        label = len(self.label) * LABEL.line_mm + len(self.label_en) * LABEL_EN.line_mm
        return max(label * self.density, sum(style.line_mm for _, style in self.lines)) + 2.6 * self.density


def card_pdf(content: CardContent, sheet: Sheet = Sheet.A5) -> bytes:
    """The card as a PDF of one page, with its fonts embedded; the same content gives the same bytes.

    The symbol is 52 mm wide on A5 and 73 mm on A4, quiet zone included. The last line counts permits that do not fit.
    Raises PrintError as ``preflight.check_card`` does.
    """
    check_card(content)
    canvas = Canvas(sheet, content)
    if content.specimen:
        _specimen(canvas)
    _header(canvas, content)
    _rows(canvas, content, _holder(canvas, content))
    _code(canvas, content)
    _footer(canvas, content)
    return canvas.pdf()


def chinese_date(day: date) -> str:
    """A date as written on certificates: YYYY年MM月DD日."""
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def _specimen(canvas: Canvas) -> None:
    """Mark a specimen: pale under the text and plain at the top, away from the symbol."""
    canvas.slanted((72, 98), 14, "样张 SPECIMEN", Style(SERIF_BOLD, 40, PALE_RED, spacing=2))
    canvas.frame(68, 15.2, 29, 6.4, RED)
    canvas.text_around(82.5, 19.7, "样张 SPECIMEN", Style(SANS, 9, RED))


def _header(canvas: Canvas, content: CardContent) -> None:
    canvas.text(LEFT, 20.5, content.title.zh, Style(heading_face(content.title.zh), 21, ACCENT, spacing=3))
    canvas.text_to(RIGHT, 20.2, "扫一个码，看全部许可 · Scan once, see every permit", Style(SANS, 9, GREY))
    canvas.rule(LEFT, RIGHT, 25, ACCENT, 0.35)


def _holder(canvas: Canvas, content: CardContent) -> float:
    """Draw name and addresses; return the y position below them."""
    y = 28.5
    if not content.name:
        caption = "个体工商户（未使用名称） Individual business without a name"
        y += NOTE.line_mm
        canvas.text(LEFT, y, caption, NOTE)
    style, lines = _name_lines(canvas, content.headline)
    for line in lines:
        y += style.line_mm
        canvas.text(LEFT, y, line, style)
    y += 2
    for line, style in _address_lines(canvas, content.addresses):
        y += style.line_mm
        canvas.text(LEFT, y, line, style)
    return y + 4.5


def _name_lines(canvas: Canvas, name: str) -> tuple[Style, list[str]]:
    """Style and lines of the name: the largest size for one line, else for two lines, else the smallest size."""
    for size, most in ((24, 1), (21, 1), (18, 1), (18, 2), (16, 2), (14, 3)):
        style = Style(heading_face(name), size, INK)
        lines = wrap(name, TEXT_RIGHT - LEFT, partial(canvas.width_of, style=style))
        if len(lines) <= most:
            break
    return style, lines


def _address_lines(canvas: Canvas, addresses: Sequence[str]) -> list[tuple[str, Style]]:
    style = ADDRESS if sum(map(len, addresses[:MOST_ADDRESSES])) <= 60 else ADDRESS.scaled(0.8)
    measure = partial(canvas.width_of, style=style)
    shown = [line for address in addresses[:MOST_ADDRESSES] for line in wrap(address, TEXT_RIGHT - LEFT, measure)]
    lines = [(line, style) for line in shown]
    more = len(addresses) - MOST_ADDRESSES
    if more > 0:
        lines.append((f"另有 {more} 处经营场所，扫码查看 · {more} more premises: scan the code", NOTE))
    return lines


def _rows(canvas: Canvas, content: CardContent, top: float) -> None:
    """Draw licence and permits, at a size at which all fit; else as many as fit, and the count of the rest."""
    room = ROWS_BOTTOM - top
    for density in DENSITIES:
        rows = _all_rows(canvas, content, density)
        if sum(row.height for row in rows) <= room:
            break
    else:
        room -= NOTE.line_mm + 1.5
    y, drawn = top, 0
    for row in rows:
        if y + row.height > top + room + 1e-6:
            break
        _draw_row(canvas, row, y)
        y += row.height
        drawn += 1
    if more := len(rows) - drawn:
        canvas.rule(LEFT, TEXT_RIGHT, y, HAIRLINE)
        canvas.text(LEFT, y + NOTE.line_mm + 0.6, f"另有 {more} 项许可，扫码查看 · {more} more: scan the code", NOTE)


def _all_rows(canvas: Canvas, content: CardContent, density: float) -> list[SheetRow]:
    number = ["统一社会信用代码", content.uscc]
    details = [content.licence_authority, f"发照 issued {chinese_date(content.licence_issued_on)}"]
    return [
        _row(canvas, density, "营业执照", "Business licence", number, details),
        *(_permit_row(canvas, density, permit) for permit in content.permits),
    ]


def _permit_row(canvas: Canvas, density: float, permit: CardPermit) -> SheetRow:
    end = f"有效期至 to {chinese_date(permit.valid_to)}" if permit.valid_to else "长期有效 no end date"
    details = [permit.items, permit.authority, end, permit.address]
    return _row(canvas, density, permit.name.zh, permit.name.en, [permit.number], details)


def _row(
    canvas: Canvas, density: float, label: str, label_en: str, values: Sequence[str], details: Sequence[str]
) -> SheetRow:
    def lines(parts: Sequence[str], style: Style, width: float) -> list[str]:
        return fill(parts, width, partial(canvas.width_of, style=style.scaled(density)))

    value_width, label_width = TEXT_RIGHT - VALUE_LEFT, VALUE_LEFT - LEFT - 2
    return SheetRow(
        label=lines([label], LABEL, label_width),
        label_en=lines([label_en], LABEL_EN, label_width),
        lines=[(line, VALUE.scaled(density)) for line in lines(values, VALUE, value_width)]
        + [(line, DETAIL.scaled(density)) for line in lines(details, DETAIL, value_width)],
        density=density,
    )


def _draw_row(canvas: Canvas, row: SheetRow, top: float) -> None:
    canvas.rule(LEFT, TEXT_RIGHT, top, HAIRLINE)
    label, label_en = LABEL.scaled(row.density), LABEL_EN.scaled(row.density)
    labels = [(line, label) for line in row.label] + [(line, label_en) for line in row.label_en]
    for left, lines in ((LEFT, labels), (VALUE_LEFT, row.lines)):
        y = top + 0.4 * row.density
        for line, style in lines:
            y += style.line_mm
            canvas.text(left, y, line, style)


def _code(canvas: Canvas, content: CardContent) -> None:
    """Draw the symbol, its instructions, the host to compare, and the number to type if it cannot be scanned."""

    def centred(baseline: float, text: str, style: Style) -> None:
        canvas.text_around(CODE_CENTRE, baseline, text, canvas.fitting(text, style, CODE_WIDTH))

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
    version = f"第 {content.version} 版 Version {content.version}"
    left = "　".join(filter(None, (content.office, version, f"打印 printed {chinese_date(content.printed_on)}")))
    canvas.text(LEFT, 138.5, left, canvas.fitting(left, NOTE, 92))
    canvas.text_to(RIGHT, 138.5, "许可状态以扫码结果为准 · The scanned page shows the status today", NOTE)
