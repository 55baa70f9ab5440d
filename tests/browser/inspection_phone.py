"""An inspector's phone for tests: a browser with a folder of its own, so that it can be closed and opened again."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk_pages import PASSWORD
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from screens import PHONE, sign_in
from verify_site import Site, opened

from bench.chromium import CHROMIUM, FLAGS
from licence_qr.domain.roles import Role
from licence_qr.store import codes
from licence_qr.store.codes import StoredCode

STARTED = datetime.now(UTC)  # keys are made today and the server asks the real clock
OFFICE = "baishiyi"
PAGE = "/verify/inspections"


def filled_installation(folder: Path, make_services) -> Path:
    """A demonstration installation made today in ``folder``, with two inspectors and a clerk whose password is known."""
    services = make_services(folder, at=STARTED)
    services.demonstration_register.fill(STARTED, lambda done, total: None)
    for username, role in (("walker", Role.INSPECTOR), ("second", Role.INSPECTOR), ("counter", Role.CLERK)):
        services.accounts.create(username, f"{username}（示例）", OFFICE, frozenset({role}), PASSWORD, STARTED)
    services.database.close()
    return folder


def running(filled: Path, folder: Path, make_services) -> Iterator[Site]:
    """A running copy of it, to stop."""
    shutil.copytree(filled, folder)
    services = make_services(folder, at=STARTED)
    site = Site(services)
    yield site
    site.stop()
    services.database.close()


def ours(site: Site) -> list[StoredCode]:
    """Codes of businesses of the office with one premises, whose permits are in force."""
    with site.services.database.read() as tx:
        own = {row["uscc"] for row in tx.all("SELECT uscc FROM entities WHERE office = ?", (OFFICE,))}
        found = [code for code in codes.everything_newest(tx) if code.uscc in own and code.entry_count > 1]
        calm = [
            code for code in found if not any(codes.status(tx, code.status_index + n) for n in range(code.entry_count))
        ]
    return [code for code in calm if len(json.loads(code.record)["premises"]) == 1]


def received(site: Site) -> list[dict[str, Any]]:
    """What the register took in: each content with its state and flags, and how many photographs of it arrived."""
    with site.services.database.read() as tx:
        rows = tx.all("SELECT * FROM inspections ORDER BY inspection_key")
        shots = tx.all("SELECT * FROM inspection_photos")
    arrived = [row["inspection_key"] for row in shots if row["kept_sha256"]]
    return [
        {**json.loads(row["content"]), "state": row["state"], "flags": row["flags"], "arrived": arrived.count(row[0])}
        for row in rows
    ]


def picture_with_place(size: tuple[int, int] = (2400, 1800)) -> bytes:
    """A JPEG as a phone's camera writes it: larger than needed, with its place and its maker in it."""
    image = Image.effect_noise(size, 40).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "Sample Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 28.0, 12.0), 3: "E", 4: (106.0, 22.0, 30.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=80)
    assert b"Sample Maker" in out.getvalue()
    return out.getvalue()


