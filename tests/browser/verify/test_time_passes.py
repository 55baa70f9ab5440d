"""The verify page left open: ages run, and all is judged anew as time passes and when the page comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from fresh_phone import fresh_phone
from inspection_phone import STARTED, PhoneOfItsOwn
from playwright.sync_api import Browser, Page, expect
from server_clock import ServerClock
from verify_site import Site, flawless, opened, typed

from licence_qr.domain.dates import SHANGHAI
from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode

VALID, SUSPENDED = 0, 2
DAY = 24 * 3600 * 1000


@pytest.fixture
def clocked(chromium: Browser, site: Site) -> Iterator[Page]:
    """The verify page on a phone that has opened nothing else, whose clock and timers a test moves."""
    with fresh_phone(chromium, site) as context:
        context.clock.install(time=datetime.now(UTC))
        yield from flawless(context.new_page(), site)


def test_ages_run_while_the_verdict_stays_and_after_half_an_hour_lists_are_asked_for(clocked: Page, site: Site) -> None:
    page = clocked
    typed(page, site.link(site.newest(permits=1)))
    ages = [page.locator(f"{part} .age") for part in ("#outcome", "#status-age")]
    before = [int("0" + re.sub(r"\D", "", age.inner_text())) if "不到" not in age.inner_text() else 0 for age in ages]
    page.evaluate("() => { window.said = document.querySelector('#outcome .verdict'); }")
    page.clock.fast_forward("05:00")
    for age, minutes in zip(ages, before, strict=True):
        expect(age).to_have_text(re.compile(rf"^({minutes + 5}|{minutes + 6}) 分钟前$"))
    assert page.evaluate("() => document.contains(window.said)")
    assert page.locator("#outcome .age").get_attribute("aria-live") == "off"
    with page.expect_response("**/status-list"):  # half an hour on, without being asked
        page.clock.fast_forward("26:00")


def test_without_a_network_an_open_verdict_ends_with_its_list(clocked: Page, site: Site) -> None:
    page = clocked
    with site.away():
        typed(page, site.link(site.newest(permits=1)))
        for later, said in ((5, "但状态信息较旧"), (73, "现在是否有效不明")):
            page.clock.fast_forward(later * 3600 * 1000)
            expect(page.locator("#outcome h2.headline")).to_contain_text(said)
    page.clock.fast_forward("30:00")
    expect(page.locator("#outcome h2.headline")).not_to_contain_text("核验通过，码内证照均有效")


# --- midnight ----------------------------------------------------------------------------------------------------


def ending_soonest(site: Site) -> tuple[StoredCode, date]:
    """A code in force whose permit is the next to end, and that day."""
    found = []
    with site.services.database.read() as tx:
        for code in codes.everything_newest(tx):
            ends = [permit["valid_to"] for permit in json.loads(code.record)["permits"] if permit["valid_to"]]
            calm = not any(codes.status(tx, code.status_index + n) for n in range(code.entry_count))
            if calm and ends and date.fromisoformat(min(ends)) > STARTED.date():
                found.append((date.fromisoformat(min(ends)), code.uscc, code))
    day, _, code = min(found, key=lambda each: each[:2])
    return code, day


@pytest.fixture
def last_day(chromium: Browser, site: Site) -> Iterator[tuple[Page, ServerClock]]:
    """The page on a fresh phone in the last minute of a permit, its code verified; phone and server agree on the time."""
    code, day = ending_soonest(site)
    clock = ServerClock(datetime.combine(day, time(23, 59), SHANGHAI).astimezone(UTC))
    site.restart(clock)
    with fresh_phone(chromium, site) as context:
        context.clock.install(time=clock.moment)
        for page in flawless(context.new_page(), site):
            typed(page, site.link(code))
            expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，码内证照均有效")
            yield page, clock


def test_at_midnight_in_shanghai_a_permit_of_yesterday_is_over_and_newer_lists_are_asked_for(
    last_day: tuple[Page, ServerClock],
) -> None:
    page, clock = last_day
    clock.moment += timedelta(minutes=2)
    with page.expect_response("**/status-list"):
        page.clock.fast_forward("02:00")
    expect(page.locator("#outcome h2.headline")).to_contain_text("有许可已失效")
    expect(page.locator("#outcome article.bad .tag")).to_contain_text("已过期")
    expect(page.locator("#outcome article.bad .tag")).not_to_contain_text("按本机日期")


def test_what_only_the_date_of_the_device_says_is_not_said_in_red(
    last_day: tuple[Page, ServerClock], site: Site
) -> None:
    page, _ = last_day
    with site.away():
        page.clock.fast_forward("02:00")
        expect(page.locator("#outcome article.care .tag")).to_contain_text("按本机日期已过期")


# --- coming back -------------------------------------------------------------------------------------------------


def slept(page: Page) -> None:
    """No timer runs any more, and the clock goes on by two days."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=2))


def minimized_and_focused(page: Page) -> None:
    """Its window is put away and taken up again."""
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Emulation.setFocusEmulationEnabled", {"enabled": False}
    )  # playwright lets every page believe it has it
    window = devtools.send("Browser.getWindowForTarget")["windowId"]
    for state in ("minimized", "normal"):
        devtools.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"windowState": state}})


def seen_again(page: Page) -> None:
    """As after another page was before it. Without a screen chromium hides no page, so the event is made here."""
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def woken(page: Page) -> None:
    """As after the browser froze it, which it does to no page without a screen."""
    page.evaluate("() => document.dispatchEvent(new Event('resume'))")


def test_a_page_that_slept_is_judged_anew_with_newer_lists_when_it_comes_back(clocked: Page, site: Site) -> None:
    page, code = clocked, site.newest(permits=1)
    typed(page, site.link(code))
    slept(page)
    for days, come_back, status, said in (
        (2, minimized_and_focused, SUSPENDED, "已暂停"),
        (4, seen_again, VALID, "有效"),
        (6, woken, SUSPENDED, "已暂停"),
    ):
        site.set_status(code.status_index + 1, status)
        page.clock.set_system_time(datetime.now(UTC) + timedelta(days=days))  # it sleeps on
        come_back(page)
        expect(page.locator("#outcome article .tag")).to_contain_text(said)


def test_a_page_out_of_the_browser_s_memory_is_judged_anew(chromium: Browser, site: Site, tmp_path: Path) -> None:
    phone, code = PhoneOfItsOwn(chromium, tmp_path / "phone", site, remembers=True), site.newest(permits=1)
    phone.context.clock.install(time=datetime.now(UTC))
    page = typed(opened(phone.page, site), site.link(code))
    page.evaluate("() => { window.remembered = true; }")
    slept(page)
    page.goto(f"{site.origin}/vocabulary.json")
    site.set_status(code.status_index + 1, SUSPENDED)
    page.go_back(wait_until="commit")
    expect(page.locator("#outcome article .tag")).to_contain_text("已暂停")
    assert page.evaluate("() => window.remembered")
    phone.close()


def test_a_page_that_comes_back_looks_for_a_newer_version_of_itself(clocked: Page, site: Site) -> None:
    def changed(app: Flask) -> None:
        app.jinja_env.globals["demonstration"] = False

    page = clocked
    typed(page, site.link(site.newest(permits=1)))
    site.restart(changed)
    slept(page)
    minimized_and_focused(page)
    expect(page.get_by_role("button", name="换用新版本")).to_be_visible()
