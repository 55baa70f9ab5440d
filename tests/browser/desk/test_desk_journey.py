"""The clerk's journey in the real browser: without scripts, and with the keyboard alone."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp
from at_the_counter import TYPED, Running, fill_trade, issue, onward, running
from desk_pages import DETAILS, PASSWORD
from PIL import Image
from playwright.sync_api import Page
from screens import POLLING, send, sign_in


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("desk")) as site:
        yield site


@pytest.fixture
def desk(site: Running) -> str:
    """Its origin."""
    return site.origin


def test_a_pair_is_issued_and_its_public_page_opened_without_any_script(counter: Page, desk: str) -> None:
    sign_in(counter, desk)
    issue(counter, desk)
    assert counter.locator("h1").inner_text() == "执照和许可证已发，还有 2 项没有办好"
    assert "渝高新卫公证字" in counter.locator(".items").first.inner_text()
    counter.click("figcaption a")
    counter.wait_for_url("**/c/**")
    assert DETAILS["name"] in counter.locator("main").inner_text()
    assert "核验通过" in counter.locator("h1").inner_text()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus, as someone without a mouse does."""
    for _ in range(80):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def wait_for_focus(page: Page, selector: str) -> None:
    """Wait until the page itself has put the focus on ``selector``."""
    page.wait_for_function("(s) => document.activeElement.matches(s)", arg=selector, polling=POLLING)


def press_enter(page: Page) -> None:
    """Press Enter and wait for the next page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_journey_goes_with_the_keyboard_alone(looking: Page, desk: str) -> None:
    page = looking
    page.goto(f"{desk}/sign-in")
    wait_for_focus(page, "#username")
    page.keyboard.type("clerk")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    press_enter(page)
    tab_to(page, ".start-actions form button")
    press_enter(page)
    wait_for_focus(page, "[name=trade]")
    page.keyboard.press("ArrowDown")  # past the trade without permits, to hotels
    page.wait_for_url("**/trade")  # stored, it has an address of its own
    press_enter(page)
    for choice in ("[name=kinds][value=hotel]", "[name=answer_serves_food]", "[name=answer_has_pool]"):
        tab_to(page, choice)
        page.keyboard.press("Space")
    press_enter(page)
    tab_to(page, "[name=entity_form]")
    page.keyboard.press("Space")
    address = "重庆市九龙坡区白市驿镇示例路88号"
    details = {**DETAILS, "name": "重庆示例键盘客栈有限公司", "domicile": address, "premises_address": address}
    for name in (*TYPED, "premises_address"):
        tab_to(page, f"#{name}")
        page.keyboard.type(details[name])
    tab_to(page, "#permitted_items")
    press_enter(page)
    tab_to(page, "[name=mode]")
    page.keyboard.press("Space")
    tab_to(page, "#signer")
    page.keyboard.type("张示例")
    tab_to(page, "[name=signed_on_paper]")
    page.keyboard.press("Space")
    press_enter(page)
    tab_to(page, ".issue button")
    press_enter(page)
    assert page.locator("h1").inner_text() == "执照和许可证已发，还有 4 项没有办好"


def test_after_a_refusal_the_focus_is_on_the_summary_and_its_first_link_leads_to_the_field(
    looking: Page, site: Running
) -> None:
    site.seat(looking.context, "clerk")
    looking.goto(f"{site.origin}/desk/")
    looking.click(".start-actions form button")
    fill_trade(looking)
    onward(looking)
    wait_for_focus(looking, "#error-summary")
    looking.click("#error-summary a >> nth=1")
    wait_for_focus(looking, "#name")


def test_a_form_sent_after_the_session_ended_is_sent_again_by_one_press_without_any_script(
    counter: Page, desk: str
) -> None:
    sign_in(counter, desk)
    counter.click(".start-actions form button")
    fill_trade(counter)
    counter.fill("#name", DETAILS["name"])
    counter.fill("#business_scope", "第一行\n第二行")
    other = counter.context.new_page()
    other.goto(f"{desk}/desk/")
    other.click("footer button")
    other.wait_for_url("**/sign-in")
    onward(counter)
    assert "您填写的内容都还在" in counter.locator("main").inner_text()
    counter.fill("#username", "clerk")
    counter.fill("#password", PASSWORD)
    send(counter, "main form button")
    assert DETAILS["name"] in counter.locator("main").inner_text()
    counter.click("main form button")
    counter.wait_for_url("**/details?checked=yes")
    assert counter.input_value("#name") == DETAILS["name"]
    assert counter.input_value("#business_scope") == "第一行\n第二行"


def style_of(page: Page, selector: str) -> tuple[str, str]:
    """Colour and weight of the first such element's text."""
    colour, weight = page.locator(selector).first.evaluate(
        "(element) => [getComputedStyle(element).color, getComputedStyle(element).fontWeight]"
    )
    return colour, weight


def test_the_print_page_is_one_a5_sheet_whose_symbol_a_reader_reads(counter: Page, site: Running) -> None:
    site.seat(counter.context, "clerk")
    counter.goto(f"{site.origin}{site.decided()}/result")
    address = counter.get_attribute("figcaption a", "href")
    counter.goto(f"{site.origin}/desk/businesses/{counter.locator('.items .code').first.inner_text()}/print")
    ink, weight = "rgb(26, 29, 33)", "400"
    assert style_of(counter, ".sheet dd") == (ink, weight)
    assert style_of(counter, ".sheet h1")[0] == ink
    document = pypdfium2.PdfDocument(io.BytesIO(counter.pdf(prefer_css_page_size=True)))
    assert len(document) == 1
    sheet = document[0]
    assert sheet.get_width() / 72 * 25.4 == pytest.approx(210, abs=1)
    picture = sheet.render(scale=150 / 72).to_pil().convert("L")
    symbol = zxingcpp.read_barcodes(picture)[0]
    assert symbol.text == address
    side_mm = (symbol.position.top_right.x - symbol.position.top_left.x) / 150 * 25.4
    assert side_mm >= 28


def test_the_symbol_on_the_result_page_is_read_from_the_screen(counter: Page, site: Running) -> None:
    site.seat(counter.context, "clerk")
    counter.goto(f"{site.origin}{site.decided()}/result")
    picture = Image.open(io.BytesIO(counter.locator(".symbol img").screenshot())).convert("L")
    assert zxingcpp.read_barcodes(picture)[0].text == counter.get_attribute("figcaption a", "href")
