"""Citizens and businesses answer back in the real browser: on a small phone without scripts, and at the desk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_counter import Running, number_on, open_first, report, running
from desk_pages import PASSWORD
from PIL import Image
from playwright.sync_api import Page
from screens import send


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("answering")) as site:
        yield site


@pytest.fixture
def site(running_site: Running) -> str:
    """Its origin."""
    return running_site.origin


@pytest.fixture
def result(running_site: Running, counter: Page) -> str:
    """The result page of a case decided just now; whoever decided it sits at the counter."""
    running_site.seat(counter.context, "clerk")
    return f"{running_site.origin}{running_site.decided()}/result"


@pytest.fixture
def number(result: str, counter: Page) -> str:
    """The code number of its business."""
    counter.goto(result)
    return number_on(counter)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph on the phone."""
    path, written = tmp_path / "IMG_0001.jpg", io.BytesIO()
    Image.new("RGB", (400, 300), "#7a8f6a").save(written, "JPEG")
    path.write_bytes(written.getvalue())
    return path


def test_a_problem_goes_from_the_scanned_page_to_the_answer_without_any_script(
    phone: Page, counter: Page, site: str, number: str, photo: Path
) -> None:
    receipt = report(phone, site, number, photo)
    assert phone.locator("h1").inner_text() == "已收到您的反映"
    open_first(counter, f"{site}/desk/reports")
    assert counter.locator("figure img").evaluate("(image) => image.naturalWidth", timeout=5000) == 400
    counter.fill("#answer", "已责令更换，明日复查。")
    counter.click("form:has(#answer) button")
    phone.goto(f"{site}/reports")
    phone.fill("#number", receipt.rpartition("/")[2].lower())
    phone.click("main form button")
    phone.wait_for_url(receipt)
    assert phone.locator("h1").inner_text() == "已答复"
    assert "已责令更换，明日复查。" in phone.locator("main").inner_text()
    counter.check("input[name=step][value=called_back]")
    counter.fill("#text", "已致电，认可")
    counter.click("form:has(#text) button")
    phone.reload()
    assert phone.locator("h1").inner_text() == "已办结"
    assert "认可" not in phone.locator("main").inner_text()


def test_a_form_that_is_refused_keeps_what_was_written_on_a_phone_without_scripts(
    phone: Page, site: str, number: str
) -> None:
    phone.goto(f"{site}/p/{number}/report")
    phone.fill("#text", "只写了这些\n第二行")
    send(phone, "main form button")
    assert "没有选择反映的问题" in phone.locator("#error-summary").inner_text()
    assert phone.input_value("#text") == "只写了这些\n第二行"
    phone.check("input[name=kind][value=other]")
    phone.click("main form button")
    phone.wait_for_url("**/reports/*")


def test_a_visit_is_rated_by_its_slip_and_a_bad_rating_is_mended_without_any_script(
    phone: Page, counter: Page, site: str, result: str
) -> None:
    counter.goto(result)
    counter.click("a[href*='/desk/ratings/slips/']")
    phone.goto(f"{site}/rate")
    phone.fill("#code", number_on(counter))
    phone.click("main form button")
    phone.wait_for_url("**/rate/*")
    phone.check("input[name=level][value='1']")
    phone.check("input[name=complaint][value=slow]")
    send(phone, "main form button")
    assert phone.locator("h1").inner_text() == "这件业务已经评价"
    open_first(counter, f"{site}/desk/ratings")
    for step, text in (("mended", "增开一个窗口"), ("called_back", "已致电，认可")):
        counter.check(f"input[name=step][value={step}]")
        counter.fill("#text", text)
        send(counter, "form:has(#text) button")
    assert "已办结" in counter.locator("main").inner_text()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _ in range(60):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def test_a_problem_is_reported_with_the_keyboard_alone_and_the_trap_is_never_reached(
    looking: Page, site: str, number: str
) -> None:
    looking.goto(f"{site}/p/{number}/report")
    tab_to(looking, "[name=kind]")
    looking.keyboard.press("Space")
    for _ in range(60):
        assert not looking.evaluate("() => document.activeElement.matches('[name=website]')")
        if looking.evaluate("() => document.activeElement.matches('#text')"):
            break
        looking.keyboard.press("Tab")
    looking.keyboard.type("只用键盘写的")
    tab_to(looking, "main form button")
    with looking.expect_navigation():
        looking.keyboard.press("Enter")
    assert looking.locator("h1").inner_text() == "已收到您的反映"


def test_a_receipt_is_not_kept_by_the_browser_and_leads_nowhere_else(
    looking: Page, site: str, number: str, photo: Path
) -> None:
    answer = looking.goto(report(looking, site, number, photo))
    assert answer and answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    links = looking.eval_on_selector_all("a", "(links) => links.map((link) => link.origin)")
    assert set(links) == {site}
    assert PASSWORD not in looking.content()
