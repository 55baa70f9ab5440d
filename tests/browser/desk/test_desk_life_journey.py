"""The life of a permit in the real browser: at the counter without scripts, on a citizen's phone, on the verify page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import at_the_counter
import pytest
from at_the_counter import Running
from desk_pages import PASSWORD
from playwright.sync_api import Page, expect
from screens import DESK, PHONE, send
from verify_site import settled, typed


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The installation."""
    with at_the_counter.running(tmp_path_factory.mktemp("life")) as site:
        yield site


@pytest.fixture
def at(seat: Callable[..., Page], running: Running) -> Callable[..., Page]:
    """Somebody's own window without scripts, signed in; nobody's is a citizen's phone."""

    def sit_down(username: str = "") -> Page:
        page = seat(username or "phone", DESK if username else PHONE)
        if username:
            running.seat(page.context, username)
        return page

    return sit_down


def press(page: Page) -> None:
    """Press the button at the end of the form, and that of its check, once the answer of the first is there."""
    send(page, page.locator("main form button").last)
    if page.locator(".check-form").count():
        page.locator(".check-form button").click()


def test_a_new_name_is_a_new_print_and_the_old_one_leads_to_it(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, citizen = running.issued(), at("clerk"), at()
    old = running.link(uscc)
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}")
    clerk.get_by_role("link", name="变更登记").click()
    expect(clerk.locator(".effects")).to_contain_text("签发第 2 版")
    clerk.fill("#name", "重庆示例新招牌客栈有限公司")
    clerk.fill("#reason", "申请变更名称（示例）")
    press(clerk)
    expect(clerk.locator(".hand-over")).to_contain_text("打印第 2 版亮证牌")
    expect(clerk.locator(".past")).to_contain_text("重庆示例新招牌客栈有限公司")
    citizen.goto(old)
    expect(citizen.locator("h1")).to_contain_text("这是旧版亮证牌")
    expect(citizen.locator(".who")).to_contain_text("重庆示例新招牌客栈有限公司")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("核验通过，证照均有效")


def test_a_lost_print_is_void_and_still_leads_to_the_truth(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, citizen = running.issued(), at("clerk"), at()
    old = running.link(uscc)
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}/licence/reprint")
    clerk.get_by_label("遗失").check()
    press(clerk)
    expect(clerk.locator(".hand-over")).to_contain_text("已经声明作废")
    citizen.goto(old)
    expect(citizen.locator(".verdict")).to_contain_text("声明作废")
    expect(citizen.locator(".verdict")).to_contain_text("今天：证照均有效")


def propose_suspension(running: Running, page: Page, uscc: str) -> str:
    """Propose it from the page of the business; the address of the proposal."""
    page.goto(f"{running.origin}/desk/businesses/{uscc}")
    page.get_by_text("更多办理").click()
    page.get_by_role("link", name="提议暂扣许可或责令停业整顿").click()
    page.get_by_label("责令停业整顿").check()
    page.fill("#reason", "现场检查发现严重问题（示例）")
    press(page)
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    return page.url


def test_a_suspension_by_two_people_shows_on_the_phone_and_after_a_refresh_without_a_network_page(
    running: Running, at: Callable[..., Page], opened: Callable[..., Page]
) -> None:
    uscc, clerk, decider, citizen = running.issued(), at("clerk"), at("decider"), at()
    verifier = opened(viewport=PHONE, bypass_csp=True)
    verifier.goto(f"{running.origin}/verify?lang=zh")
    settled(verifier)
    typed(verifier, running.link(uscc))
    expect(verifier.locator("#outcome .verdict")).to_have_class("verdict good")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("核验通过，证照均有效")
    proposal = propose_suspension(running, clerk, uscc)
    citizen.reload()
    expect(citizen.locator("h1")).to_contain_text("核验通过，证照均有效")  # proposed is not decided
    decider.goto(proposal)
    decider.get_by_label("同意，立即办理").check()
    decider.get_by_role("button", name="下一步：核对").click()
    decider.fill("#password", PASSWORD)
    decider.get_by_role("button", name="同意：暂扣").click()
    expect(decider.locator(".states").first).to_contain_text("已同意")
    citizen.reload()
    expect(citizen.locator("h1")).to_contain_text("核验通过，有许可被暂停")
    typed(verifier, running.link(uscc))
    verifier.get_by_role("button", name="立即更新").click()
    expect(verifier.locator("#outcome article .tag")).to_contain_text("已暂停")
    decider.goto(f"{running.origin}/desk/businesses/{uscc}/history")
    expect(decider.locator(".past").first).to_contain_text("提出人：clerk（示例）；审批：decider（示例）")


def test_a_suspension_that_is_refused_changes_nothing(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, decider, citizen = running.issued(), at("clerk"), at("decider"), at()
    decider.goto(propose_suspension(running, clerk, uscc))
    decider.get_by_label("不同意").check()
    decider.fill("#reason", "证据不足（示例）")
    decider.get_by_role("button", name="下一步：核对").click()
    decider.fill("#password", PASSWORD)
    decider.get_by_role("button", name="不同意：暂扣").click()
    expect(decider.locator(".states").first).to_contain_text("未获同意")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("核验通过，证照均有效")
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}/history")
    expect(clerk.locator(".past").first).to_contain_text("提议未获同意")


def test_an_overtaken_form_shows_both_sides_and_is_sent_again(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, colleague = running.issued(), at("clerk"), at("colleague")
    for page, principal in ((clerk, "赵示例"), (colleague, "王示例")):
        page.goto(f"{running.origin}/desk/businesses/{uscc}/licence/change")
        page.fill("#principal", principal)
        page.fill("#reason", f"换成{principal}")
    press(colleague)
    expect(colleague.locator("h1")).to_contain_text("已办理")
    press(clerk)
    expect(clerk.locator(".clashes")).to_contain_text("赵示例")
    expect(clerk.locator(".clashes")).to_contain_text("王示例")
    expect(clerk.locator("#reason")).to_have_value("换成赵示例")
    clerk.get_by_role("button", name="看过变动，下一步：核对").click()
    clerk.locator(".check-form button").click()
    expect(clerk.locator("h1")).to_contain_text("已办理")
    expect(clerk.locator(".past").first).to_contain_text("王示例")
