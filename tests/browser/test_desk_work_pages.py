"""The work list in the real browser: on a phone, at the counter, without scripts, by keyboard, and for axe."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from desk_pages import PASSWORD, installation
from playwright.sync_api import Browser, BrowserContext
from test_desk_journey import free_port
from werkzeug.serving import make_server

from licence_qr.bootstrap import Services
from licence_qr.web.app import create_app

ADDRESSES = ("/desk/work", "/desk/work?due=overdue", "/desk/work?kind=drawn_inspection", "/desk/work/calendar")
WIDTHS = (360, 768, 1280)
WIDE = "() => document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """The filled demonstration register, and its origin."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = free_port()
    services = installation(tmp_path_factory.mktemp("work"), port)
    services.demonstration_register.fill(datetime.now(UTC), lambda done, total: None)
    serving = make_server("127.0.0.1", port, create_app(services), threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield services, f"http://127.0.0.1:{port}"
    serving.shutdown()
    thread.join()


def opened(chromium: Browser, served: tuple[Services, str], who: str, *, scripts: bool = False) -> BrowserContext:
    """The browser of somebody who has signed in."""
    services, origin = served
    context = chromium.new_context(base_url=origin, java_script_enabled=scripts, bypass_csp=scripts)
    token = services.accounts.sign_in(who, PASSWORD, "127.0.0.1", datetime.now(UTC))
    context.add_cookies([{"name": "session-token", "value": token, "url": origin}])
    return context


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    chromium: Browser, served: tuple[Services, str], language: str
) -> None:
    context = opened(chromium, served, "administrator", scripts=True)
    page, found = context.new_page(), {}
    for address in ADDRESSES:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDE) <= width, (address, width)
            if violations := Axe().run(page).response["violations"]:
                found[address, width] = [(v["id"], v["nodes"][0]["html"][:120]) for v in violations]
        page.set_viewport_size({"width": 360, "height": 900})
        page.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
        assert page.evaluate(WIDE) <= 360, (address, "twice as large")
    context.close()
    assert found == {}


def test_lines_are_cards_on_a_phone_and_a_table_at_the_counter(chromium: Browser, served: tuple[Services, str]) -> None:
    context = opened(chromium, served, "administrator", scripts=True)
    page = context.new_page()
    shown = "() => getComputedStyle(document.querySelector('.work tbody tr')).display"
    for width, display in ((360, "block"), (1280, "table-row")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/desk/work")
        assert page.evaluate(shown) == display
    context.close()


def test_filters_and_the_calendar_work_without_scripts(chromium: Browser, served: tuple[Services, str]) -> None:
    context = opened(chromium, served, "administrator")
    page = context.new_page()
    page.goto("/desk/work")
    page.get_by_role("navigation", name="按期限筛选").get_by_role("link", name="已逾期").click()
    assert page.url.endswith("due=overdue")
    assert page.locator(".work tbody tr").count() == page.locator(".work tbody tr.overdue").count() > 0
    page.get_by_role("link", name="在自己的日历里看").click()
    page.get_by_role("button", name="建立地址").click()
    assert "/calendar/" in page.get_by_label("复制到日历软件").input_value()
    page.reload()
    assert page.get_by_label("复制到日历软件").count() == 0
    context.close()


def test_every_filter_and_line_is_reached_by_keyboard(chromium: Browser, served: tuple[Services, str]) -> None:
    context = opened(chromium, served, "inspector", scripts=True)
    page = context.new_page()
    page.goto("/desk/work")
    links = page.locator("main a").count()
    reached = []
    for _ in range(links + 30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => [...document.querySelectorAll('main a')].indexOf(document.activeElement)"))
    assert [number for number in reached if number >= 0][:links] == list(range(links))
    context.close()
