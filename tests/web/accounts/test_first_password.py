"""A password that somebody else has set opens the page to change it, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from closed_pages import closed_rules
from desk_pages import PASSWORD, Browser, desk_app, desk_services
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.stages import SignInStage
from licence_qr.domain.roles import Role
from licence_qr.web.shell.security import PUBLIC, STAGE_PAGES, stages_of

__all__ = ["desk_app", "desk_services"]

OWN = "seven grey herons at noon"
ALL_OF_AN_OFFICE = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER, Role.SUPERVISOR})
# What is open although the session wants another password first.
OPEN = {"password.change_password", "sign_in.sign_out"}


@pytest.fixture
def newcomer(desk_app: Flask, desk_services: Services, request: pytest.FixtureRequest) -> Browser:
    """Somebody of every role for cases who has just signed in with the password that the administrator told them."""
    name = f"newcomer-{abs(hash(request.node.name)) % 10**8}"
    now = datetime.now(UTC)
    desk_services.accounts.create(name, "新人（示例）", "baishiyi", ALL_OF_AN_OFFICE, PASSWORD, now, must_change=True)
    browser = Browser(desk_app.test_client())
    answer = browser.sign_in(name, onward="/desk/businesses")
    assert answer.location == "/password?next=/desk/businesses"
    return browser


def changed(browser: Browser, present: str = PASSWORD, new: str = OWN, repeated: str = OWN) -> str:
    answer = browser.send("/password", {"password": present, "new_password": new, "repeated_password": repeated})
    return answer.location or answer.get_data(as_text=True)


def test_every_page_but_two_is_closed_until_the_password_is_changed(newcomer: Browser, desk_app: Flask) -> None:
    desk_app.config["WTF_CSRF_ENABLED"] = False  # the gate must hold by itself
    try:
        rules = [rule for rule in closed_rules(desk_app) if rule[0] not in OPEN]
        assert len(rules) > 50
        for endpoint, method, address in rules:
            answer = newcomer.client.open(address, method=method)
            if endpoint.startswith("inspections_sync."):  # scripts are told, and sent nowhere
                assert answer.location is None or answer.location.startswith("/sign-in"), endpoint
                assert answer.status_code in {303, 401, 403}, endpoint
            else:
                assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/password"), endpoint
    finally:
        desk_app.config["WTF_CSRF_ENABLED"] = True


def test_what_scripts_ask_for_is_refused_in_their_own_form(newcomer: Browser) -> None:
    answer = newcomer.client.get("/inspect/visits/1", headers={"Accept": "application/json"})
    told = newcomer.client.post("/inspect/sync", headers={"Accept": "application/json"})
    assert {answer.status_code, told.status_code}.isdisjoint({200, 201})


def test_the_walk_knows_every_page_that_is_open_during_a_stage(desk_app: Flask) -> None:
    views = desk_app.view_functions
    assert {name for name, view in views.items() if SignInStage.PASSWORD in stages_of(view)} == OPEN
    assert set(STAGE_PAGES) == set(SignInStage)
    for stage, endpoint in STAGE_PAGES.items():
        assert stage in stages_of(views[endpoint])
        assert endpoint not in PUBLIC
    assert all(set(SignInStage) == stages_of(views[name]) for name in ("sign_in.sign_out",))


def test_the_page_offers_no_other_page(newcomer: Browser) -> None:
    page = newcomer.see("/password")
    assert "别人设的" in page
    assert "desk-nav" not in page
    assert "新人（示例）" in page


def test_another_password_opens_the_page_that_was_asked_for(newcomer: Browser) -> None:
    page = newcomer.see("/password?next=/desk/businesses")
    fields = {"password": PASSWORD, "new_password": OWN, "repeated_password": OWN, "next": "/desk/businesses"}
    assert newcomer.send("/password", fields, page).location == "/desk/businesses"
    assert newcomer.client.get("/desk/businesses").status_code == 200


def test_the_same_password_again_changes_nothing(newcomer: Browser) -> None:
    assert "新密码与现在的密码相同" in changed(newcomer, PASSWORD, PASSWORD, PASSWORD)
    assert newcomer.client.get("/desk/businesses").location == "/password?next=/desk/businesses"


def test_whoever_signs_in_with_the_changed_password_is_asked_for_nothing(newcomer: Browser, desk_app: Flask) -> None:
    assert changed(newcomer) == "/desk/"
    page = newcomer.see("/desk/")
    assert "新人（示例）" in page
    newcomer.press("/desk/", "/sign-out")
    assert newcomer.client.get("/desk/").location.startswith("/sign-in")


def test_signing_out_is_always_possible(newcomer: Browser) -> None:
    assert newcomer.press("/password", "/sign-out").location == "/sign-in"
    assert newcomer.client.get("/password").location.startswith("/sign-in")
