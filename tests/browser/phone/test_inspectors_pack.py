"""The inspector's pack in a real browser: taken with a network, used without one, over in time, and wiped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from accessible import violations
from inspection_phone import Phone, ours
from page_clock import set_clock
from playwright.sync_api import Page, Route, expect
from screens import PHONE, WIDTHS, sign_in, width_of
from verify_site import HURRY, SESSION, Site, opened, settled, typed

from licence_qr.store.register.codes import StoredCode

ROWS = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("licence-qr-pack", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("rows").objectStore("rows").getAllKeys();
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
  };
})"""


TIMES = """() => new Promise((resolve) => { const opening = indexedDB.open("licence-qr-pack", 1);
  opening.onsuccess = () => { const asked = opening.result.transaction("rows").objectStore("rows").get("pack");
    asked.onsuccess = () => { opening.result.close(); resolve([asked.result.madeAt, asked.result.until]); }; }; })"""


class Taken(NamedTuple):
    """The instants of a pack. Tests count from them, however long ago it was taken."""

    made: datetime
    until: datetime


@pytest.fixture
def inspector(fresh_inspector: Phone) -> Phone:
    """An inspector's phone with a pack: the one of this file, for what needs no network and for what does."""
    return fresh_inspector


@pytest.fixture
def page(inspector: Phone, site: Site) -> Page:
    """The verify page there, which was not opened before; no error of a script goes unnoticed."""
    return opened(inspector.page, site)


@pytest.fixture
def taken(page: Page) -> Taken:
    """When the pack of ``page`` was made by the clock of the server, and until when it says it may be used."""
    return taken_on(page)


def taken_on(page: Page) -> Taken:
    """The same of any page."""
    return Taken(*(datetime.fromtimestamp(each / 1000, UTC) for each in page.evaluate(TIMES)))


def address_of(code: StoredCode) -> str:
    """The address of the first premises of a code's business."""
    address: str = json.loads(code.record)["premises"][0]["address"]
    return address


def stand_at(page: Page, code: StoredCode) -> None:
    """Say on the page that one is at the premises of this business."""
    if page.locator("#leave").is_visible():
        page.click("#leave")
    page.fill("#place", code.uscc)
    page.click("#place-form > button")
    page.click("#places button >> nth=0")
    expect(page.locator("#here-said")).to_contain_text(address_of(code))


def headlines(page: Page) -> list[str]:
    """The headlines of what is shown, warnings first."""
    return page.locator("#outcome .headline").all_inner_texts()


def test_without_a_network_the_address_and_the_last_inspection_are_shown(page: Page, site: Site) -> None:
    code = ours(site)[0]
    with site.away():
        page.reload()
        settled(page)
        typed(page, site.link(code))
        expect(page.locator(".registered")).to_contain_text(address_of(code))
        expect(page.locator(".registered")).to_contain_text("最近检查")
        assert len(headlines(page)) == 1


def test_a_code_of_another_business_is_warned_of_in_words_and_colour_above_the_verdict(page: Page, site: Site) -> None:
    here, other = ours(site)[:2]
    with site.away():
        stand_at(page, here)
        typed(page, site.link(other))
        assert headlines(page)[0].startswith("不是这里的亮证牌")
        assert headlines(page)[1].startswith("核验通过")
        expect(page.locator("#outcome .verdict").first).to_have_class("verdict bad")
        expect(page.locator("#outcome .headline").first).to_be_focused()
        typed(page, site.link(here))
        expect(page.locator("#outcome .headline")).to_have_count(1)


