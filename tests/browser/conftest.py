"""The real chromium, and the application behind a real port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from camera_film import Camera
from every_page import Walk
from fresh_phone import fresh_phone
from inspection_phone import Phone, installed, phone_of
from own_phone import OwnPhone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from public_pages import prepared_services
from running_site import filled, make_site, one_site, site
from screens import DESK, PHONE, listening
from verify_site import Device, Site, flawless, standing

from bench.chromium import FLAGS, SHELL, unwanted
from licence_qr.web.app import create_app

__all__ = ["filled", "make_site", "one_site", "site"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The engine of Debian's chromium, one process for all tests of pages. What needs a camera, a disk or a browser that is
    closed and opened starts the whole chromium (``verify_site.Camera``, ``inspection_phone.PhoneOfItsOwn``)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=list(FLAGS), ignore_default_args=unwanted())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def walk(chromium: Browser, pytestconfig: pytest.Config) -> Iterator[Walk]:
    """The one walk, in a window of its own, with its bench. The window is small, because to draw pages costs a fifth of
    the walk in a large one, and how they look at which width is judged on the bench."""
    context = chromium.new_context(viewport=PHONE, bypass_csp=True)
    yield Walk(context.new_page(), thorough=pytestconfig.getoption("--campaign"))
    context.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The origin of the application over prepared pages, served from a thread on a free port."""
    with listening(create_app(prepared_services())) as origin:
        yield origin


@pytest.fixture(scope="session")
def one_device(chromium: Browser, one_site: Site) -> Device:
    """A phone, one for all tests; for ``device`` and ``phone``, which hand it out as it was made."""
    return Device(chromium, one_site)


@pytest.fixture
def device(one_device: Device, site: Site) -> Iterator[BrowserContext]:
    """A phone after one visit of the verify page with a network; for what it cannot put back there is ``fresh_phone``."""
    yield one_device.put_back("installed", lambda context: installed(context, site))
    one_device.leave()


@pytest.fixture
def page(device: BrowserContext, site: Site) -> Iterator[Page]:
    """The page on a phone that has it installed."""
    yield from flawless(device.new_page(), site)


@pytest.fixture(scope="module")
def standing_page(chromium: Browser, one_site: Site) -> Iterator[Page]:
    """The verify page, opened once for all tests of a file that only show it something; it is not installed."""
    one_site.reset()
    yield from standing(chromium, one_site)


@pytest.fixture
def first_page(chromium: Browser, site: Site) -> Iterator[Page]:
    """The page on a phone that has opened nothing else. Also for tests that change the copy installed there."""
    with fresh_phone(chromium, site) as context:
        yield from flawless(context.new_page(), site)


@pytest.fixture
def inspector(one_device: Device, site: Site) -> Iterator[Phone]:
    """An inspector's phone with a pack and both pages installed."""
    yield from phone_of(one_device, site)


@pytest.fixture(scope="module")
def own_phone(chromium: Browser, one_site: Site) -> Iterator[OwnPhone]:
    """A phone for the tests of one file, fresh at the first of them; for ``fresh_inspector``, and for states that follow."""
    made = OwnPhone(chromium, one_site)
    yield made
    made.context.close()


@pytest.fixture
def installed_page(own_phone: OwnPhone, site: Site) -> Iterator[Page]:
    """The page on the phone of a file after one visit, opened anew; nothing else was opened there."""
    context = own_phone.put_back("pages and lists alone", lambda context: installed(context, site))
    yield from flawless(context.new_page(), site)
    own_phone.leave()


@pytest.fixture
def fresh_inspector(own_phone: OwnPhone, site: Site) -> Iterator[Phone]:
    """An inspector's phone on which nothing was done but sign in and take a pack along."""
    yield from phone_of(own_phone, site)


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own, with playwright's options for one; closed after the test."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(**options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def kept_windows(chromium: Browser) -> Iterator[dict[str, Page]]:
    """The windows of ``seat``, until the last test."""
    kept: dict[str, Page] = {}
    yield kept
    for page in kept.values():
        page.context.close()


@pytest.fixture
def seat(chromium: Browser, kept_windows: dict[str, Page]) -> Callable[..., Page]:
    """Somebody's window, by a name: opened once for all tests, because to open one costs as much as seven pages. A test
    finds it without cookies, at its own size, and alone. For pages that keep nothing else in the browser."""
    taken: set[str] = set()

    def sit_down(name: str, size: ViewportSize, *, scripts: bool = False) -> Page:
        if name not in kept_windows:
            context = chromium.new_context(viewport=size, java_script_enabled=scripts, bypass_csp=scripts)
            kept_windows[name] = context.new_page()
        page = kept_windows[name]
        if name not in taken:
            taken.add(name)
            for other in page.context.pages:
                if other != page:
                    other.close()
            page.context.clear_cookies()
            page.set_viewport_size(size)
        return page

    return sit_down


@pytest.fixture
def phone(seat: Callable[..., Page]) -> Page:
    """A small phone with scripts switched off, as a careful visitor may have it."""
    return seat("phone", PHONE)


@pytest.fixture
def window(seat: Callable[..., Page]) -> Page:
    """A small window in which tests may run scripts of their own; the pages have none."""
    return seat("window", PHONE, scripts=True)


@pytest.fixture
def counter(seat: Callable[..., Page]) -> Page:
    """The screen at the counter, with scripts switched off."""
    return seat("counter", DESK)


@pytest.fixture
def looking(seat: Callable[..., Page]) -> Page:
    """The same screen, in which tests may run scripts of their own."""
    return seat("looking", DESK, scripts=True)


@pytest.fixture(scope="session")
def camera(chromium: Browser, one_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camera]:
    """The one phone with a camera; for ``seeing``."""
    made = Camera(chromium, tmp_path_factory.mktemp("camera"), one_site)
    yield made
    made.browser.close()


@pytest.fixture
def seeing(camera: Camera, site: Site) -> Iterator[Callable[[Image.Image], Page]]:
    """Opens the verify page on a phone after one visit of it, whose camera sees a frame."""
    context = camera.device.put_back("installed", lambda context: installed(context, site))

    def see(frame: Image.Image) -> Page:
        camera.sees(frame)
        return context.new_page()

    yield see
    camera.device.leave()


@pytest.fixture(scope="module")
def camera_page(camera: Camera, one_site: Site) -> Iterator[Page]:
    """The verify page on the phone with a camera, opened once for all tests of a file; for ``before_camera``."""
    one_site.reset()
    yield from standing(camera.browser, one_site)


@pytest.fixture
def before_camera(camera: Camera, camera_page: Page, site: Site) -> Iterator[Callable[[Image.Image], Page]]:
    """Holds a frame before the camera of that page, which the test then starts. It is off again after the test."""

    def hold(frame: Image.Image) -> Page:
        camera.sees(frame)
        return camera_page

    yield hold
    if camera_page.locator("#stop").is_visible():
        camera_page.locator("#stop").click()