@dataclass
class Phone:
    """One device. ``csp`` off lets a test run scripts of its own; the pages are driven with it on.

    ``remembers``: the browser keeps pages that were left in its memory for the way back, as people's browsers do.
    """

    browser: Browser
    folder: Path
    site: Site
    csp: bool = True
    remembers: bool = False
    errors: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start the browser."""
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=list(FLAGS),
            ignore_default_args=["--disable-back-forward-cache"] if self.remembers else None,
            viewport=PHONE,
            bypass_csp=not self.csp,
        )
        self.page: Page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._noted)

    def _noted(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def close(self) -> None:
        """End the browser; what it keeps stays in its folder."""
        if self.context:
            self.context.close()
            self.context = None

    @contextmanager
    def reopened(self) -> Iterator[None]:
        """Closed for the length of the block."""
        self.close()
        yield
        self.open()

    def sign_in(self, username: str = "walker", onward: str = "") -> None:
        """Sign in."""
        sign_in(self.page, self.site.origin, username, onward)

    def take_pack(self) -> None:
        """Take a pack along, and have both pages installed."""
        self.page.goto(f"{self.site.origin}/inspect/")
        expect(self.page.locator("#take")).to_be_enabled()
        self.page.click("#take")
        expect(self.page.locator("#take")).to_be_enabled()
        expect(self.page.locator("#leave-behind")).to_be_visible()
        opened(self.page, self.site)

    def list(self, lang: str = "") -> Page:
        """The list of inspections, read to its end."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.origin}{PAGE}" + (f"?lang={lang}" if lang else ""))
        expect(self.page.locator("body[data-ready]")).to_be_attached()
        return self.page

    def scan(self, text: str) -> None:
        """Check what a symbol says on the verify page, and go on to an inspection of it."""
        self.page.goto(f"{self.site.origin}/verify")
        self.page.wait_for_function("() => !document.getElementById('app').hidden")
        self.page.fill("#text", text)
        self.page.click("#typed button")
        self.page.click('#outcome a[href*="/verify/inspections#begin/"]')
        expect(self.page.locator("#view .places button").first).to_be_visible()

    def begin(self, code: StoredCode) -> None:
        """Begin an inspection from a scan, with the second officer named."""
        self.scan(self.site.link(code))
        self.page.click("#view .places button >> nth=0")
        expect(self.page.locator(".visit-steps")).to_be_visible()
        self.page.locator("#view select").select_option("second")

    def step(self, number: int) -> None:
        """Go to a step by its number."""
        self.page.locator(".visit-steps a").nth(number - 1).click()
        here = self.page.locator(".visit-steps a").nth(number - 1)
        expect(here).to_have_attribute("aria-current", "step")

    def questions(self) -> Locator:
        """The items of the checklist."""
        return self.page.locator(".question")

    def answer(self, number: int, answer: str, finding: str = "") -> None:
        """Answer one item, counted from 0."""
        item = self.questions().nth(number)
        item.locator(f'input[value="{answer}"]').check()
        if finding:
            item.locator("textarea").fill(finding)

    def answer_all(self, failed: dict[int, str] | None = None) -> None:
        """Go through the checklist: yes to all but ``failed`` (number → finding)."""
        self.step(2)
        for number in range(self.questions().count()):
            finding = (failed or {}).get(number)
            self.answer(number, "no" if finding else "yes", finding or "")

    def photograph(self, number: int, content: bytes, name: str = "photo.jpg") -> None:
        """Take a photograph to an item."""
        item = self.questions().nth(number)
        before = item.locator(".shots img").count()
        item.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
        expect(item.locator(".shots img")).to_have_count(before + 1)

    def conclude(self, outcome: str = "passed", by: str = "") -> None:
        """Choose the outcome."""
        self.step(4)
        self.page.locator(f'input[value="{outcome}"]').check()
        if by:
            self.page.fill('input[type="date"]', by)

    def sign(self) -> None:
        """Sign with the mouse."""
        self.step(5)
        self.page.locator('input[value="drawn"]').check()
        field = self.page.locator("canvas")
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 30, box["y"] + 40)
        self.page.mouse.down()
        for n in range(8):
            self.page.mouse.move(box["x"] + 40 + 25 * n, box["y"] + (30 if n % 2 else 70))
        self.page.mouse.up()

    def pass_and_sign(self) -> None:
        """Find nothing wrong, and have the business sign: all that comes before the last step."""
        self.answer_all()
        self.conclude()
        self.sign()

    def kept(self) -> None:
        """Wait until the page says that everything is kept."""
        expect(self.page.locator("#kept")).to_have_text("已保存在本机")

    def finish(self) -> None:
        """Review and finish."""
        self.step(6)
        button = self.page.get_by_role("button", name="完成检查")
        expect(button).to_be_enabled()
        button.click()
        expect(self.waiting().or_(self.delivered().first).first).to_be_visible()

    def waiting(self) -> Locator:
        """The heading over what waits to be sent."""
        return self.page.locator("h2", has_text="待发送")

    def delivered(self) -> Locator:
        """The entries of what was delivered."""
        return self.page.locator("section", has=self.page.locator("h2", has_text="已送达")).locator("li.card")


def phone_in(
    browser: Browser, folder: Path, site: Site, *, csp: bool = True, remembers: bool = False
) -> Iterator[Phone]:
    """A phone with a pack; no error of a script and no breach of the policy goes unnoticed."""
    phone = Phone(browser, folder, site, csp, remembers)
    phone.sign_in()
    phone.take_pack()
    yield phone
    phone.close()
    assert phone.errors == []
