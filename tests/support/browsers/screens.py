"""What the browser tests share: a place to be asked at, people who sign in, and how wide a page is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from desk_pages import PASSWORD, installation
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from published import with_lists_published
from werkzeug.serving import make_server

from bench.load import free_port
from licence_qr.bootstrap import Services
from licence_qr.web.app import create_app

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 900}
WIDTHS = (360, 768, 1280)
AXE_WIDTHS = (360, 1280)  # between them nothing but the layout differs
POLLING = 50  # milliseconds; by default a page is asked at each frame that it draws, and one that draws none never
STOPS_WITHIN = 0.02  # seconds; asked to stop, the server of the standard library looks up only twice a second
Served = tuple[Services, str]


@contextmanager
def listening(app: Flask, port: int = 0) -> Iterator[str]:
    """The origin of ``app``, served from a thread until the block ends; port 0 is any free one."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    serving = make_server("127.0.0.1", port, with_lists_published(app), threaded=True)
    thread = threading.Thread(target=serving.serve_forever, args=[STOPS_WITHIN])
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()


@contextmanager
def filled_desk(folder: Path) -> Iterator[Served]:
    """The filled demonstration register with the people of ``desk_pages``, and its origin."""
    port = free_port()
    services = installation(folder, port)
    services.demonstration_register.fill(datetime.now(UTC), lambda done, total: None)
    with listening(create_app(services), port) as origin:
        yield services, origin


def sign_in(page: Page, origin: str, username: str = "clerk", onward: str = "") -> None:
    """Sign in on the page, as people do; ``onward`` is where they wanted to go."""
    page.goto(f"{origin}/sign-in" + (f"?next={onward}" if onward else ""))
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    send(page, "main form button")
    page.wait_for_url(lambda url: "sign-in" not in url)


def opened(chromium: Browser, served: Served, who: str, *, scripts: bool = False) -> BrowserContext:
    """The browser of somebody who has signed in; with ``scripts`` tests may run some of their own."""
    _, origin = served
    context = chromium.new_context(base_url=origin, java_script_enabled=scripts, bypass_csp=scripts)
    signed_in_as(context, served, who)
    return context


def signed_in_as(context: BrowserContext, served: Served, who: str) -> None:
    """Somebody has signed in in this browser; signing in on the page has tests of its own."""
    services, origin = served
    token = services.sign_in.sign_in(who, PASSWORD, "127.0.0.1", datetime.now(UTC))
    context.add_cookies([{"name": "session-token", "value": token, "url": origin}])


def send(page: Page, button: str | Locator) -> None:
    """Press ``button`` and wait for the page that answers: read at once, it could still be the one that was sent."""
    with page.expect_navigation():
        (page.locator(button) if isinstance(button, str) else button).click()


def width_of(page: Page) -> int:
    """How wide the page is laid out; beyond its window it scrolls sideways."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))
