"""A PDF chosen on the verify page: our sheets are verified, with and without a server; anything else ends in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from accessible import violations
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from verify_site import Site, new_context, opened, pictured, settled, typed

from licence_qr.domain.roles import Actor, Role

STARTED = datetime.now(UTC)  # keys are made today and the server asks the real clock
CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))
MOST_BYTES = 20 * 1024 * 1024
TIME_LIMIT = 60_000  # milliseconds
GENUINE = "核验通过，证照均有效"
NO_CODE = "PDF 里没有找到二维码"
UNREADABLE = "无法读取这个文件"


@contextmanager
def watched(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page on which nothing goes wrong unnoticed: errors of scripts, breaches of a policy, requests to other sites."""
    wrong: list[str] = []
    own = (site.origin, "blob:" + site.origin)

    def look(asking: Request) -> None:
        if not asking.url.startswith(own):
            wrong.append(asking.url)

    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    context.on("request", look)
    yield page
    context.remove_listener("request", look)
    assert wrong == []


@pytest.fixture(params=["zh"])
def page(device: BrowserContext, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page after a visit; nothing that goes wrong goes unnoticed."""
    with watched(device, site) as page:
        page.add_init_script(
            "window.breaches = []; addEventListener('securitypolicyviolation', e => breaches.push(e.violatedDirective))"
        )
        yield opened(page, site, request.param)
        assert page.evaluate("() => breaches") == []


@pytest.fixture
def stuck(chromium: Browser, site: Site) -> Iterator[Page]:
    """The page in a browser where what reads PDFs starts and never answers, with a clock that tests move."""
    context = new_context(chromium, service_workers="block")
    context.route("**/pdf.worker.js", lambda route: route.fulfill(content_type="text/javascript", body="export {};"))
    with watched(context, site) as page:
        page.clock.install()
        page.goto(f"{site.origin}/verify")
        settled(page)
        yield page
    context.close()


def chosen(page: Page, content: bytes, name: str = "card.pdf", mime: str = "application/pdf") -> None:
    """Choose a file of that content, as from the device. What an earlier file said is gone when this returns."""
    page.locator("#file").set_input_files({"name": name, "mimeType": mime, "buffer": content})


def told(page: Page, headline: str, detail: str = "") -> None:
    """Wait until the page shows an outcome, and hold it against what it should say."""
    expect(page.locator("#reading")).to_be_empty()
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome h2.headline")).to_contain_text(headline)
    expect(page.locator("#outcome h2.headline")).to_be_focused()
    expect(page.locator("#outcome .verdict")).to_contain_text(detail)


def let_go(page: Page) -> None:
    """Wait until nothing that was started to read a file runs any more. What is ended is told of a moment later."""
    while page.workers:
        with page.workers[0].expect_event("close"):
            pass


def written(pages: int = 1, picture: tuple[int, Image.Image] | None = None) -> FPDF:
    """An A4 PDF of that many pages with a line of text each, and one picture on the page of that number."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica")
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.cell(text=f"Page {number}")
        if picture and picture[0] == number:
            pdf.image(picture[1], x=10, y=20, w=148)
    return pdf


def drawing(content: bytes, *objects: bytes) -> bytes:
    """A PDF by hand whose one page draws ``content``; ``objects`` are numbered from 5, which the page calls X."""
    stream = b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content)
    whole = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
        stream,
        *objects,
    ]
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(whole, 1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer << /Root 1 0 R /Size 99 >>\n%%EOF\n"


FORM_IN_ITSELF = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 11 >> "
    b"stream\n/X Do /X Do\nendstream"
)
IMAGE_OF_TEN_GIGAPIXELS = (
    b"<< /Type /XObject /Subtype /Image /Width 100000 /Height 100000 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
    b"/Length 3 >> stream\nabc\nendstream"
)


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


@pytest.mark.parametrize("size", ["A5", "A4"])
def test_our_sheet_as_a_pdf_is_verified_with_the_server_and_without(
    first_page: Page, site: Site, cards: dict[str, bytes], size: str
) -> None:
    page = first_page
    code, content = site.newest(permits=1), cards[size]
    chosen(page, content)
    told(page, GENUINE)
    expect(page.locator("#outcome")).to_contain_text(code.code_id.number)
    with site.away():
        page.reload()
        settled(page)
        chosen(page, content)
        told(page, GENUINE)


def test_what_reads_pdfs_is_loaded_with_the_first_pdf_and_stands_ready_without_a_server(
    first_page: Page, site: Site, cards: dict[str, bytes]
) -> None:
    page = first_page
    loaded = "() => performance.getEntriesByType('resource').some(e => e.name.includes('pdfjs'))"
    assert page.evaluate(loaded) is False
    with site.away():
        chosen(page, cards["A4"])
        told(page, GENUINE)
    assert page.evaluate(loaded) is True
    let_go(page)


def test_a_scan_on_a_later_page_is_found_and_none_after_the_fifth(page: Page, photo: Image.Image) -> None:
    chosen(page, bytes(written(5, (5, photo)).output()))
    told(page, GENUINE)
    chosen(page, bytes(written(6, (6, photo)).output()))
    told(page, NO_CODE, "只查看前 5 页")


def test_a_pdf_is_known_by_its_beginning_when_the_device_names_no_type(page: Page, scanned: bytes) -> None:
    chosen(page, scanned, name="download", mime="application/octet-stream")
    told(page, GENUINE)


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
def test_what_cannot_be_read_is_said_in_words(page: Page, tmp_path: Path) -> None:
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


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
def test_axe_finds_nothing_on_what_is_said_and_nothing_is_too_wide(page: Page, scanned: bytes) -> None:
    for content in (scanned, bytes(written().output()), b"%PDF-"):
        chosen(page, content)
        told(page, "")
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


@pytest.mark.parametrize(
    "hostile",
    [FORM_IN_ITSELF, IMAGE_OF_TEN_GIGAPIXELS],
    ids=["a form that draws itself", "an image of ten gigapixels"],
)
def test_a_pdf_made_to_harm_ends_in_words(page: Page, hostile: bytes) -> None:
    chosen(page, drawing(b"/X Do", hostile))
    told(page, NO_CODE)
    let_go(page)


def test_after_a_minute_the_page_gives_up_and_ends_what_read(stuck: Page) -> None:
    with stuck.expect_event("worker"):
        chosen(stuck, bytes(written().output()))
    stuck.clock.fast_forward(TIME_LIMIT - 10_000)
    expect(stuck.locator("#reading")).to_have_text("正在读取…")
    expect(stuck.locator("#outcome")).to_be_hidden()
    with stuck.workers[0].expect_event("close"):
        stuck.clock.fast_forward(20_000)
    told(stuck, UNREADABLE, "一分钟内没有读完")


def test_a_file_long_in_reading_does_not_cover_what_was_asked_since(stuck: Page, site: Site) -> None:
    with stuck.expect_event("worker"):
        chosen(stuck, bytes(written().output()))
    typed(stuck, site.link(site.newest(permits=1)))
    stuck.clock.fast_forward(2 * TIME_LIMIT)
    told(stuck, GENUINE)


@pytest.mark.parametrize("missing", ["pdf.js", "pdf.worker.js"])
def test_a_reader_that_does_not_load_is_said_to_be_missing(chromium: Browser, site: Site, missing: str) -> None:
    context = new_context(chromium, service_workers="block")
    context.route(f"**/pdfjs/{missing}", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{site.origin}/verify")
    settled(page)
    chosen(page, bytes(written().output()))
    told(page, UNREADABLE, "没有加载")
    context.close()
