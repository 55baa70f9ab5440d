"""The cookie that carries a form's token: bound to this host alone wherever the service is reached over https."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from desk_pages import PASSWORD, Browser, browser, desk_app, desk_services, hidden
from flask.testing import FlaskClient

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.web.app import create_app

__all__ = ["browser", "desk_app", "desk_services"]


def form_cookie(client: FlaskClient, origin: str) -> list[str]:
    """The parts of the one cookie that the sign-in page sets."""
    (cookie,) = client.get("/sign-in", base_url=origin).headers.getlist("Set-Cookie")
    return cookie.split("; ")


@pytest.fixture
def official(services: Services) -> FlaskClient:
    """A clerk's browser before an installation whose codes lead to an https address."""
    services.accounts.create("clerk", "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, datetime.now(UTC))
    return create_app(services).test_client()


def test_over_https_no_other_host_can_set_it(official: FlaskClient, services: Services) -> None:
    name, *attributes = form_cookie(official, services.settings.address)
    assert name.startswith("__Host-form=")
    assert {"Secure", "Path=/", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert not any(attribute.lower().startswith("domain") for attribute in attributes)


def test_on_this_machine_over_plain_http_it_has_a_name_that_browsers_accept_there(browser: Browser) -> None:
    name, *attributes = form_cookie(browser.client, "http://127.0.0.1:8000")
    assert name.startswith("form=")
    assert "Secure" not in attributes
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(attributes)


def test_a_form_is_taken_under_that_cookie(official: FlaskClient, services: Services) -> None:
    origin = services.settings.address
    page = official.get("/sign-in", base_url=origin).get_data(as_text=True)
    typed = {"csrf_token": hidden(page, "csrf_token"), "username": "clerk", "password": PASSWORD}
    sent = official.post("/sign-in", base_url=origin, data=typed, headers={"Referer": f"{origin}/sign-in"})
    assert (sent.status_code, sent.location) == (303, "/desk/")
    assert official.get("/desk/", base_url=origin).status_code == 200
