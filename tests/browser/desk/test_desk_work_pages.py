"""The work list in the real browser: on a phone, at the counter, without scripts, and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from screens import WIDTHS, Served, filled_desk, send, signed_in_as


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The filled demonstration register, and its origin."""
    with filled_desk(tmp_path_factory.mktemp("work")) as served:
        yield served


def test_a_line_is_three_short_lines_on_a_phone_and_a_row_at_the_counter(looking: Page, served: Served) -> None:
    page, origin = looking, served[1]
    signed_in_as(page.context, served, "supervisor")
    shown = "() => getComputedStyle(document.querySelector('.tasks tbody tr')).display"
    for width, display in ((360, "flex"), (1280, "table-row")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{origin}/desk/work")
        assert page.evaluate(shown) == display
        row = page.locator(".tasks tbody tr").first
        tops = [row.locator(each).bounding_box() for each in (".task-due", ".task-what", ".task-name", ".task-act")]
        due, what, name, act = (box["y"] + box["height"] / 2 for box in tops if box)
        assert abs(due - what) < 12
        assert (due < name < act) == (width == 360)


def test_filters_and_the_calendar_work_without_scripts(counter: Page, served: Served) -> None:
    page, origin = counter, served[1]
    signed_in_as(page.context, served, "supervisor")
    page.goto(f"{origin}/desk/work")
    page.get_by_text("按事项、期限筛选").click()
    send(page, page.get_by_role("navigation", name="按期限筛选").get_by_role("link", name="已逾期"))
    assert page.url.endswith("due=overdue")
    assert page.locator(".tasks tbody tr").count() == page.locator(".tasks tbody tr.overdue").count() > 0
    page.get_by_role("link", name="在自己的日历里看").click()
    send(page, page.get_by_role("button", name="建立地址"))
    assert "/calendar/" in page.get_by_label("复制到日历软件").input_value()
    page.reload()
    assert page.get_by_label("复制到日历软件").count() == 0


def test_every_filter_and_line_is_reached_by_keyboard(looking: Page, served: Served) -> None:
    page, origin = looking, served[1]
    signed_in_as(page.context, served, "inspector")
    page.goto(f"{origin}/desk/work")
    page.evaluate("() => { document.querySelector('details.narrow').open = true }")
    links = page.locator("main a").count()
    reached = []
    for _ in range(2 * links + 40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => [...document.querySelectorAll('main a')].indexOf(document.activeElement)"))
    assert [number for number in reached if number >= 0][:links] == list(range(links))


def test_a_task_is_taken_and_handed_over_without_scripts(counter: Page, served: Served) -> None:
    page, origin = counter, served[1]
    signed_in_as(page.context, served, "clerk")
    page.goto(f"{origin}/desk/")
    name = page.locator(".tasks tbody tr .task-name a").first.inner_text()
    send(page, page.locator(".tasks tbody tr").first.get_by_role("button", name="领取"))
    assert page.url.endswith("/desk/")
    page.goto(f"{origin}/desk/work?whose=mine")
    row = page.locator(".tasks tbody tr", has_text=name).filter(has_text="clerk（示例）").first
    row.get_by_role("link", name="转交").click()
    page.get_by_label("colleague（示例）").check()
    send(page, page.get_by_role("button", name="转交", exact=True))
    assert page.url.endswith("whose=mine") and page.get_by_text("已转交。").is_visible()


def test_the_rooms_are_a_menu_on_a_phone_and_a_row_at_the_counter(looking: Page, served: Served) -> None:
    page, origin = looking, served[1]
    signed_in_as(page.context, served, "inspector")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{origin}/desk/work")
    rooms, menu = page.get_by_role("navigation", name="窗口目录"), page.locator(".desk-menu summary")
    assert (menu.inner_text().split("\n")[-1], rooms.is_visible()) == ("待办", False)
    menu.focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/businesses**")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert (menu.is_visible(), rooms.is_visible()) == (False, True)
    page.locator(".language-switch").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.matches('.desk-nav a')")


def test_the_other_language_stands_at_the_right_of_the_first_row(looking: Page, served: Served) -> None:
    page, origin = looking, served[1]
    signed_in_as(page.context, served, "supervisor")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{origin}/desk/work?lang=en")
        brand, switch = (page.locator(each).bounding_box() for each in (".brand", ".language-switch"))
        top = page.locator(".top").bounding_box()
        assert brand and switch and top
        assert switch["y"] == brand["y"]
        assert 0 <= top["x"] + top["width"] - (switch["x"] + switch["width"]) < 24
