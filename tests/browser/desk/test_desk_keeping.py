"""What is typed into an application is stored while it is typed, and the page says so only when it is."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from at_the_counter import Running, fill_trade, running
from desk_pages import DETAILS, HOTEL
from flask import Response, request_finished
from playwright.sync_api import Page, expect
from screens import POLLING


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("keeping")) as site:
        yield site


@pytest.fixture
def application(desk: Running) -> str:
    """A draft of the clerk with its trade in it; its path."""
    clerk = desk.signed_in("clerk")
    path = clerk.start()
    clerk.send(f"{path}/trade", HOTEL)
    return path


def opened(page: Page, desk: Running, address: str, who: str = "clerk") -> Page:
    desk.seat(page.context, who)
    page.goto(desk.origin + address)
    return page


def stored(desk: Running, application: str, step: str = "details") -> str:
    return desk.signed_in("clerk").see(f"{application}/{step}")


def wait_until_stored(page: Page) -> None:
    page.wait_for_function(
        "() => /· \\d\\d:\\d\\d:\\d\\d$/.test(document.querySelector('[data-kept]').textContent)", polling=POLLING
    )


def type_over(page: Page, field: str, text: str) -> None:
    """Type, and wait for the answer of the server: after the pause, without leaving the field."""
    with page.expect_response("**/fields"):
        page.locator(field).press_sequentially(text)
    wait_until_stored(page)


def test_what_is_typed_is_stored_without_pressing_anything(looking: Page, desk: Running, application: str) -> None:
    page = opened(looking, desk, f"{application}/details")
    type_over(page, "#name", "重庆示例随打随存客栈")
    assert 'value="重庆示例随打随存客栈"' in stored(desk, application)
    with page.expect_response("**/fields"):
        page.check("input[name=entity_form][value=individual]")
    assert page.input_value("#entity_type") == "个体工商户"
    page.reload()
    assert page.input_value("#name") == "重庆示例随打随存客栈"
    assert page.input_value("#entity_type") == "个体工商户"


@pytest.mark.parametrize(
    "leave", ["nav.desk-nav a >> nth=1", "footer button", ".language-switch", "nav.steps li:first-child button"]
)
def test_whatever_leads_away_takes_the_last_letter_along(
    looking: Page, desk: Running, application: str, leave: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    page.locator("#name").press_sequentially("甲乙丙")
    with page.expect_navigation():
        page.click(leave)
    assert 'value="甲乙丙"' in stored(desk, application)


def test_a_closed_page_sends_what_it_still_has(looking: Page, desk: Running, application: str) -> None:
    desk.seat(looking.context, "clerk")
    page = looking.context.new_page()
    page.goto(f"{desk.origin}{application}/details")
    arrived = Event()

    def answered(_: object, response: Response) -> None:
        if response.is_json:
            arrived.set()

    with request_finished.connected_to(answered, desk.app):
        page.locator("#name").press_sequentially("甲乙丁")
        page.close(run_before_unload=True)
        assert arrived.wait(60)
    assert 'value="甲乙丁"' in stored(desk, application)


def test_a_new_application_has_an_address_of_its_own_with_its_first_answer(looking: Page, desk: Running) -> None:
    page = opened(looking, desk, "/desk/")
    page.click(".start-actions form button")
    page.wait_for_url("**/trade?new=yes")
    with page.expect_response("**/fields"):
        page.check("input[name=trade][value=hotel]")
    page.wait_for_url("**/trade")
    page.reload()
    assert page.is_checked("input[name=trade][value=hotel]")


def test_without_the_server_the_page_says_so_tries_again_and_warns_whoever_leaves(
    looking: Page, desk: Running, application: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    refuse = lambda route: route.abort()  # noqa: E731
    page.route("**/fields", refuse)
    page.locator("#name").press_sequentially("断网时填的")
    unsaved = page.locator("[data-unsaved]")
    expect(unsaved).to_have_text("未保存，正在重试")
    expect(page.locator("[data-kept]")).to_be_hidden()
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("() => { location.href = '/desk/'; }")
    assert asked == ["beforeunload"]
    page.unroute("**/fields", refuse)
    expect(unsaved).to_be_hidden(timeout=60_000)
    assert 'value="断网时填的"' in stored(desk, application)
    with page.expect_navigation():
        page.evaluate("() => { location.href = '/desk/'; }")


def test_after_the_session_ended_the_page_says_what_to_do_and_nothing_is_lost(
    looking: Page, desk: Running, application: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    looking.context.clear_cookies(name="session-token")
    page.locator("#name").press_sequentially("登录失效后填的")
    expect(page.locator("[data-unsaved]")).to_contain_text("重新登录")
    with page.expect_navigation():
        page.click("[data-next]")
    assert "您填写的内容都还在" in page.locator("main").inner_text()


def test_two_desks_on_one_draft_are_told_of_each_other_and_choose(
    looking: Page, desk: Running, application: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    theirs = looking.context.browser.new_context()
    other = opened(theirs.new_page(), desk, f"{application}/details", "colleague")
    type_over(other, "#name", "同事填的")
    type_over(other, "#principal", "李示例")
    type_over(page, "#name", "我填的")
    assert "同事填的" in page.locator("[data-told=name]").inner_text()
    assert page.input_value("#principal") == "李示例"
    assert "colleague" in page.locator("[data-told=principal]").inner_text()
    with page.expect_navigation():
        page.click("[data-told=name] li:nth-child(2) button")
    assert page.input_value("#name") == "我填的"
    type_over(other, "#domicile", "示例路")
    assert other.input_value("#name") == "我填的"
    theirs.close()


def test_without_any_script_the_buttons_of_the_steps_store_the_form(counter: Page, desk: Running) -> None:
    page = opened(counter, desk, "/desk/")
    page.click(".start-actions form button")
    fill_trade(page)
    page.fill("#name", "重庆示例不用脚本客栈")
    page.fill("#domicile", DETAILS["domicile"])
    page.check("#same_address")
    page.click("nav.steps li:nth-child(3) button")
    page.click("nav.steps li:nth-child(2) button")
    assert page.input_value("#name") == "重庆示例不用脚本客栈"
    assert page.input_value("#premises_address") == DETAILS["domicile"]


def test_control_and_enter_lead_on_and_phrases_are_added_by_a_click(
    looking: Page, desk: Running, application: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    page.click(".phrases button >> nth=0")
    assert page.input_value("#business_scope") == page.get_attribute(".phrases button", "data-phrase")
    page.focus("#business_scope")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert page.url.endswith("/details?checked=yes")


@pytest.mark.parametrize("step", ["trade", "details", "commitment"])
def test_the_next_step_is_in_view_at_the_counter(looking: Page, desk: Running, application: str, step: str) -> None:
    page = opened(looking, desk, f"{application}/{step}")
    box = page.locator("[data-next]").bounding_box()
    assert box and box["y"] + box["height"] <= page.viewport_size["height"]


def test_labels_of_a_row_stand_at_one_height_right_above_their_boxes(
    looking: Page, desk: Running, application: str
) -> None:
    page = opened(looking, desk, f"{application}/details")
    tops = page.eval_on_selector_all(
        ".fields .short",
        "(groups) => groups.map((g) => ['label', 'input'].map((e) => g.querySelector(e).getBoundingClientRect()))"
        ".map(([label, box]) => [label.top, label.bottom, box.top])",
    )
    rows = [(a, b) for a, b in zip(tops, tops[1:], strict=False) if abs(a[0] - b[0]) < 60]
    assert len(rows) >= 2
    assert all(abs(a[0] - b[0]) < 1 and abs(a[2] - b[2]) < 1 for a, b in rows)
    assert all(0 <= box - bottom <= 12 for _, bottom, box in tops)


def test_what_the_register_knows_stands_beside_the_field_while_it_is_typed(
    looking: Page, desk: Running, application: str
) -> None:
    desk.issued()
    page = opened(looking, desk, f"{application}/details")
    expect(page.locator("#why_here")).to_be_hidden()
    page.fill("#premises_address", DETAILS["premises_address"])
    expect(page.locator("[data-known=premises_address]")).to_contain_text("这个地址已有一家在营")
    expect(page.locator("#why_here")).to_be_visible()
    with page.expect_response("**/fields"):
        page.fill("#why_here", "另一层")
    page.fill("#premises_address", "别处")
    expect(page.locator("[data-known=premises_address]")).to_be_empty()
    expect(page.locator("#why_here")).to_be_hidden()
