"""Forms that arrive after the session ended or under an old token: nothing typed is lost, nothing is done unasked."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from desk_pages import (
    DETAILS,
    PASSWORD,
    Browser,
    browser,
    clerk,
    desk_app,
    desk_services,
    hidden,
    signed_in,
)
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services
from licence_qr.web.accounts.interrupted_forms import MOST_CHARACTERS, MOST_FIELDS
from licence_qr.web.accounts.sign_in_page import sign_in_page

__all__ = ["browser", "clerk", "desk_app", "desk_services"]

HERE = {"Origin": "http://localhost"}
TYPED = {**DETAILS, "name": "重庆示例没有丢失有限公司", "business_scope": "住宿服务；\n<b>“洗浴”</b>服务"}


def inputs(page: str) -> dict[str, str]:
    """The hidden fields of a page's main form (the last of each name)."""
    main = page[page.index("<main") : page.index("</main>")]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def sends_to(page: str) -> str:
    """Where the form of a page goes."""
    main = page[page.index("<main") : page.index("</main>")]
    found = re.search(r'<form method="post" action="([^"]*)"', main)
    assert found
    return html.unescape(found[1])


def late(clerk: Browser, address: str, fields: Mapping[str, str]) -> TestResponse:
    """Fill in a form, lose the session, send the form."""
    page = clerk.see(address)
    clerk.client.delete_cookie("session-token")
    sent = {"csrf_token": hidden(page, "csrf_token"), "action": "continue", "revision": "", **fields}
    if 'name="revision"' in page:
        sent["revision"] = hidden(page, "revision")
    return clerk.client.post(address, data=sent, headers=HERE)


def sign_in(clerk: Browser, page: str, username: str = "clerk", password: str = PASSWORD) -> TestResponse:
    """Fill in the sign-in page that carries a form."""
    assert sends_to(page) == "/sign-in"
    return clerk.client.post("/sign-in", data={**inputs(page), "username": username, "password": password})


def press(clerk: Browser, page: str) -> TestResponse:
    """Press "send what you typed"."""
    return clerk.client.post(sends_to(page), data=inputs(page))


def saved(clerk: Browser, application: str) -> str:
    """The name as the application holds it."""
    found = re.search(r'id="name"[^>]* value="([^"]*)"', clerk.see(f"{application}/details"))
    assert found
    return html.unescape(found[1])


# --- the session is over ---------------------------------------------------------------------------------------------


def test_a_form_sent_too_late_is_carried_through_the_sign_in_and_sent_by_one_press(clerk: Browser) -> None:
    application = clerk.start()
    asked = late(clerk, f"{application}/details", TYPED)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 401
    assert asked.headers["Cache-Control"] == "no-store"
    assert "您填写的内容都还在" in page
    assert "What you entered is saved" in page
    again = sign_in(clerk, page).get_data(as_text=True)
    assert "继续提交" in again
    assert TYPED["name"] in again
    assert saved(clerk, application) == ""
    assert press(clerk, again).status_code == 303
    assert saved(clerk, application) == TYPED["name"]
    assert html.escape(TYPED["business_scope"]) in clerk.see(f"{application}/details").replace("&#34;", "&quot;")


@pytest.mark.parametrize("how", ["idle", "revoked", "signed out"])
def test_however_the_session_ended_the_form_is_kept(desk_app: Flask, desk_services: Services, how: str) -> None:
    ended = signed_in(desk_app, desk_services, "clerk")
    application = ended.start()
    page = ended.see(f"{application}/details")
    cookie = ended.client.get_cookie("session-token")
    assert cookie
    token, sessions, now = cookie.value, desk_services.sessions, datetime.now(UTC)
    if how == "idle":
        ended.client.set_cookie(
            "session-token", desk_services.sign_in.sign_in("clerk", PASSWORD, "127.0.0.1", now - timedelta(minutes=61))
        )
    elif how == "revoked":
        actor = sessions.actor(token, now)
        assert actor
        sessions.revoke(actor, actor.via.session, now)
    else:
        sessions.sign_out(token, now)
    sent = {"csrf_token": hidden(page, "csrf_token"), "revision": hidden(page, "revision"), **TYPED}
    answer = ended.client.post(f"{application}/details", data=sent, headers=HERE)
    assert answer.status_code == 401
    assert inputs(answer.get_data(as_text=True))["kept:name"] == TYPED["name"]


def test_a_wrong_password_does_not_lose_the_form(clerk: Browser) -> None:
    application = clerk.start()
    page = late(clerk, f"{application}/details", TYPED).get_data(as_text=True)
    refused = sign_in(clerk, page, password="wrong")
    assert refused.status_code == 403
    again = sign_in(clerk, refused.get_data(as_text=True)).get_data(as_text=True)
    press(clerk, again)
    assert saved(clerk, application) == TYPED["name"]


