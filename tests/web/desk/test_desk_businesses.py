"""Finding a business at the desk, and everything there is to print for it."""

from __future__ import annotations

import html
import io
import re

import pypdfium2
import pytest
import zxingcpp
from desk_pages import Browser, clerk, desk_app, desk_services, elsewhere, signed_in
from flask import Flask
from PIL import Image

from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.register import codes, traces

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere"]

NAME = "重庆示例查得到客栈有限公司"


@pytest.fixture(scope="module")
def uscc(desk_app: Flask, desk_services: Services) -> str:
    """A business that was issued at this desk."""
    browser = signed_in(desk_app, desk_services, "clerk")
    application = browser.start()
    browser.fill(application, name=NAME)
    page = browser.see(browser.issue(application).location)
    found = re.search(r"9150\w{14}", page)
    assert found
    return found[0]


@pytest.mark.parametrize("part", ["查得到", NAME, "{uscc}"])
def test_a_business_is_found_by_part_of_its_name_and_by_its_code(clerk: Browser, uscc: str, part: str) -> None:
    page = clerk.see(f"/desk/businesses?q={part.format(uscc=uscc)}")
    assert NAME in page
    assert f"/desk/businesses/{uscc}" in page


def test_a_scanner_at_the_desk_types_a_link_that_finds_the_business(
    clerk: Browser, desk_services: Services, uscc: str
) -> None:
    with desk_services.database.read() as tx:
        code = codes.newest_of_business(tx, uscc)
    assert code
    link, number = address(desk_services.settings.address, code.token), code.code_id.number
    for typed in (link, link + "?from=singlemessage", f"\u200b{number}。", f"编号：{number}"):
        page = clerk.client.get("/desk/businesses", query_string={"q": typed}).get_data(as_text=True)
        assert f"/desk/businesses/{uscc}" in page, typed
    forged = link[:60] + str((int(link[60]) + 1) % 10) + link[61:]
    refused = clerk.client.get("/desk/businesses", query_string={"q": forged})
    assert refused.status_code == 400
    assert f"/desk/businesses/{uscc}" not in refused.get_data(as_text=True)


def test_nothing_found_says_what_to_try(clerk: Browser) -> None:
    assert "登记库里没有" in clerk.see("/desk/businesses?q=没有这一家")


@pytest.mark.parametrize("query", ["", "%", "_", "'", "<b>", "。" * 300])
def test_odd_queries_are_answered_with_a_page(clerk: Browser, query: str) -> None:
    response = clerk.client.get("/desk/businesses", query_string={"q": query})
    assert response.status_code == 200
    written = re.search(r'<input [^>]*name="q" value="([^"]*)"', response.get_data(as_text=True))
    assert written
    assert html.unescape(written[1]) == query


def test_the_page_of_a_business_says_what_the_public_sees_and_which_print_is_current(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}")
    assert "所需许可记载不全" in page
    assert "第 1 版" in page
    number = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}-\w", page)
    assert number
    assert NAME in clerk.see(f"/p/{number[0]}")


@pytest.mark.parametrize("page", ["", "/print", "/card-a4.pdf", "/code.png", "/code.svg"])
def test_a_business_that_is_not_in_the_register_is_not_found(clerk: Browser, page: str) -> None:
    assert clerk.client.get(f"/desk/businesses/91500107M000001A9R{page}").status_code == 404


def test_the_picture_holds_the_address_of_the_public_page(clerk: Browser, uscc: str) -> None:
    answer = clerk.client.get(f"/desk/businesses/{uscc}/code.png")
    assert answer.mimetype == "image/png"
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.data)).convert("L"))
    assert NAME in clerk.see("/c/" + read[0].text.split("/c/")[1])


@pytest.mark.parametrize(("name", "kind"), [("code.png", "image/png"), ("code.svg", "image/svg+xml")])
def test_the_symbol_is_saved_under_the_name_of_its_business(clerk: Browser, uscc: str, name: str, kind: str) -> None:
    answer = clerk.client.get(f"/desk/businesses/{uscc}/{name}?download=yes")
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{uscc}-{name}"'


@pytest.mark.parametrize(("size", "width_mm"), [("a4", 297), ("a5", 210)])
def test_the_card_comes_as_a_pdf_of_its_size(clerk: Browser, uscc: str, size: str, width_mm: int) -> None:
    answer = clerk.client.get(f"/desk/businesses/{uscc}/card-{size}.pdf")
    assert answer.mimetype == "application/pdf"
    sheet = pypdfium2.PdfDocument(answer.data)[0]
    assert sheet.get_width() / 72 * 25.4 == pytest.approx(width_mm, abs=1)


def test_there_is_no_card_of_another_size(clerk: Browser, uscc: str) -> None:
    assert clerk.client.get(f"/desk/businesses/{uscc}/card-a3.pdf").status_code == 404


def test_the_print_page_says_what_the_card_says_and_marks_a_specimen(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/print")
    for part in (NAME, uscc, "渝高新卫公证字", "样张 SPECIMEN", "127.0.0.1:8000", "第 1 版"):
        assert part in page
    assert f'<h1 dir="auto">{NAME}</h1>' in page, "a name in Uyghur is written from the right"


def test_every_office_may_look_up_what_every_phone_may_see(elsewhere: Browser, uscc: str) -> None:
    assert NAME in elsewhere.see(f"/desk/businesses/{uscc}?lang=zh")


def test_one_event_tells_of_a_printed_page_and_one_of_a_saved_code(
    clerk: Browser, uscc: str, desk_services: Services
) -> None:
    def told() -> list[tuple[str, str]]:
        with desk_services.database.read() as tx:
            return [
                (row["event"], row["subject"])
                for row in traces.everything(tx)
                if row["event"] in {"card_printed", "exported"}
            ]

    before = len(told())
    page = clerk.see(f"/desk/businesses/{uscc}/print")
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert [clerk.client.get(each).status_code for each in pictures] == [200]
    assert told()[before:] == [("card_printed", f"card/{uscc}")]
    for name in ("code.png", "code.svg"):
        clerk.client.get(f"/desk/businesses/{uscc}/{name}?download=yes")
    assert told()[before + 1 :] == [("exported", "export/code.png"), ("exported", "export/code.svg")]


@pytest.mark.parametrize("page", ["print", "card-a5.pdf", "code.png?download=yes", "code.svg?download=yes"])
def test_nobody_who_prints_waits_for_a_writer(
    clerk: Browser, uscc: str, desk_services: Services, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "licence_qr.store.database.connections.WRITE_WAIT_SECONDS", "a clerk's patience, which a reader has not"
    )
    writer = sqlite3.connect(desk_services.database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert clerk.client.get(f"/desk/businesses/{uscc}/{page}").status_code == 200
    finally:
        writer.close()
