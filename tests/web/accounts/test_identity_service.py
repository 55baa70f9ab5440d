"""Signing in by the identity service, with a real one on this machine, and what somebody else could try with it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from desk_pages import Browser, hidden
from flask import Flask
from identity_provider import TWO_FACTORS, IdentityService, PersonThere, identity_service, sent_to
from looking_client import LookingClient
from quick_passwords import QUICK
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError
from licence_qr.preparation import prepare
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.store.register import traces
from licence_qr.web.app import create_app
from licence_qr.web.serving.lanes import LONG_FORM_BYTES, SIGNING_IN_AGAIN, SIGNING_IN_ELSEWHERE, Lanes
from licence_qr.web.shell.security import OF_IDENTITY_SERVICE, PUBLIC

ADDRESS, PASSWORD, OFFICE = "https://ym.example.gov.cn", "only-for-these-tests", "baishiyi"
HOST = "http://localhost"
NAME = "示例区统一身份认证平台"
# Who they are at the service, and with which staff number.
PEOPLE = {
    "wang": {"employee_number": "1001"},
    "li": {"employee_number": "1002"},
    "zhao": {"employee_number": "1003"},
    "gone": {"employee_number": "1004"},
    "stranger": {"employee_number": "9999"},
    "nameless": {},
}
ACCOUNTS = (
    ("wang", "1001", Role.CLERK, False),
    ("li", "1002", Role.DECIDER, False),
    ("zhao", "1003", Role.CLERK, False),
    ("zhao-too", "1003", Role.CLERK, False),
    ("gone", "1004", Role.CLERK, False),
    ("new", "1005", Role.CLERK, True),
)


@dataclass(frozen=True)
class Site:
    """A production installation whose people may sign in at ``there``."""

    there: IdentityService
    services: Services
    app: Flask

    def browser(self) -> Browser:
        """A browser that asks by another name (``HOST``) than that of the installation."""
        return Browser(self.app.test_client())

    def begin(self, browser: Browser, **fields: str) -> str:
        """Press the button on the sign-in page; the address of the service that one is sent to."""
        return sent_to(browser.send("/sign-in/service", fields, browser.see("/sign-in")).get_data(as_text=True))

    def proven(self, address: str, who: str, acr: str = "", **more: str) -> str:
        """Sign in at the service; the path on our site that one is sent back to."""
        back = PersonThere(self.there).sign_in(address, who, acr, **more)
        assert back.startswith(f"{ADDRESS}{RETURN_PATH}?"), back
        return back.removeprefix(ADDRESS)

    def come(self, browser: Browser, who: str, acr: str = "", **fields: str) -> TestResponse:
        """The whole way, to what our site answers at its end."""
        return browser.client.get(self.proven(self.begin(browser, **fields), who, acr))

    def traces(self) -> list[dict[str, Any]]:
        """Kind, subject and what is told, newest last."""
        with self.services.database.read() as tx:
            return traces.everything(tx)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityService]:
    with identity_service(tmp_path_factory.mktemp("there") / "service", ADDRESS, PEOPLE) as service:
        yield service


@pytest.fixture(scope="module")
def made(there: IdentityService, tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """The folder of the installation with its people; for copying only."""
    folder, now = tmp_path_factory.mktemp("made") / "installation", datetime.now(UTC)
    services = installed(folder, there, catalogue)
    for username, staff_no, role, must_change in ACCOUNTS:
        name = {"zhao-too": "zhao"}.get(username, username)
        services.accounts.create(
            username, name, OFFICE, frozenset({role}), PASSWORD, now, staff_no=staff_no, must_change=must_change
        )
    services.accounts.disable("gone", now)
    services.database.close()
    return folder


def installed(folder: Path, there: IdentityService, catalogue: Catalogue, **changes: str) -> Services:
    home = {"LICENCE_QR_HOME": str(folder / "var"), "LICENCE_QR_KEYS": str(folder / "keys")}
    settings = load_settings(home | {"LICENCE_QR_ADDRESS": ADDRESS} | there.settings(**changes))
    if not settings.register_path.exists():
        prepare(settings, datetime.now(UTC), demonstration=False)
    return build(settings, hasher=QUICK, catalogue=catalogue)


@pytest.fixture
def site(made: Path, there: IdentityService, tmp_path: Path, catalogue: Catalogue) -> Iterator[Site]:
    shutil.copytree(made, tmp_path / "copy")
    services = installed(tmp_path / "copy", there, catalogue)
    app = create_app(services)
    app.test_client_class = LookingClient
    yield Site(there, services, app)
    services.database.close()


def after(told: dict[str, Any]) -> object:
    """What an event says there was after it."""
    return json.loads(told["after"])


def app_code(page: str) -> str:
    """The code of an app that has taken the secret of the page."""
    found = re.search(r'<code class="groups">([A-Z2-7 ]+)</code>', page)
    assert found, page
    return pyotp.TOTP(found[1].replace(" ", "")).now()


def refused(answer: TestResponse, status: int, words: str) -> str:
    """The page: the sign-in page with these words, on which the password works."""
    page = answer.get_data(as_text=True)
    assert answer.status_code == status and words in page, (answer.status_code, page)
    assert 'id="password"' in page
    assert not [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("__Host-session=")]
    return page


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
    assert both.client.get(answer.location).location == "/desk/work"
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


TYPED = "重庆示例没有丢失有限公司"


def late_form(browser: Browser, who: str = "") -> dict[str, str]:
    """Lose the session while typing; what the button of the service carries along from the sign-in page. ``who`` signs in
    before."""
    if who:
        browser.sign_in(who, PASSWORD)
    address = f"{browser.start()}/details"
    token = hidden(browser.see("/sessions"), "csrf_token")
    browser.client.delete_cookie("__Host-session")
    sent = {"csrf_token": token, "action": "continue", "name": TYPED}
    page = browser.client.post(address, data=sent, headers={"Origin": HOST}).get_data(as_text=True)
    button = page[page.index('class="by-service"') :]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', button)
    return {name: html.unescape(value) for name, value in found}


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


# --- a first password ------------------------------------------------------------------------------------------------


def test_a_first_password_need_not_be_changed_and_confirms_nothing(site: Site) -> None:
    actor, now = site.services.accounts.user("new"), datetime.now(UTC)
    assert actor
    with pytest.raises(AccessError, match="password_not_own"):
        site.services.confirming.confirm(actor, Proof(PASSWORD), ActContent("an act", "1"), "192.0.2.1", now)
    with pytest.raises(AccessError, match="password_wrong"):
        site.services.confirming.confirm(actor, Proof("wrong"), ActContent("an act", "1"), "192.0.2.1", now)


# --- attacks ---------------------------------------------------------------------------------------------------------


def test_an_answer_counts_once(site: Site) -> None:
    browser = site.browser()
    back = site.proven(site.begin(browser), "wang")
    cookie = browser.client.get_cookie("__Host-identity-service")
    assert browser.client.get(back).status_code == 303 and cookie
    assert browser.client.get(back).location == "/desk/"  # loaded once more by somebody who is in
    browser.client.delete_cookie("__Host-session")
    browser.client.set_cookie("__Host-identity-service", cookie.value, secure=True)
    refused(browser.client.get(back), 403, "登录已经失效")


def test_an_answer_counts_in_the_browser_that_asked_alone(site: Site) -> None:
    asking, victim, fresh = site.browser(), site.browser(), site.browser()
    site.begin(victim)
    back = site.proven(site.begin(asking), "wang")
    for other in (victim, fresh):
        refused(other.client.get(back), 403, "登录已经失效")
    assert asking.client.get(back).status_code == 303  # what others tried has used nothing up


def test_a_code_of_another_sign_in_is_worth_nothing(site: Site) -> None:
    attacker, victim = site.browser(), site.browser()
    stolen = parse_qs(urlsplit(site.proven(site.begin(victim), "wang")).query)["code"][0]
    own = parse_qs(urlsplit(site.begin(attacker)).query)["state"][0]
    injected = attacker.client.get(RETURN_PATH, query_string={"state": own, "code": stolen, "iss": site.there.issuer})
    refused(injected, 502, "没有完成登录（invalid_grant）")


def test_an_answer_of_another_service_is_refused(site: Site) -> None:
    browser = site.browser()
    back = site.proven(site.begin(browser), "wang")
    assert "&iss=" in back  # the real one names itself (RFC 9207)
    mixed = re.sub(r"&iss=[^&]+", "&iss=https%3A%2F%2Fevil.example", back)
    refused(browser.client.get(mixed), 502, "无法采信（iss of the answer）")


def test_an_answer_that_does_not_name_the_service_is_refused(site: Site) -> None:
    browser = site.browser()
    back = re.sub(r"&iss=[^&]+", "", site.proven(site.begin(browser), "wang"))
    refused(browser.client.get(back), 502, "无法采信（iss missing）")


@pytest.mark.parametrize(
    "query", ["", "state=x&code=y", "state=&code=", "state=%00&state=x", "error=<script>", "code=%F0"]
)
def test_an_answer_that_nobody_asked_for_writes_nothing(site: Site, query: str) -> None:
    before = site.traces()
    page = refused(site.browser().client.get(f"{RETURN_PATH}?{query}"), 403, "登录已经失效")
    assert "<script>" not in page and site.traces() == before


def test_a_state_given_twice_is_none(site: Site) -> None:
    browser = site.browser()
    back = site.proven(site.begin(browser), "wang")
    refused(browser.client.get(f"{back}&state=another"), 403, "登录已经失效")
    assert browser.client.get(back).status_code == 303


def test_another_site_cannot_begin_it(site: Site) -> None:
    browser = site.browser()
    answer = browser.client.post("/sign-in/service", data={"next": "/desk/"})
    assert answer.status_code == 400 and "Refresh" not in answer.headers
    # A sign-in page that was open for too long is offered anew, with the form that it carries.
    kept = late_form(browser, "wang") | {"csrf_token": "outdated"}
    late = browser.client.post("/sign-in/service", data=kept, headers={"Origin": HOST})
    assert late.status_code == 400 and hidden(late.get_data(as_text=True), "kept:name") == TYPED
    assert browser.client.get("/sign-in/service").status_code == 405


def test_nobody_goes_on_at_a_shared_computer_as_whoever_sat_there_before(site: Site) -> None:
    first, second = site.browser(), site.browser()
    computer = PersonThere(site.there)
    computer.sign_in(site.begin(first), "wang")
    # Still signed in there; the service asks all the same, as it is told to.
    address = site.begin(second)
    assert urlsplit(computer.follow(address)).path.startswith("/interaction/")
    # Whoever changes the address on the way is let through there, and not here.
    quiet = address.replace("&prompt=login&max_age=0", "")
    assert quiet != address
    back = computer.follow(quiet)
    assert back.startswith(f"{ADDRESS}{RETURN_PATH}?")
    refused(second.client.get(back.removeprefix(ADDRESS)), 502, "无法采信（auth_time）")


def test_too_many_beginnings_from_one_network_are_refused(site: Site) -> None:
    browser = site.browser()
    page = browser.see("/sign-in")
    answers = [browser.send("/sign-in/service", {}, page).status_code for _ in range(51)]
    assert answers == [200] * 50 + [429]
    assert browser.sign_in("wang", PASSWORD).location == "/desk/"


# --- a service that is ill -------------------------------------------------------------------------------------------


def test_a_service_that_is_down_leaves_the_password(site: Site, catalogue: Catalogue) -> None:
    nowhere = replace(site.there, port=1)
    services = installed(site.services.settings.home.parent, nowhere, catalogue)
    browser = replace(site, app=create_app(services)).browser()
    page = refused(
        browser.send("/sign-in/service", {}, browser.see("/sign-in")), 502, "现在连接不上（ConnectionRefusedError）"
    )
    assert "用户名和密码登录" in page
    english = browser.send("/sign-in/service?lang=en", {}, browser.see("/sign-in?lang=en"))
    assert "Try again later, or sign in with your user name and password." in english.get_data(as_text=True)
    assert browser.client.get("/sign-in/service/sign-out").status_code == 502
    assert browser.sign_in("wang", PASSWORD).location == "/desk/"


def test_a_wrong_secret_is_refused_by_the_service(site: Site, tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "wrong").write_text("wrong", encoding="utf-8")
    services = installed(
        site.services.settings.home.parent, site.there, catalogue, CLIENT_SECRET_FILE=str(tmp_path / "wrong")
    )
    wrong = replace(site, app=create_app(services))
    refused(wrong.come(wrong.browser(), "wang"), 502, "没有完成登录（invalid_client）")


def test_a_service_with_new_keys_is_believed(tmp_path: Path, made: Path, catalogue: Catalogue) -> None:
    shutil.copytree(made, tmp_path / "copy")
    with identity_service(tmp_path / "service", ADDRESS, PEOPLE) as there:
        services = installed(tmp_path / "copy", there, catalogue)
        site = Site(there, services, create_app(services))
        assert site.come(site.browser(), "wang").status_code == 303
    with there.running():
        assert site.come(site.browser(), "wang").status_code == 303
    services.database.close()