def test_boxes_that_were_ticked_stay_ticked(clerk: Browser) -> None:
    application = clerk.start()
    address = f"{application}/trade"
    clerk.send(address, {"trade": "hotel", "action": "show"})
    page = clerk.see(address)
    clerk.client.delete_cookie("session-token")
    sent = {name: hidden(page, name) for name in ("csrf_token", "revision")}
    data = {**sent, "trade": "hotel", "kinds": ["hotel", "inn"], "action": "show"}
    asked = clerk.client.post(address, data=data, headers=HERE).get_data(as_text=True)
    assert re.findall(r'name="kept:kinds" value="([^"]*)"', asked) == ["hotel", "inn"]


def test_passwords_and_tokens_are_not_kept(clerk: Browser) -> None:
    asked = late(clerk, f"{clerk.start()}/details", {**TYPED, "password": "geheim", "new_password": "geheim"})
    page = asked.get_data(as_text=True)
    assert "geheim" not in page
    assert "kept:csrf_token" not in page


@pytest.mark.parametrize("other", ["colleague", "elsewhere"])
def test_another_person_does_not_get_the_form_and_is_told(clerk: Browser, other: str) -> None:
    application = clerk.start()
    page = late(clerk, f"{application}/details", TYPED).get_data(as_text=True)
    assert sign_in(clerk, page, other).location == "/desk/"
    told = clerk.see("/desk/")
    assert "是另一人填写的" in told and "继续提交" not in told
    clerk.client.delete_cookie("session-token")
    clerk.sign_in("clerk")
    assert saved(clerk, application) == ""


def test_a_form_that_someone_saved_meanwhile_shows_both_texts(clerk: Browser) -> None:
    application = clerk.start()
    page = late(clerk, f"{application}/details", TYPED).get_data(as_text=True)
    again = sign_in(clerk, page).get_data(as_text=True)
    clerk.send(f"{application}/details", {**DETAILS, "name": "同事填的名称"})
    answer = press(clerk, again)
    assert answer.status_code == 409
    assert TYPED["name"] in answer.get_data(as_text=True)


def test_a_mere_button_is_not_kept_but_leads_back_to_its_page(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    review = f"{application}/review"
    token = hidden(clerk.see(review), "csrf_token")
    clerk.client.delete_cookie("session-token")
    headers = {**HERE, "Referer": f"http://localhost{review}?lang=zh"}
    answer = clerk.client.post(f"{application}/issue", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 303
    assert clerk.send(answer.location, {"username": "clerk", "password": PASSWORD}).location == f"{review}?lang=zh"


# --- nobody else's form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://localhost.elsewhere.example", "Referer": "http://localhost/desk/"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://["},
        {"Referer": "https://elsewhere.example/?http://localhost/"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none", "Origin": "https://elsewhere.example"},
    ],
)
def test_a_form_of_another_site_is_never_kept(clerk: Browser, headers: dict[str, str]) -> None:
    application = clerk.start()
    stale = clerk.client.post(f"{application}/details", data=TYPED, headers=headers)
    assert stale.status_code == 400
    assert TYPED["name"] not in stale.get_data(as_text=True)
    clerk.client.delete_cookie("session-token")
    late = clerk.client.post(f"{application}/details", data=TYPED, headers=headers)
    assert late.status_code == 303
    assert late.location.partition("?")[0] == "/sign-in"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/desk/applications",
        "//elsewhere.example/desk/applications",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/desk/applications/../../sign-in",
        "/sign-in",
        "/desk/businesses",
        "/p",
        "/no-such-page",
        "",
    ],
)
def test_a_kept_form_goes_to_no_address_but_a_form_page_of_ours(browser: Browser, address: str) -> None:
    sent = {"username": "clerk", "password": PASSWORD, "kept-address": address, "kept:name": "x"}
    answer = browser.send("/sign-in", sent)
    assert answer.status_code == 303
    assert answer.location == "/desk/"


