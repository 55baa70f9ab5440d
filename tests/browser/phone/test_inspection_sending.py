"""Inspections on their way to the register: answers that were lost, sessions that ended, somebody else's phone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from inspection_phone import (
    PAGE,
    STARTED,
    Phone,
    flawless,
    ours,
    phone_of,
    picture_with_place,
    received,
)
from own_phone import OwnPhone
from playwright.sync_api import BrowserContext, Route, expect
from verify_site import PACK_KEY, SESSION, Site

from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.roles import Actor, Role

ROWS = """() => new Promise((resolve) => {
  const opening = indexedDB.open("licence-qr-inspections", 1);
  opening.onsuccess = () => {
    const store = opening.result.transaction("rows").objectStore("rows");
    const asked = store.getAll();
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result
      .filter((row) => !(row instanceof CryptoKey))
      .map((row) => [Object.keys(row).sort(), new TextDecoder().decode(row.box).includes("9150")])); };
  };
})"""


def made_without_a_server(phone: Phone, photos: int) -> None:
    """A finished visit that waits on the phone."""
    with phone.site.away():
        phone.begin(ours(phone.site)[0])
        phone.answer_all({3: "毛巾未分类存放"} if photos else None)
        for n in range(photos):
            phone.photograph(3, picture_with_place((60, 40 + n)))
        phone.conclude("failed" if photos else "passed")
        phone.sign()
        phone.finish_offline()


def waiting(own_phone: OwnPhone, site: Site, photos: int = 0) -> Iterator[Phone]:
    """The phone on which that visit waits, made once and put back for each test. Its list is shown; no server is there."""

    def prepare(_: BrowserContext) -> None:
        for phone in phone_of(own_phone, site):
            made_without_a_server(phone, photos)

    with flawless(Phone(site, own_phone.put_back(f"a visit with {photos} photographs", prepare))) as phone:
        site.stop()
        phone.list()
        expect(phone.page.locator("#sending")).to_contain_text("没有网络")
        yield phone
    own_phone.leave()


@pytest.fixture
def phone(own_phone: OwnPhone, site: Site) -> Iterator[Phone]:
    """An inspector's phone on which a finished visit waits, without a server."""
    yield from waiting(own_phone, site)


@pytest.fixture
def pictured(own_phone: OwnPhone, site: Site) -> Iterator[Phone]:
    """The same, with two photographs."""
    yield from waiting(own_phone, site, photos=2)


