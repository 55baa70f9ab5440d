"""The clerk's journey in the real browser: without scripts, with the keyboard alone, and on every screen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from accessible import violations
from desk_pages import DETAILS, PASSWORD, installation
from PIL import Image
from playwright.sync_api import Page
from screens import WIDTHS, listening, sign_in, width_of

from bench.load import free_port
from licence_qr.web.app import create_app

DATA = Path(__file__).parent.parent / "data"
LANGUAGES = ("zh", "en")
TYPED = ("name", "entity_type", "principal", "established_on", "domicile", "business_scope")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a real installation with imported rows that wait."""
    port = free_port()
    services = installation(tmp_path_factory.mktemp("desk"), port)
    market, health = DATA / "market_licences.csv", DATA / "health_permits.xlsx"
    services.importing.import_departments(
        market.read_bytes(), market.name, health.read_bytes(), health.name, "admin", datetime.now(UTC)
    )
    with listening(create_app(services), port) as origin:
        yield origin


def onward(page: Page) -> None:
    """Press the button at the end of the step."""
    page.locator("main button[value=continue]").last.click()


def fill_trade(page: Page) -> None:
    """The first step: a hotel without restaurant and pool."""
    page.check("input[name=trade][value=hotel]")
    page.click("button[value=show]")
    page.check("input[name=kinds][value=hotel]")
    page.check("input[name=answer_serves_food][value=no]")
    page.check("input[name=answer_has_pool][value=no]")
    onward(page)


def fill_details(page: Page) -> None:
    """The second step; the address of the premises is copied by its button."""
    page.check("input[name=entity_form][value=company]")
    for name in TYPED:
        page.fill(f"#{name}", DETAILS[name])
    page.click("button[value=same-address]")
    onward(page)


def fill_commitment(page: Page) -> None:
    """The third step: the promise, signed."""
    page.check("input[name=mode][value=commitment]")
    page.fill("#signer", "张示例")
    onward(page)


def issue(page: Page, desk: str) -> str:
    """A whole application; its address."""
    page.goto(f"{desk}/desk/")
    page.click(".start-actions form button")
    page.wait_for_url("**/trade")
    application = page.url.removesuffix("/trade")
    fill_trade(page)
    fill_details(page)
    fill_commitment(page)
    page.wait_for_url("**/review")
    page.click(".issue button")
    page.wait_for_url("**/result")
    return application


