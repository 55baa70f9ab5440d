"""The pages of inspections and draws in the real browser: nothing for axe to find, nothing scrolls sideways, no scripts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from accessible import violations
from desk_pages import Browser, installation, signed_in
from phone_pages import Phone, issued_hotel, picture, visit
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from screens import DESK, listening, sign_in

from licence_qr.web.app import create_app

PAGES = (
    "inspections",
    "counted visit",
    "visit",
    "draws",
    "new draw",
    "announced",
    "drawn",
    "public list",
    "public draw",
)


class _Desk:
    """Where the pages are."""

    def __init__(self, origin: str, addresses: dict[str, str]) -> None:
        self.origin, self.addresses = origin, addresses


def _fill(app: Any, services: Any) -> dict[str, str]:
    """A held visit with a photograph and findings, an order, an announced draw and a drawn one."""
    clerk, phone = signed_in(app, services, "clerk"), Phone(signed_in(app, services, "inspector"))
    hotel = issued_hotel(clerk, services)
    phone.ask()
    photo = picture()
    strokes = {"kind": "drawn", "name": "张示例", "width": 600, "height": 200, "strokes": [[10, 20, 300, 180, 580, 30]]}
    due = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    order = {"outcome": "to_rectify", "rectify_by": due}
    name, body = visit(services, hotel, photo, signature=strokes, remarks="前台未公示检测报告", **order)
    phone.put(name, body)
    phone.put(f"{name}/{hashlib.sha256(body).hexdigest()}/photos/{hashlib.sha256(photo).hexdigest()}", photo)
    phone.put(name, visit(services, hotel, id=name, second_officer=None)[1])
    drawn = [_announce(clerk, f"示例抽查{n}", due) for n in (1, 2)]
    clerk.press(drawn[1], f"{drawn[1]}/settle")
    number = drawn[1].rsplit("/", 1)[1]
    addresses = (
        "/desk/inspections",
        "/desk/inspections/1",
        "/desk/inspections/2",
        "/desk/draws",
        "/desk/draws/new",
        *drawn,
        "/draws",
    )
    return dict(zip(PAGES, (*addresses, f"/draws/{number}"), strict=True))


def _announce(clerk: Browser, title: str, due: str) -> str:
    fields = {"title": title, "places": "1", "due_on": due, "recused": "", "seed_source": ""}
    return str(clerk.send("/desk/draws/new", fields).location)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Desk]:
    """A real installation with something on every page."""
    services = installation(tmp_path_factory.mktemp("desk"))
    app = create_app(services)
    addresses = _fill(app, services)
    with listening(app) as origin:
        yield _Desk(origin, addresses)


@pytest.fixture(scope="module")
def page(chromium: Chromium, desk: _Desk) -> Iterator[Page]:
    """A clerk's screen, signed in, in which the test may run scripts of its own."""
    context = chromium.new_context(viewport=DESK, bypass_csp=True)
    page = context.new_page()
    sign_in(page, desk.origin)
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing(page: Page, desk: _Desk, name: str, lang: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{desk.origin}{desk.addresses[name]}?lang={lang}")
    assert not violations(page)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "text"), [(360, 100), (1280, 200), (320, 100)])
def test_nothing_scrolls_sideways(page: Page, desk: _Desk, name: str, width: int, text: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{desk.origin}{desk.addresses[name]}?lang=en")
    page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{text}%")
    beyond = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0


def test_a_photograph_is_shown(page: Page, desk: _Desk) -> None:
    page.goto(f"{desk.origin}{desk.addresses['counted visit']}")
    assert page.locator("figure img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 64


def test_a_held_visit_is_decided_without_scripts_and_by_keyboard(chromium: Chromium, page: Page, desk: _Desk) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"{desk.origin}{desk.addresses['visit']}?lang=zh")
    plain.get_by_label("仅存档").focus()
    plain.keyboard.press("Space")
    plain.keyboard.press("Tab")
    plain.keyboard.type("只有一名人员到场")
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")
    plain.wait_for_load_state()
    assert plain.locator(".notice-line").inner_text() == "已处理。"
    assert "只有一名人员到场" in plain.locator("main").inner_text()
    context.close()
