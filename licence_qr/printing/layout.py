"""Where the texts of a card stand, in millimetres of the A5 card, and whether all of them have room.

Nothing is drawn here: ``preflight`` asks before numbers are given, and ``sheets`` draws what was arranged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from itertools import accumulate

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.printing.card import CardContent, CardItem, CardPermit
from licence_qr.printing.fonts import SANS, heading_face
from licence_qr.printing.typesetting import Style, above_mm, below_mm, width_mm
from licence_qr.printing.wrapping import fill, wrap

INK = (0x1D, 0x1F, 0x23)
GREY = (0x5B, 0x61, 0x6B)

LEFT, RIGHT = 14.0, 196.0
TEXT_RIGHT = 134.0
VALUE_LEFT = LEFT + 40
HOLDER_TOP, ROWS_BOTTOM = 28.5, 131.0

LABEL = Style(SANS, 9, GREY)
LABEL_EN = Style(SANS, 6.6, GREY)
VALUE = Style(SANS, 10, INK)
DETAIL = Style(SANS, 8.2, INK)
NOTE = Style(SANS, 7.5, GREY)
ADDRESS = Style(SANS, 11.5, INK)

# The name: size in points, and most lines at that size; the last serves for any length.
_NAME_SIZES = ((24, 1), (21, 1), (18, 1), (18, 2), (16, 2), (14, 3), (12, 4), (10, 99))
# How the addresses are set, the roomiest first: size, and how many of them.
_ADDRESSES = ((1.0, 2), (0.8, 2), (0.61, 2), (0.61, 1))
_SHORT_ADDRESSES = 60  # characters of all that are shown, up to which they are set in the full size
_ITEM_SPACE = 2.0  # items stand closer together than permits
_ALSO_NEEDED = (
    "还需要下列许可和备案（打印当日的情况，今天的请扫码）",
    "Also needed, as on the day of printing: scan for today",
)
_DENSITIES = (1.12, 1.04, 0.97, 0.9, 0.85, 0.8)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, with extra space above it in millimetres."""

    text: str
    style: Style
    gap: float = 0.0

    @property
    def above(self) -> float:
        """The distance from the end of the line before to its baseline."""
        return self.gap + above_mm(self.text, self.style)

    @property
    def below(self) -> float:
        """The distance from its baseline to where the next line begins."""
        return below_mm(self.text, self.style)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A label in both languages, and what stands beside it."""

    label: Sequence[TextLine]
    lines: Sequence[TextLine]
    density: float
    space: float = 2.6  # above and below in millimetres, at density 1

    @property
    def height(self) -> float:
        """Height in millimetres on A5, including the space above and below."""
        return max(height(self.label), height(self.lines)) + self.space * self.density


@dataclass(frozen=True, slots=True)
class _RowsOfSize:
    """All rows in one size; ``heading`` stands above ``items``, if there are any."""

    licence: SheetRow
    permits: Sequence[SheetRow]
    heading: SheetRow
    items: Sequence[SheetRow]

    @property
    def drawn(self) -> Sequence[SheetRow]:
        """Those that are drawn, from the top."""
        return (self.licence, *self.permits, *((self.heading, *self.items) if self.items else ()))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The holder with its addresses, the rows from ``top`` on, and how many permits and items are only counted."""

    holder: Sequence[TextLine]
    top: float
    rows: Sequence[SheetRow]
    left_out: int
    items_left_out: int = 0


class NoRoom(Exception):
    """No setting has room for the texts of a card; ``field`` has the longest of them."""

    def __init__(self, field: str, length: int) -> None:
        self.field, self.length = field, length
        super().__init__(field)


def height(lines: Iterable[TextLine]) -> float:
    """The height of lines below each other."""
    return sum(line.above + line.below for line in lines)


def arrange(content: CardContent) -> Arrangement:
    """The largest setting in which the holder, the licence and at least the first permit have room.

    Raises NoRoom where there is none, and as ``typesetting.runs_of`` does.
    """
    rows_at = cache(partial(_all_rows, content))  # the same below every holder
    short = sum(map(len, content.addresses[:2])) <= _SHORT_ADDRESSES
    for size, most in _ADDRESSES if short else _ADDRESSES[1:]:
        holder = tuple(_holder(content, size, most))
        top = HOLDER_TOP + height(holder) + 4.5
        rows = _rows(rows_at, ROWS_BOTTOM - top)
        if rows is not None:
            permits, items = len(content.permits) - len(rows.permits), len(content.items) - len(rows.items)
            return Arrangement(holder, top, rows.drawn, permits, items)
    field, text = max(content.texts(), key=lambda each: width_mm(each[1], DETAIL))
    raise NoRoom(field, len(text))


