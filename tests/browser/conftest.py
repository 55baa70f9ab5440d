"""The real chromium, and the application behind a real port."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

# The made-up pages are shared with the tests that need no browser.
sys.path.insert(0, str(Path(__file__).parent.parent / "web"))

from public_pages import prepared_services

from licence_qr.web.app import create_app

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 640}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium, one process for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The origin of the application over prepared pages, served from a thread on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    serving = make_server("127.0.0.1", 0, create_app(prepared_services()), threaded=True)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A small phone with scripts switched off, as a careful visitor may have it."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Page]:
    """A small window in which tests may run scripts of their own; the pages have none."""
    context = chromium.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def seeing(chromium: Browser) -> Iterator[Callable[[Path], Page]]:
    """Opens a phone whose camera shows a film of JPEG frames, and which allows its use without asking."""
    browsers: list[Browser] = []

    def see(film: Path) -> Page:
        camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        flags = [*FLAGS, *camera, f"--use-file-for-fake-video-capture={film}"]
        browsers.append(chromium.browser_type.launch(executable_path=CHROMIUM, args=flags))
        return browsers[-1].new_context(viewport=PHONE).new_page()

    yield see
    for browser in browsers:
        browser.close()
