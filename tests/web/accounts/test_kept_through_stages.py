"""A form that came too late goes through every stage of the sign-in, and with nobody but the person who filled it in."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp
import pytest
from desk_pages import DETAILS, Browser
from people import enrol_app
from production_site import PASSWORD, Site, site
from werkzeug.test import TestResponse

from licence_qr.domain.accounts.stages import SignInStage
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.accounts import factors
from licence_qr.web.accounts.interrupted_forms import MOST_CHARACTERS

__all__ = ["site"]

HERE = {"Origin": "https://localhost"}
NAME, OWN = "重庆示例没有丢失有限公司", "seven grey herons at noon"
TYPED = {**DETAILS, "name": NAME, "action": "continue"}
ROLES = frozenset({Role.CLERK, Role.INSPECTOR})


class Late:
    """Somebody with a factor whose session is over, and a form that they sent after it."""

    def __init__(self, site: Site) -> None:
        self.site, services = site, site.services
        services.accounts.create("li", "李示例", "baishiyi", ROLES, PASSWORD, site.now)
        self.app, _ = enrol_app(services, self.actor, PASSWORD, site.now)
        self.browser = site.browser()
        site.now += timedelta(minutes=1)
        self.browser.sign_in("li", PASSWORD)
        self.browser.send("/second-factor/prove", {"code": self.code()})
        self.application = self.browser.start()
        self.address = f"{self.application}/details"
        self.page = self.browser.see(self.address)

    @property
    def actor(self) -> Actor:
        user = self.site.services.accounts.user("li")
        assert user is not None
        return user

    def code(self) -> str:
        """The code that the app shows, a minute later."""
        self.site.now += timedelta(minutes=1)
        return self.app.at(self.site.now)

    def send(self, **more: str) -> str:
        """End the session and send the form; the page that answers."""
        cookie = self.browser.client.get_cookie("__Host-session")
        assert cookie is not None
        self.site.services.sessions.sign_out(cookie.value, self.site.now)
        return self.post(**more).get_data(as_text=True)

    def post(self, **more: str) -> TestResponse:
        """Send the form as it is."""
        return self.browser.client.post(self.address, data=fields(self.page) | TYPED | more, headers=HERE)

    def saved(self) -> bool:
        """Whether the application has what was typed."""
        return NAME in self.browser.see(self.address)


@pytest.fixture
def late(site: Site) -> Late:
    return Late(site)


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the main form of a page."""
    main = page[page.index("<main") : page.index("</main>")]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def go(browser: Browser, page: str, typed: dict[str, str], button: int = 0) -> str:
    """Fill in the form of a page (of its main part, counted from 0) and send it; the page that answers."""
    main = page[page.index("<main") : page.index("</main>")]
    form = re.findall(r'<form method="post" action="([^"]*)".*?</form>', main, re.DOTALL)[button]
    whole = re.findall(r'<form method="post".*?</form>', main, re.DOTALL)[button]
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', whole)
    data = {html.unescape(name): html.unescape(value) for name, value in hidden} | typed
    return browser.client.post(html.unescape(form), data=data, headers=HERE).get_data(as_text=True)


def sign_in(late: Late, page: str, username: str = "li", password: str = PASSWORD) -> str:
    return go(late.browser, page, {"username": username, "password": password})


def press(late: Late, page: str) -> bool:
    """Send the form at the end; whether it has been saved, and had not been before."""
    assert "继续提交" in page and NAME in page
    before = late.saved()
    go(late.browser, page, {})
    return late.saved() and not before


def test_through_the_second_factor_and_a_wrong_code(late: Late) -> None:
    asked = sign_in(late, late.send())
    assert "第二重验证" in asked and "您填写的内容还在" in asked
    wrong = go(late.browser, asked, {"code": "000000"})
    assert "验证未通过" in wrong
    assert press(late, go(late.browser, wrong, {"code": late.code()}))


def test_through_a_new_password_and_the_second_factor(late: Late) -> None:
    page = late.send()
    late.site.services.accounts.set_password("li", "another starting one", late.site.now)
    asked = sign_in(late, page, password="another starting one")
    assert "别人设的" in asked and "您填写的内容还在" in asked
    new = {"password": "another starting one", "new_password": OWN}
    wrong = go(late.browser, asked, new | {"repeated_password": "not the same"})
    assert "kept:name" in wrong and OWN not in wrong
    factor = go(late.browser, wrong, new | {"repeated_password": OWN})
    assert press(late, go(late.browser, factor, {"code": late.code()}))


