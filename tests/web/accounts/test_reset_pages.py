"""Resets of second factors, sessions and delegations at the desk, on real pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, desk_app, desk_services, signed_in
from flask import Flask
from people import enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.web import CLOCK

__all__ = ["desk_app", "desk_services"]


@pytest.fixture
def administrator(desk_app: Flask, desk_services: Services) -> Browser:
    return signed_in(desk_app, desk_services, "administrator")


@pytest.fixture
def supervisor(desk_app: Flask, desk_services: Services) -> Browser:
    return signed_in(desk_app, desk_services, "supervisor")


def lost(services: Services, app: Flask, name: str) -> str:
    """The address of the page of an account whose owner has lost the phone."""
    now: datetime = app.extensions[CLOCK]()
    services.accounts.create(name, f"{name}（示例）", OFFICE, frozenset({Role.CLERK}), PASSWORD, now)
    owner = services.accounts.user(name)
    assert owner is not None
    enrol_app(services, owner, PASSWORD, now)
    return f"/desk/people/{owner.person_id}/accounts/{owner.user_id}/factors"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_asks_and_another_confirms(
    administrator: Browser, supervisor: Browser, desk_app: Flask, desk_services: Services, lang: str
) -> None:
    asking = lost(desk_services, desk_app, f"lost-{lang}")
    assert asking in administrator.see(asking.partition("/accounts")[0])
    refused = administrator.send(asking, {"reason": "本人到场", "password": "wrong"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 403 and 'href="#password"' in page and 'value="本人到场"' in page
    where = administrator.send(asking, {"reason": "本人到场", "password": PASSWORD}).location
    assert 'name="password"' not in administrator.see(f"{where}?lang={lang}")
    assert administrator.send(where, {"password": PASSWORD}).status_code == 409
    assert where in supervisor.see(f"/desk/people/resets?lang={lang}")
    page = supervisor.see(f"{where}?lang={lang}")
    assert 'name="password"' in page and "本人到场" in page
    assert '<span class="code">administrator</span>' in page
    assert supervisor.send(where, {"password": "wrong"}).status_code == 403
    assert supervisor.send(where, {"password": PASSWORD}).status_code == 303
    assert where not in supervisor.see("/desk/people/resets")
    assert where in supervisor.see("/desk/people/resets?state=all")
    owner = desk_services.accounts.user(f"lost-{lang}")
    assert owner is not None and not desk_services.confirming.checks.has_factor(owner)
    told = supervisor.see("/desk/people/resets/list.csv?state=all").lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(told)))
    assert f"lost-{lang}" in {row[0] for row in rows}
    assert (rows[1][2], rows[1][6]) == ("administrator（示例） administrator", "supervisor（示例） supervisor")


def test_it_is_let_be_by_a_button(
    administrator: Browser, supervisor: Browser, desk_app: Flask, desk_services: Services
) -> None:
    asking = lost(desk_services, desk_app, "found-again")
    where = administrator.send(asking, {"reason": "本人到场", "password": PASSWORD}).location
    assert supervisor.press(where, f"{where}/decline").status_code == 303
    assert "已拒绝" in administrator.see(where)


def test_an_administrator_ends_the_sessions_of_somebody_else(
    administrator: Browser, supervisor: Browser, desk_app: Flask, desk_services: Services
) -> None:
    lost(desk_services, desk_app, "many-places")
    places = [signed_in(desk_app, desk_services, "many-places") for _ in range(3)]
    owner = desk_services.accounts.user("many-places")
    assert owner is not None
    page = f"/desk/people/sessions?person={owner.person_id}"
    assert places[0].client.get("/sessions").status_code == 303  # its owner has a factor and has not proven it
    assert "many-places" in supervisor.see("/desk/people/sessions?q=many")
    assert "/end" not in supervisor.see(page)
    ends = re.findall(r'action="(/desk/people/sessions/\w+/end\?[^"]*)"', administrator.see(page))
    assert len(ends) == 3
    assert administrator.press(page, ends[0]).location == page
    assert administrator.press(page, f"/desk/people/sessions/of/{owner.person_id}/end").status_code == 303
    assert "现在没有登录" in administrator.see(page)
    assert all(place.client.get("/sessions").location.startswith("/sign-in") for place in places)
    assert "administrator" in administrator.see("/desk/people/sessions/list.csv?q=administrator")


def test_delegations_are_a_list_with_filters_and_a_file(administrator: Browser) -> None:
    page = administrator.see("/desk/offices/delegations")
    assert page.count('<li class="row">') > 1
    one = administrator.see(f"/desk/offices/delegations?office={OFFICE}&permit=no-such-permit")
    assert 0 < one.count('<li class="row">') < page.count('<li class="row">')
    rows = list(csv.reader(io.StringIO(administrator.see(f"/desk/offices/delegations/list.csv?office={OFFICE}"))))
    assert len(rows) == 1 + one.count('<li class="row">')