class LostAnswer:
    """Lets the first PUT whose address contains ``part`` be worked off, and cuts the line before its answer and after.

    After, because browsers by themselves ask once more where a line breaks.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], part: str) -> None:
        self._app, self._part, self.lost = app, part, 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        hit = environ["REQUEST_METHOD"] == "PUT" and self._part in environ["PATH_INFO"]
        if not (hit or self.lost):
            return self._app(environ, start_response)
        if not self.lost:
            b"".join(self._app(environ, lambda *_: lambda _: None))
        self.lost += 1
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response("500 Lost", [])
        return []


@pytest.mark.parametrize("part", ["/inspect/sync/", "/photos/"])
def test_an_answer_that_is_lost_with_its_server_makes_no_second_inspection(pictured: Phone, part: str) -> None:
    cuts: list[LostAnswer] = []

    def cut(app: Any) -> None:
        cuts.append(LostAnswer(app.wsgi_app, part))
        app.wsgi_app = cuts[-1]

    pictured.site.start(cut)
    pictured.list()
    expect(pictured.page.locator("#sending")).to_contain_text("没有网络")
    pictured.site.stop()
    assert cuts[0].lost
    assert [found["arrived"] for found in received(pictured.site)] == [0 if part != "/photos/" else 1]
    pictured.site.start()
    pictured.page.get_by_role("button", name="现在发送").click()
    expect(pictured.delivered()).to_have_count(1)
    assert [(found["state"], found["arrived"]) for found in received(pictured.site)] == [("held", 2)]


def test_nothing_is_deleted_while_the_server_names_another_content(phone: Phone) -> None:
    phone.site.start()
    phone.page.route(
        "**/inspect/sync/*",
        lambda route: route.fulfill(
            json={**(answer := route.fetch()).json(), "content_sha256": "0" * 64}, status=answer.status
        ),
    )
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.page.locator("#sending")).to_contain_text("还没有确认收齐")
    expect(phone.waiting()).to_be_visible()
    phone.page.unroute("**/inspect/sync/*")
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.delivered()).to_have_count(1)


def test_a_business_that_ended_meanwhile_is_kept_and_said_in_words(phone: Phone) -> None:
    code = ours(phone.site)[0]
    services = phone.site.services
    clerk = Actor(1, "clerk", "窗口（示例）", "baishiyi", frozenset({Role.CLERK}))
    with services.database.write() as tx:
        act_request = ActRequest(Subject(code.uscc), Act.CANCEL, Grounds("歇业注销"), clerk)
        services.life.perform_within(tx, act_request, STARTED)
    phone.site.start()
    phone.list()
    expect(phone.delivered()).to_contain_text("还没有计入")
    expect(phone.delivered().locator(".flags li", has_text="已经终止")).to_have_count(1)
    (found,) = received(phone.site)
    assert found["state"] == "held" and "business_ended" in found["flags"]


def test_a_token_of_an_ended_session_is_asked_for_anew(phone: Phone) -> None:
    phone.site.start()
    tokens = iter(["stale"])
    phone.page.route(
        "**/inspect/sync",
        lambda route: (
            route.fulfill(json={**route.fetch().json(), "csrf": token})
            if (token := next(tokens, ""))
            else route.continue_()
        ),
    )
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.delivered()).to_have_count(1)


def test_when_key_and_session_are_over_it_stays_locked_until_the_same_person_signs_in(phone: Phone) -> None:
    phone.site.start()
    phone.context.clear_cookies(name=SESSION)
    phone.context.clear_cookies(name=PACK_KEY)
    phone.list()
    expect(phone.page.locator("#view")).to_contain_text("1 次未发送的检查已上锁")
    assert "示例一号" not in phone.page.locator("#view").inner_text()
    phone.sign_in("second", onward=PAGE)
    expect(phone.page.locator("#view")).to_contain_text("1 次未发送的检查已上锁")
    assert received(phone.site) == []
    phone.context.clear_cookies(name=SESSION)
    phone.sign_in("walker", onward=PAGE)
    expect(phone.delivered()).to_have_count(1)
    assert len(received(phone.site)) == 1


def test_signing_out_asks_first_and_leaves_nothing_readable_and_nothing_lost(phone: Phone) -> None:
    phone.site.start()
    page = phone.page
    page.goto(f"{phone.site.origin}/inspect/")
    page.click("footer button")
    expect(page.locator("h1")).to_have_text("这台设备上还有没发送的检查")
    expect(page.get_by_role("link", name="先去发送")).to_have_attribute("href", f"{PAGE}?lang=zh")
    page.get_by_role("button", name="仍然退出").click()
    page.wait_for_url("**/inspect/signed-out")
    expect(page.locator("#unsent")).to_contain_text("还有 1 次没发送的检查")
    assert page.evaluate(ROWS) == [[["at", "box", "iv", "owner", "state"], False]]
    phone.sign_in("walker", onward=PAGE)
    expect(phone.delivered()).to_have_count(1)
    page.goto(f"{phone.site.origin}/inspect/")
    page.click("footer button")
    page.wait_for_url("**/inspect/signed-out")
    expect(page.locator("#wiped")).to_have_text("随身包已从这台设备删除。")
    expect(page.locator("#unsent")).to_be_hidden()
    assert page.evaluate(ROWS) == []


def test_a_session_that_is_over_is_said_and_the_way_to_sign_in_shown(phone: Phone) -> None:
    phone.site.start()
    phone.context.clear_cookies(name=SESSION)
    phone.list()
    expect(phone.page.locator("#sending")).to_contain_text("要登录后才能发送")
    phone.page.locator("#sending a").click()
    phone.page.fill("#username", "walker")
    phone.page.fill("#password", "only-for-these-tests")
    phone.page.click("main form button")
    expect(phone.delivered()).to_have_count(1)


def test_a_colleague_s_session_does_not_send_it(phone: Phone) -> None:
    phone.site.start()
    key = next(cookie for cookie in phone.context.cookies() if PACK_KEY.search(cookie["name"]))
    phone.context.clear_cookies(name=SESSION)
    phone.sign_in("second")
    phone.context.add_cookies([key])  # the first inspector's key, as if it had been left behind
    phone.list()
    expect(phone.page.locator("#sending")).to_contain_text("1 次留在本机")
    assert received(phone.site) == []


def test_a_text_that_the_register_refuses_can_be_mended_and_is_not_tried_by_itself(phone: Phone) -> None:
    phone.site.start()
    tries: list[str] = []

    def spoil(route: Route) -> None:
        tries.append(route.request.url)
        route.continue_(post_data=(route.request.post_data or "").replace('"format":1', '"format":7'))

    phone.page.route("**/inspect/sync/*", spoil)
    phone.page.get_by_role("button", name="现在发送").click()
    expect(phone.page.get_by_role("button", name="重新打开修改")).to_be_visible()
    expect(phone.page.locator("#view li.card .note")).to_contain_text("format")
    phone.page.reload()
    expect(phone.page.locator("body[data-ready]")).to_be_attached()
    assert len(tries) == 1 and received(phone.site) == []
    phone.page.unroute("**/inspect/sync/*")
    phone.page.get_by_role("button", name="重新打开修改").click()
    expect(phone.page.locator(".visit-steps")).to_be_visible()
    phone.finish()
    expect(phone.delivered()).to_have_count(1)
    assert [found["state"] for found in received(phone.site)] == ["held"]


def test_two_presses_make_one_text(fresh_inspector: Phone) -> None:
    phone = fresh_inspector
    phone.begin(ours(phone.site)[0])
    phone.pass_and_sign()
    phone.step(6)
    phone.page.get_by_role("button", name="完成检查").dblclick()
    expect(phone.delivered()).to_have_count(1)
    phone.list()
    assert [found["flags"].split(",")[0] for found in received(phone.site)] == ["second_officer_unconfirmed"]


def test_each_photograph_on_its_way_is_told_of(pictured: Phone) -> None:
    pictured.site.start()
    told: list[str] = []

    def look(route: Route) -> None:
        told.append(route.request.frame.locator("#sending").inner_text())
        route.continue_()

    pictured.page.route("**/photos/*", look)
    pictured.page.get_by_role("button", name="现在发送").click()
    expect(pictured.delivered()).to_have_count(1)
    assert [words.split("，")[-1] for words in told] == ["照片 1/2", "照片 2/2"]