def test_the_same_code_at_another_place_is_warned_of_within_the_hour_and_not_after_it(
    page: Page, site: Site, taken: Taken
) -> None:
    here, there = ours(site)[:2]
    set_clock(page, taken.made + timedelta(minutes=1))
    stand_at(page, there)
    typed(page, site.link(here))
    set_clock(page, taken.made + timedelta(minutes=50))
    page.click("#refresh")  # judges the code anew, which is no second scan
    settled(page)
    stand_at(page, here)
    expect(page.locator("#outcome")).to_be_hidden()
    set_clock(page, taken.made + timedelta(minutes=60))
    typed(page, site.link(here))
    assert [text.split()[0] for text in headlines(page)][0] == "同一个码刚在别处出现过"
    expect(page.locator("#outcome .verdict").first).to_contain_text(address_of(there))
    expect(page.locator("#outcome .verdict").first).to_contain_text("59 分钟前")
    set_clock(page, taken.made + timedelta(minutes=61))
    typed(page, site.link(here))
    expect(page.locator("#outcome .headline")).to_have_count(1)


def test_where_she_is_outlives_a_reload_and_nothing_of_it_is_readable_at_rest(page: Page, site: Site) -> None:
    code = ours(site)[0]
    stand_at(page, code)
    page.reload()
    expect(page.locator("#here-said")).to_contain_text(address_of(code))
    kinds = page.evaluate(
        """() => new Promise((resolve) => { const opening = indexedDB.open("licence-qr-pack", 1);
             opening.onsuccess = () => { const asked = opening.result.transaction("rows").objectStore("rows").getAll();
               asked.onsuccess = async () => { opening.result.close(); const said = [];
                 for (const row of asked.result) {
                   if (row instanceof CryptoKey) said.push([row.extractable, row.usages]);
                   else said.push([Object.keys(row).sort(), new TextDecoder().decode(row.box).includes("premises")]);
                 } resolve(said); }; }; })"""
    )
    sealed = [["box", "iv", "madeAt", "until"], False]
    assert kinds == [[False, ["deriveKey"]], sealed, sealed]


def test_a_pack_past_its_twelve_hours_is_refused_in_words_and_deleted(page: Page, site: Site) -> None:
    taken = taken_on(page)
    assert taken.until - taken.made == timedelta(hours=12)
    code = ours(site)[0]
    with site.away():
        set_clock(page, taken.until - timedelta(minutes=10))
        page.reload()
        expect(page.locator("#pack-said")).to_contain_text("失效")
        set_clock(page, taken.until)
        typed(page, site.link(code))
        expect(page.locator("#pack-said")).to_contain_text("随身包已过期，内容已删除")
        expect(page.locator("#place-form")).to_be_hidden()
        assert page.locator(".registered").count() == 0
        assert "pack" not in page.evaluate(ROWS)
        page.reload()
        expect(page.locator("#pack-said")).to_contain_text("随身包已过期")


def test_a_clock_set_back_does_not_prolong_it(page: Page, taken: Taken) -> None:
    set_clock(page, taken.made - timedelta(hours=1))
    page.reload()
    expect(page.locator("#pack-said")).to_contain_text("时钟被拨回")


def test_signing_out_wipes_it_and_the_verify_page_goes_on_without(page: Page, site: Site) -> None:
    code = ours(site)[0]
    page.goto(f"{site.origin}/inspect/")
    page.click("footer button")
    page.wait_for_url("**/inspect/signed-out")
    expect(page.locator("#wiped")).to_have_text("随身包已从这台设备删除。")
    assert page.evaluate(ROWS) == []
    with site.away():
        page.goto(f"{site.origin}/verify")
        settled(page)
        typed(page, site.link(code))
        expect(page.locator("#pack")).to_be_hidden()
        assert headlines(page)[0].startswith("核验通过")


def test_signing_out_where_no_script_runs_still_ends_it(inspector: Phone, site: Site) -> None:
    page = inspector.page
    inspector.context.route("**/signed_out.js", lambda route: route.abort())
    page.goto(f"{site.origin}/inspect/")
    page.click("footer button")
    page.wait_for_url("**/inspect/signed-out")
    assert "pack" in page.evaluate(ROWS)
    page.goto(f"{site.origin}/verify")
    settled(page)
    expect(page.locator("#pack")).to_be_hidden()
    assert page.evaluate(ROWS) == []


