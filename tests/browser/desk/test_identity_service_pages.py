"""Signing in by the identity service in the real browser, by keyboard, without scripts of ours; axe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from desk_pages import OFFICE, PASSWORD, installation
from every_page import Walk, one_walk
from identity_provider import IdentityService, identity_service
from playwright.sync_api import Browser, Page, expect
from screens import listening

from bench.load import free_port
from licence_qr.domain.roles import Role
from licence_qr.web.app import create_app

pytestmark = [pytest.mark.campaign, one_walk]

Offered = tuple[IdentityService, str]
PEOPLE = {who: {"employee_number": number} for who, number in (("wang", "1001"), ("zhao", "1003"), ("none", "9"))}


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offered]:
    """An identity service, and the origin of a demonstration whose people may sign in by it."""
    folder, port, now = tmp_path_factory.mktemp("identity"), free_port(), datetime.now(UTC)
    origin = f"http://127.0.0.1:{port}"
    with identity_service(folder / "service", origin, PEOPLE) as there:
        services = installation(folder, port, more=there.settings())
        for username, staff_no, office in (
            ("wang", "1001", OFFICE),
            ("zhao", "1003", OFFICE),
            ("zhao.2", "1003", OFFICE),
        ):
            name = "赵示例" if staff_no == "1003" else "王示例"
            roles = frozenset({Role.CLERK if username != "zhao.2" else Role.SUPERVISOR})
            services.accounts.create(username, name, office, roles, PASSWORD, now, staff_no=staff_no)
        with listening(create_app(services), port):
            yield there, origin


@pytest.fixture
def page(chromium: Browser, offered: Offered) -> Iterator[Page]:
    context = chromium.new_context(base_url=offered[1], ignore_https_errors=True)
    yield context.new_page()
    context.close()


def prove(page: Page, who: str) -> None:
    """Press the button by keyboard, and say at the service who one is."""
    page.get_by_role("button", name="统一身份认证平台").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Identity service")).to_be_visible()
    page.get_by_label("Who").fill(who)
    page.keyboard.press("Enter")


def test_the_way_there_and_back_and_out_again(page: Page, walk: Walk, offered: Offered) -> None:
    there, origin = offered
    with walk.over(origin, "zh"):
        page.goto("/desk/businesses")
        walk.look("asked to sign in", page)
        prove(page, "wang")
        page.wait_for_url(f"{origin}/desk/businesses")
        expect(page.get_by_text("王示例")).to_be_visible()
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("link", name="在那里也退出")).to_be_visible()
        walk.look("signed out", page)
        page.get_by_role("link", name="在那里也退出").click()
        page.wait_for_url(f"{there.issuer}/session/end?*")


def test_an_account_is_chosen(page: Page, walk: Walk, offered: Offered) -> None:
    with walk.over(offered[1], "zh"):
        page.goto("/sign-in")
        prove(page, "zhao")
        expect(page.get_by_role("heading", name="用哪个账号登录")).to_be_visible()
        walk.look("accounts", page)
        page.get_by_role("button", name="zhao.2").click()
        expect(page.locator(".who")).to_contain_text("赵示例")


def test_whoever_is_not_known_is_told_so_on_the_sign_in_page(page: Page, walk: Walk, offered: Offered) -> None:
    with walk.over(offered[1], "zh"):
        page.goto("/sign-in")
        prove(page, "none")
        expect(page.get_by_text("工号“9”在本系统没有登记。")).to_be_visible()
        walk.look("not known", page)
        page.get_by_role("link", name="English").click()
        assert urlsplit(page.url).path == "/sign-in"
        expect(page.get_by_role("button", name="Sign in with 示例区统一身份认证平台")).to_be_visible()
        walk.look("in English", page)
