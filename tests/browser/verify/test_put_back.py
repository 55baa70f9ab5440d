"""What the browser tests share is handed to each as it was made: the installation, and the phone that has the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from inspection_phone import Phone, ours, with_pack
from page_clock import set_clock
from playwright.sync_api import Browser, BrowserContext, expect
from verify_site import Device, Site, files_of

from licence_qr.key_services import build_ceremony

SUSPENDED = 2
HELD = """async () => {
  const held = {};
  for (const { name } of (await indexedDB.databases()).filter(({ name }) => name.startsWith("licence-qr"))) {
    const opening = indexedDB.open(name);
    await new Promise((resolve) => { opening.onsuccess = resolve; });
    const [store] = opening.result.objectStoreNames;
    const asked = opening.result.transaction(store).objectStore(store).getAllKeys();
    await new Promise((resolve) => { asked.onsuccess = resolve; });
    held[name] = asked.result;
    opening.result.close();
  }
  return [held, (await caches.keys()).filter((name) => !name.startsWith("verify-"))];
}"""


def test_a_site_that_is_reset_is_what_it_was_however_it_was_changed(site: Site, device: BrowserContext) -> None:
    before, origin, services = files_of(site.folder), site.origin, site.services
    code = site.newest(permits=1)
    site.set_status(code.status_index + 1, SUSPENDED)
    key = site.services.keys.signing_key(datetime.now(UTC)).kid.hex()
    ceremony = build_ceremony(site.services.settings)
    assert ceremony.compromise(ceremony.find(key), code.issued_at, datetime.now(UTC))
    ceremony.database.close()
    photos = site.folder / "var" / "photos"
    photos.mkdir(exist_ok=True)
    (photos / "left.jpg").write_bytes(b"left")
    site.restart(lambda app: app.jinja_env.globals.update(demonstration=False))
    assert files_of(site.folder) != before
    site.reset()
    assert files_of(site.folder) == before and site.origin == origin
    assert site.services is not services and site.newest(permits=1) == code
    site.stop()
    site.reset()
    assert device.request.get(f"{origin}/status-list").ok


def test_a_phone_that_is_put_back_keeps_nothing_of_a_test(chromium: Browser, site: Site) -> None:
    device = Device(chromium, site)

    def put_back() -> Phone:
        return Phone(site, device.put_back("with a pack", lambda context: with_pack(context, site)))

    def held(phone: Phone) -> list[Any]:
        phone.page.goto(f"{site.origin}/vocabulary.json")
        return [phone.page.evaluate(HELD), sorted(map(str, device.context.cookies())), len(device.context.pages)]

    before = held(put_back())
    site.reset()
    phone = put_back()
    assert held(phone) == before
    phone.page.goto("about:blank")
    phone.begin(ours(site)[0])
    phone.kept()
    set_clock(phone.page, datetime.now(UTC) + timedelta(days=3))
    phone.list("en")
    phone.context.clear_cookies()
    other = phone.context.new_page()
    other.goto(f"{site.origin}/?lang=en")
    phone.context.route("**/*", lambda route: route.abort())
    phone.context.set_offline(True)
    site.reset()
    phone = put_back()
    assert held(phone) == before
    assert phone.page.evaluate("() => navigator.onLine && !window.RealDate")
    expect(phone.list().locator("h2", has_text="未完成")).to_have_count(0)
    device.context.close()
