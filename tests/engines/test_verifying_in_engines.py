"""The verify page in each engine: a link, a photograph, a PDF, and all of it again without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspection_phone import STARTED
from verify_site import Site, sheet
from window import Window

from licence_qr.domain.roles import Actor, Role

CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))
GENUINE = "核验通过，码内证照均有效"


@pytest.fixture
def page(window: Window, site: Site) -> Window:
    """The verify page after one visit with a network."""
    window.open(f"{site.origin}/verify?lang=zh")
    window.shows("。", "#refreshed")
    window.kept_by_its_worker()
    return window


def _without_server(window: Window, site: Site) -> None:
    window.open(f"{site.origin}/verify")
    window.shows("。", "#refreshed")


def _paste(window: Window, text: str) -> None:
    window.type("#text", text)
    window.press("#typed button")


def test_a_link_is_verified_in_every_engine_with_the_server_and_without(page: Window, site: Site) -> None:
    code = site.newest(permits=1)
    _paste(page, site.link(code))
    assert code.code_id.number in page.shows(GENUINE, "#outcome")
    with site.away():
        _without_server(page, site)
        _paste(page, site.link(code))
        page.shows(GENUINE, "#outcome")
        _paste(page, site.link(code)[:-1])
        page.shows("不是", "#outcome")


def test_a_photograph_is_read_in_every_engine_without_a_server(page: Window, site: Site, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    sheet(site.services, CLERK, site.newest(permits=1), STARTED).save(photo, quality=90)
    with site.away():
        _without_server(page, site)
        page.upload("#file", [photo])
        page.shows(GENUINE, "#outcome")


def test_a_pdf_is_read_in_every_engine_without_a_server(page: Window, site: Site, tmp_path: Path) -> None:
    pdf, broken = tmp_path / "card.pdf", tmp_path / "broken.pdf"
    pdf.write_bytes(site.services.prints.card_pdf(CLERK, site.newest(permits=1).uscc, "A5", STARTED))
    broken.write_bytes(b"%PDF-1.7\nnothing more")
    with site.away():
        _without_server(page, site)
        page.upload("#file", [pdf])
        page.shows(GENUINE, "#outcome")
        page.upload("#file", [broken])
        page.shows("PDF 已损坏", "#outcome")
