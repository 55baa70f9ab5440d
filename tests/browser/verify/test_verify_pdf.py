"""A PDF chosen on the verify page: our sheets are verified, with and without a server; anything else ends in words."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from accessible import violations
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from hostile_pdfs import picture
from pdf_reading import NO_CODE, UNREADABLE, chosen, let_go, told, watched, written
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from verify_site import Site, new_context, opened, pictured, settled

from licence_qr.domain.roles import Actor, Role

STARTED = datetime.now(UTC)  # keys are made today and the server asks the real clock
CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))
MOST_BYTES = 20 * 1024 * 1024
A5 = (420, 595)  # points
# Tags of TIFF (TIFF 6.0, section 8).
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTE_COUNTS = 273, 278, 279
GENUINE = "核验通过，码内证照均有效"


@pytest.fixture(scope="module")
def pages(chromium: Browser, one_site: Site) -> Iterator[Callable[[str], Page]]:
    """The page in a language, one for all tests that only show files to it; nothing that goes wrong goes unnoticed."""
    one_site.reset()
    context = new_context(chromium)
    with ExitStack() as open_ones:

        @cache
        def in_language(lang: str) -> Page:
            page = open_ones.enter_context(watched(context, one_site))
            page.add_init_script(
                "window.breaches = []; addEventListener('securitypolicyviolation', e => breaches.push(e.violatedDirective))"
            )
            return opened(page, one_site, lang)

        yield in_language
    context.close()


@pytest.fixture(params=["zh"])
def page(pages: Callable[[str], Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    """That page; no breach of its policy goes unnoticed."""
    page = pages(request.param)
    yield page
    assert page.evaluate("() => breaches") == []


@pytest.fixture(scope="module")
def cards(one_site: Site) -> dict[str, bytes]:
    """The printed card of a code in both sizes."""
    one_site.reset()
    uscc = one_site.newest(permits=1).uscc
    return {size: one_site.services.prints.card_pdf(CLERK, uscc, size, STARTED) for size in ("A5", "A4")}


@pytest.fixture(scope="module")
def photo(cards: dict[str, bytes]) -> Image.Image:
    """The card as a scanner sees it."""
    return pictured(cards["A5"])


@pytest.fixture(scope="module")
def scanned(photo: Image.Image) -> bytes:
    """A PDF of one page with the scan on it."""
    return bytes(written(1, (1, photo)).output())


def test_our_sheets_are_verified_though_the_first_pdf_is_chosen_when_the_server_is_gone(
    first_page: Page, site: Site, cards: dict[str, bytes]
) -> None:
    """One phone for both sizes, before and after the page is opened anew, and when the server is back."""
    page, code = first_page, site.newest(permits=1)
    loaded = "() => performance.getEntriesByType('resource').some(e => e.name.includes('pdfjs'))"
    assert page.evaluate(loaded) is False
    with site.away():
        for content in cards.values():
            chosen(page, content)
            told(page, GENUINE)
            expect(page.locator("#outcome")).to_contain_text(code.code_id.number)
        assert page.evaluate(loaded) is True
        let_go(page)
        page.reload()
        settled(page)
        chosen(page, cards["A5"])
        told(page, GENUINE)
    chosen(page, cards["A4"])
    told(page, GENUINE)


def test_a_scan_on_a_later_page_is_found_and_none_after_the_fifth(page: Page, photo: Image.Image) -> None:
    chosen(page, bytes(written(5, (5, photo)).output()))
    told(page, GENUINE)
    chosen(page, bytes(written(6, (6, photo)).output()))
    told(page, NO_CODE, "只查看前 5 页")


def test_a_scan_in_black_and_white_as_a_copier_writes_it_is_read(page: Page, photo: Image.Image) -> None:
    out = io.BytesIO()
    photo.convert("1").save(out, "TIFF", compression="group4", tiffinfo={ROWS_PER_STRIP: photo.height})
    [start], [size] = (Image.open(out).tag_v2[tag] for tag in (STRIP_OFFSETS, STRIP_BYTE_COUNTS))
    fax = b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d >>" % photo.size
    entries = b"/Width %d /Height %d /BitsPerComponent 1 " % photo.size + fax
    chosen(page, picture(entries, out.getvalue()[start : start + size], A5))
    told(page, GENUINE)


def test_a_pdf_is_known_by_its_beginning_when_the_device_names_no_type(page: Page, scanned: bytes) -> None:
    chosen(page, scanned, name="download", mime="application/octet-stream")
    told(page, GENUINE)


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
def test_what_cannot_be_read_is_said_in_words_that_axe_finds_nothing_on(page: Page, tmp_path: Path) -> None:
    english = page.locator("html").get_attribute("lang") == "en"
    locked = written()
    locked.set_encryption(owner_password="o", user_password="u", encryption_method=EncryptionMethod.AES_256)
    whole = bytes(written().output())
    unreadable, damaged = (UNREADABLE, "已损坏"), ("cannot be read", "damaged")
    cases = [
        (whole, (NO_CODE, "前 5 页"), ("No code found in the PDF", "first 5 pages")),
        (b"%PDF-1.7\nnothing more", unreadable, damaged),
        (bytes(locked.output()), (UNREADABLE, "密码"), ("cannot be read", "password")),
        (b"", unreadable, damaged),
        (whole + bytes(MOST_BYTES), (UNREADABLE, "20 MB"), ("cannot be read", "20 MB")),
    ]
    for number, (content, zh, en) in enumerate(cases):
        file = tmp_path / f"{number}.pdf"  # by its path: 20 MB are long on their way to the browser
        file.write_bytes(content)
        page.locator("#file").set_input_files(file)
        told(page, *(en if english else zh))
        expect(page.locator("#outcome .verdict")).to_contain_text("screenshot" if english else "截图")
        if number < 2:  # nothing found, and damaged
            accessible_and_narrow(page)


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
def test_axe_finds_nothing_on_what_is_said_of_a_scan_and_nothing_is_too_wide(page: Page, scanned: bytes) -> None:
    chosen(page, scanned)
    told(page, "")
    accessible_and_narrow(page)


def accessible_and_narrow(page: Page) -> None:
    assert not violations(page)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_pdf_cut_anywhere_ends_in_words(page: Page, scanned: bytes) -> None:
    whole = scanned
    for cut in (1, 3, 10):
        chosen(page, whole[: len(whole) * cut // 11])
        told(page, "")
        assert page.locator("#outcome h2.headline").text_content().startswith((UNREADABLE, NO_CODE, GENUINE))


def test_a_page_as_large_as_a_wall_is_drawn_small(page: Page) -> None:
    pdf = FPDF(unit="pt", format=(14_400, 14_400))
    pdf.add_page()
    huge = re.sub(rb"/MediaBox \[0 0 14400", b"/MediaBox [0 0 9999999", bytes(pdf.output()))
    assert b"9999999" in huge
    chosen(page, huge)
    told(page, NO_CODE)


def test_of_hundreds_of_pages_only_the_first_are_looked_at(page: Page, photo: Image.Image) -> None:
    chosen(page, bytes(written(400, (400, photo)).output()))
    told(page, NO_CODE, "只查看前 5 页")
    chosen(page, bytes(written(400, (2, photo)).output()))
    told(page, GENUINE)
