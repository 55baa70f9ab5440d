"""Reading PDFs on the verify page: choosing a file, waiting for what is said of it, and seeing that nothing goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fpdf import FPDF
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Request, expect
from verify_site import Site

NO_CODE = "PDF 里没有找到二维码"
UNREADABLE = "无法读取这个文件"
SMALL = (40, 40)  # mm


@contextmanager
def watched(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page on which nothing goes wrong unnoticed: errors of scripts, breaches of a policy, requests to other sites."""
    wrong: list[str] = []
    own = (site.origin, f"blob:{site.origin}", "blob:null/", "about:srcdoc")

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
    """A PDF of that many pages with a line of text each, and one picture on the page of that number, which is A4.

    The others are small: to look over an empty page in vain takes as long as it is large."""
    pdf = FPDF()
    pdf.set_font("Helvetica")
    for number in range(1, pages + 1):
        pictured = picture and picture[0] == number
        pdf.add_page(format="A4" if pictured else SMALL)
        pdf.cell(text=f"Page {number}")
        if picture and pictured:
            pdf.image(picture[1], x=10, y=20, w=148)
    return pdf
