"""The pages of inspections at the desk in the real browser: photographs, and a decision without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from at_the_counter import Running, running
from made_inspections import visits_and_draws
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("desk")) as site:
        yield site


@pytest.fixture(scope="module")
def addresses(desk: Running) -> dict[str, str]:
    """Where its visits are."""
    return visits_and_draws(desk)


def test_a_photograph_is_shown(looking: Page, desk: Running, addresses: dict[str, str]) -> None:
    desk.seat(looking.context, "clerk")
    looking.goto(f"{desk.origin}{addresses['counted visit']}")
    photo = looking.locator("figure img")
    assert photo.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 64


def test_a_held_visit_is_decided_without_scripts_and_by_keyboard(
    counter: Page, desk: Running, addresses: dict[str, str]
) -> None:
    desk.seat(counter.context, "clerk")
    counter.goto(f"{desk.origin}{addresses['visit']}?lang=zh")
    counter.get_by_label("仅存档").focus()
    counter.keyboard.press("Space")
    counter.keyboard.press("Tab")
    counter.keyboard.type("只有一名人员到场")
    counter.keyboard.press("Tab")
    counter.keyboard.press("Enter")
    counter.locator(".check-form button").press("Enter")
    expect(counter.locator(".notice-line")).to_have_text("已处理。")
    assert "只有一名人员到场" in counter.locator("main").inner_text()