def test_somebody_else_who_signs_in_does_not_find_it(inspector: Phone, site: Site) -> None:
    page = inspector.page
    inspector.context.clear_cookies(name=SESSION)
    sign_in(page, site.origin, "second")
    page.goto(f"{site.origin}/inspect/")
    expect(page.locator("#pack-state")).to_have_text("没有随身包。")
    assert page.evaluate(ROWS) == []


UNHEARD = "没有网络，没有取得新的"
NOT_TAKEN: list[tuple[str, Callable[[Route], None], str]] = [
    ("unreadable", lambda route: route.fulfill(body=b"no pack at all"), "取得的内容读不了"),
    ("unavailable", lambda route: route.fulfill(status=503), "服务器没有给出（503）"),
    ("no network", lambda route: route.abort(), UNHEARD),
    ("no answer", lambda route: None, UNHEARD),
    ("older than the one that is held", lambda route: older(route), "取得的随身包比本机的旧"),
]


def older(route: Route) -> None:
    """A pack of a day before the one that is held."""
    pack = json.loads(gzip.decompress(route.fetch().body()))
    pack["as_of"] = "2026-01-01T00:00:00Z"
    route.fulfill(body=gzip.compress(json.dumps(pack).encode()))


def test_a_pack_that_is_not_taken_says_why_and_leaves_the_one_that_is_held(inspector: Phone, site: Site) -> None:
    page = inspector.page
    page.goto(f"{site.origin}/inspect/")
    expect(page.locator("#leave-behind")).to_be_visible()
    held = page.locator("#pack-state").inner_text()
    assert "失效" in held
    for name, answer, said in NOT_TAKEN:
        page.evaluate(HURRY)
        page.route("**/inspect/pack", answer)
        page.click("#take")
        expect(page.locator("#pack-state"), name).to_contain_text(said)
        expect(page.locator("#pack-state"), name).to_contain_text("失效")  # what is held, beside why nothing came to it
        expect(page.locator("#take"), name).to_be_enabled()
        page.unroute("**/inspect/pack")
        page.reload()
        expect(page.locator("#pack-state"), name).to_have_text(held)
    # A browser that refuses the key is told what to allow.
    page.evaluate("() => { Object.defineProperty(document, 'cookie', { get: () => '' }); }")
    page.click("#take")
    expect(page.locator("#pack-state")).to_contain_text("请允许本站使用 cookie")


def test_a_damaged_pack_does_not_keep_a_code_from_being_verified(page: Page, site: Site) -> None:
    page.evaluate(
        """() => new Promise((resolve) => { const opening = indexedDB.open("licence-qr-pack", 1);
             opening.onsuccess = () => { const store = opening.result.transaction("rows", "readwrite").objectStore("rows");
               const asked = store.get("pack"); asked.onsuccess = () => { const row = asked.result;
                 row.until += 3600000; store.put(row, "pack").onsuccess = () => {
                   opening.result.close(); resolve(); }; }; }; })"""
    )
    typed(page, site.link(ours(site)[0]))
    assert headlines(page)[0].startswith("核验通过")
    expect(page.locator("#pack-said")).to_contain_text("随身包打不开")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    inspector: Phone, site: Site, lang: str, pytestconfig: pytest.Config
) -> None:
    page = inspector.page
    contrast = lang == "zh" or pytestconfig.getoption("--campaign")  # the colours are the same in either language
    here, other = ours(site)[:2]
    page.goto(f"{site.origin}/inspect/?lang={lang}")
    expect(page.locator("#leave-behind")).to_be_visible()
    look(page, contrast)
    page.goto(f"{site.origin}/verify?lang={lang}")
    settled(page)
    page.fill("#place", "示例")
    page.click("#place-form > button")
    expect(page.locator("#places button")).not_to_have_count(0)
    look(page, contrast)
    stand_at(page, here)
    typed(page, site.link(other))
    look(page, contrast)


def look(page: Page, contrast: bool) -> None:
    """Hold what is shown to axe and to three widths."""
    assert not violations(page, contrast=contrast)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert width_of(page) <= width
    page.set_viewport_size(PHONE)
