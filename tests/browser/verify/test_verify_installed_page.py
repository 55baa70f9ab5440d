"""The verify page as it is kept on a phone: updates, the language, the keyboard, and what axe says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from accessible import violations
from inspection_phone import PhoneOfItsOwn
from playwright.sync_api import Browser, BrowserContext, Page, expect
from verify_site import FOREIGN, Site, look_for_update, opened, settled, typed


def test_an_update_waits_while_a_result_is_read_and_else_reaches_an_installed_copy_at_once(
    first_page: Page, site: Site
) -> None:
    page = first_page
    expect(page.locator(".specimen")).to_be_visible()
    typed(page, site.link(site.newest(permits=1)))
    site.restart(lambda app: app.jinja_env.globals.update(demonstration=False))
    look_for_update(page)
    expect(page.get_by_role("button", name="换用新版本")).to_be_visible()
    page.get_by_role("button", name="立即更新").click()
    settled(page)
    expect(page.locator("#outcome .verdict")).to_be_visible()
    page.get_by_role("button", name="换用新版本").click()
    expect(page.locator(".specimen")).to_have_count(0)
    settled(page)
    site.restart()
    page.reload()  # the copy answers, and the browser looks for a newer one
    expect(page.locator(".specimen")).to_be_visible()
    settled(page)
    with site.away():
        page.reload()
        expect(page.locator(".specimen")).to_be_visible()
        settled(page)


def test_the_language_chosen_last_is_spoken_without_a_network(first_page: Page, site: Site) -> None:
    """Then, on the same phone, another that it has no room to remember."""
    page = first_page
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    settled(page)
    site.stop()
    page.goto(f"{site.origin}/verify")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    typed(page, FOREIGN)
    expect(page.locator("#outcome h2.headline")).to_contain_text("Not a code of this service")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": site.origin, "quotaSize": 1})
    page.goto(f"{site.origin}/verify?lang=zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    settled(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_is_too_wide_or_too_small(device: BrowserContext, site: Site, lang: str) -> None:
    code = site.newest(permits=1)
    page = opened(device.new_page(), site, lang)
    for text in ("", site.link(code), FOREIGN, code.code_id.number):
        if text:
            typed(page, text)
        assert not violations(page)
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            """() => [...document.querySelectorAll('header a, .button, input:not([type=file])')]
                 .filter(e => e.offsetParent && e.className !== 'skip' && e.getBoundingClientRect().height < 44)
                 .map(e => e.outerHTML)"""
        )
        assert small == []


def test_the_keyboard_alone_is_enough(page: Page, site: Site) -> None:
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.id"))
    assert [name for name in seen if name] == ["start", "file", "text", "refresh", "forget"]
    page.locator("#text").focus()
    link = site.link(site.newest(permits=1))
    page.keyboard.insert_text(link[:-4])  # as by a keyboard that writes whole words: each key takes its time
    page.keyboard.type(link[-4:])
    page.keyboard.press("Enter")
    expect(page.locator("#outcome h2.headline")).to_be_focused()


def test_what_is_for_browsers_without_scripts_is_taken_away(page: Page) -> None:
    expect(page.locator("#unscripted")).to_be_hidden()


def test_without_scripts_the_register_can_still_be_asked(phone: Page, site: Site) -> None:
    phone.goto(f"{site.origin}/verify")
    expect(phone.get_by_text("本页需要脚本")).to_be_visible()
    phone.get_by_role("textbox", name="编号").fill(site.newest(permits=1).code_id.number)
    phone.get_by_role("button", name="查询").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("登记在册")


def test_where_the_browser_promises_nothing_the_page_says_for_how_long_lists_last(
    chromium: Browser, site: Site, tmp_path: Path
) -> None:
    phone = PhoneOfItsOwn(chromium, tmp_path / "phone", site)
    page = opened(phone.page, site)
    expect(page.locator("#lasting")).to_contain_text("有的手机七天不打开本页就会删除名单")
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": site.origin})
    typed(page, site.link(site.newest(permits=1)))  # the first press, at which it is asked for
    expect(page.locator("#lasting")).to_have_text("浏览器会一直保留，直到清除。")
    phone.close()
