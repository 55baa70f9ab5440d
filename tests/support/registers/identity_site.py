"""A production installation with a real identity service beside it, for tests of signing in by it."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from desk_pages import Browser, hidden
from flask import Flask
from identity_provider import IdentityService, PersonThere, identity_service, sent_to
from looking_client import LookingClient
from program import environ
from quick_passwords import QUICK
from safe import custody
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.roles import Role
from licence_qr.preparation import prepare
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH
from licence_qr.store.register import traces
from licence_qr.web.app import create_app

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
    "namesake": {"employee_number": "1001"},
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
    kept = custody(folder)
    settings = load_settings(environ(folder) | {"LICENCE_QR_ADDRESS": ADDRESS} | there.settings(**changes))
    if not settings.register_path.exists():
        prepare(settings, datetime.now(UTC), demonstration=False, custody=kept)
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
