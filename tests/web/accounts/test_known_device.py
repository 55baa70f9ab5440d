"""The cookie of a device on which somebody has signed in: what it is, what it is good for, and when no more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_pages import Browser
from flask import Flask
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.services.accounts.sign_in_limits import OF_ACCOUNT, OF_ACCOUNT_AND_NETWORK
from licence_qr.web.accounts import known_device
from licence_qr.web.app import create_app

PASSWORD = "only-for-these-tests"
NAME = "device-"


@dataclass
class Site:
    """An installation of its own with two clerks; its clock stands still, but for who moves it."""

    services: Services
    now: datetime
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        for name in ("wang", "li"):
            self.services.accounts.create(name, "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, self.now)
        self.app = create_app(self.services, lambda: self.now)

    def browser(self, address: str = "192.0.2.7") -> Browser:
        """A new browser at that address."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Browser(client)

    def shut_out(self, name: str = "wang") -> None:
        """What strangers can do: use up all that they may try of an account."""
        for n in range(OF_ACCOUNT.most):
            assert self.browser(f"10.0.{n}.1").sign_in(name, "wrong").status_code == 403
        assert self.browser().sign_in(name, PASSWORD).status_code == 429


@pytest.fixture
def site(empty_installation: Path, tmp_path: Path, make_services: Callable[[Path], Services], now: datetime) -> Site:
    folder = tmp_path / "installation"
    shutil.copytree(empty_installation, folder)
    return Site(make_services(folder), now)


def devices(answer: TestResponse) -> dict[str, str]:
    """The cookies of known devices that an answer sets."""
    found = (each.partition(";")[0].partition("=") for each in answer.headers.getlist("Set-Cookie") if NAME in each)
    return {name: value for name, _, value in found}


def signed_in(site: Site, name: str = "wang", browser: Browser | None = None) -> Browser:
    """A browser in which somebody has signed in, and whose session has ended."""
    browser = browser or site.browser()
    assert browser.sign_in(name, PASSWORD).status_code == 303
    browser.client.delete_cookie("__Host-session")
    return browser


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_names_nobody(site: Site) -> None:
    answer = site.browser().sign_in("wang", PASSWORD)
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if NAME in each)
    assert cookie.startswith("__Host-device-")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={180 * 86400}"):
        assert part in cookie
    assert "wang" not in cookie and "Domain" not in cookie


def test_whoever_has_signed_in_here_before_signs_in_whatever_strangers_do(site: Site) -> None:
    browser = signed_in(site)
    site.shut_out()
    assert browser.sign_in("wang", PASSWORD).status_code == 303


def test_a_refused_sign_in_makes_no_device_known(site: Site) -> None:
    answer = site.browser().sign_in("wang", "wrong")
    assert answer.status_code == 403
    assert devices(answer) == {}


def test_colleagues_at_one_computer_are_both_known_and_each_for_the_own_account_alone(site: Site) -> None:
    browser = signed_in(site, "li", signed_in(site, "wang"))
    only_li = signed_in(site, "li")
    site.shut_out("wang")
    assert only_li.sign_in("wang", PASSWORD).status_code == 429
    assert browser.sign_in("wang", PASSWORD).status_code == 303


def test_the_cookie_of_one_account_under_the_name_of_another_is_worth_nothing(site: Site) -> None:
    wang, li = (devices(site.browser().sign_in(name, PASSWORD)) for name in ("wang", "li"))
    site.shut_out("wang")
    thief = site.browser()
    ((name, right),), (wrong,) = wang.items(), li.values()
    thief.client.set_cookie(name, wrong)
    assert thief.sign_in("wang", PASSWORD).status_code == 429
    thief.client.set_cookie(name, right)
    assert thief.sign_in("wang", PASSWORD).status_code == 303  # it is the cookie, and nothing else of the browser


