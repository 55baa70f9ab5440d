"""Display cards as they come out of a printer: rendered, read by two readers, and looked at piece by piece."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pyzbar import pyzbar

from licence_qr.printing.card import CardContent, CardPermit
from licence_qr.printing.qr import make_symbol
from licence_qr.printing.sheets import Sheet, card_pdf

Printed = Callable[[CardContent, Sheet], bytes]
OfVersion = Callable[[int], str]
BOTH = pytest.mark.parametrize("sheet", list(Sheet))
# Printing a card takes a second: one worker runs these tests, and they look at the same few cards.
pytestmark = pytest.mark.xdist_group("cards")


def rendered(pdf: bytes, dpi: int = 150) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


@pytest.fixture
def specimen(card: CardContent) -> CardContent:
    """The card with the mark of a specimen, and a symbol of version 11."""
    return replace(card, specimen=True)


@pytest.fixture
def unnamed(card: CardContent, address_of_version: OfVersion) -> CardContent:
    """The specimen of an individual business without a name or a permit, and a symbol of version 4."""
    return replace(card, specimen=True, name="", permits=(), symbol=make_symbol(address_of_version(4)))


@pytest.fixture
def rare(card: CardContent) -> CardContent:
    """The card of a business whose name has rare characters, with a permit without end."""
    return replace(card, name="重庆𬭸䶮㛃𫟹馆", permits=(replace(card.permits[0], valid_to=None),))


@pytest.fixture
def six(card: CardContent, address_of_version: OfVersion) -> CardContent:
    """The specimen with as many permits as fit, and a symbol of version 12."""
    return replace(card, specimen=True, permits=numbered(card, 6), symbol=make_symbol(address_of_version(12)))


@pytest.fixture
def nine(card: CardContent, address_of_version: OfVersion) -> CardContent:
    """The specimen with more permits than fit, and a symbol of version 13."""
    return replace(card, specimen=True, permits=numbered(card, 9), symbol=make_symbol(address_of_version(13)))


def numbered(card: CardContent, count: int) -> tuple[CardPermit, ...]:
    return tuple(replace(card.permits[0], number=f"第{n:04d}号") for n in range(1, count + 1))


@pytest.mark.campaign
def test_two_readers_read_the_printed_symbol_at_150_dpi(
    specimen: CardContent,
    unnamed: CardContent,
    six: CardContent,
    nine: CardContent,
    printed: Printed,
    address_of_version: OfVersion,
    rounds: Callable[[int, int], int],
) -> None:
    """Every version under the mark of a specimen: on A5, where it is smallest, and one on A4; all on A4 in the campaign."""
    cards = {11: specimen, 4: unnamed, 12: six, 13: nine}
    small, large = ([(sheet, version) for version in cards] for sheet in (Sheet.A5, Sheet.A4))
    for sheet, version in (*small, *large[: rounds(1, len(large))]):
        text = address_of_version(version)
        picture = rendered(printed(cards[version], sheet))
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text], (sheet, version)
        assert [found.data.decode() for found in pyzbar.decode(picture)] == [text], (sheet, version)


@BOTH
def test_the_paper_is_landscape_and_one_page(card: CardContent, printed: Printed, sheet: Sheet) -> None:
    document = pypdfium2.PdfDocument(printed(card, sheet))
    assert len(document) == 1
    width, height = sheet.size_mm
    assert document[0].get_size() == pytest.approx((width / 25.4 * 72, height / 25.4 * 72), abs=0.1)


@BOTH
def test_the_card_says_everything_it_was_given(card: CardContent, printed: Printed, sheet: Sheet) -> None:
    text = text_of(printed(card, sheet))
    permit = card.permits[0]
    given = (card.name, card.uscc, *card.addresses, card.host, card.code_number, card.office, card.licence_authority)
    for part in (*given, permit.name.zh, permit.name.en, permit.number, permit.items, permit.authority):
        assert part in text
    for part in ("2027年01月04日", "2023年01月05日", "2026年11月23日", "第 2 版", "用任意手机扫码", "any phone camera"):
        assert part in text


def test_all_fonts_are_embedded_as_subsets(card: CardContent, printed: Printed, tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.fail("pdffonts is missing: apt-get install poppler-utils", pytrace=False)
    path = tmp_path / "card.pdf"
    path.write_bytes(printed(card, Sheet.A5))
    listing = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert len(listing) == 2
    for line in listing:
        assert "CID Type 0C" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, with a map back to Unicode


@BOTH
def test_the_symbol_is_at_least_as_large_as_its_version_needs(
    card: CardContent, printed: Printed, sheet: Sheet
) -> None:
    dpi = 300
    picture = rendered(printed(card, sheet), dpi)
    corners = zxingcpp.read_barcodes(picture)[0].position
    modules_mm = (corners.top_right.x - corners.top_left.x) / dpi * 25.4
    with_quiet_zone = modules_mm * card.symbol.size_with_quiet_zone / card.symbol.size
    assert with_quiet_zone == pytest.approx(52 if sheet is Sheet.A5 else 73.5, abs=1)


@BOTH
def test_a_specimen_is_marked_and_the_mark_stays_clear_of_the_symbol(
    card: CardContent, specimen: CardContent, printed: Printed, sheet: Sheet
) -> None:
    plain, marked = printed(card, sheet), printed(specimen, sheet)
    assert "SPECIMEN" not in text_of(plain)
    assert text_of(marked).count("样张 SPECIMEN") == 2
    before, after = rendered(plain), rendered(marked)
    changed = ImageChops.difference(before, after).getbbox()
    symbol = zxingcpp.read_barcodes(before)[0].position
    quiet_zone = 4 * (symbol.top_right.x - symbol.top_left.x) / card.symbol.size
    assert changed is not None
    assert changed[2] + before.width / 50 < symbol.top_left.x - quiet_zone
    assert changed[2] - changed[0] > before.width / 3, "the mark is large enough to be seen"
    assert after.crop(changed).getextrema() == before.crop(changed).getextrema(), "the text over it is as dark"


def test_the_same_content_gives_the_same_file(card: CardContent, printed: Printed) -> None:
    assert card_pdf(card) == printed(card, Sheet.A5)


def test_an_individual_business_without_a_name_is_named_by_its_operator(unnamed: CardContent, printed: Printed) -> None:
    text = text_of(printed(unnamed, Sheet.A5))
    assert "经营者：张三" in text
    assert "个体工商户（未使用名称）" in text


def test_rare_characters_are_printed_as_they_are(rare: CardContent, printed: Printed) -> None:
    assert "重庆𬭸䶮㛃𫟹馆" in text_of(printed(rare, Sheet.A5))


def distance_from_top_mm(pdf: bytes, text: str) -> float:
    """Where the lowest ink of ``text`` lies on the page."""
    page = pypdfium2.PdfDocument(pdf)[0]
    words = page.get_textpage()
    index, _ = words.search(text).get_next()
    _, bottom, _, _ = words.get_charbox(index)
    return float(page.get_height() - bottom) / 72 * 25.4


def test_six_permits_fit_and_of_more_the_rest_is_counted_above_the_footer(
    six: CardContent, nine: CardContent, printed: Printed
) -> None:
    with_six, with_nine = text_of(printed(six, Sheet.A5)), text_of(printed(nine, Sheet.A5))
    assert distance_from_top_mm(printed(nine, Sheet.A5), "另有") < 131
    assert all(f"第{n:04d}号" in with_six for n in range(1, 7))
    assert "另有" not in with_six
    shown = sum(f"第{n:04d}号" in with_nine for n in range(1, 10))
    assert 6 <= shown < 9
    assert f"另有 {9 - shown} 项许可，扫码查看 · {9 - shown} more: scan the code" in with_nine


def test_a_licence_without_permits_and_a_permit_without_end_are_printed(
    unnamed: CardContent, rare: CardContent, printed: Printed
) -> None:
    assert not unnamed.permits
    assert "营业执照" in text_of(printed(unnamed, Sheet.A5))
    assert "长期有效 no end date" in text_of(printed(rare, Sheet.A5))


def test_a_name_is_no_command_to_the_library(card: CardContent) -> None:
    """The library replaces {nb} by the count of pages in texts that are shaped."""
    assert "{nb}" in text_of(card_pdf(replace(card, name="{nb} ئۇيغۇر")))