def test_through_enrolling_the_first_factor(late: Late) -> None:
    page = late.send()
    user_id = late.actor.user_id
    with late.site.services.database.write() as tx:
        factors.remove_totp(tx, user_id)
        factors.replace_recovery_codes(tx, user_id, (), late.site.now)
    own = sign_in(late, page)
    assert "须有第二重验证" in own
    password = go(late.browser, own, {})
    assert 'role="alert"' not in password  # only opened, and nothing tried
    secret = go(late.browser, password, {"password": PASSWORD})
    found = re.search(r'<code class="groups">([A-Z2-7 ]+)</code>', secret)
    assert found, secret
    late.app = pyotp.TOTP(found[1].replace(" ", ""))
    codes = go(late.browser, secret, {"code": late.code()})
    assert "恢复码" in codes
    assert press(late, codes)


def test_through_a_new_password_alone(site: Site) -> None:
    clerk = site.browser()
    clerk.sign_in("clerk", PASSWORD)
    address = clerk.start() + "/details"
    page = clerk.see(address)
    site.services.accounts.set_password("clerk", "another starting one", site.now)
    asked = clerk.client.post(address, data=fields(page) | TYPED, headers=HERE).get_data(as_text=True)
    asked = go(clerk, asked, {"username": "clerk", "password": "another starting one"})
    new = {"password": "another starting one", "new_password": OWN, "repeated_password": OWN}
    kept = go(clerk, asked, new)
    assert "继续提交" in kept and NAME in kept


@pytest.mark.parametrize("username", ["clerk", "decider"])
def test_another_person_does_not_get_it(late: Late, username: str) -> None:
    page = late.send()
    actor = late.site.services.accounts.user(username)
    assert actor is not None
    app, _ = enrol_app(late.site.services, actor, PASSWORD, late.site.now)
    asked = sign_in(late, page, username)
    assert asked == "" or NAME not in asked
    proving = late.browser.see("/second-factor/prove")
    assert "是另一人填写的" in proving and "kept:" not in proving
    # Nor where the fields of the page before are sent along by hand.
    carried = {name: value for name, value in fields(page).items() if name.startswith("kept")}
    late.site.now += timedelta(minutes=1)
    answer = go(late.browser, proving, carried | {"code": app.at(late.site.now)})
    assert NAME not in answer


def test_a_form_whose_owner_is_not_signed_for_goes_nowhere(late: Late) -> None:
    page = late.send()
    forged = {"kept-of": str(late.actor.person_id), "username": "li", "password": PASSWORD}
    assert "kept:" not in go(late.browser, page, forged)


def test_too_much_is_refused_at_every_stage(late: Late) -> None:
    asked = sign_in(late, late.send())
    answer = go(late.browser, asked, {"kept:name": "长" * MOST_CHARACTERS, "code": late.code()})
    assert "另一个窗口登录" in answer


def test_a_form_sent_in_the_middle_of_a_sign_in_is_kept_too(late: Late) -> None:
    late.send()
    late.browser.sign_in("li", PASSWORD)
    holder = late.browser.client.get_cookie("__Host-session")
    assert holder is not None
    found = late.site.services.sessions.holder(holder.value, late.site.now)
    assert found is not None and found.wants is SignInStage.SECOND_FACTOR
    asked = late.post().get_data(as_text=True)
    assert press(late, go(late.browser, asked, {"code": late.code()}))


def test_what_proves_who_somebody_is_is_not_kept(late: Late) -> None:
    page = late.send(code="123456", passkey="{}", made="{}", password="geheim")
    assert {"kept:code", "kept:passkey", "kept:made", "kept:password"}.isdisjoint(fields(page))


def test_without_any_cookie_the_form_itself_says_whose_it_is(late: Late) -> None:
    for name in ("__Host-session", "__Host-form"):
        late.browser.client.delete_cookie(name)
    asked = go(late.browser, late.post().get_data(as_text=True), {"username": "li", "password": PASSWORD})
    assert press(late, go(late.browser, asked, {"code": late.code()}))


def test_whoever_is_halfway_through_a_sign_in_is_told_that_the_form_is_not_theirs(late: Late) -> None:
    late.send()
    late.site.services.accounts.create("wu", "吴示例", "baishiyi", ROLES, PASSWORD, late.site.now)
    enrol_app(late.site.services, late.site.services.accounts.user("wu"), PASSWORD, late.site.now)
    late.browser.sign_in("wu", PASSWORD)
    assert NAME not in late.post().get_data(as_text=True)
    assert "是另一人填写的" in late.browser.see("/second-factor/prove")
