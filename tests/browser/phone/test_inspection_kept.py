"""What becomes of a visit on the phone where things go wrong: no room, other windows, presses too many, a day gone by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inspection_phone import PAGE, Phone, PhoneOfItsOwn, ours, phone_in, picture_with_place, received
from page_clock import set_clock
from playwright.sync_api import Browser, Page, Route, expect
from verify_site import BUSY, Site

from licence_qr.store.register.codes import StoredCode

FULL = "设备空间不足，这一步没有保存"


@pytest.fixture
def phone(fresh_inspector: Phone) -> Phone:
    """An inspector's phone with a pack and both pages installed: the one of this file, put back for each test."""
    return fresh_inspector


def name_of(code: StoredCode) -> str:
    """The name of a code's business."""
    name: str = json.loads(code.record)["entity"]["name"]
    return name


def drafts(page: Page) -> list[str]:
    """The links to the visits that are not finished, on the list."""
    page.locator("#view section").first.wait_for()
    links = page.locator("section", has=page.locator("h2", has_text="未完成")).locator("li.card a")
    return [str(link.get_attribute("href")) for link in links.all()]


# --- a device that is full ---------------------------------------------------------------------------------------


@pytest.fixture
def closable(chromium: Browser, tmp_path: Path, site: Site) -> Iterator[PhoneOfItsOwn]:
    """An inspector's phone whose browser can be closed."""
    yield from phone_in(chromium, tmp_path / "phone", site)


def filled_up(phone: PhoneOfItsOwn) -> Callable[[], None]:
    """Open the browser anew on a device that is full: what is kept stays, nothing more finds room. Returns what ends it.

    Anew, because a browser that is open has some room in hand.
    """
    phone.reopen()
    devtools, origin = phone.context.new_cdp_session(phone.page), phone.site.origin
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})
    return lambda: devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})


def test_what_finds_no_room_is_never_called_kept_and_nothing_is_lost_by_leaving_the_visit(
    closable: PhoneOfItsOwn,
) -> None:
    """What is written stays in the page, and a photograph stays while the visit that is kept still names it."""
    phone = closable
    phone.begin(ours(phone.site)[0])
    phone.step(3)
    shot = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_with_place((400, 300))}
    phone.page.set_input_files('input[type="file"]', shot)
    expect(phone.page.locator(".shots img")).to_have_count(1)
    phone.kept()
    make_room = filled_up(phone)
    a_remark_is_not_kept(phone, make_room)
    make_room = filled_up(phone)
    page = phone.list()
    page.get_by_role("link", name="继续").click()
    phone.step(3)
    page.get_by_role("button", name="删除照片 1").click()
    expect(page.locator("#notices")).to_contain_text(FULL)
    page.on("dialog", lambda dialog: dialog.accept())  # the browser asks before it leaves what is not kept
    make_room()
    phone.list().get_by_role("link", name="继续").click()
    phone.step(3)
    expect(page.locator(".shots img")).to_have_count(1)


def a_remark_is_not_kept(phone: PhoneOfItsOwn, make_room: Callable[[], None]) -> None:
    """Write one while there is no room, and leave the visit; it is still there when there is room again."""
    page = phone.list()
    page.get_by_role("link", name="继续").click()
    phone.step(4)
    page.locator("#view textarea").fill("设备满时写的备注")
    expect(page.locator("#notices")).to_contain_text(FULL)
    expect(page.locator("#kept")).to_contain_text("还没有保存")
    phone.step(1)
    expect(page.locator("#kept")).to_contain_text("还没有保存")
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator("#notices")).to_contain_text(FULL)
    make_room()
    page.get_by_role("link", name="继续").click()
    phone.step(4)
    expect(page.locator("#view textarea")).to_have_value("设备满时写的备注")
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator("#notices")).to_be_empty()
    phone.list().get_by_role("link", name="继续").click()
    phone.step(4)
    expect(page.locator("#view textarea")).to_have_value("设备满时写的备注")


# --- windows and presses -----------------------------------------------------------------------------------------


def test_a_window_that_was_left_open_opens_nothing_after_signing_out(phone: Phone) -> None:
    phone.begin(ours(phone.site)[0])
    left_open = phone.list()
    other = phone.context.new_page()
    other.goto(f"{phone.site.origin}/inspect/")
    other.click("footer button")
    other.get_by_role("button", name="仍然退出").click()
    other.wait_for_url("**/inspect/signed-out")
    left_open.get_by_role("link", name="继续").click()
    expect(left_open.locator("#view")).to_contain_text("1 次未发送的检查已上锁")
    expect(left_open.locator(".visit-steps")).to_have_count(0)


def test_a_visit_is_shown_where_its_address_is_asked_for_thrice_in_a_row(phone: Phone) -> None:
    phone.begin(ours(phone.site)[0])
    page = phone.list()
    (draft,) = drafts(page)
    page.evaluate(
        "(hash) => { for (const tail of ['place', 'check', 'place']) location.hash = hash + tail; }", draft[:38]
    )
    expect(page.locator(".visit-steps a").first).to_have_attribute("aria-current", "step")
    expect(page.locator("#view")).not_to_contain_text("另一个窗口")


def test_two_places_pressed_at_once_begin_one_inspection(phone: Phone) -> None:
    page = phone.list()
    page.fill('input[type="search"]', "示例")
    page.click("form .button")
    expect(page.locator("form .places button").nth(1)).to_be_visible()
    page.evaluate("() => document.querySelectorAll('form .places button').forEach((button) => button.click())")
    expect(page.locator(".visit-steps")).to_be_visible()
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator("#title")).to_contain_text("检查")
    assert len(drafts(phone.list())) == 1


