"""What makes the phone pages bearable in the field: their language, their titles, what is in sight, what may be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fresh_phone import fresh_phone
from inspection_phone import PAGE, Phone, ours, phone_in
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from verify_site import BLANK, Site, opened, served_by_its_copy, settled, typed


@pytest.fixture
def phone(inspector: Phone) -> Phone:
    """An inspector's phone with a pack and both pages installed."""
    return inspector


def test_a_language_chosen_elsewhere_is_spoken_by_the_installed_page_too(chromium: Browser, site: Site) -> None:
    with fresh_phone(chromium, site) as context:
        page = context.new_page()
        page.goto(f"{site.origin}/?lang=en")
        page.goto(f"{site.origin}/verify")
        settled(page)
        served_by_its_copy(page)
        with site.away():
            for address in ("/verify", PAGE):
                page.goto(f"{site.origin}{address}")
                expect(page.locator("html")).to_have_attribute("lang", "en")
            expect(page).to_have_title("Inspections · One code")


def test_the_desk_takes_its_language_along_to_the_phone_pages(phone: Phone) -> None:
    page = phone.page
    page.goto(f"{phone.site.origin}/inspect/?lang=en")
    page.get_by_role("link", name="Scan a card on the verify page").click()
    expect(page).to_have_title("Verify a display card · One code")
    page.goto(f"{phone.site.origin}{PAGE}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inspections")
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_title("监督检查 · 一码通行")
    page.get_by_role("link", name="随身包").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("随身包")


def test_each_step_of_an_inspection_has_one_title_of_its_own(phone: Phone) -> None:
    expect(phone.list()).to_have_title("监督检查 · 一码通行")
    phone.begin(ours(phone.site)[0])
    expect(phone.page).to_have_title("经营场所 · 一码通行")
    phone.step(4)
    expect(phone.page).to_have_title("检查结论 · 一码通行")


def test_the_finder_is_in_sight_whole_while_the_camera_looks(seeing: Callable[[Image.Image], Page], site: Site) -> None:
    page = opened(seeing(BLANK), site)
    page.locator("#start").click()
    expect(page.locator("#stop")).to_be_focused()
    expect(page.locator(".finder")).to_be_in_viewport(ratio=1)
    expect(page.locator("#stop")).to_be_in_viewport(ratio=1)


def test_a_verdict_is_shown_from_its_beginning(device: BrowserContext, site: Site) -> None:
    page = typed(opened(device.new_page(), site), site.link(site.newest(permits=1)))
    expect(page.locator("#outcome .headline")).to_be_focused()
    expect(page.locator("#outcome .verdict")).to_be_in_viewport(ratio=1)
    expect(page.locator("#outcome .who h2")).to_be_in_viewport(ratio=1)


@pytest.fixture
def lasting(chromium: Browser, tmp_path: Path, site: Site) -> Iterator[Phone]:
    """An inspector's phone in a browser that keeps what it keeps in a folder; others promise nothing and refuse nothing."""
    yield from phone_in(chromium, tmp_path / "phone", site)


def test_where_the_browser_promises_nothing_it_is_said_while_something_may_be_lost(lasting: Phone) -> None:
    page = lasting.list()
    words = "没有答应长期保存"
    expect(page.locator("#view")).not_to_contain_text(words)
    lasting.begin(ours(lasting.site)[0])
    expect(lasting.list().locator("#view .note")).to_contain_text(words)
    page.goto(f"{lasting.site.origin}/inspect/")
    expect(page.locator("#not-lasting")).to_contain_text(words)
    promised_with_the_pack(lasting)


def promised_with_the_pack(lasting: Phone) -> None:
    """The promise is asked for when a pack is taken, and then nothing is warned of."""
    devtools = lasting.context.new_cdp_session(lasting.page)
    devtools.send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": lasting.site.origin})
    lasting.take_pack()
    expect(lasting.list().get_by_role("link", name="继续")).to_be_visible()
    expect(lasting.page.locator("#view .note")).to_have_count(0)
    lasting.page.goto(f"{lasting.site.origin}/inspect/")
    expect(lasting.page.locator("#leave-behind")).to_be_visible()
    expect(lasting.page.locator("#not-lasting")).to_be_hidden()
