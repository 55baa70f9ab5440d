"""An older list undoes nothing on a device: neither from the network, nor put back where the device keeps it, nor by a page
of the same browser that slept meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from playwright.sync_api import Page, expect
from verify_site import Site, settled, typed

from licence_qr.key_services import build_ceremony

# One row of what the verify page keeps: read, written, or its bytes spoilt.
ROWS = """async ([name, act, put]) => {
  const opening = indexedDB.open("licence-qr-verify", 1);
  await new Promise((resolve) => { opening.onsuccess = resolve; });
  const store = opening.result.transaction("kept", "readwrite").objectStore("kept");
  const asked = store.get(name);
  await new Promise((resolve) => { asked.onsuccess = resolve; });
  const before = asked.result;
  if (act === "keep") window.before = before;
  const row = act === "put back" ? window.before : { ...before, bytes: new Uint8Array([1]) };
  if (act !== "keep") await new Promise((resolve) => { store.put(row, name).onsuccess = resolve; });
  opening.result.close();
}"""

# What "clear the data of this site" does while a page is open: it must not be held up, and the page opens anew.
CLEARED = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase("licence-qr-verify");
  asked.onsuccess = () => resolve();
  asked.onblocked = () => reject(new Error("a page holds it"));
})"""
EDITIONS = """async () => {
  const opening = indexedDB.open("licence-qr-verify", 1);
  await new Promise((resolve) => { opening.onsuccess = resolve; });
  const asked = opening.result.transaction("kept").objectStore("kept").get("newest");
  await new Promise((resolve) => { asked.onsuccess = resolve; });
  opening.result.close();
  return Object.keys(asked.result).length;
}"""

# Lists are kept by name and edition, the last two while the browser has no room left: what is known as the newest then.
NO_ROOM = """async (kept) => {
  const page = document.querySelector("script[type=module]").src;
  const { keepNewest, newest } = await import(page.replace("verify/page.js", "lists/store.js"));
  const { put } = IDBObjectStore.prototype;
  const came = [];
  for (const [n, [name, edition]] of kept.entries()) {
    if (n === kept.length - 2) {
      IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
    }
    came.push(await keepNewest(name, {}, edition));
  }
  const { here, there } = await newest();
  IDBObjectStore.prototype.put = put;
  return [came, here, there];
}"""


def update(page: Page) -> None:
    page.get_by_role("button", name="立即更新").click()
    settled(page)


def compromise(site: Site) -> None:
    """The key of all codes is compromised before the newest was registered."""
    ceremony, now = build_ceremony(site.services.settings), datetime.now(UTC)
    key = ceremony.find(site.services.keys.signing_key(now).kid.hex())
    assert ceremony.compromise(key, site.newest(permits=1).issued_at - timedelta(seconds=1), now)
    ceremony.database.close()


def compromised(page: Page, site: Site) -> bytes:
    """The trust list from before the key was compromised; ``page`` has the one of after."""
    older = page.context.request.get(f"{site.origin}/trust-list").body()
    page.evaluate(ROWS, ["trust", "keep", None])
    compromise(site)
    update(page)
    return older


def refused(page: Page, site: Site) -> str:
    """The code of the refusal that the page shows for a code of the compromised key; empty for none."""
    typed(page, site.link(site.newest(permits=1)))
    number = page.locator("#outcome .number")
    return number.inner_text() if number.count() else ""


def test_from_the_network_it_is_refused_also_where_the_newer_one_was_spoilt(page: Page, site: Site) -> None:
    older = compromised(page, site)

    def replayed(app: Flask) -> None:
        app.view_functions["lists.trust_list"] = lambda: older

    site.restart(replayed)
    update(page)
    expect(page.locator("#refreshed")).to_contain_text("本机的名单比取得的更新")
    assert refused(page, site) == "key_compromised"
    page.evaluate(ROWS, ["trust", "spoil", None])
    page.reload()
    settled(page)
    typed(page, site.link(site.newest(permits=1)))
    expect(page.locator("#outcome h2.headline")).to_contain_text("本机还不能核验")


def test_put_back_on_the_device_it_is_refused(first_page: Page, site: Site) -> None:
    page = first_page
    compromised(page, site)
    page.evaluate(ROWS, ["trust", "put back", None])
    site.stop()
    page.reload()
    settled(page)
    typed(page, site.link(site.newest(permits=1)))
    expect(page.locator("#outcome")).to_contain_text("trust_list_older")


def test_a_page_that_slept_meanwhile_takes_what_another_page_has_kept(page: Page, site: Site) -> None:
    older = page.context.request.get(f"{site.origin}/trust-list").body()
    other = page.context.new_page()
    other.goto(f"{site.origin}/verify")
    settled(other)
    compromise(site)
    update(other)

    def replayed(app: Flask) -> None:
        app.view_functions["lists.trust_list"] = lambda: older

    site.restart(replayed)
    update(page)  # which has the older one, and is given it by the network
    assert refused(page, site) == "key_compromised"
    other.close()


def test_a_page_whose_connection_the_browser_has_closed_keeps_its_lists_again(page: Page) -> None:
    kept = page.evaluate(EDITIONS)
    page.evaluate(CLEARED)
    update(page)
    assert page.evaluate(EDITIONS) == kept > 0


def test_where_no_more_can_be_kept_the_editions_of_all_lists_are_still_known(page: Page) -> None:
    kept = [("here", 5), ("there", 7), ("here", 6), ("there", 6)]
    assert page.evaluate(NO_ROOM, kept) == [[True, True, True, False], 6, 7]