SLOW_PHOTOGRAPHS = """() => {
  const made = window.createImageBitmap;
  const gate = new Promise((resolve) => { window.develop = resolve; });
  window.createImageBitmap = (...file) => gate.then(() => made(...file));
}"""


def test_a_visit_is_not_left_before_its_photograph_is_kept(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.step(3)
    page.evaluate(SLOW_PHOTOGRAPHS)
    shot = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_with_place((400, 300))}
    page.set_input_files('input[type="file"]', shot)
    page.get_by_role("link", name="回到列表").click()
    page.evaluate(BUSY, "licence-qr-inspections")
    assert page.locator(".visit-steps").count() == 1
    page.evaluate("() => develop()")
    page.get_by_role("link", name="继续").click()
    phone.step(3)
    expect(page.locator(".shots img")).to_have_count(1)


def test_a_visit_whose_day_goes_by_on_its_last_step_is_not_finished(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.pass_and_sign()
    phone.step(6)
    expect(page.get_by_role("button", name="完成检查")).to_be_enabled()
    set_clock(page, datetime.now(UTC) + timedelta(hours=30))
    page.get_by_role("button", name="完成检查").click()
    expect(page.get_by_role("button", name="从现在重新开始")).to_be_visible()
    assert received(phone.site) == []


# --- opened again while others are on their way ------------------------------------------------------------------


def refused(phone: Phone, visits: int) -> None:
    """Finished visits to as many businesses, whose texts the register has refused."""
    with phone.site.away():
        for code in ours(phone.site)[:visits]:
            phone.begin(code)
            phone.pass_and_sign()
            phone.finish_offline()

    def spoil(route: Route) -> None:
        route.continue_(post_data=(route.request.post_data or "").replace('"format":1', '"format":7'))

    phone.page.route("**/inspect/sync/*", spoil)
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.page.get_by_role("button", name="重新打开修改")).to_have_count(visits)
    phone.page.unroute("**/inspect/sync/*")


def on_its_way(phone: Phone) -> Route:
    """Send; the first text, stopped before it reaches the server."""
    stopped: list[Route] = []
    phone.page.route("**/inspect/sync/*", lambda route: route.continue_() if stopped else stopped.append(route))
    with phone.page.expect_request("**/inspect/sync/*"):
        phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.page.locator("#sending")).to_contain_text("正在发送 1/")
    return stopped[0]


def test_a_visit_is_not_opened_again_while_it_is_sent_and_not_sent_as_it_was_when_opened_before(phone: Phone) -> None:
    """Of two on their way, the one that is being sent stays closed; the other is opened, and waits."""
    refused(phone, 2)
    text = on_its_way(phone)
    first = json.loads(text.request.post_data or "")["subject"]["uscc"]
    sent, mended = sorted(ours(phone.site)[:2], key=lambda code: code.uscc != first)
    pressed_again(phone, sent)
    expect(phone.page.locator("#notices")).to_contain_text("这次检查正在发送")
    pressed_again(phone, mended)
    phone.step(4)
    phone.page.locator("#view textarea").fill("补正")
    phone.kept()
    text.continue_()
    phone.page.get_by_role("link", name="回到列表").click()
    expect(phone.delivered()).to_have_count(1)
    phone.page.get_by_role("link", name="继续").click()
    phone.step(4)
    expect(phone.page.locator("#view textarea")).to_have_value("补正")
    assert [found["subject"]["uscc"] for found in received(phone.site)] == [first]


def pressed_again(phone: Phone, code: StoredCode) -> None:
    """Open the visit to this business again, on the list."""
    card = phone.page.locator("li.card", has_text=name_of(code))
    card.get_by_role("button", name="重新打开修改").click()


# --- what is said ------------------------------------------------------------------------------------------------


def test_a_fault_of_the_page_s_own_is_told_and_counts_nothing_it_does_not_know(phone: Phone) -> None:
    with phone.site.away():
        phone.begin(ours(phone.site)[0])
        phone.pass_and_sign()
        phone.finish_offline()
    phone.page.route("**/inspect/sync/*", lambda route: route.fulfill(json={}))
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.page.locator("#sending")).to_contain_text("发送失败，没有送达的留在本机")
    expect(phone.page.locator("#sending")).not_to_contain_text("0 次")
    expect(phone.waiting()).to_be_visible()


def test_a_press_that_comes_to_nothing_is_told(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.step(6)
    page.evaluate("() => { indexedDB.open = () => { throw new Error('the disk is gone'); }; }")
    page.click("details.danger summary")
    page.get_by_role("button", name="确定放弃").click()
    expect(page.locator("#notices")).to_contain_text("the disk is gone")
    phone.errors.remove("the disk is gone")


def test_what_the_browser_remembers_of_the_page_shows_nothing_after_signing_out(
    chromium: Browser, tmp_path: Path, site: Site
) -> None:
    """The way back leads to a page that is drawn anew, for whoever is signed in then."""
    for phone in phone_in(chromium, tmp_path / "phone", site, remembers=True):
        phone.begin(ours(site)[0])
        page = phone.list()
        assert len(drafts(page)) == 1
        page.goto(f"{site.origin}/inspect/")
        page.click("footer button")
        page.get_by_role("button", name="仍然退出").click()
        page.wait_for_url("**/inspect/signed-out")
        with page.expect_navigation(url=f"**{PAGE}", wait_until="commit"):
            page.evaluate("() => history.go(-3)")
        expect(page.locator("#view")).to_contain_text("1 次未发送的检查已上锁")
        assert name_of(ours(site)[0]) not in page.locator("#view").inner_text()
