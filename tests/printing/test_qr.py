"""Drawn symbols, read back by two readers that share no code with each other or with us."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from licence_qr.errors import PrintError
from licence_qr.printing.qr import QUIET_ZONE, dark_runs, make_symbol, min_size_mm, to_png, to_svg

PREFIX = "https://ym.example.gov.cn/c/"


def text_of_version(version: int) -> str:
    """An address that needs exactly this version."""
    digits = str(7**900)
    lengths = {4: 40, 7: 200, 10: 420, 11: 500, 12: 570, 13: 680}
    return PREFIX + digits[: lengths[version]]


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize(("needed", "drawn"), [(4, 4), (7, 7), (10, 10), (11, 11), (12, 13), (13, 13)])
@pytest.mark.parametrize("px_per_module", [2, 8])
def test_two_readers_read_the_png_back(needed: int, drawn: int, px_per_module: int) -> None:
    text = text_of_version(needed)
    symbol = make_symbol(text)
    assert symbol.version == drawn  # version 12 is read worse than both its neighbours
    picture = opened(to_png(symbol, px_per_module))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    assert [found.data.decode() for found in pyzbar.decode(picture.convert("L"))] == [text]


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="0123456789", min_size=1, max_size=690))
def test_any_digits_are_read_back(digits: str) -> None:
    text = PREFIX + digits
    picture = opened(to_png(make_symbol(text), 4))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]
    assert [found.data.decode() for found in pyzbar.decode(picture.convert("L"))] == [text]


def test_the_png_is_black_on_white_with_a_quiet_zone_of_four_modules() -> None:
    symbol = make_symbol(text_of_version(4))
    picture = opened(to_png(symbol, 3))
    assert picture.mode == "1"
    assert picture.size == (3 * (symbol.size + 2 * QUIET_ZONE),) * 2
    black = picture.convert("L").point(lambda value: 255 - value).getbbox()
    assert black == (12, 12, picture.width - 12, picture.height - 12)


def test_the_svg_has_the_same_modules_as_the_symbol() -> None:
    symbol = make_symbol(text_of_version(11))
    root = ElementTree.fromstring(to_svg(symbol, 30, title="<一码通行>"))  # noqa: S314 (our own text)
    title, _, path = root
    assert title.text == "<一码通行>"
    assert root.get("width") == "30mm"
    drawn = [bytearray(symbol.size) for _ in range(symbol.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.get("d", "")):
        for step in range(int(length)):
            drawn[int(y) - QUIET_ZONE][int(x) - QUIET_ZONE + step] = 1
    assert tuple(map(bytes, drawn)) == symbol.matrix


def test_the_same_text_gives_the_same_bytes() -> None:
    first, second = (make_symbol(text_of_version(10)) for _ in range(2))
    assert to_png(first) == to_png(second)
    assert to_svg(first, 30) == to_svg(second, 30)


def test_dark_runs_cover_every_dark_module_once() -> None:
    symbol = make_symbol(text_of_version(7))
    assert sum(run.length for run in dark_runs(symbol)) == sum(map(sum, symbol.matrix))


def test_28_mm_are_enough_up_to_version_11_and_30_mm_from_version_12() -> None:
    assert [min_size_mm(version) for version in (1, 11, 12, 13)] == [28, 28, 30, 30]


@pytest.mark.parametrize(("version", "mm"), [(11, 27.9), (13, 29.9)])
def test_a_symbol_drawn_too_small_is_refused(version: int, mm: float) -> None:
    with pytest.raises(PrintError) as refused:
        to_svg(make_symbol(text_of_version(version)), mm)
    assert refused.value.code == "symbol_too_small"


@pytest.mark.parametrize("version", [0, 14, 40])
def test_no_print_size_outside_versions_1_to_13(version: int) -> None:
    with pytest.raises(PrintError) as refused:
        min_size_mm(version)
    assert refused.value.code == "symbol_version_not_printed"
