"""Signing in by the identity service, with a real one on this machine."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_pages import hidden
from flask import Flask
from identity_provider import TWO_FACTORS, sent_to
from identity_site import (
    ADDRESS,
    NAME,
    PASSWORD,
    TYPED,
    Site,
    after,
    app_code,
    late_form,
    made,
    refused,
    site,
    there,
)

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.web.serving.lanes import LONG_FORM_BYTES, SIGNING_IN_AGAIN, SIGNING_IN_ELSEWHERE, Lanes
from licence_qr.web.shell.security import OF_IDENTITY_SERVICE, PUBLIC

__all__ = ["made", "site", "there"]


# --- off by default --------------------------------------------------------------------------------------------------


def test_nothing_of_it_is_there_unless_it_is_configured(app: Flask, client: Any) -> None:
    assert "/sign-in/service" not in client.get("/sign-in").get_data(as_text=True)
    assert not OF_IDENTITY_SERVICE & app.view_functions.keys()
    for method, path in (("POST", ""), ("GET", "/return"), ("POST", "/account"), ("GET", "/sign-out")):
        client.set_cookie("x", "y")
        assert client.open(f"/sign-in/service{path}", method=method).status_code in (400, 404), path


def test_no_library_for_it_is_loaded_unless_it_is_configured() -> None:
    code = "import sys, licence_qr.web.serving.site; print({'authlib', 'joserfc'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


def test_where_it_is_configured_the_open_list_is_whole(site: Site) -> None:
    assert site.app.view_functions.keys() >= PUBLIC


# --- the way ---------------------------------------------------------------------------------------------------------


def test_whoever_the_service_knows_comes_in(site: Site) -> None:
    browser = site.browser()
    assert NAME in browser.see("/sign-in") and "Sign in with" in browser.see("/sign-in?lang=en")
    answer = site.come(browser, "wang", next="/desk/businesses?q=示例")
    assert answer.status_code == 303
    assert "__Host-identity-service=;" in " ".join(answer.headers.getlist("Set-Cookie"))
    assert html.unescape(browser.client.get(answer.location).location).startswith("/desk/businesses?q=")
    assert "wang" in browser.see("/desk/")
    (told,) = (each for each in site.traces() if each["event"] == EventKind.SIGNED_IN)
    assert after(told) == {"by": "identity-service"}


def test_two_windows_that_begin_at_once_both_come_in(site: Site) -> None:
    browser = site.browser()
    backs = [site.proven(site.begin(browser, next=page), "wang") for page in ("/desk/work", "/desk/businesses")]
    assert [browser.client.get(back).status_code for back in backs] == [303, 303]
    assert "wang" in browser.see("/desk/")


def test_the_address_that_is_asked_says_what_the_standards_want(site: Site) -> None:
    browser = site.browser()
    browser.client.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"  # beside the Host of this client
    page = browser.send("/sign-in/service", {}, browser.see("/sign-in"))
    address = sent_to(page.get_data(as_text=True))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == ADDRESS + RETURN_PATH
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", TWO_FACTORS)
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert page.headers["Refresh"] == f"0; url={address}"
    cookie = next(each for each in page.headers.getlist("Set-Cookie") if each.startswith("__Host-identity-service="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("onward", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/desk\n"])
def test_nobody_is_led_to_another_site(site: Site, onward: str) -> None:
    browser = site.browser()
    answer = site.come(browser, "wang", next=onward)
    assert answer.location == "/sign-in" and browser.client.get("/sign-in").location == "/desk/"


def test_the_second_factor_is_asked_for_unless_the_service_has_asked_for_two(site: Site) -> None:
    alone, both = site.browser(), site.browser()
    answer = site.come(alone, "li", next="/desk/proposals")
    assert alone.client.get(answer.location).location == "/second-factor/prove?next=/desk/proposals"
    assert alone.client.get("/desk/proposals").location.startswith("/second-factor/")
    answer = site.come(both, "li", TWO_FACTORS)
    assert both.client.get(answer.location).location == "/desk/"
    assert both.see("/desk/proposals")


def test_somebody_with_several_accounts_chooses_one(site: Site) -> None:
    browser, other = site.browser(), site.browser()
    page = site.come(browser, "zhao", next="/desk/businesses").get_data(as_text=True)
    assert re.findall(r'name="account" value="([^"]+)"', page) == ["zhao", "zhao-too"]
    chosen = {"key": hidden(page, "key"), "account": "zhao-too"}
    elsewhere = other.send("/sign-in/service/account", chosen, other.see("/sign-in"))
    refused(elsewhere, 403, "登录已经失效")
    answer = browser.send("/sign-in/service/account", chosen, page)
    assert browser.client.get(answer.location).location == "/desk/businesses"
    assert "zhao" in browser.see("/desk/")
    refused(browser.send("/sign-in/service/account", chosen, browser.see("/desk/")), 403, "登录已经失效")


@pytest.mark.parametrize("account", ["wang", "gone", "nobody", ""])
def test_nobody_chooses_an_account_of_somebody_else(site: Site, account: str) -> None:
    browser = site.browser()
    page = site.come(browser, "zhao").get_data(as_text=True)
    answer = browser.send("/sign-in/service/account", {"key": hidden(page, "key"), "account": account}, page)
    refused(answer, 403, "登录已经失效")


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [
        ("stranger", 403, "“9999”在本系统没有登记"),
        ("gone", 403, "“1004”没有可用的账号"),
        ("nameless", 502, "没有提供您的工号"),
    ],
)
def test_whoever_is_not_known_here_is_told_what_to_do(site: Site, who: str, status: int, words: str) -> None:
    page = refused(site.come(site.browser(), who), status, words)
    assert "管理员" in page
    told = site.traces()[-1]
    assert (told["event"], told["subject"]) == (EventKind.SERVICE_SIGN_IN_REFUSED, "account/0")


def test_whoever_declines_at_the_service_is_back_at_the_sign_in_page(site: Site) -> None:
    browser = site.browser()
    back = site.proven(site.begin(browser), "wang", decline="yes")
    page = refused(browser.client.get(back), 502, "没有完成登录（access_denied）")
    assert "code=" not in page and "state=" not in page  # the link to the other language begins anew
    assert browser.sign_in("wang", PASSWORD).location == "/desk/"


def test_whoever_proves_a_factor_afterwards_still_came_by_the_service(site: Site) -> None:
    browser = site.browser()
    site.come(browser, "li")
    page = browser.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    assert browser.send("/second-factor/app/confirm", {"code": app_code(page)}, page).status_code == 200
    told = [after(each) for each in site.traces() if each["event"] == EventKind.SIGNED_IN]
    assert told == [{"by": "identity-service"}] * 2
    assert browser.press("/desk/work", "/sign-out").location == "/sign-in?left_service="


def test_a_session_of_before_in_that_browser_ends(site: Site) -> None:
    browser = site.browser()
    back = site.proven(site.begin(browser), "wang")
    browser.sign_in("zhao", PASSWORD)
    before = browser.client.get_cookie("__Host-session")
    browser.client.get(back)
    after = browser.client.get_cookie("__Host-session")
    assert before and after and before.value != after.value
    assert site.services.sessions.holder(before.value, datetime.now(UTC)) is None


def remembered(site: Site) -> list[str]:
    with site.services.database.read() as tx:
        return [
            str(dict(row)) + bytes(row["sealed"]).decode("latin1") for row in tx.all("SELECT * FROM sign_in_steps", ())
        ]


def test_a_form_that_came_too_late_is_kept_over_it(site: Site) -> None:
    browser = site.browser()
    kept = late_form(browser, "wang")
    address = sent_to(browser.client.post("/sign-in/service", data=kept).get_data(as_text=True))
    (step,) = remembered(site)
    assert TYPED not in step and TYPED.encode().decode("latin1") not in step
    answer = browser.client.get(site.proven(address, "wang")).get_data(as_text=True)
    assert f'action="{kept["kept-address"]}"' in answer and hidden(answer, "name") == TYPED
    assert remembered(site) == []


def test_a_form_is_kept_although_the_service_refuses(site: Site) -> None:
    browser = site.browser()
    address = sent_to(browser.client.post("/sign-in/service", data=late_form(browser, "wang")).get_data(as_text=True))
    page = refused(browser.client.get(site.proven(address, "stranger")), 403, "没有登记")
    assert hidden(page, "kept:name") == TYPED


def test_a_form_goes_on_through_the_second_factor(site: Site) -> None:
    browser = site.browser()
    browser.sign_in("wang", PASSWORD)
    page = browser.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    done = browser.send("/second-factor/app/confirm", {"code": app_code(page)}, page).get_data(as_text=True)
    (recovery, *_) = re.findall(r'<code class="groups">([A-Z2-7-]+)</code>', done)
    kept = late_form(browser)
    address = sent_to(browser.client.post("/sign-in/service", data=kept).get_data(as_text=True))
    prove = browser.client.get(site.proven(address, "wang")).get_data(as_text=True)
    assert "登录：第二重验证" in prove
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', prove[prove.index("<main") :])
    sent = {name: html.unescape(value) for name, value in found} | {"code": recovery}
    assert hidden(browser.client.post("/second-factor/prove", data=sent).get_data(as_text=True), "name") == TYPED


def test_a_form_goes_on_with_nobody_else(site: Site) -> None:
    browser = site.browser()
    address = sent_to(browser.client.post("/sign-in/service", data=late_form(browser, "wang")).get_data(as_text=True))
    page = browser.client.get(site.proven(address, "zhao")).get_data(as_text=True)
    chosen = browser.send("/sign-in/service/account", {"key": hidden(page, "key"), "account": "zhao"}, page)
    assert chosen.status_code == 303 and TYPED not in browser.see("/desk/")


def test_signing_out_offers_to_sign_out_there_too(site: Site) -> None:
    browser = site.browser()
    site.come(browser, "wang")
    left = browser.press("/desk/", "/sign-out").location
    assert left == "/sign-in?left_service="
    assert f"{NAME}可能仍处于登录状态" in browser.see(left)
    there = urlsplit(browser.client.get("/sign-in/service/sign-out").location)
    asked = parse_qs(there.query)
    assert f"{there.scheme}://{there.netloc}" == site.there.issuer
    assert asked == {"client_id": ["licence-qr"], "post_logout_redirect_uri": [f"{ADDRESS}/sign-in"]}
    browser.sign_in("wang", PASSWORD)
    assert browser.press("/desk/", "/sign-out").location == "/sign-in"


def test_no_password_waits_for_the_service(site: Site) -> None:
    lanes = Lanes(site.app, lambda environ: "a device")
    for method, path in (("POST", ""), ("GET", "/return"), ("POST", "/account"), ("GET", "/sign-out")):
        environ = {"PATH_INFO": f"/sign-in/service{path}", "REQUEST_METHOD": method}
        assert lanes.of(environ)[:2] == (SIGNING_IN_ELSEWHERE, LONG_FORM_BYTES if method == "POST" else 0)
    assert lanes.of({"PATH_INFO": "/sign-in", "REQUEST_METHOD": "POST"}).lane == SIGNING_IN_AGAIN


# --- accounts that only the service opens ----------------------------------------------------------------------------


def test_where_only_the_service_opens_an_account_the_password_does_not(site: Site) -> None:
    site.services.accounts.set_service_only("wang", datetime.now(UTC), only=True)
    page = site.browser().sign_in("wang", PASSWORD)
    assert page.status_code == 403 and "有的账号只能由此登录" in page.get_data(as_text=True)
    assert site.come(site.browser(), "wang").status_code == 303


# --- a first password ------------------------------------------------------------------------------------------------


def test_a_first_password_need_not_be_changed_and_confirms_nothing(site: Site) -> None:
    actor, now = site.services.accounts.user("new"), datetime.now(UTC)
    assert actor
    with pytest.raises(AccessError, match="password_not_own"):
        site.services.confirming.confirm(actor, Proof(PASSWORD), ActContent("an act", "1"), "192.0.2.1", now)
    with pytest.raises(AccessError, match="password_wrong"):
        site.services.confirming.confirm(actor, Proof("wrong"), ActContent("an act", "1"), "192.0.2.1", now)
