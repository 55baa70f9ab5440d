"""Citizens and businesses answer back in the real browser: on a small phone without scripts, and at the desk."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_pages import PASSWORD, installation
from PIL import Image
from playwright.sync_api import Page
from screens import faults_at_every_width, listening, sign_in
from test_desk_journey import issue

from bench.load import free_port
from licence_qr.web.app import create_app

NUMBER = re.compile(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]")
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a real installation."""
    port = free_port()
    services = installation(tmp_path_factory.mktemp("answering"), port)
    with listening(create_app(services), port) as origin:
        yield origin


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph on the phone."""
    path, written = tmp_path / "IMG_0001.jpg", io.BytesIO()
    Image.new("RGB", (400, 300), "#7a8f6a").save(written, "JPEG")
    path.write_bytes(written.getvalue())
    return path


def number_on(page: Page) -> str:
    """The first number of 17 characters on the page."""
    found = NUMBER.search(page.locator("main").inner_text())
    assert found
    return found[0]


def decided_case(page: Page, site: str) -> tuple[str, str]:
    """Sign in and decide a case; its result page and the code number of the business."""
    sign_in(page, site)
    application = issue(page, site)
    return f"{application}/result", number_on(page)


def report(page: Page, site: str, number: str, photo: Path) -> str:
    """Report a problem from the page of a code; the address of the receipt."""
    page.goto(f"{site}/p/{number}")
    page.click(f"a[href='/p/{number}/report']")
    page.check("input[name=kind][value=hygiene]")
    page.fill("#text", "床单没有换")
    page.set_input_files("#photo", photo)
    page.fill("#contact", "13911112222")
    page.click("main form button")
    page.wait_for_url("**/reports/*")
    return page.url


def open_first(page: Page, address: str) -> None:
    """Open the first line of a list."""
    page.goto(address)
    page.locator(".row-main").first.click()
    page.wait_for_url(f"{address}/*")


def test_a_problem_goes_from_the_scanned_page_to_the_answer_without_any_script(
    phone: Page, counter: Page, site: str, photo: Path
) -> None:
    _, number = decided_case(counter, site)
    receipt = report(phone, site, number, photo)
    assert phone.locator("h1").inner_text() == "已经收到"
    open_first(counter, f"{site}/desk/reports")
    assert counter.locator("figure img").evaluate("(image) => image.naturalWidth", timeout=5000) == 400
    counter.fill("#answer", "已责令更换，明日复查。")
    counter.click("form:has(#answer) button")
    phone.goto(f"{site}/reports")
    phone.fill("#number", receipt.rpartition("/")[2].lower())
    phone.click("main form button")
    phone.wait_for_url(receipt)
    assert phone.locator("h1").inner_text() == "已经答复"
    assert "已责令更换，明日复查。" in phone.locator("main").inner_text()
    counter.check("input[name=step][value=called_back]")
    counter.fill("#text", "已致电，认可")
    counter.click("form:has(#text) button")
    phone.reload()
    assert phone.locator("h1").inner_text() == "已经办结"
    assert "认可" not in phone.locator("main").inner_text()


def test_a_form_that_is_refused_keeps_what_was_written_on_a_phone_without_scripts(
    phone: Page, counter: Page, site: str
) -> None:
    _, number = decided_case(counter, site)
    phone.goto(f"{site}/p/{number}/report")
    phone.fill("#text", "只写了这些\n第二行")
    phone.click("main form button")
    assert "没有选择反映什么问题" in phone.locator("#error-summary").inner_text()
    assert phone.input_value("#text") == "只写了这些\n第二行"
    phone.check("input[name=kind][value=other]")
    phone.click("main form button")
    phone.wait_for_url("**/reports/*")


def test_a_visit_is_rated_by_its_slip_and_a_bad_rating_is_mended_without_any_script(
    phone: Page, counter: Page, site: str
) -> None:
    result, _ = decided_case(counter, site)
    counter.goto(result)
    counter.click("a[href*='/desk/ratings/slips/']")
    phone.goto(f"{site}/rate")
    phone.fill("#code", number_on(counter))
    phone.click("main form button")
    phone.wait_for_url("**/rate/*")
    phone.check("input[name=level][value='1']")
    phone.check("input[name=complaint][value=slow]")
    phone.click("main form button")
    assert phone.locator("h1").inner_text() == "这件业务已经评价"
    open_first(counter, f"{site}/desk/ratings")
    for step, text in (("mended", "增开一个窗口"), ("called_back", "已致电，认可")):
        counter.check(f"input[name=step][value={step}]")
        counter.fill("#text", text)
        counter.click("form:has(#text) button")
    assert "已办结" in counter.locator("main").inner_text()


def every_page(page: Page, site: str, photo: Path) -> Iterator[str]:
    """Open each page in turn, with and without problems; its name."""
    result, number = decided_case(page, site)
    page.goto(result)
    yield "result"
    page.goto(f"{site}/p/{number}/report")
    yield "report form"
    page.click("main form button")
    yield "report form, refused"
    receipt = report(page, site, number, photo)
    yield "receipt"
    for address in ("/reports", "/reports?number=x", "/reports/new", "/rate", "/rate?code=x", "/desk/reports"):
        page.goto(site + address)
        yield address
    open_first(page, f"{site}/desk/reports")
    yield "report at the desk"
    page.click("form:has(#answer) button")
    yield "report at the desk, refused"
    page.fill("#answer", "已处理")
    page.click("form:has(#answer) button")
    yield "report at the desk, answered"
    page.goto(receipt)
    yield "receipt, answered"
    page.goto(f"{site}/desk/reports?closed=yes")
    yield "closed reports"
    page.goto(result)
    page.click("a[href*='/desk/ratings/slips/']")
    yield "slip"
    page.goto(f"{site}/rate/{number_on(page)}")
    yield "rating"
    page.click("main form button")
    yield "rating, refused"
    page.check("input[name=level][value='2']")
    page.click("main form button")
    yield "rated"
    page.goto(f"{site}/desk/ratings")
    yield "ratings"
    open_first(page, f"{site}/desk/ratings")
    yield "rating at the desk"
    page.click("form:has(#text) button")
    yield "rating at the desk, refused"


def loaded_pages(page: Page, site: str, photo: Path) -> Iterator[str]:
    """``every_page``, each once it has been read to its end."""
    for name in every_page(page, site, photo):
        page.wait_for_load_state()
        page.locator("body").wait_for()
        yield name


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways_even_with_large_text(
    looking: Page, site: str, photo: Path, language: str
) -> None:
    looking.goto(f"{site}/?lang={language}")
    found = {}
    for name in loaded_pages(looking, site, photo):
        found |= {f"{name}, {where}": what for where, what in faults_at_every_width(looking).items()}
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _ in range(60):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def test_a_problem_is_reported_with_the_keyboard_alone_and_the_trap_is_never_reached(looking: Page, site: str) -> None:
    _, number = decided_case(looking, site)
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
    assert looking.locator("h1").inner_text() == "已经收到"


def test_a_receipt_is_not_kept_by_the_browser_and_leads_nowhere_else(looking: Page, site: str, photo: Path) -> None:
    _, number = decided_case(looking, site)
    answer = looking.goto(report(looking, site, number, photo))
    assert answer and answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    links = looking.eval_on_selector_all("a", "(links) => links.map((link) => link.origin)")
    assert set(links) == {site}
    assert PASSWORD not in looking.content()
