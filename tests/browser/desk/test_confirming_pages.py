"""Pages on which somebody confirms an act with a second factor: how they look, and that a passkey covers what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from desk_pages import PASSWORD
from every_page import Walk, in_language, languages, one_walk
from made_confirmations import Confirming, confirming_site
from playwright.sync_api import Browser, expect
from screens import DESK, sign_in

from licence_qr.domain.roles import Role

pytestmark = [pytest.mark.campaign, one_walk]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Confirming]:
    with confirming_site(tmp_path_factory.mktemp("confirming")) as made:
        yield made


@languages
def test_each_page_is_accessible_and_fits(walk: Walk, made: Confirming, language: str) -> None:
    origin, seated = made.site.origin, ""
    with walk.over(origin, language) as page:
        for name, (who, address) in sorted(made.places.items(), key=lambda place: place[1]):
            if who != seated:
                made.seat(page.context, who)
                walk.seated()
                seated = who
            assert walk.visit(name, in_language(origin + address, language)) == 200, name


def test_what_is_refused_stands_beside_its_field(walk: Walk, made: Confirming) -> None:
    with walk.over(made.site.origin, "zh") as page:
        for name in ("decision", "second officer", "named check", "closing", "reset", "own password"):
            who, address = made.places[name]
            made.seat(page.context, who)
            page.goto(made.site.origin + address)
            for radio in ("[name=confirmed]", "[name=verdict][value=approve]", "[name=answer][value=confirmed]"):
                if page.locator(radio).count():
                    page.check(radio)
            if name == "decision":
                page.get_by_role("button", name="下一步：核对").click()
            page.fill("#password", PASSWORD)
            for field in ("#new_password", "#repeated_password"):
                if page.locator(field).count():
                    page.fill(field, "seven grey herons at noon")
            page.fill("#code", "000 000 000")
            page.press("#code", "Enter")
            expect(page.locator("#code-error")).to_be_visible()
            walk.look(name)


def test_a_passkey_gives_the_roles_that_are_ticked(chromium: Browser, made: Confirming) -> None:
    services, origin = made.site.services, made.site.origin
    services.accounts.create(
        "new-admin", "新管理员（示例）", "baishiyi", frozenset({Role.ADMIN}), PASSWORD, datetime.now(UTC)
    )
    context = chromium.new_context(base_url=origin, viewport=DESK)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    sign_in(page, origin, "new-admin")
    page.goto(f"{origin}/second-factor/passkeys/new")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="继续").click()
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    page.goto(origin + made.places["roles"][1])
    page.check("input[name=roles][value=supervisor]")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.get_by_text("角色已变更。")).to_be_visible()
    account = services.accounts.user("clerk")
    assert account is not None and account.roles == {Role.CLERK, Role.SUPERVISOR}
    page.goto(origin + made.places["asking for a reset"][1].replace("/factors", "/close"))
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="停用该账号").click()  # the password alone
    expect(page.locator("#code-error")).to_be_visible()
    context.close()
