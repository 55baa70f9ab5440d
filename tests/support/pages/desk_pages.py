"""A real installation in a folder of its own, and a clerk's browser without scripts over it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from quick_passwords import QUICK
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services, build
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role
from licence_qr.preparation import prepare
from licence_qr.web import CLOCK
from licence_qr.web.app import create_app

PASSWORD = "only-for-these-tests"
OFFICE, OTHER_OFFICE = "baishiyi", "jinfeng"
PEOPLE = {
    "clerk": (OFFICE, Role.CLERK),
    "colleague": (OFFICE, Role.CLERK),
    "elsewhere": (OTHER_OFFICE, Role.CLERK),
    "inspector": (OFFICE, Role.INSPECTOR),
    "decider": (OFFICE, Role.DECIDER),
    "supervisor": (OFFICE, Role.SUPERVISOR),
    "supervisor-elsewhere": (OTHER_OFFICE, Role.SUPERVISOR),
    "auditor": (OTHER_OFFICE, Role.AUDITOR),
    "catalogue": (OFFICE, Role.CATALOGUE),
    "administrator": (OFFICE, Role.ADMIN),
}
KNOWN_FOR = timedelta(days=30)  # so that the supervisor and the administrator count as two
HOTEL = {"trade": "hotel", "kinds": "hotel", "answer_serves_food": "no", "answer_has_pool": "no"}
# Needs no permit that this desk does not grant: its page is green.
BARBER = {"trade": "hair_beauty", "kinds": "barber"}
DETAILS = {
    "uscc": "",
    "entity_form": "company",
    "name": "重庆示例云栖客栈有限公司",
    "entity_type": "有限责任公司",
    "principal": "张示例",
    "registered_capital": "壹拾万元整",
    "established_on": "2026-01-05",
    "term_to": "",
    "domicile": "重庆市九龙坡区白市驿镇示例路1号",
    "business_scope": "住宿服务",
    "premises_address": "重庆市九龙坡区白市驿镇示例路1号",
    "premises_region": "500107104",
    "permitted_items": "住宿（宾馆）",
    "contact_phone": "",
    "why_here": "同一栋楼的另一层",  # every business of these tests is at one address
}


def installation(
    folder: Path, port: int = 8000, host: str = "127.0.0.1", more: Mapping[str, str] | None = None
) -> Services:
    """A demonstration installation with the people of ``PEOPLE`` and no businesses, whose codes lead to ``port``. ``more``
    settings are those of a test."""
    home, keys, address = str(folder / "var"), str(folder / "keys"), f"http://{host}:{port}"
    settings = load_settings(
        {
            "LICENCE_QR_HOME": home,
            "LICENCE_QR_KEYS": keys,
            "LICENCE_QR_PORT": str(port),
            "LICENCE_QR_ADDRESS": address,
            **(more or {}),
        }
    )
    now = datetime.now(UTC)
    prepare(settings, now, demonstration=True)
    services = build(settings, hasher=QUICK)
    for username, (office, role) in PEOPLE.items():
        services.accounts.create(username, f"{username}（示例）", office, frozenset({role}), PASSWORD, now - KNOWN_FOR)
    return services


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field ``name``."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found, f"no hidden field {name}"
    return html.unescape(found[1])


@dataclass(frozen=True)
class Browser:
    """One person's browser: reads a page, then sends its form as a browser would."""

    client: FlaskClient

    def see(self, address: str, status: int = 200) -> str:
        """The page at ``address``."""
        response = self.client.get(address)
        assert response.status_code == status, (address, response.status_code)
        return response.get_data(as_text=True)

    def send(self, address: str, fields: Mapping[str, str], page: str | None = None) -> TestResponse:
        """Fill in the form of the page at ``address`` (or of ``page``, read earlier) and send it."""
        page = page if page is not None else self.see(address)
        sent = {"csrf_token": hidden(page, "csrf_token"), "action": "continue", **fields}
        for name in ("revision", "page", "turn", "notice_id", "notice_version", "notice_sha256", "was", "other_was"):
            if f'name="{name}"' in page:
                sent.setdefault(name, hidden(page, name))
        answer = self.client.post(address.removesuffix("?new=yes"), data=sent)
        return answer if "action" in fields else self.go_on(answer, sent)

    def check_and_back(self, address: str, fields: Mapping[str, str], page: str) -> tuple[TestResponse, TestResponse]:
        """Send the form of ``page`` as far as its check page, and press there what leads back to the form."""
        check = self.send(address, {**fields, "action": "check"}, page)
        form = check.get_data(as_text=True).partition("check-head")[2].partition("</form>")[0]
        along = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return check, self.client.post(address, data={name: html.unescape(value) for name, value in along})

    def go_on(self, answer: TestResponse, typed: Mapping[str, str]) -> TestResponse:
        """Press the button of the check page, if ``answer`` is one; ``typed`` is what it asks for besides."""
        page = answer.get_data(as_text=True)
        if answer.status_code != HTTPStatus.OK or 'class="check-form"' not in page:
            return answer
        form = page.split('<form class="check-form"')[1].split("</form>")[0]
        along = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        sent = {name: html.unescape(value) for name, value in along}
        asked = {name: value for name, value in typed.items() if f'id="{name}"' in form or name == "passkey"}
        return self.client.post(answer.request.path, data=sent | asked)

    def press(self, page_address: str, address: str) -> TestResponse:
        """Press a button on ``page_address`` that posts to ``address`` and nothing else."""
        return self.client.post(address, data={"csrf_token": hidden(self.see(page_address), "csrf_token")})

    def sign_in(self, username: str, password: str = PASSWORD, onward: str = "") -> TestResponse:
        """Sign in."""
        return self.send("/sign-in", {"username": username, "password": password, "next": onward})

    def start(self) -> str:
        """Open a new application, choose its trade, so that it is stored, and return its address."""
        where = self.press("/desk/", "/desk/applications").location
        assert where.endswith("/trade?new=yes")
        self.send(where, {"trade": HOTEL["trade"], "action": "show"})
        return where.removesuffix("/trade?new=yes")

    def fill(
        self, application: str, mode: str = "commitment", trade: Mapping[str, str] = HOTEL, **details: str
    ) -> None:
        """Go through all steps with right answers, or with ``details`` in place of some."""
        self.send(f"{application}/trade", trade)
        self.send(f"{application}/trade", trade)
        self.send(f"{application}/details", {**DETAILS, **details})
        if mode == "commitment":
            self.sign(application, details.get("principal") or DETAILS["principal"])
        else:
            self.send(f"{application}/commitment", {"mode": mode, "signer": "", "signed_on": ""})

    def sign(self, application: str, signer: str, **more: str) -> TestResponse:
        """Choose the commitment, and have it signed on paper, today."""
        page = self.see(f"{application}/commitment")
        today = re.search(r'name="signed_on"[^>]* value="([^"]*)"', page)
        assert today, "no day of signing"
        signed = {"signer": signer, "signed_on": today[1], "signed_on_paper": "yes"}
        seen = {name: html.unescape(text) for name, text in re.findall(r'name="(seen_\w+)" value="([^"]*)"', page)}
        return self.send(f"{application}/commitment", {"mode": "commitment", **seen, **signed, **more}, page)

    def issue(self, application: str) -> TestResponse:
        """Press the button of the review page; where it asks why a business of that name is another one, say why."""
        page = self.see(f"{application}/review")
        why = {"why_another": "核对过身份证，是另一家"} if 'name="why_another"' in page else {}
        return self.client.post(f"{application}/issue", data={"csrf_token": hidden(page, "csrf_token"), **why})


