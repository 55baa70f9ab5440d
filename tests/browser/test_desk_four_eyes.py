"""Proposals and checks in the real browser: by keyboard, without scripts, on a phone, and for axe in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from accessible import violations
from desk_pages import PASSWORD
from playwright.sync_api import Browser, Page
from screens import Served, faults_of, filled_desk, opened

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.life_details import Deed, Reprint, ReprintCause
from licence_qr.domain.lifecycle import Act, Grounds, Subject
from licence_qr.domain.permit import PermitState
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.proposals import Proposing
from licence_qr.store import permits
from licence_qr.store.permits import StoredPermit

GROUNDS = Grounds("现场查实停用消毒设施", "《公共场所卫生管理条例》第十四条", "〔2026〕7号")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The filled demonstration register, a second inspector, and its origin."""
    with filled_desk(tmp_path_factory.mktemp("four-eyes")) as (services, origin):
        inspectors, now = frozenset({Role.INSPECTOR}), datetime.now(UTC)
        services.accounts.create("inspector-too", "监督员乙（示例）", "baishiyi", inspectors, PASSWORD, now)
        yield services, origin


def person(services: Services, who: str) -> Actor:
    found = services.accounts.user(who)
    assert found
    return found


def standing(services: Services, *, to_check: bool = False) -> StoredPermit:
    """A permit in force of the office, with no proposal yet; ``to_check``: with its check still open."""
    with services.database.read() as tx:
        row = tx.one(
            "SELECT permit_id FROM permits p WHERE handling_office = 'baishiyi' AND state = 'effective' AND valid_to > ?"
            " AND NOT EXISTS (SELECT 1 FROM proposals x WHERE x.uscc = p.uscc)"
            " AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.uscc = p.uscc)"
            " AND (? OR (follow_up_due IS NOT NULL AND checked_on IS NULL AND mode = 'commitment'))",
            (local_date(datetime.now(UTC)).isoformat(), not to_check),
        )
        assert row, "the demonstration register has no such permit"
        found = permits.get(tx, row["permit_id"])
    assert found
    return found


def proposed(services: Services, stored: StoredPermit, act: Act = Act.SUSPEND) -> int:
    wanted = Proposing(Subject(stored.uscc, stored.permit_id), act, GROUNDS, None)
    return services.proposals.propose(person(services, "clerk"), wanted, datetime.now(UTC))


def now_of(services: Services, stored: StoredPermit) -> StoredPermit:
    with services.database.read() as tx:
        found = permits.get(tx, stored.permit_id)
    assert found
    return found


def test_two_people_suspend_a_permit_without_scripts(chromium: Browser, served: Served) -> None:
    services, stored = served[0], standing(served[0])
    first, second = opened(chromium, served, "clerk"), opened(chromium, served, "decider")
    page = first.new_page()
    page.goto(f"/desk/proposals/new/{stored.uscc}/permit/{stored.permit_id}/suspend")
    page.get_by_label("理由").fill("现场查实停用消毒设施")
    page.get_by_role("button", name="提出", exact=True).click()
    assert page.get_by_role("button", name="作出决定").count() == 0  # not by who proposed it
    address = page.url
    page = second.new_page()
    page.goto("/desk/proposals")
    page.locator(f'a[href="{address.partition(served[1])[2]}"]').click()
    page.get_by_label("同意，马上办理").check()
    page.get_by_label("您的登录密码").fill("not the password")
    page.get_by_role("button", name="作出决定").click()
    assert page.get_by_label("同意，马上办理").is_checked()
    assert page.get_by_label("您的登录密码").input_value() == ""
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="作出决定").click()
    assert page.get_by_text("已同意并办理。").is_visible()
    assert now_of(services, stored).permit.state is PermitState.SUSPENDED
    first.close()
    second.close()


def test_a_decision_is_made_by_keyboard_alone(chromium: Browser, served: Served) -> None:
    services, stored = served[0], standing(served[0])
    number = proposed(services, stored)
    context = opened(chromium, served, "decider", scripts=True)
    page = context.new_page()
    page.goto(f"/desk/proposals/{number}")
    _tab_to(page, "#verdict")
    page.keyboard.press("Space")
    _tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/proposals/{number}")
    page.get_by_text("已同意并办理。").wait_for()
    assert now_of(services, stored).permit.state is PermitState.SUSPENDED
    context.close()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def changed(services: Services, stored: StoredPermit) -> None:
    """Something else happens to the business."""
    subject, clerk = Subject(stored.uscc), person(services, "clerk")
    services.life.perform(
        clerk, Deed(subject, Act.REPRINT, GROUNDS, clerk, Reprint(ReprintCause.LOST)), datetime.now(UTC)
    )


@pytest.fixture(scope="module")
def pages(served: Served) -> list[tuple[str, str]]:
    """Who looks at which page: every state that the pages have."""
    services = served[0]
    waiting, to_check = standing(services), standing(services, to_check=True)
    number = proposed(services, waiting)
    changed(services, waiting)
    back = proposed(services, standing(services), Act.REVOKE)
    services.proposals.withdraw(person(services, "clerk"), back, "查证有误", datetime.now(UTC))
    free = standing(services)
    form = f"/desk/proposals/new/{free.uscc}/permit/{free.permit_id}"
    return [
        ("decider", "/desk/proposals"),
        ("clerk", "/desk/proposals?state=all&by=me"),
        ("decider", f"/desk/proposals/{number}"),
        ("clerk", f"/desk/proposals/{number}"),
        ("clerk", f"/desk/proposals/{back}"),
        ("clerk", f"{form}/annul"),
        ("clerk", f"{form}/suspend"),
        ("clerk", f"/desk/proposals/new/{free.uscc}/licence/revoke"),
        ("inspector", "/desk/follow-ups"),
        ("inspector", f"/desk/follow-ups/{to_check.permit_id}"),
        ("decider", f"/desk/follow-ups/{to_check.permit_id}"),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    chromium: Browser, served: Served, pages: list[tuple[str, str]], language: str
) -> None:
    found = {}
    for who in ("clerk", "decider", "inspector"):
        context = opened(chromium, served, who, scripts=True)
        page = context.new_page()
        found |= faults_of(page, (address for looks, address in pages if looks == who), language)
        context.close()
    assert found == {}


def test_what_is_wrong_is_clean_for_axe_too(chromium: Browser, served: Served, pages) -> None:
    context = opened(chromium, served, "inspector", scripts=True)
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 900})
    page.goto(next(address for _, address in pages if address.startswith("/desk/follow-ups/")))
    page.get_by_label("不通过，提议撤销").check()
    page.get_by_role("button", name="登记核查").click()
    assert page.evaluate("() => document.activeElement.id") == "error-summary"
    assert page.locator(".govuk-error-message").count() >= 3
    assert not violations(page)
    context.close()
