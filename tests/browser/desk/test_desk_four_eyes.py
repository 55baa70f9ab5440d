"""Proposals in the real browser: without scripts, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from desk_pages import PASSWORD
from made_proposals import proposed, standing, two_inspectors
from playwright.sync_api import Page
from screens import DESK, Served, send, signed_in_as

from licence_qr.bootstrap import Services
from licence_qr.domain.register.permit import PermitState
from licence_qr.store.register import permits
from licence_qr.store.register.permits import StoredPermit


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The filled demonstration register, a second inspector, and its origin."""
    with two_inspectors(tmp_path_factory.mktemp("four-eyes")) as served:
        yield served


def now_of(services: Services, stored: StoredPermit) -> StoredPermit:
    with services.database.read() as tx:
        found = permits.get(tx, stored.permit_id)
    assert found
    return found


def test_two_people_suspend_a_permit_without_scripts(seat: Callable[..., Page], served: Served) -> None:
    services, origin = served
    stored, page, second = standing(services), seat("counter", DESK), seat("another counter", DESK)
    signed_in_as(page.context, served, "clerk")
    signed_in_as(second.context, served, "decider")
    page.goto(f"{origin}/desk/proposals/new/{stored.uscc}/permit/{stored.permit_id}/suspend")
    page.get_by_label("责令停业整顿").check()
    page.get_by_label("理由").fill("现场查实停用消毒设施")
    send(page, page.get_by_role("button", name="下一步：核对"))
    send(page, page.get_by_role("button", name="提议暂扣"))
    assert page.get_by_role("button", name="下一步：核对").count() == 0  # not by who proposed it
    address = page.url
    page = second
    page.goto(f"{origin}/desk/proposals")
    page.locator(f'a[href="{address.partition(served[1])[2]}"]').click()
    page.get_by_label("同意，立即办理").check()
    send(page, page.get_by_role("button", name="下一步：核对"))
    page.get_by_label("您的登录密码").fill("not the password")
    send(page, page.get_by_role("button", name="同意：暂扣"))
    assert page.get_by_label("您的登录密码").input_value() == ""
    page.get_by_label("您的登录密码").fill(PASSWORD)
    send(page, page.get_by_role("button", name="同意：暂扣"))
    assert page.get_by_text("已同意并办理。").is_visible()
    assert now_of(services, stored).permit.state is PermitState.SUSPENDED


def test_a_decision_is_made_by_keyboard_alone(looking: Page, served: Served) -> None:
    services, origin = served
    stored, page = standing(services), looking
    number = proposed(services, stored)
    signed_in_as(page.context, served, "decider")
    page.goto(f"{origin}/desk/proposals/{number}")
    _tab_to(page, "#verdict")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("#password").wait_for()  # which has the focus
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/proposals/{number}")
    page.get_by_text("已同意并办理。").wait_for()
    assert now_of(services, stored).permit.state is PermitState.SUSPENDED


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
