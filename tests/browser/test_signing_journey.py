"""A promise is signed with a real pointer: at the desk, and on the phone of whoever promises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from accessible import violations
from at_the_counter import Running, draw, fill_commitment, fill_details, fill_trade, onward, running
from playwright.sync_api import Browser, Page, expect
from screens import send

PHONE = {"width": 360, "height": 800}
NAME = "重庆示例云栖客栈有限公司"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An installation without businesses."""
    with running(tmp_path_factory.mktemp("signing")) as site:
        yield site


@pytest.fixture
def clerk(chromium: Browser, site: Running) -> Iterator[Page]:
    """The clerk's screen, with an application before its third step."""
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    site.seat(page.context, "clerk")
    page.goto(f"{site.origin}/desk/")
    page.click(".start-actions form button")
    page.wait_for_url("**/trade?new=yes")
    fill_trade(page)
    fill_details(page)
    yield page
    page.context.close()


def issue(page: Page) -> str:
    """The last step; the credit code."""
    page.wait_for_url("**/review")
    if page.locator("#why_another").count():
        page.fill("#why_another", "核对过身份证，是另一家")
    page.click(".issue button")
    page.wait_for_url("**/result")
    return page.locator(".items .code").first.inner_text()


def test_what_is_drawn_at_the_desk_is_kept_and_everybody_can_check_the_document(clerk: Page, site: Running) -> None:
    fill_commitment(clerk)
    clerk.wait_for_url("**/review")
    clerk.go_back()
    expect(clerk.locator(".signed img")).to_be_visible()
    assert clerk.locator(".signed img").evaluate("image => image.naturalWidth") == 600
    assert not violations(clerk)
    send(clerk, clerk.locator("main button[value=continue]").last)
    uscc = issue(clerk)
    clerk.goto(f"{site.origin}/desk/businesses/{uscc}")
    clerk.click("a[href*='/desk/promises/']")
    clerk.wait_for_load_state()
    assert clerk.locator(".signed img").evaluate("image => image.naturalWidth") == 600
    assert not violations(clerk)
    sha256 = clerk.url.rpartition("/")[2]
    clerk.goto(site.link(uscc))
    clerk.click("a[href^='/promise/']")
    assert clerk.url.endswith(sha256)
    assert NAME in clerk.inner_text("main")
    document = clerk.request.get(f"{site.origin}/promise/{sha256}.json").body()
    assert hashlib.sha256(document).hexdigest() == sha256


def test_a_link_is_signed_on_a_phone_once_and_the_desk_sees_it(clerk: Page, chromium: Browser, site: Running) -> None:
    clerk.check("input[name=mode][value=commitment]")
    send(clerk, clerk.locator("button[value=link]"))
    assert not violations(clerk)
    address = clerk.locator(".by-phone .code").inner_text()
    phone = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    phone.goto(address)
    assert NAME in phone.inner_text("main")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not violations(phone)
    draw(phone)
    phone.locator("[data-pad] .line button").click()  # clear
    assert phone.locator("input[name=strokes]").input_value() == ""
    phone.locator("form button:not([type])").click()
    expect(phone.locator("[role=alert]")).to_be_visible()
    draw(phone)
    phone.locator("form button:not([type])").click()
    expect(phone.locator("h1")).to_have_text(re.compile("已签|Signed"))
    expect(clerk.locator(".signed img")).to_be_visible()  # the page has asked
    assert phone.goto(address).status == 404  # type: ignore[union-attr]
    assert phone.context.cookies() == []
    phone.context.close()
    onward(clerk)
    assert issue(clerk)


def test_it_is_signed_again_after_a_change_and_a_slip_of_the_pen_is_none(clerk: Page) -> None:
    clerk.check("input[name=mode][value=commitment]")
    clerk.locator("[data-pad] canvas").click(position={"x": 20, "y": 20})
    onward(clerk)
    expect(clerk.locator("#error-summary")).to_contain_text("签名太小")
    draw(clerk)
    onward(clerk)
    clerk.wait_for_url("**/review")
    details = clerk.url.replace("/review", "/details")
    clerk.goto(details)
    clerk.fill("#name", "重庆示例换过名字客栈有限公司")
    onward(clerk)
    clerk.goto(details.replace("/details", "/review"))
    expect(clerk.locator("#error-summary")).to_contain_text("签名以后改过")
    clerk.goto(details.replace("/details", "/commitment"))
    expect(clerk.locator(".signed .callout")).to_be_visible()
    clerk.locator("button[value=unsign]").click()
    expect(clerk.locator("[data-pad] canvas")).to_be_visible()
