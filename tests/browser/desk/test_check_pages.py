"""The checks before acts and the page of a business: axe, no sideways scrolling, large text, the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import at_the_counter
import pytest
from at_the_counter import Running
from every_page import Walk, in_language, languages, one_walk
from playwright.sync_api import Page, expect
from screens import DESK

pytestmark = [one_walk]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The installation."""
    with at_the_counter.running(tmp_path_factory.mktemp("checks")) as site:
        yield site


def fill(page: Page, act: str) -> None:
    """What the form of ``act`` needs besides what stands in it."""
    if act == "change":
        page.fill("#principal", "赵示例")
    if act == "reprint":
        page.check("#cause")
    page.fill("#reason", "申请（示例）")


@languages
def test_the_check_of_an_act_is_accessible_and_fits(walk: Walk, running: Running, language: str) -> None:
    business = f"{running.origin}/desk/businesses/{running.issued()}"
    with walk.over(running.origin, language) as page:
        running.seat(page.context, "clerk")
        walk.seated()
        for act in ("change", "reprint", "cancel"):
            page.goto(in_language(f"{business}/licence/{act}", language))
            fill(page, act)
            page.locator("main form button").last.click()
            expect(page.locator(".check-form button")).to_have_count(1)
            walk.look(f"check of {act}")
        page.goto(in_language(business, language))
        for folded in page.locator("details.more, details.endings").all():
            folded.locator("summary").click()
        walk.look("business, everything open")


def test_a_page_has_one_filled_button_and_its_endings_last(seat: Callable[..., Page], running: Running) -> None:
    page = seat("clerk", DESK)
    running.seat(page.context, "clerk")
    page.goto(f"{running.origin}/desk/businesses/{running.issued()}")
    filled = page.locator("main .govuk-button:not(.govuk-button--secondary)")
    assert filled.count() <= 1
    endings = page.locator("details.endings")
    assert endings.evaluate("(e) => e.parentElement.lastElementChild === e && !e.open")
    page.locator("details.endings summary").press("Enter")
    for link in page.locator("details.endings a").all():
        assert link.inner_text().endswith("…")


def test_back_from_the_check_by_keyboard_keeps_everything(seat: Callable[..., Page], running: Running) -> None:
    page = seat("clerk", DESK)
    running.seat(page.context, "clerk")
    page.goto(f"{running.origin}/desk/businesses/{running.issued()}/licence/change")
    fill(page, "change")
    page.press("#principal", "Enter")
    expect(page.locator(".check-answers")).to_contain_text("赵示例")
    page.locator(".check-edit").press("Enter")
    expect(page.locator("#principal")).to_have_value("赵示例")
    expect(page.locator("#reason")).to_have_value("申请（示例）")
    page.press("#principal", "Enter")
    page.locator(".check-form button").press("Enter")
    expect(page.locator("h1")).to_contain_text("已办理")