@pytest.mark.parametrize("salt", ["itsdangerous", "cookie-session", "licence-qr public form report"])
def test_what_was_signed_for_something_else_is_worth_nothing(site: Site, salt: str) -> None:
    services = site.services
    ((name, value),) = devices(site.browser().sign_in("wang", PASSWORD)).items()
    said = URLSafeSerializer(services.web_secret, salt="licence-qr known device 1").loads(value)
    site.shut_out()
    for forged in (URLSafeSerializer(services.web_secret, salt=salt).dumps(said), value[:-1], value + "x", "", "1.2"):
        stranger = site.browser()
        stranger.client.set_cookie(name, forged)
        assert stranger.sign_in("wang", PASSWORD).status_code == 429


def test_a_new_password_makes_the_device_unknown(site: Site) -> None:
    browser = signed_in(site)
    site.services.accounts.set_password("wang", "another long password", site.now)
    for n in range(OF_ACCOUNT.most):
        site.browser(f"10.0.{n}.1").sign_in("wang", "wrong")
    assert browser.sign_in("wang", "another long password").status_code == 429


def test_the_device_on_which_its_owner_sets_the_password_stays_known_and_no_other(site: Site) -> None:
    here, elsewhere = site.browser(), signed_in(site)
    here.sign_in("wang", PASSWORD)
    own = "seven grey herons at noon"
    here.send("/password", {"password": PASSWORD, "new_password": own, "repeated_password": own})
    for n in range(OF_ACCOUNT.most):
        site.browser(f"10.0.{n}.1").sign_in("wang", "wrong")
    here.press("/sessions", "/sign-out")
    assert here.sign_in("wang", own).status_code == 303
    assert elsewhere.sign_in("wang", own).status_code == 429


def test_a_device_is_known_for_half_a_year_after_the_last_sign_in(site: Site) -> None:
    browser, began = signed_in(site), site.now
    site.now = began + known_device.LIFETIME - timedelta(seconds=1)
    site.shut_out()
    assert signed_in(site, browser=browser)
    site.now = began + 2 * known_device.LIFETIME
    site.shut_out()
    assert browser.sign_in("wang", PASSWORD).status_code == 429


def test_the_front_knows_a_device_by_any_of_its_cookies_and_no_other_by_what_it_makes_up(site: Site) -> None:
    ours, later = site.services.web_secret, site.now + known_device.LIFETIME
    ((name, value),) = devices(site.browser().sign_in("wang", PASSWORD)).items()

    def known(cookies: str, secret: bytes = ours, now: datetime = site.now, https: bool = True) -> str:
        return known_device.among(cookies, secret, now, https=https)

    among = f"lang=en; {name}-of-another=x; {name}={value}"
    device = known(among)
    assert device and known(f"{name}={value}") == device
    ((_, other),) = devices(site.browser().sign_in("wang", PASSWORD)).items()
    assert known(f"{name}={other}") not in {device, ""}
    assert not known(among, now=later)
    assert not known(among, b"another installation")
    assert not known(f"session={value}; {name}={value[:-2]}")
    assert not known("")
    many = "; ".join(f"{name}{number}=x" for number in range(known_device.MOST_ACCOUNTS))
    assert not known(f"{many}; {name}={value}")  # so many are not verified one by one
    # Another host of the same domain can set a cookie of any name but one that begins with __Host-.
    plain = name.removeprefix("__Host-")
    assert not known(f"{plain}={value}") and not known(among, https=False)
    assert known(f"{plain}={value}", https=False) == device


def test_at_the_computer_of_a_colleague_the_tries_of_the_office_lock_nobody_out(site: Site) -> None:
    counter = signed_in(site, "li")
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        site.browser().sign_in("wang", "wrong")
    assert site.browser().sign_in("wang", PASSWORD).status_code == 429
    assert counter.sign_in("wang", PASSWORD).status_code == 303


def test_after_a_reset_the_own_computer_is_not_locked_out_by_the_tries_of_the_office(site: Site) -> None:
    own = signed_in(site)
    site.services.accounts.set_password("wang", PASSWORD, site.now, must_change=False)
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        site.browser().sign_in("wang", "wrong")
    assert site.browser().sign_in("wang", PASSWORD).status_code == 429
    assert own.sign_in("wang", PASSWORD).status_code == 303