def test_a_pair_is_issued_and_its_public_page_opened_without_any_script(counter: Page, desk: str) -> None:
    sign_in(counter, desk)
    issue(counter, desk)
    assert counter.locator("h1").inner_text() == "已同时发出"
    assert "渝高新卫公证字" in counter.locator(".numbers").inner_text()
    counter.click("figcaption a")
    counter.wait_for_url("**/c/**")
    assert DETAILS["name"] in counter.locator("main").inner_text()
    assert "有效" in counter.locator("h1").inner_text()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus, as someone without a mouse does."""
    for _ in range(80):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def wait_for_focus(page: Page, selector: str) -> None:
    """Wait until the page itself has put the focus on ``selector``."""
    page.wait_for_function("(s) => document.activeElement.matches(s)", arg=selector)


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
    page.keyboard.press("Space")
    press_enter(page)
    for choice in ("[name=kinds][value=hotel]", "[name=answer_serves_food]", "[name=answer_has_pool]"):
        tab_to(page, choice)
        page.keyboard.press("Space")
    press_enter(page)
    tab_to(page, "[name=entity_form]")
    page.keyboard.press("Space")
    for name in (*TYPED[:-1], "premises_address"):
        tab_to(page, f"#{name}")
        page.keyboard.type(DETAILS[name])
    page.keyboard.press("Shift+Tab")
    page.keyboard.type(DETAILS["business_scope"])
    tab_to(page, "#permitted_items")
    press_enter(page)
    tab_to(page, "[name=mode]")
    page.keyboard.press("Space")
    tab_to(page, "#signer")
    page.keyboard.type("张示例")
    press_enter(page)
    tab_to(page, ".issue button")
    press_enter(page)
    assert page.locator("h1").inner_text() == "已同时发出"


def test_after_a_refusal_the_focus_is_on_the_summary_and_its_first_link_leads_to_the_field(
    looking: Page, desk: str
) -> None:
    sign_in(looking, desk)
    looking.click(".start-actions form button")
    fill_trade(looking)
    onward(looking)
    wait_for_focus(looking, "#error-summary")
    looking.click("#error-summary a >> nth=1")
    wait_for_focus(looking, "#name")


def every_page(page: Page, desk: str) -> Iterator[str]:
    """Open each page of the desk in turn, with and without problems; its name."""
    page.goto(f"{desk}/sign-in")
    yield "sign-in"
    page.click("main form button")
    yield "sign-in, refused"
    sign_in(page, desk)
    application = issue(page, desk)
    yield "result"
    page.goto(f"{desk}/desk/")
    yield "start"
    page.click(".start-actions form button")
    yield "trade, nothing chosen"
    open_application = page.url.removesuffix("/trade")
    page.check("input[name=trade][value=hotel]")
    page.click("button[value=show]")
    yield "trade"
    for step in ("trade", "details", "commitment"):
        page.goto(f"{open_application}/{step}")
        onward(page)
        page.goto(f"{open_application}/{step}?checked=yes")
        yield f"{step}, refused"
    page.goto(f"{open_application}/review")
    yield "review, refused"
    page.goto(f"{open_application}/details")
    page.context.clear_cookies(name="session-token")
    onward(page)
    yield "sign-in, form kept"
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    yield "form kept"
    for address in ("/desk/businesses?q=示例", "/desk/waiting-rows", "/sessions"):
        page.goto(desk + address)
        yield address
    page.goto(f"{desk}/desk/waiting-rows")
    page.click(".row a >> nth=0")
    yield "waiting row"
    page.click("main form button")
    yield "waiting row, refused"
    page.goto(f"{application}/result")
    business = f"{desk}/desk/businesses/{page.locator('.numbers dd').first.inner_text()}"
    page.goto(business)
    yield "business"
    page.goto(f"{business}/print")
    yield "print"


def loaded_pages(page: Page, desk: str) -> Iterator[str]:
    """``every_page``, each once it has been read to its end: a page that has only begun has no root to ask."""
    for name in every_page(page, desk):
        page.wait_for_load_state()
        page.locator("body").wait_for()
        yield name


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_any_page(looking: Page, desk: str, language: str) -> None:
    looking.goto(f"{desk}/?lang={language}")
    found = {}
    for name in loaded_pages(looking, desk):
        if faults := violations(looking):
            found[name] = faults
        for width in WIDTHS:
            looking.set_viewport_size({"width": width, "height": 900})
            if (wide := width_of(looking)) > width:
                found[f"{name} at {width}"] = f"{wide} pixels wide"
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_twice_as_large_needs_no_sideways_scrolling_on_a_phone(looking: Page, desk: str, language: str) -> None:
    looking.goto(f"{desk}/?lang={language}")
    looking.set_viewport_size({"width": 360, "height": 900})
    found = {}
    for name in loaded_pages(looking, desk):
        if name == "print":
            continue  # it is a sheet of paper, as wide as paper
        looking.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
        if (wide := width_of(looking)) > 360:
            found[name] = wide
    assert not found


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
    counter.click("main form button")
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


def test_the_print_page_is_one_a5_sheet_whose_symbol_a_reader_reads(counter: Page, desk: str) -> None:
    sign_in(counter, desk)
    issue(counter, desk)
    address = counter.get_attribute("figcaption a", "href")
    counter.goto(f"{desk}/desk/businesses/{counter.locator('.numbers dd').first.inner_text()}/print")
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


def test_the_symbol_on_the_result_page_is_read_from_the_screen(counter: Page, desk: str) -> None:
    sign_in(counter, desk)
    issue(counter, desk)
    picture = Image.open(io.BytesIO(counter.locator(".symbol img").screenshot())).convert("L")
    assert zxingcpp.read_barcodes(picture)[0].text == counter.get_attribute("figcaption a", "href")
