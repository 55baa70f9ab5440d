"""Second factors in the real browser: passkeys with chromium's virtual authenticator, the app by keyboard, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from desk_pages import PASSWORD, installation
from every_page import Walk, in_language, languages, one_walk
from playwright.sync_api import Browser, BrowserContext, Page, expect
from screens import DESK, PHONE, Served, listening, send, sign_in, signed_in_as

from bench.load import free_port
from licence_qr.web.app import create_app

pytestmark = [pytest.mark.campaign, one_walk]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demonstration installation at http://localhost, which browsers trust as they trust https."""
    port = free_port()
    folder = tmp_path_factory.mktemp("second-factor")
    services = installation(folder, port, host="localhost")
    with listening(create_app(services), port):
        yield services, f"http://localhost:{port}"


@pytest.fixture
def person(chromium: Browser, served: Served) -> Iterator[Page]:
    """A browser that obeys the policy of each page, with an authenticator in it that verifies its owner."""
    context = chromium.new_context(base_url=served[1], viewport=DESK)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def test_a_passkey_is_enrolled_and_signs_in_and_proves_who_removes_it(person: Page, served: Served) -> None:
    _, origin = served
    sign_in(person, origin, "decider")
    person.goto(f"{origin}/second-factor")
    person.get_by_role("link", name="添加通行密钥").click()
    person.get_by_label("密码").fill(PASSWORD)
    person.get_by_role("button", name="继续").click()
    person.get_by_label("名称").fill("办公室电脑")
    person.get_by_role("button", name="添加通行密钥").click()
    expect(person.get_by_role("heading", name="恢复码")).to_be_visible()
    assert person.locator(".recovery-codes li").count() == 10
    person.get_by_role("link", name="已经保存，继续").click()
    expect(person.locator("b", has_text="办公室电脑")).to_be_visible()

    person.get_by_role("button", name="退出").click()
    sign_in(person, origin, "decider", "/second-factor")
    expect(person.get_by_role("heading", name="登录：第二重验证")).to_be_visible()
    person.get_by_role("button", name="用通行密钥验证").click()
    expect(person.get_by_text("最近使用")).to_be_visible()

    person.get_by_role("link", name="移除").click()
    person.get_by_label("密码").fill(PASSWORD)
    person.get_by_role("button", name="用通行密钥验证").click()
    expect(person.get_by_text("已移除。")).to_be_visible()


def test_an_authenticator_that_verifies_nobody_is_told_so(chromium: Browser, served: Served) -> None:
    _, origin = served
    context: BrowserContext = chromium.new_context(base_url=origin, viewport=PHONE)
    page = context.new_page()
    sign_in(page, origin, "inspector")
    page.goto(f"{origin}/second-factor/passkeys/new?lang=en")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": False}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    page.get_by_label("Name").fill("Key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey did not work.")).to_be_visible()
    context.close()


def test_an_app_is_enrolled_and_signs_in_by_keyboard_alone(seat: Callable[..., Page], served: Served) -> None:
    _, origin = served
    page = seat("counter", DESK)  # without scripts
    sign_in(page, origin, "colleague")
    page.goto(f"{origin}/second-factor/app")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    app = pyotp.TOTP(page.locator("code.groups").inner_text().replace(" ", ""))
    page.keyboard.type(app.at(datetime.now(UTC)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, origin, "colleague")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(app.at(datetime.now(UTC) + timedelta(seconds=30)))  # the code of now has been used
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="首页", exact=True)).to_be_visible()


@languages
def test_each_page_is_accessible_and_fits(walk: Walk, served: Served, language: str) -> None:
    origin = served[1]
    with walk.over(origin, language) as page:
        signed_in_as(page.context, served, "elsewhere")
        walk.seated()
        for address in ("/second-factor", "/second-factor/app", "/second-factor/passkeys/new"):
            walk.visit(address, in_language(origin + address, language))
        for address in ("/second-factor/passkeys/new", "/second-factor/app"):
            page.goto(origin + address)
            page.fill("#password", PASSWORD)
            send(page, "main form button")
            assert not page.locator("#password").count()
            walk.look(f"{address}, after the password")
