"""Signing in and out, and one's own sessions."""

from __future__ import annotations

import html
import re

import pytest
from desk_pages import Browser, browser, clerk, desk_app, desk_services, hidden
from flask import Flask
from werkzeug.test import Client

__all__ = ["browser", "clerk", "desk_app", "desk_services"]


def test_the_right_password_leads_to_the_desk(browser: Browser) -> None:
    answer = browser.sign_in("clerk")
    assert answer.status_code == 303
    assert answer.location == "/desk/"
    assert "新申请" in browser.see("/desk/")


@pytest.mark.parametrize("typed", ["clerk ", " clerk", "ｃｌｅｒｋ", "clerk\u3000"])
def test_a_name_counts_as_phones_and_chinese_keyboards_type_it(browser: Browser, typed: str) -> None:
    assert browser.sign_in(typed, "wrong").status_code == 403
    assert browser.sign_in(typed).location == "/desk/"


def test_tries_are_counted_for_the_name_however_it_is_typed(browser: Browser) -> None:
    tries = [browser.sign_in(f"spelled{' ' * n}", f"wrong-{n}").status_code for n in range(6)]
    assert tries == [403] * 5 + [429]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    cookie = next(c for c in browser.sign_in("clerk").headers.getlist("Set-Cookie") if c.startswith("session-token="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("username", "password"), [("clerk", "wrong"), ("nobody", "wrong"), ("", "")])
def test_a_refusal_keeps_the_name_and_does_not_say_which_part_was_wrong(
    browser: Browser, username: str, password: str
) -> None:
    answer = browser.sign_in(username, password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "用户名或密码不对" in page
    assert (
        'name="username" type="text" inputmode="text" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" value="{username}"' in page
    )
    assert password not in page or not password
    assert not any(c.startswith("session-token=") for c in answer.headers.getlist("Set-Cookie"))


def test_to_ask_for_the_head_of_the_page_is_no_try(desk_app: Flask, browser: Browser) -> None:
    assert {Client(desk_app).head("/sign-in").status_code for _ in range(60)} == {200}
    assert browser.sign_in("clerk").status_code == 303


def test_too_many_tries_are_throttled_and_the_page_says_for_how_long(browser: Browser) -> None:
    answers = [browser.sign_in("guessed", f"wrong-{n}") for n in range(6)]
    assert answers[-1].status_code == 429
    assert "分钟" in answers[-1].get_data(as_text=True)


def test_signing_in_goes_on_to_the_page_that_was_asked_for(browser: Browser) -> None:
    asked = browser.client.get("/desk/businesses?q=示例")
    assert asked.status_code == 303
    answer = browser.send(asked.location, {"username": "clerk", "password": "only-for-these-tests"})
    assert answer.location.startswith("/desk/businesses?q=")


@pytest.mark.parametrize(
    "onward",
    ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example/", "/\t/elsewhere.example", "x"],
)
def test_signing_in_never_leads_to_another_site(browser: Browser, onward: str) -> None:
    assert browser.sign_in("clerk", onward=onward).location == "/desk/"


def test_signing_out_ends_the_session_itself(clerk: Browser, desk_app: Flask) -> None:
    kept = clerk.client.get_cookie("session-token")
    assert kept is not None
    assert clerk.press("/desk/", "/sign-out").location == "/sign-in"
    thief = desk_app.test_client()
    thief.set_cookie("session-token", kept.value)
    assert thief.get("/desk/").status_code == 303


def test_a_session_somewhere_else_can_be_ended(clerk: Browser, desk_app: Flask) -> None:
    elsewhere = Browser(desk_app.test_client())
    elsewhere.sign_in("clerk")
    page = clerk.see("/sessions")
    ids = [part.split("/revoke")[0] for part in page.split('action="/sessions/')[1:]]
    mine = page.split("本次登录")[1].split('action="/sessions/')[1].split("/revoke")[0]
    for session_id in ids:
        if session_id != mine:
            clerk.press("/sessions", f"/sessions/{session_id}/revoke")
    assert elsewhere.client.get("/desk/").status_code == 303
    assert clerk.client.get("/desk/").status_code == 200


def test_cookies_that_cannot_be_read_are_told_and_no_form_is_offered_again_in_vain(
    browser: Browser, desk_app: Flask
) -> None:
    token = hidden(browser.see("/sign-in"), "csrf_token")
    sent = {"csrf_token": token, "username": "clerk", "password": "only-for-these-tests"}
    answer = desk_app.test_client(use_cookies=False).post("/sign-in", data=sent, environ_overrides={"HTTP_COOKIE": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Cookie 里有不能读取的字符" in page and 'name="password"' not in page


def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    answer = browser.client.post("/sign-in", data={"username": "clerk", "password": "only-for-these-tests"})
    assert answer.status_code == 400


def test_the_page_speaks_english_too(browser: Browser) -> None:
    assert "Staff sign-in" in browser.see("/sign-in?lang=en")


def test_the_language_link_keeps_the_way_onward_and_says_the_language_once(browser: Browser) -> None:
    page = browser.see("/sign-in?lang=zh&next=/desk/businesses?q%3D%E4%BA%91%26x%3D%22")
    link = re.search(r'class="language-switch" href="([^"]*)"', page)
    assert link
    english = browser.see("/sign-in" + html.unescape(link[1]))
    assert "Staff sign-in" in english
    assert hidden(english, "next") == '/desk/businesses?q=云&x="'


def test_the_language_link_keeps_the_search(clerk: Browser) -> None:
    link = re.search(r'class="language-switch" href="([^"]*)"', clerk.see("/desk/businesses?q=示例&q=<b>"))
    assert link
    assert html.unescape(link[1]) == "?q=%E7%A4%BA%E4%BE%8B&q=%3Cb%3E&lang=en"
