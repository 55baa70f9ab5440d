"""Steps that people take at the counter, and a place where they take them: an installation behind a real port."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from desk_pages import BARBER, DETAILS, HOTEL, PASSWORD, Browser, installation, signed_in
from playwright.sync_api import BrowserContext, Page
from screens import listening, send

from bench.load import free_port
from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.store.register import codes
from licence_qr.web.app import create_app

TYPED = ("name", "entity_type", "principal", "established_on", "domicile", "business_scope")
OF_AN_AGENT = {
    "principal_id_number": "110101199003070011",
    "agent_name": "示例代理人",
    "agent_authority": "授权委托书（示例）",
}
NUMBER = re.compile(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]")
_serial = count(1)

# Strokes, in parts of the width and height of the field.
SIGNATURE = (
    ((0.2, 0.3), (0.3, 0.28), (0.42, 0.3)),
    ((0.31, 0.3), (0.3, 0.5), (0.31, 0.75)),
    ((0.2, 0.78), (0.32, 0.74), (0.44, 0.77)),
    ((0.6, 0.25), (0.55, 0.5), (0.5, 0.72)),
    ((0.6, 0.45), (0.7, 0.6), (0.82, 0.74)),
)


class Running:
    """An installation behind a port of this machine, and people who sit at its counters."""

    def __init__(self, services: Services, origin: str) -> None:
        self.services = services
        self.origin = origin
        self.app = create_app(services)

    def signed_in(self, username: str) -> Browser:
        """Somebody's browser without a window."""
        return signed_in(self.app, self.services, username)

    def decided(self, trade: Mapping[str, str] = HOTEL, **details: str) -> str:
        """An application whose pair has been issued to a business of its own, entered without a window; its address."""
        clerk = self.signed_in("clerk")
        application = clerk.start()
        name = f"重庆示例浏览器{next(_serial)}号客栈有限公司"
        clerk.fill(application, trade=trade, **{"name": name, **details})
        clerk.issue(application)
        return application

    def issued(self, trade: Mapping[str, str] = BARBER, **details: str) -> str:
        """A business with a permit in force, by default one that needs no other; its credit code."""
        self.decided(trade, **details)
        with self.services.database.read() as tx:
            return codes.everything_newest(tx)[-1].uscc

    def link(self, uscc: str, version: int | None = None) -> str:
        """What the symbol of one print says, the newest by default."""
        with self.services.database.read() as tx:
            prints = codes.versions_of_business(tx, uscc)
        found = next(code for code in prints if version in (None, code.version))
        return address(self.services.settings.address, found.token)

    def token(self, username: str) -> str:
        return self.services.sign_in.sign_in(username, PASSWORD, "127.0.0.1", datetime.now(UTC))

    def seat(self, context: BrowserContext, username: str) -> None:
        """Somebody has signed in in this browser; signing in on the page has tests of its own."""
        context.add_cookies([{"name": "session-token", "value": self.token(username), "url": self.origin}])


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """An installation in ``folder`` with people and no businesses, until the block ends."""
    port = free_port()
    site = Running(installation(folder, port), f"http://127.0.0.1:{port}")
    with listening(site.app, port):
        yield site


def onward(page: Page) -> None:
    """Press the button at the end of the step."""
    send(page, page.locator("main button[value=continue]").last)


def fill_trade(page: Page) -> None:
    """The first step: a hotel without restaurant and pool."""
    page.check("input[name=trade][value=hotel]")
    page.click("button[value=show]")
    page.check("input[name=kinds][value=hotel]")
    page.check("input[name=answer_serves_food][value=no]")
    page.check("input[name=answer_has_pool][value=no]")
    onward(page)


def fill_details(page: Page) -> None:
    """The second step; the address of the premises is copied by its button."""
    page.check("input[name=entity_form][value=company]")
    for name in TYPED:
        page.fill(f"#{name}", DETAILS[name])
    page.check("#same_address")
    onward(page)
    if page.locator("#why_here").count():  # another test has issued one at that address
        page.fill("#why_here", DETAILS["why_here"])
        if page.locator("#why_another").is_visible():
            page.fill("#why_another", "核对过身份证，是另一家")
        onward(page)


def fill_commitment(page: Page) -> None:
    """The third step: the promise, signed in the field; without scripts there is none, and it is signed on paper."""
    page.check("input[name=mode][value=commitment]")
    page.fill("#signer", "张示例")
    if page.locator("[data-pad] canvas").is_visible():
        draw(page)
    else:
        page.check("input[name=signed_on_paper]")
    onward(page)


def draw(page: Page) -> None:
    """Sign in the signature field with a real pointer."""
    field = page.locator("[data-pad] canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box
    for stroke in SIGNATURE:
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if number == 0:
                page.mouse.down()
        page.mouse.up()


def issue(page: Page, desk: str) -> str:
    """A whole application; its address."""
    page.goto(f"{desk}/desk/")
    page.click(".start-actions form button")
    page.wait_for_url("**/trade?new=yes")
    application = page.url.removesuffix("/trade?new=yes")
    fill_trade(page)
    fill_details(page)
    fill_commitment(page)
    page.wait_for_url("**/review")
    if page.locator("#why_another").count():  # another test has issued one of that name
        page.fill("#why_another", "核对过身份证，是另一家")
    page.click(".issue button")
    page.wait_for_url("**/result")
    return application


def number_on(page: Page) -> str:
    """The first number of 17 characters on the page."""
    found = NUMBER.search(page.locator("main").inner_text())
    assert found
    return found[0]


def open_first(page: Page, address: str) -> None:
    """Open the first line of a list."""
    page.goto(address)
    page.locator(".row-main").first.click()
    page.wait_for_url(f"{address}/*")


def report(page: Page, site: str, number: str, photo: Path) -> str:
    """Report a problem from the page of a code; the address of the receipt."""
    page.goto(f"{site}/p/{number}")
    page.click(f"a[href='/p/{number}/report']")
    page.check("input[name=kind][value=hygiene]")
    page.fill("#text", "床单没有换")
    page.set_input_files("#photo", photo)
    page.fill("#contact", "13911112222")
    page.click("main form button")
    page.wait_for_url("**/reports/*")
    return page.url
