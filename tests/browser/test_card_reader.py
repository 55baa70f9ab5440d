"""A reader of identity cards types into the form: name and number go where they belong, whatever ends the parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from at_the_counter import Running, running
from desk_pages import HOTEL
from playwright.sync_api import Page, expect

NUMBER, MASK = "110101199003070011", "1101************11"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("card-reader")) as site:
        yield site


@pytest.fixture
def form(looking: Page, desk: Running) -> Page:
    """The details of a new application, open."""
    clerk = desk.signed_in("clerk")
    path = clerk.start()
    clerk.send(f"{path}/trade", HOTEL)
    desk.seat(looking.context, "clerk")
    looking.goto(f"{desk.origin}{path}/details")
    return looking


@pytest.mark.parametrize(
    "parts", [["王五|男|1990-03-07|", NUMBER, "Enter"], ["王五", "Enter", NUMBER, "Enter", "演示路1号", "Enter"]]
)
def test_a_burst_into_the_name_fills_name_and_number(form: Page, parts: list[str]) -> None:
    form.focus("#principal")
    for part in parts:
        form.keyboard.press(part) if part == "Enter" else form.keyboard.type(part)
    expect(form.locator("#principal")).to_have_value("王五")
    expect(form.locator("#principal_id_number")).to_have_value(MASK)
    expect(form.locator("[data-origin=principal_id_number]")).to_have_text("读身份证号码： 读自身份证")
    assert form.url.endswith("/details")
    form.reload()
    expect(form.locator("#principal_id_number")).to_have_value(MASK)
    # Stored before the page is left: what a page still sends then would reach the next test.
    with form.expect_response("**/fields"):
        form.fill("#principal", "王六")
    expect(form.locator("[data-origin=principal]")).to_have_class("origin typed")


def test_an_answer_that_follows_is_marked_until_somebody_types(form: Page) -> None:
    with form.expect_response("**/fields"):
        form.check("input[name=entity_form][value=individual]")
    mark = form.locator("[data-origin=entity_type]")
    expect(mark).to_have_class("origin derived")
    form.locator("#entity_type").press_sequentially("（示例）")
    expect(mark).to_have_class("origin typed")
    with form.expect_response("**/fields"):
        form.locator("#name").press_sequentially("甲")
        form.locator("#name").blur()
    form.reload()
    expect(mark).to_have_class("origin typed")
