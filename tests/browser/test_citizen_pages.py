"""The citizen's pages as a phone shows them."""

from __future__ import annotations

import pytest
from accessible import violations
from playwright.sync_api import Browser, Page, expect
from public_pages import ADDRESS_OF, NUMBER

MAX_BYTES = 14 * 1024
MAX_REQUESTS = 3
# Every shape a page can take; states that differ in a word alone are read without a browser, in tests/web.
VERDICTS = [
    "in_force",
    "by_number",
    "licence_only",
    "suspended",
    "pending",
    "licence_revoked",
    "old_print",
    "lost_print",
    "marked",
    "closed_after_annulment",
    "several",
    "long",
    "unnamed",
]
REFUSALS = ["forged", "unknown", "unreachable_genuine", "too_many"]
PLACES = {
    **{state: ADDRESS_OF[state] for state in VERDICTS + REFUSALS},
    "home": "/",
    "mistyped": "/p?number=ABC",
    "no_such_page": "/nowhere",
}
HEAVIEST = ["in_force", "several", "long", "marked", "forged", "home"]


def address(server: str, place: str, lang: str) -> str:
    """The full address of a place in one language."""
    return f"{server}{PLACES[place]}{'&' if '?' in PLACES[place] else '?'}lang={lang}"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(window: Page, server: str, place: str, lang: str) -> None:
    window.goto(address(server, place, lang))
    for summary in window.locator("summary").all():
        summary.click()
    assert not violations(window)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("place", HEAVIEST)
def test_first_load_is_light_and_asks_nobody_else(chromium: Browser, server: str, place: str, lang: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    asked: dict[str, str] = {}
    weights: dict[str, float] = {}
    devtools.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    devtools.on(
        "Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto(address(server, place, lang))
    icon = page.locator("link[rel=icon]").get_attribute("href")
    assert icon
    # Headless chromium fetches the icon when it likes, often not at all: it is weighed by itself.
    seen = {name: url for name, url in asked.items() if not url.endswith(icon)}
    answer = context.request.get(server + icon)
    headers = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    weight = len(answer.body()) + headers + sum(weights[name] for name in seen)
    context.close()
    assert len(seen) + 1 <= MAX_REQUESTS
    assert all(url.startswith(server) for url in asked.values())
    assert weight <= MAX_BYTES


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("place", VERDICTS)
def test_verdict_name_and_address_stand_above_the_fold(phone: Page, server: str, place: str, lang: str) -> None:
    phone.goto(address(server, place, lang))
    for part in (".top", ".verdict svg", ".verdict h1", ".who h2", ".who p >> nth=0"):
        box = phone.locator(part).bounding_box()
        assert box, part
        assert box["y"] >= 0 and box["y"] + box["height"] <= 640, part


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_runs_out_of_the_window(window: Page, server: str, width: int, lang: str) -> None:
    window.set_viewport_size({"width": width, "height": 640})
    for place in PLACES:
        window.goto(address(server, place, lang))
        assert window.evaluate("() => document.documentElement.scrollWidth") <= width, place


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_at_twice_the_size_still_fits(window: Page, server: str, lang: str) -> None:
    for place in PLACES:
        window.goto(address(server, place, lang))
        window.add_style_tag(content="html{font-size:225%!important}")
        assert window.evaluate("() => document.documentElement.scrollWidth") <= 360, place
        cut = window.evaluate(
            """() => [...document.querySelectorAll('h1,h2,p,dt,dd,a,li,button,summary')]
                 .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
                 .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert cut == [], place


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_smaller_than_18_px(window: Page, server: str, lang: str) -> None:
    for place in PLACES:
        window.goto(address(server, place, lang))
        small = window.evaluate(
            """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                 while (walk.nextNode()) {
                   const text = walk.currentNode.textContent.trim(), parent = walk.currentNode.parentElement;
                   if (text && parseFloat(getComputedStyle(parent).fontSize) < 18) found.push(text);
                 } return found; }"""
        )
        assert small == [], place


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_can_be_pressed_is_large_enough_for_a_thumb(window: Page, server: str, lang: str) -> None:
    for place in PLACES:
        window.goto(address(server, place, lang))
        small = window.evaluate(
            """() => [...document.querySelectorAll('header a, .call, .button, button, input, summary')]
                 .filter(e => e.getBoundingClientRect().height < 44 && e.className !== 'skip').map(e => e.outerHTML)"""
        )
        assert small == [], place


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
    expect(phone.get_by_role("heading", level=1)).to_contain_text("登记在册，全部有效")
    expect(phone.get_by_text("不能证明照牌本身的真伪")).to_be_visible()


def test_a_mistyped_number_puts_the_cursor_where_the_mistake_is(window: Page, server: str) -> None:
    window.goto(address(server, "mistyped", "zh"))
    expect(window.locator("#number")).to_be_focused()
    expect(window.locator("#number")).to_have_value("ABC")


def test_the_other_language_is_one_touch_away_and_stays(phone: Page, server: str) -> None:
    phone.goto(server + ADDRESS_OF["old_print"])
    phone.get_by_role("link", name="English").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("This print is out of date")
    phone.goto(server + ADDRESS_OF["in_force"])
    expect(phone.locator("html")).to_have_attribute("lang", "en")


def test_more_facts_open_without_scripts(phone: Page, server: str) -> None:
    phone.goto(server + ADDRESS_OF["in_force"])
    expect(phone.get_by_text("伍拾万元整")).not_to_be_visible()
    phone.locator("summary").click()
    expect(phone.get_by_text("伍拾万元整")).to_be_visible()


@pytest.mark.parametrize("scheme", ["active", "none"])
def test_the_verdict_keeps_its_outline_in_forced_colours(chromium: Browser, server: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 640}, forced_colors=scheme)
    page = context.new_page()
    page.goto(server + ADDRESS_OF["licence_revoked"])
    border = page.evaluate("() => getComputedStyle(document.querySelector('.verdict')).borderTopWidth")
    context.close()
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
