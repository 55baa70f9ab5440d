"""What the browser tests share: a place to be asked at, people who sign in, and what every page is held to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from accessible import violations
from desk_pages import PASSWORD, installation
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from bench.load import free_port
from licence_qr.bootstrap import Services
from licence_qr.web.app import create_app

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 900}
WIDTHS = (360, 768, 1280)
AXE_WIDTHS = (360, 1280)  # between them nothing but the layout differs
STOPS_WITHIN = 0.02  # seconds; asked to stop, the server of the standard library looks up only twice a second
Served = tuple[Services, str]


@contextmanager
def listening(app: Flask, port: int = 0) -> Iterator[str]:
    """The origin of ``app``, served from a thread until the block ends; port 0 is any free one."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    serving = make_server("127.0.0.1", port, app, threaded=True)
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
    page.click("main form button")
    page.wait_for_url(lambda url: "sign-in" not in url)


def opened(chromium: Browser, served: Served, who: str, *, scripts: bool = False) -> BrowserContext:
    """The browser of somebody who has signed in; with ``scripts`` tests may run some of their own."""
    services, origin = served
    context = chromium.new_context(base_url=origin, java_script_enabled=scripts, bypass_csp=scripts)
    token = services.accounts.sign_in(who, PASSWORD, "127.0.0.1", datetime.now(UTC))
    context.add_cookies([{"name": "session-token", "value": token, "url": origin}])
    return context


def width_of(page: Page) -> int:
    """How wide the page is laid out; beyond its window it scrolls sideways."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))


def faults_at_every_width(page: Page) -> dict[str, str]:
    """What axe finds on the page shown at the narrow and the wide width, and where it scrolls sideways: at all three, and
    on a phone with twice the type."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (wide := width_of(page)) > width:
            found[f"at {width}"] = f"{wide} pixels wide"
        if width in AXE_WIDTHS and (faults := violations(page)):
            found[f"axe at {width}"] = faults
    page.set_viewport_size(PHONE)
    page.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
    if (wide := width_of(page)) > PHONE["width"]:
        found["text twice as large"] = f"{wide} pixels wide"
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.set_viewport_size(DESK)
    return found


def faults_of(page: Page, addresses: Iterable[str], language: str) -> dict[str, str]:
    """``faults_at_every_width`` of each address in turn."""
    found = {}
    for address in addresses:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        found |= {f"{address}, {where}": what for where, what in faults_at_every_width(page).items()}
    return found
