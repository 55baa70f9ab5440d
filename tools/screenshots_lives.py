"""The pictures of the years after: the work list, a history, an inspection on the phone, a citizen's report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, BrowserContext, Page, expect

Shoot = Callable[..., None]
OFFICE_SCREEN = {"width": 1000, "height": 800}
WIDE_SCREEN = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 760}
ANSWERED = 3  # items of the checklist that the picture shows as answered


def take(
    browser: Browser, origin: str, passwords: Mapping[str, str], addresses: Mapping[str, str], shoot: Shoot
) -> None:
    """Take them. ``addresses`` are those in the codes, by the name of the demonstration's picture."""
    desk = _signed_in(browser.new_context(viewport=OFFICE_SCREEN), origin, "decider", passwords)
    _work_list(browser, origin, passwords, shoot)
    desk.goto(addresses["reinstated"])
    number = _number(desk)
    desk.goto(f"{origin}/desk/businesses?q={number}")
    desk.locator("main a[href^='/desk/businesses/']").first.click()
    desk.goto(f"{desk.url}/history")
    desk.evaluate("document.querySelector('main h2').scrollIntoView()")
    shoot(desk, "history", whole=False)
    desk.context.close()
    _inspection(browser, origin, passwords, addresses["in-force"], shoot)
    _report(browser, origin, addresses["in-force"], shoot)


def _work_list(browser: Browser, origin: str, passwords: Mapping[str, str], shoot: Shoot) -> None:
    page = _signed_in(browser.new_context(viewport=WIDE_SCREEN), origin, "clerk-baishiyi", passwords)
    page.goto(f"{origin}/desk/work")
    shoot(page, "work-list", whole=False)
    page.context.close()


def _signed_in(context: BrowserContext, origin: str, username: str, passwords: Mapping[str, str]) -> Page:
    page = context.new_page()
    page.goto(f"{origin}/sign-in")
    page.fill("#username", username)
    page.fill("#password", passwords[username])
    page.click("main form button")
    page.wait_for_load_state()
    return page


def _number(page: Page) -> str:
    found = re.search(r"\b(?:[0-9A-Z]{4}-){4}[0-9A-Z*~$=]\b", page.locator("main").inner_text())
    if found is None:
        raise LookupError("the page shows no code number")
    return found[0]


def _inspection(browser: Browser, origin: str, passwords: Mapping[str, str], address: str, shoot: Shoot) -> None:
    page = _signed_in(browser.new_context(viewport=PHONE, device_scale_factor=2), origin, "inspector", passwords)
    page.goto(f"{origin}/inspect/")
    page.click("#take")
    expect(page.locator("#leave-behind")).to_be_visible()
    page.goto(f"{origin}/verify")
    page.wait_for_function("() => !document.getElementById('app').hidden")
    page.fill("#text", address)
    page.click("#typed button")
    page.click('#outcome a[href*="/verify/inspections#begin/"]')
    page.click("#view .places button >> nth=0")
    page.locator("#view select").select_option("inspector-2")
    page.locator(".visit-steps a").nth(1).click()
    for item in page.locator(".question").all()[:ANSWERED]:
        item.locator('input[value="yes"]').check()
    shoot(page, "inspection", whole=False)
    page.context.close()


def _report(browser: Browser, origin: str, address: str, shoot: Shoot) -> None:
    page = browser.new_context(viewport=PHONE, device_scale_factor=2, java_script_enabled=False).new_page()
    page.goto(address)
    page.goto(f"{origin}/p/{_number(page)}/report")
    page.check("input[name=kind][value=hygiene]")
    page.fill("#text", "大堂地面有积水，卫生间没有洗手液。")
    shoot(page, "report", whole=False)
    page.click("main form button")
    page.wait_for_url("**/reports/*")
    shoot(page, "receipt", whole=False)
    page.context.close()