def chinese_date(day: date) -> str:
    """A date as written on certificates: YYYY年MM月DD日."""
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def _holder(content: CardContent, size: float, most: int) -> Iterator[TextLine]:
    if not content.name:
        yield TextLine("个体工商户（未使用名称） Individual business without a name", NOTE)
    yield from _name_lines(content.headline)
    gap = 2.0
    for address in content.addresses[:most]:
        for line in _lines(address, ADDRESS.scaled(size)):
            yield TextLine(line.text, line.style, gap)
            gap = 0.0
    if (more := len(content.addresses) - most) > 0:
        yield TextLine(f"另有 {more} 处经营场所，扫码查看 · {more} more premises: scan the code", NOTE)


def _name_lines(name: str) -> list[TextLine]:
    """The name in the largest size for one line, else for two lines, else for as many as it takes."""
    face = heading_face(name)
    for size, most in _NAME_SIZES:
        lines = _lines(name, Style(face, size, INK))
        if len(lines) <= most:
            break
    return lines


def _lines(text: str, style: Style) -> list[TextLine]:
    style = style.for_paragraph(text)
    return [TextLine(line, style) for line in wrap(text, TEXT_RIGHT - LEFT, partial(width_mm, style=style))]


def _rows(rows_at: Callable[[float], _RowsOfSize], room: float) -> _RowsOfSize | None:
    """The rows at a size at which all fit, else the most important of the smallest, with room for the count of the rest;
    None where licence and first permit have none.

    An item that is not in force comes before further permits: a card that hid it would look complete.
    """
    for density in _DENSITIES:
        rows = rows_at(density)
        if _sum(rows.drawn) <= room:
            return rows
    left = room - NOTE.line_mm - 1.5 + 1e-6 - _sum([rows.licence, *rows.permits[:1]])
    if left < 0:
        return None
    items = _leading(rows.items, left - rows.heading.height)
    left -= _sum([rows.heading, *items]) if items else 0
    permits = (*rows.permits[:1], *_leading(rows.permits[1:], left))
    return _RowsOfSize(rows.licence, permits, rows.heading, items)


def _sum(rows: Iterable[SheetRow]) -> float:
    return sum(row.height for row in rows)


def _leading(rows: Sequence[SheetRow], room: float) -> Sequence[SheetRow]:
    """The first of ``rows``, as many as have room."""
    ends = accumulate(row.height for row in rows)
    return rows[: sum(end <= room for end in ends)]


def _all_rows(content: CardContent, density: float) -> _RowsOfSize:
    number = ["统一社会信用代码", content.uscc]
    details = [content.licence_authority, f"发照 issued {chinese_date(content.licence_issued_on)}"]
    heading = _filled(_ALSO_NEEDED, NOTE.scaled(density), TEXT_RIGHT - LEFT)
    return _RowsOfSize(
        licence=_row(density, "营业执照", "Business licence", number, details),
        permits=[_permit_row(density, permit) for permit in content.permits],
        heading=SheetRow(heading, (), density, _ITEM_SPACE),
        items=[_item_row(density, item) for item in content.items],
    )


def _permit_row(density: float, permit: CardPermit) -> SheetRow:
    end = f"有效期至 to {chinese_date(permit.valid_to)}" if permit.valid_to else "长期有效 no end date"
    state = f"{permit.state.zh} {permit.state.en}" if permit.state else ""
    details = [permit.items, permit.authority, state, end, permit.address]
    return _row(density, permit.name.zh, permit.name.en, [permit.number], details)


def _item_row(density: float, item: CardItem) -> SheetRow:
    told = [f"{item.words.zh} {item.words.en}"]
    if item.standing is ItemStanding.NOT_RECORDED:
        told.append(f"请向{item.authority}查询 ask there")
    elif item.standing is ItemStanding.BEING_DECIDED:
        told += [item.authority, f"自 since {chinese_date(item.since)}"]
    lines = _filled([*told, item.address], DETAIL.scaled(density), TEXT_RIGHT - VALUE_LEFT)
    return SheetRow(_label(density, item.name.zh, item.name.en), lines, density, _ITEM_SPACE)


def _row(density: float, label: str, label_en: str, values: Sequence[str], details: Sequence[str]) -> SheetRow:
    width = TEXT_RIGHT - VALUE_LEFT
    return SheetRow(
        label=_label(density, label, label_en),
        lines=_filled(values, VALUE.scaled(density), width) + _filled(details, DETAIL.scaled(density), width),
        density=density,
    )


@lru_cache(maxsize=256)  # those of the catalogue, which every card has some of
def _label(density: float, label: str, label_en: str) -> tuple[TextLine, ...]:
    width = VALUE_LEFT - LEFT - 2
    return (*_filled([label], LABEL.scaled(density), width), *_filled([label_en], LABEL_EN.scaled(density), width))


def _filled(parts: Sequence[str], style: Style, width: float) -> list[TextLine]:
    return [TextLine(line, style) for line in fill(parts, width, partial(width_mm, style=style))]