def test_signing_in_alone_executes_nothing_even_for_a_forged_form(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    forged = {"username": "clerk", "password": PASSWORD, "kept-address": f"{application}/issue", "kept:x": "y"}
    clerk.client.delete_cookie("session-token")
    assert clerk.send("/sign-in", forged).status_code == 303
    assert "同时发证" in clerk.see(f"{application}/review")


def test_a_sign_in_that_another_site_sends_signs_nobody_in(browser: Browser) -> None:
    sent = {"username": "clerk", "password": PASSWORD, "kept-address": "/desk/applications", "kept:x": "y"}
    answer = browser.client.post("/sign-in", data=sent, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 400
    assert "kept:x" not in answer.get_data(as_text=True)
    assert browser.client.get_cookie("session-token") is None


@pytest.mark.parametrize("much", [{"name": "长" * MOST_CHARACTERS}, {f"field-{n}": "" for n in range(MOST_FIELDS)}])
def test_too_much_to_keep_is_said_with_a_way_out(clerk: Browser, much: dict[str, str]) -> None:
    answer = late(clerk, f"{clerk.start()}/details", {**TYPED, **much})
    assert answer.status_code == 422
    assert "另一个窗口登录" in answer.get_data(as_text=True)


# --- the token no longer holds ---------------------------------------------------------------------------------------


def test_a_form_under_an_old_token_is_offered_again_under_a_new_one(clerk: Browser) -> None:
    application = clerk.start()
    filled = inputs(clerk.see(f"{application}/details"))
    clerk.client.delete_cookie("form")
    answer = clerk.client.post(f"{application}/details", data=filled | TYPED | {"action": "continue"}, headers=HERE)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "重新登录过，或清除了网站数据" in page
    assert saved(clerk, application) == ""
    press(clerk, page)
    assert saved(clerk, application) == TYPED["name"]


def test_the_page_of_a_kept_form_says_which_act_it_is(clerk: Browser) -> None:
    address = f"{clerk.start()}/details"
    opened = clerk.see(address)
    heading = re.search(r'<h1 class="govuk-heading-l">(.*?)</h1>', opened)
    assert heading
    named = f"要提交的是：<b>{heading[1]}</b>"
    filled = inputs(opened) | TYPED
    clerk.client.delete_cookie("session-token")
    clerk.sign_in("clerk")  # anew, in another tab
    assert named in clerk.client.post(address, data=filled, headers=HERE).get_data(as_text=True)
    clerk.client.delete_cookie("session-token")
    asked = clerk.client.post(address, data=filled, headers=HERE).get_data(as_text=True)
    assert named in sign_in(clerk, asked).get_data(as_text=True)


@pytest.mark.parametrize("how", ["signed out", "cookie gone"])
def test_a_form_of_one_person_is_not_offered_to_the_next_in_the_browser(clerk: Browser, how: str) -> None:
    address = f"{clerk.start()}/details"
    filled = inputs(clerk.see(address)) | TYPED
    if how == "signed out":
        clerk.press("/sessions", "/sign-out")
    else:
        clerk.client.delete_cookie("session-token")
    clerk.sign_in("colleague")
    clerk.see("/desk/")
    answer = clerk.client.post(address, data=filled, headers=HERE)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "是另一人在这个浏览器打开的" in page
    assert TYPED["name"] not in page and "继续提交" not in page
    # Nor once the session of the next is over: at the sign-in it goes on with the one who opened it, and nobody else.
    clerk.client.delete_cookie("session-token")
    late = clerk.client.post(address, data=filled, headers=HERE).get_data(as_text=True)
    assert "是另一人填写的" in clerk.see(sign_in(clerk, late, "colleague").location)
    clerk.client.delete_cookie("session-token")
    late = clerk.client.post(address, data=filled, headers=HERE).get_data(as_text=True)
    assert "继续提交" in sign_in(clerk, late).get_data(as_text=True)


@pytest.mark.parametrize("token", ["from-another-secret", ""])
def test_a_form_that_does_not_say_whose_it_is_is_kept_for_nobody(clerk: Browser, token: str) -> None:
    address = f"{clerk.start()}/details"
    sent = {**inputs(clerk.see(address)), **TYPED, "csrf_token": token}
    refused = clerk.client.post(address, data=sent, headers=HERE)
    assert refused.status_code == 400 and TYPED["name"] not in refused.get_data(as_text=True)
    clerk.client.delete_cookie("session-token")
    late = clerk.client.post(address, data=sent, headers=HERE)
    assert late.status_code == 422 and "不能确认这份表单是谁打开的" in late.get_data(as_text=True)


def test_a_sign_in_page_that_was_open_for_too_long_keeps_the_form_too(clerk: Browser) -> None:
    application = clerk.start()
    page = late(clerk, f"{application}/details", TYPED).get_data(as_text=True)
    clerk.client.delete_cookie("form")
    sent = {**inputs(page), "username": "clerk", "password": PASSWORD}
    outdated = clerk.client.post("/sign-in", data=sent, headers=HERE)
    assert outdated.status_code == 400
    assert PASSWORD not in outdated.get_data(as_text=True)
    press(clerk, sign_in(clerk, outdated.get_data(as_text=True)).get_data(as_text=True))
    assert saved(clerk, application) == TYPED["name"]


# --- texts -----------------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_whatever_was_typed_arrives_as_it_was(clerk: Browser, typed: str) -> None:
    if clerk.client.get_cookie("session-token") is None:
        clerk.sign_in("clerk")
    application = clerk.start()
    page = late(clerk, f"{application}/details", {**TYPED, "name": typed}).get_data(as_text=True)
    press(clerk, sign_in(clerk, page).get_data(as_text=True))
    assert saved(clerk, application) == typed


def test_neither_page_has_a_link_that_would_lose_the_form(clerk: Browser) -> None:
    page = late(clerk, f"{clerk.start()}/details", TYPED).get_data(as_text=True)
    assert 'class="language-switch"' not in page
    assert 'class="language-switch"' not in sign_in(clerk, page).get_data(as_text=True)


def test_an_empty_sign_in_page_says_nothing_of_kept_forms(desk_app: Flask) -> None:
    with desk_app.test_request_context("/sign-in"):
        assert "kept" not in sign_in_page()
