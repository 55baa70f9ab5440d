"""An inspector's phone for tests: one with everything installed that is put back, or one that is closed and opened."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from desk_pages import PASSWORD
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from screens import PHONE, sign_in
from verify_site import PATIENCE, Device, Site, opened

from bench.chromium import CHROMIUM, FLAGS, unwanted
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.roles import Role
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode
from licence_qr.web.shell.security import SESSION_COOKIES

STARTED = datetime.now(UTC)  # keys are made today and the server asks the real clock
OFFICE = "baishiyi"
PAGE = "/verify/inspections"
BEGINNING = re.compile("开始检查|Start an inspection")


def filled_installation(folder: Path, make_services) -> Path:
    """A demonstration installation made today in ``folder``, with two inspectors and a clerk whose password is known."""
    services = make_services(folder, at=STARTED)
    services.demonstration_register.fill(STARTED, lambda done, total: None)
    for username, role in (("walker", Role.INSPECTOR), ("second", Role.INSPECTOR), ("counter", Role.CLERK)):
        services.accounts.create(username, f"{username}（示例）", OFFICE, frozenset({role}), PASSWORD, STARTED)
    services.status_publishing.publish(STARTED)
    services.database.close()
    return folder


def installed(context: BrowserContext, site: Site) -> None:
    """One visit of the verify page with a network."""
    opened(context.new_page(), site)


def with_pack(context: BrowserContext, site: Site) -> None:
    """That, and an inspector signed in who has taken a pack along."""
    phone = Phone(site, context)
    phone.signed_in()
    phone.take_pack()


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
    arrived = [row["inspection_key"] for row in shots if row["file"]]
    return [
        {**json.loads(row["content"]), "state": row["state"], "flags": row["flags"], "arrived": arrived.count(row[0])}
        for row in rows
    ]


def confirmed(site: Site) -> None:
    """Let the second officer confirm what waits, on the own device."""
    services, now = site.services, datetime.now(UTC)
    second = services.accounts.user("second")
    assert second is not None
    for each in services.second_officers.waiting(second):
        stored = each.line.inspection
        given = AnswerRequest(
            stored.content_sha256, OfficersAnswer.CONFIRMED, proof=Proof(PASSWORD), client="192.0.2.7"
        )
        services.second_officers.answer(second, stored.key, given, now)


@cache
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


# The boxes of a checklist, each pressed as a finger would press it, but all at once: fingers are `Phone.answer`.
ALL_ANSWERED = """(failed) => document.querySelectorAll(".question").forEach((question, number) => {
  question.querySelector(`input[value=${failed.includes(number) ? "no" : "yes"}]`).click();
})"""


class Phone:
    """One device, by a page of its own."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site, self.context, self.errors = site, context, list[str]()
        self.show(context.new_page())

    def show(self, page: Page) -> None:
        """Look at this page from now on."""
        self.page = page
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._noted)

    def _noted(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def sign_in(self, username: str = "walker", onward: str = "") -> None:
        """Sign in on the page."""
        sign_in(self.page, self.site.origin, username, onward)

    def signed_in(self, username: str = "walker") -> None:
        """Be signed in, where it is not about how: with the cookie of an installation with TLS, for twelve hours."""
        now = datetime.now(UTC)
        token = self.site.services.sign_in.sign_in(username, PASSWORD, "127.0.0.1", now)
        host = urlsplit(self.site.origin)._replace(scheme="https").geturl()
        kept = {"expires": (now + timedelta(hours=12)).timestamp(), "secure": True, "httpOnly": True, "sameSite": "Lax"}
        self.context.add_cookies([{"name": SESSION_COOKIES[1], "value": token, "url": host, **kept}])

    def take_pack(self) -> None:
        """Take a pack along, up to the word that all is ready; no other page is opened."""
        self.page.goto(f"{self.site.origin}/inspect/")
        expect(self.page.locator("#take")).to_be_enabled()
        self.page.click("#take")
        expect(self.page.locator("#take")).to_be_enabled()
        expect(self.page.locator("#ready")).to_contain_text("已备好")

    def list(self, lang: str = "") -> Page:
        """The list of inspections, read to its end."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.origin}{PAGE}" + (f"?lang={lang}" if lang else ""))
        expect(self.page.locator("body[data-ready]")).to_be_attached()
        return self.page

    def scan(self, text: str) -> None:
        """Check what a symbol says on the verify page, and go on to an inspection of it."""
        self.page.goto(f"{self.site.origin}/verify")
        expect(self.page.locator("#app")).to_be_visible(timeout=PATIENCE)
        self.page.fill("#text", text)
        self.page.click("#typed button")
        self.page.click('#outcome a[href*="/verify/inspections#begin/"]')
        expect(self.page.locator("#view .places button").first).to_be_visible()

    def begin(self, code: StoredCode) -> None:
        """Begin an inspection where ``scan`` leads to."""
        self.page.goto(f"{self.site.origin}{PAGE}#begin/{code.code_id.number}/{code.version}")
        self.choose_place()

    def choose_place(self) -> None:
        """Begin at the first place of the business, with the second officer named."""
        # The list, which is there until this view is drawn, has buttons to begin elsewhere.
        expect(self.page.locator("#title")).to_contain_text(BEGINNING)
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
        expect(self.questions().first).to_be_visible()
        self.page.evaluate(ALL_ANSWERED, list(failed or {}))
        for number, finding in (failed or {}).items():
            self.questions().nth(number).locator("textarea").fill(finding)

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

    def finish_offline(self) -> None:
        """Review and finish where no server answers, up to the word that it stays: a server that comes back before that
        word would still be sent it."""
        self.finish()
        expect(self.page.locator("#sending")).to_contain_text("没有网络")

    def throw_away(self) -> None:
        """Give up the visit that is open, as the page asks one to say twice."""
        self.step(6)
        self.page.click("details.danger summary")
        self.page.get_by_role("button", name="确定放弃").click()
        expect(self.page.locator(".visit-steps")).to_have_count(0)

    def waiting(self) -> Locator:
        """The heading over what waits to be sent."""
        return self.page.locator("h2", has_text="待发送")

    def delivered(self) -> Locator:
        """The entries of what was delivered."""
        return self.page.locator("section", has=self.page.locator("h2", has_text="已送达")).locator("li.card")


@dataclass
class PhoneOfItsOwn(Phone):
    """A phone in a process of its own, whose browser can be closed and opened again: what it keeps lies in ``folder``.

    ``remembers``: the browser keeps pages that were left in its memory for the way back, as people's browsers do.
    """

    browser: Browser
    folder: Path
    site: Site
    remembers: bool = False
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start the browser."""
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=list(FLAGS),
            ignore_default_args=[*unwanted(), *(["--disable-back-forward-cache"] if self.remembers else [])],
            viewport=PHONE,
        )
        self.context.set_default_timeout(PATIENCE)
        self.show(self.context.pages[0])

    def close(self) -> None:
        """End the browser; what it keeps stays in its folder."""
        self.context.close()

    def reopen(self) -> None:
        """Close the browser, and open it again."""
        self.close()
        self.open()


@contextmanager
def flawless(phone: Phone) -> Iterator[Phone]:
    """The phone; no error of a script and no breach of the policy goes unnoticed."""
    yield phone
    assert phone.errors == []


def phone_of(device: Device, site: Site) -> Iterator[Phone]:
    """The phone that has everything, as after taking a pack."""
    with flawless(Phone(site, device.put_back("with a pack", lambda context: with_pack(context, site)))) as phone:
        yield phone
    device.leave()


def phone_in(browser: Browser, folder: Path, site: Site, *, remembers: bool = False) -> Iterator[PhoneOfItsOwn]:
    """A phone with a pack that can be closed and opened."""
    phone = PhoneOfItsOwn(browser, folder, site, remembers)
    phone.signed_in()
    phone.take_pack()
    with flawless(phone):
        yield phone
    phone.close()
