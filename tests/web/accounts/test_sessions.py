"""Sessions of one's own: a new one with each sign-in, new forms with it, and the page that lists and ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from desk_pages import PASSWORD, Browser, desk_app, desk_services, hidden
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Role
from licence_qr.store.register import traces

__all__ = ["desk_app", "desk_services"]

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
    " Safari/537.36 Edg/142.0.3595.94"
)
OWN = "seven grey herons at noon"


@pytest.fixture
def name(desk_services: Services) -> Iterator[str]:
    """An account that no other test signs in to."""
    name = f"owner-{len(desk_services.accounts.everybody())}"
    now = datetime.now(UTC)
    desk_services.accounts.create(name, "本人（示例）", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    yield name
    desk_services.accounts.disable(name, now)


def signed_in(app: Flask, name: str, user_agent: str = "") -> Browser:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    browser = Browser(client)
    assert browser.sign_in(name).status_code == 303
    return browser


def token_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session-token")
    assert cookie
    return cookie.value


def opens(app: Flask, token: str) -> bool:
    """Whether this token still opens a page."""
    client = app.test_client()
    client.set_cookie("session-token", token)
    return client.get("/sessions").status_code == 200


def test_signing_in_again_ends_the_earlier_session_of_the_same_browser(
    desk_app: Flask, desk_services: Services, name: str
) -> None:
    browser, elsewhere = signed_in(desk_app, name), signed_in(desk_app, name)
    earlier = token_of(browser)
    page = browser.see("/sessions")
    browser.send("/sign-in", {"username": name, "password": PASSWORD}, page)
    assert token_of(browser) != earlier
    assert not opens(desk_app, earlier)
    assert opens(desk_app, token_of(browser))
    assert opens(desk_app, token_of(elsewhere))
    with desk_services.database.read() as tx:
        told = [row["event"] for row in traces.everything(tx) if row["actor"] == name]
    assert told[-2:] == [EventKind.SESSION_ENDED, EventKind.SIGNED_IN]


def test_a_session_that_an_attacker_planted_is_not_the_one_that_is_opened(desk_app: Flask, name: str) -> None:
    attacker = signed_in(desk_app, "clerk")
    victim = desk_app.test_client()
    victim.set_cookie("session-token", token_of(attacker))
    browser = Browser(victim)
    browser.send("/sign-in", {"username": name, "password": PASSWORD}, browser.see("/sessions"))
    assert token_of(browser) != token_of(attacker)
    assert not opens(desk_app, token_of(attacker))


@pytest.mark.parametrize("step", ["signing in", "a new password"])
def test_no_form_from_before_is_taken_after(step: str, desk_app: Flask, name: str) -> None:
    browser = Browser(desk_app.test_client())
    before = browser.see("/sign-in")
    browser.send("/sign-in", {"username": name, "password": PASSWORD}, before)
    if step == "a new password":
        before = browser.see("/sessions")
        browser.send("/password", {"password": PASSWORD, "new_password": OWN, "repeated_password": OWN})
    answer = browser.client.post("/sessions/end-others", data={"csrf_token": hidden(before, "csrf_token")})
    assert answer.status_code == 400
    assert browser.press("/sessions", "/sessions/end-others").status_code == 303


def test_no_form_of_a_session_signs_in_after_it(desk_app: Flask, name: str) -> None:
    browser = signed_in(desk_app, name)
    before = browser.see("/sessions")
    browser.press("/sessions", "/sign-out")
    assert browser.send("/sign-in", {"username": name, "password": PASSWORD}, before).status_code == 400
    assert browser.sign_in(name).status_code == 303


def test_the_page_says_in_a_few_words_what_and_where_and_until_when(desk_app: Flask, name: str) -> None:
    page = signed_in(desk_app, name, EDGE).see("/sessions?lang=zh")
    assert "Edge · Windows，127.0.0.1" in page
    assert "142.0" not in page
    assert "最近使用" in page
    assert re.search(r"不使用则结束于 <time .*最迟结束于 <time ", page)
    assert "未知设备" in signed_in(desk_app, name, "<b>made up</b>").see("/sessions?lang=zh")


def test_all_other_sessions_end_at_once_and_this_one_goes_on(desk_app: Flask, name: str) -> None:
    others = [signed_in(desk_app, name) for _ in range(3)]
    mine, stranger = signed_in(desk_app, name), signed_in(desk_app, "clerk")
    assert "结束其他所有登录" in mine.see("/sessions?lang=zh")
    assert mine.press("/sessions", "/sessions/end-others").location == "/sessions"
    assert "已结束其他登录 3 处" in mine.see("/sessions?lang=zh")
    assert not any(opens(desk_app, token_of(other)) for other in others)
    assert opens(desk_app, token_of(stranger))


def test_known_devices_can_be_forgotten(desk_app: Flask, desk_services: Services, name: str) -> None:
    browser = signed_in(desk_app, name)
    browser.press("/sessions", "/sessions/forget-devices")
    # A stranger's tries lock out whoever is on no known device.
    for n in range(30):
        stranger = desk_app.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"10.9.{n}.1"
        Browser(stranger).sign_in(name, "wrong")
    browser.press("/sessions", "/sign-out")
    assert browser.sign_in(name).status_code == 429
    with desk_services.database.read() as tx:
        told = [row["event"] for row in traces.everything(tx) if row["actor"] == name]
    assert EventKind.DEVICES_FORGOTTEN in told


@pytest.mark.parametrize(("lang", "here"), [("zh", "本设备"), ("en", "this device")])
def test_one_known_device_is_forgotten_by_a_button(desk_app: Flask, name: str, lang: str, here: str) -> None:
    mine, other = signed_in(desk_app, name), signed_in(desk_app, name, EDGE)
    page = mine.see(f"/sessions?lang={lang}")
    forget = re.findall(r'action="(/sessions/devices/[^"]+/forget)"', page)
    assert len(forget) == 2 and page.count(here) == 1
    mark = page.index(here)
    (others,) = [address for address in forget if not page[mark:].split("</li>")[0].count(address)]
    assert mine.press("/sessions", others).location == "/sessions"
    page = mine.see(f"/sessions?lang={lang}")
    assert others not in page and here in page and here not in other.see(f"/sessions?lang={lang}")


def test_a_session_of_somebody_else_cannot_be_ended(desk_app: Flask, desk_services: Services, name: str) -> None:
    clerk = signed_in(desk_app, "clerk")
    held = desk_services.sessions.actor(token_of(clerk), datetime.now(UTC))
    assert held
    signed_in(desk_app, name).press("/sessions", f"/sessions/{held.via.session}/revoke")
    assert opens(desk_app, token_of(clerk))
