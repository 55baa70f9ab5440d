"""Takes the pictures of the README from the running program: a fresh demonstration, the real server, the real browser.

Run by ``make screenshots``. Nothing is drawn or edited by hand.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.chromium import CHROMIUM, FLAGS
from bench.load import free_port, wait_until_up
from tools import screenshots_lives

IMAGES = Path(__file__).parents[1] / "docs" / "images"
BIN = Path(sys.executable).parent
DETAILS = {
    "name": "重庆演示云栖客栈有限公司",
    "entity_type": "有限责任公司（自然人独资）",
    "principal": "示例人",
    "registered_capital": "壹拾万元整",
    "established_on": "2026-11-23",
    "domicile": "重庆市九龙坡区白市驿镇演示路118号",
    "business_scope": "许可项目：住宿服务。一般项目：停车场服务。",
}
# Of the signature, in parts of the field.
STROKES = (((0.2, 0.3), (0.5, 0.25), (0.8, 0.3)), ((0.5, 0.25), (0.45, 0.6), (0.2, 0.8)), ((0.5, 0.5), (0.8, 0.8)))


def _issue(page: Page, origin: str, password: str) -> str:
    """Issue a pair as the clerk, a picture a step; returns the address in the code."""
    page.goto(f"{origin}/sign-in")
    page.fill("#username", "clerk-baishiyi")
    page.fill("#password", password)
    page.click("main form button")
    page.wait_for_url("**/desk/")
    page.click(".start-actions form button")
    page.check("input[name=trade][value=hotel]")
    page.click("button[value=show]")
    page.check("input[name=kinds][value=hotel]")
    page.check("input[name=answer_serves_food][value=no]")
    page.check("input[name=answer_has_pool][value=no]")
    page.click("button[value=show]")
    _shoot(page, "clerk-1-needs")
    page.locator("main button[value=continue]").last.click()
    page.check("input[name=entity_form][value=company]")
    for name, text in DETAILS.items():
        page.fill(f"#{name}", text)
    page.check("#same_address")
    _shoot(page, "clerk-2-details")
    page.locator("main button[value=continue]").last.click()
    page.check("input[name=mode][value=commitment]")
    page.fill("#signer", DETAILS["principal"])
    _sign(page)
    page.locator("main button[value=continue]").last.click()
    page.wait_for_url("**/review")
    page.click(".issue button")
    page.wait_for_url("**/result")
    _shoot(page, "clerk-3-result")
    address = page.locator("figcaption a").get_attribute("href")
    if address is None:
        raise LookupError("the result page shows no address")
    pdf = page.request.get(origin + str(page.locator('a[href*="a5"]').first.get_attribute("href"))).body()
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=110 / 72).to_pil().convert("P", colors=64).save(IMAGES / "card.png", optimize=True)
    return address


def _sign(page: Page) -> None:
    """Draw something in the signature field."""
    field = page.locator("[data-pad] canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    if box is None:
        raise LookupError("the commitment has no signature field")
    for stroke in STROKES:
        for x, y in stroke:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            page.mouse.down()
        page.mouse.up()


def _shoot(page: Page, name: str, *, whole: bool = True) -> None:
    taken = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
    taken.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def _scan(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, device_scale_factor=2, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(address)
    _shoot(page, name, whole=False)
    context.close()


def main() -> None:
    """Make an installation, serve it, walk the journeys."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        environ = os.environ | {
            "LICENCE_QR_HOME": f"{folder}/var",
            "LICENCE_QR_KEYS": f"{folder}/keys",
            "LICENCE_QR_PORT": str(port),
            "LICENCE_QR_ADDRESS": origin,
        }
        subprocess.run([BIN / "licence-qr", "init", "--demonstration"], env=environ, check=True)  # noqa: S603
        accounts = Path(folder, "var", "demonstration-accounts.txt").read_text(encoding="utf-8")
        passwords = dict(re.findall(r"^([a-z0-9-]+) (\S+)$", accounts, re.MULTILINE))
        addresses = Path(folder, "var", "demonstration", "codes", "index.txt").read_text(encoding="utf-8")
        server = subprocess.Popen([BIN / "licence-qr", "serve"], env=environ)  # noqa: S603
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            wait_until_up(port, server)
            address = _issue(
                browser.new_page(viewport={"width": 1000, "height": 800}), origin, passwords["clerk-baishiyi"]
            )
            _scan(browser, address, "citizen-incomplete")
            _scan(browser, _address_of(addresses, "in-force"), "citizen-genuine")
            for name in ("suspended", "older-print-v1"):
                _scan(browser, _address_of(addresses, name), f"citizen-{name}")
            named = {name: _address_of(addresses, name) for name in ("in-force", "reinstated")}
            screenshots_lives.take(browser, origin, passwords, named, _shoot)
            _scan(browser, f"{origin}/c/{int(address.rpartition('/')[2]) + 2}", "citizen-forged")
        finally:
            browser.close()
            server.terminate()
            server.wait()


def _address_of(index: str, name: str) -> str:
    found = re.search(rf"^\S*{name}\S*\.png.*\n\s+(\S+)", index, re.MULTILINE)
    if found is None:
        raise LookupError(f"the demonstration has no picture named {name}")
    return found[1]


if __name__ == "__main__":
    main()
