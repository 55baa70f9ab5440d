"""The citizen's pages as a phone shows them."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from public_pages import ADDRESS_OF, NUMBER

MAX_BYTES = 14 * 1024
MAX_REQUESTS = 3
PLACES = {**ADDRESS_OF, "home": "/", "mistyped": "/p?number=ABC"}
HEAVIEST = ["in_force", "several", "long", "marked", "incomplete", "forged", "home"]


def address(server: str, place: str, lang: str) -> str:
    """The full address of a place in one language."""
    return f"{server}{PLACES[place]}{'&' if '?' in PLACES[place] else '?'}lang={lang}"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("place", HEAVIEST)
def test_first_load_is_light_and_asks_nobody_else(window: Page, server: str, place: str, lang: str) -> None:
    devtools = window.context.new_cdp_session(window)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})  # as at the first visit
    asked: dict[str, str] = {}
    weights: dict[str, float] = {}
    devtools.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    devtools.on(
        "Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]})
    )
    window.goto(address(server, place, lang))
    icon = window.locator("link[rel=icon]").get_attribute("href")
    assert icon
    # Headless chromium fetches the icon when it likes, often not at all: it is weighed by itself.
    seen = {name: url for name, url in asked.items() if not url.endswith(icon)}
    answer = window.context.request.get(server + icon)
    headers = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    weight = len(answer.body()) + headers + sum(weights[name] for name in seen)
    devtools.detach()
    assert len(seen) + 1 <= MAX_REQUESTS
    assert all(url.startswith(server) for url in asked.values())
    assert weight <= MAX_BYTES


def test_the_keyboard_reaches_everything_and_shows_where_it_is(window: Page, server: str) -> None:
    window.goto(address(server, "in_force", "zh"))
    reachable = window.locator("a, button, input, summary").count()
    seen = []
    for _ in range(reachable):
        window.keyboard.press("Tab")
        style = window.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.outerHTML, s.outlineStyle, parseFloat(s.outlineWidth)]; }"
        )
        seen.append(style[0])
        assert style[1] == "solid" and style[2] >= 3, style
    assert len(set(seen)) == reachable


def test_a_number_is_typed_and_found_without_scripts(phone: Page, server: str) -> None:
    phone.goto(server)
    phone.get_by_label("扫不出来？输入二维码下方的编号").fill(NUMBER.lower())
    phone.get_by_role("button", name="查询").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("登记在册，证照均有效")
    expect(phone.get_by_text("不能证明亮证牌本身是真的")).to_be_visible()


def test_a_mistyped_number_puts_the_cursor_where_the_mistake_is(window: Page, server: str) -> None:
    window.goto(address(server, "mistyped", "zh"))
    expect(window.locator("#number")).to_be_focused()
    expect(window.locator("#number")).to_have_value("ABC")


def test_the_other_language_is_one_touch_away_and_stays(phone: Page, server: str) -> None:
    phone.goto(server + ADDRESS_OF["old_print"])
    phone.get_by_role("link", name="English").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("This card is out of date")
    phone.goto(server + ADDRESS_OF["in_force"])
    expect(phone.locator("html")).to_have_attribute("lang", "en")


def test_more_facts_open_without_scripts(phone: Page, server: str) -> None:
    phone.goto(server + ADDRESS_OF["in_force"])
    expect(phone.get_by_text("伍拾万元整")).not_to_be_visible()
    phone.locator("summary").click()
    expect(phone.get_by_text("伍拾万元整")).to_be_visible()


@pytest.mark.parametrize("scheme", ["active", "none"])
def test_the_verdict_keeps_its_outline_in_forced_colours(
    window: Page, server: str, scheme: Literal["active", "none"]
) -> None:
    window.emulate_media(forced_colors=scheme)
    window.goto(server + ADDRESS_OF["licence_revoked"])
    border = window.evaluate("() => getComputedStyle(document.querySelector('.verdict')).borderTopWidth")
    window.emulate_media(forced_colors="null")
    assert (border == "2px") == (scheme == "active")


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """Where the elements of the page stand, in pixels."""
    found = [element.bounding_box() for element in page.locator(selector).all()]
    return [dict(box) for box in found if box]


def test_the_sign_stands_beside_the_verdict_and_makes_room_where_text_is_twice_as_large(
    window: Page, server: str
) -> None:
    window.goto(address(server, "suspended", "zh"))
    [sign], [words] = boxes(window, ".verdict svg"), boxes(window, ".verdict h1")
    assert sign["x"] + sign["width"] <= words["x"]
    window.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
    [sign], [words] = boxes(window, ".verdict svg"), boxes(window, ".verdict h1")
    assert sign["y"] + sign["height"] <= words["y"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_links_that_stand_alone_are_large_enough_for_a_thumb(window: Page, server: str, lang: str) -> None:
    window.goto(address(server, "home", lang))
    alone = boxes(window, "main p:has(> a:only-child) a")
    assert len(alone) >= 3
    assert min(box["height"] for box in alone) >= 44


def test_the_two_languages_of_a_button_stand_in_lines_of_their_own_where_they_do_not_fit(
    window: Page, server: str
) -> None:
    window.goto(address(server, "in_force", "en"))
    button = "a[href$='/report']"
    [whole], [other] = boxes(window, button), boxes(window, f"{button} .also")
    assert other["width"] > other["height"] * 2, "not a narrow column beside the first language"
    assert abs((other["x"] + other["width"] / 2) - (whole["x"] + whole["width"] / 2)) < 2


def test_a_page_that_was_left_open_says_of_when_it_is_and_asks_again(phone: Page, server: str) -> None:
    phone.goto(address(server, "in_force", "en"))
    expect(phone.locator(".checked")).to_contain_text("Checked: 23 November 2026, 16:20. This page does not update")
    with phone.expect_request(address(server, "in_force", "en")):
        phone.get_by_role("link", name="Check again").click()
