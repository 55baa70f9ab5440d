"""Every page names its roles or stands on the open list."""

from __future__ import annotations

import pytest
from closed_pages import closed_rules
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from public_pages import ADDRESS_OF, NUMBER, STATES

from licence_qr.domain.roles import Role
from licence_qr.errors import ConfigError
from licence_qr.web.shell.security import OF_IDENTITY_SERVICE, PUBLIC, check_routes, roles, roles_of


def test_there_are_closed_pages_to_walk(app: Flask) -> None:
    assert len(closed_rules(app)) > 5


def test_every_closed_page_sends_a_visitor_to_the_sign_in_page(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # the gate must hold by itself
    try:
        for endpoint, method, address in closed_rules(app):
            response = client.open(address, method=method)
            assert response.status_code == 303, endpoint
            assert response.headers["Location"].startswith("/sign-in"), endpoint
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_every_closed_page_refuses_a_role_it_does_not_name(app: Flask, client: FlaskClient) -> None:
    client.set_cookie("session-token", "inspector-token")
    for endpoint, method, address in closed_rules(app):
        if Role.INSPECTOR not in roles_of(app.view_functions[endpoint]) and method == "GET":
            assert client.open(address, method=method).status_code == 403, endpoint


def test_every_form_is_refused_without_its_token(app: Flask, client: FlaskClient) -> None:
    posts = [(e, a) for e, method, a in closed_rules(app) if method == "POST"]
    assert posts
    for endpoint, address in posts:
        # Somebody who may open the page: without that the answer would be another refusal.
        role = min(roles_of(app.view_functions[endpoint]))
        client.set_cookie("session-token", f"{role.value}-token")
        response = client.post(address)
        assert response.status_code == 400, endpoint
        assert "表单已经失效" in response.get_data(as_text=True)


def test_every_name_on_the_open_list_is_a_page(app: Flask) -> None:
    # Those of the identity service are there where one is configured (tests/web/accounts/test_identity_service.py).
    assert PUBLIC - OF_IDENTITY_SERVICE == {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint in PUBLIC
    }


def test_public_pages_open_without_signing_in(client: FlaskClient) -> None:
    for address in ("/", f"/p/{NUMBER}", ADDRESS_OF[STATES[0]], "/sign-in"):
        assert client.get(address).status_code == 200


def test_an_unclaimed_view_stops_the_start() -> None:
    app = Flask("forgetful", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(ConfigError) as refused:
        check_routes(app)
    assert refused.value.code == "route_without_role"
    assert refused.value.facts == {"endpoint": "open"}


def test_a_view_that_is_public_and_names_a_role_stops_the_start() -> None:
    app = Flask("undecided", static_folder=None)
    citizen = Blueprint("citizen", __name__)
    citizen.add_url_rule("/", "home", roles(Role.CLERK)(lambda: ""))
    app.register_blueprint(citizen)
    with pytest.raises(ConfigError, match="route_public_and_role"):
        check_routes(app)


def test_the_way_back_after_signing_in_is_kept(client: FlaskClient) -> None:
    response = client.get("/desk/?query=%E4%BA%91")
    assert response.headers["Location"] == "/sign-in?next=/desk/?query%3D%25E4%25BA%2591"