@pytest.fixture(scope="session")
def desk_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The installation."""
    return installation(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def desk_app(desk_services: Services, app: Flask) -> Flask:
    """The application over it, whose clients hold every page to the rules of all pages."""
    desk_app = create_app(desk_services)
    desk_app.test_client_class = app.test_client_class
    return desk_app


@pytest.fixture
def browser(desk_app: Flask) -> Browser:
    """A browser with nobody signed in. Not a ``with`` client: that would share one request's facts with the next."""
    return Browser(desk_app.test_client())


def signed_in(app: Flask, services: Services, username: str) -> Browser:
    """The browser of someone who has signed in already; signing in on the page has tests of its own."""
    client = app.test_client()
    now: datetime = app.extensions[CLOCK]()
    client.set_cookie("session-token", services.sign_in.sign_in(username, PASSWORD, "127.0.0.1", now))
    return Browser(client)


@pytest.fixture
def clerk(desk_app: Flask, desk_services: Services) -> Browser:
    """A clerk's browser, signed in."""
    return signed_in(desk_app, desk_services, "clerk")


@pytest.fixture
def colleague(desk_app: Flask, desk_services: Services) -> Browser:
    """A colleague of the same office, signed in."""
    return signed_in(desk_app, desk_services, "colleague")


@pytest.fixture
def elsewhere(desk_app: Flask, desk_services: Services) -> Browser:
    """A clerk of another office, signed in."""
    return signed_in(desk_app, desk_services, "elsewhere")
