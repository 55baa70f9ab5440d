"""What somebody else could try with a sign-in by the identity service, and a service that is ill."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_pages import hidden
from identity_provider import TWO_FACTORS, PersonThere, identity_service
from identity_site import (
    ADDRESS,
    HOST,
    OFFICE,
    PASSWORD,
    PEOPLE,
    TYPED,
    Site,
    installed,
    late_form,
    made,
    refused,
    site,
    there,
)

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.web.app import create_app

__all__ = ["made", "site", "there"]


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


# --- another staff number --------------------------------------------------------------------------------------------


def renumbered(site: Site, username: str, staff_no: str) -> None:
    """One administrator gives the person of this account another staff number."""
    actor = site.services.accounts.user(username)
    assert actor
    details = PersonDetails(staff_no, actor.display_name, OFFICE)
    site.services.staff.change(actor.person_id, details, AT_THE_MACHINE, datetime.now(UTC))


def test_another_staff_number_lets_nobody_in_as_a_colleague(site: Site) -> None:
    renumbered(site, "li", "9999")
    refused(site.come(site.browser(), "stranger", TWO_FACTORS), 403, "“9999”是账号开通后登记或更改的")
    assert site.traces()[-1]["event"] == EventKind.SERVICE_SIGN_IN_REFUSED


def test_a_starting_password_opens_nothing_once_its_owner_comes_in_by_the_service(site: Site) -> None:
    site.services.accounts.create(
        "qian", "qian", OFFICE, frozenset({Role.CLERK}), PASSWORD, datetime.now(UTC), staff_no="9999", must_change=True
    )
    begun = site.browser()
    assert begun.sign_in("qian", PASSWORD).location.startswith("/password")
    assert site.come(site.browser(), "stranger").status_code == 303
    assert site.browser().sign_in("qian", PASSWORD).status_code == 403
    assert begun.client.get("/password").location.startswith("/sign-in")


def test_another_identity_with_the_number_of_somebody_who_has_come_in_is_refused_and_told(site: Site) -> None:
    assert site.come(site.browser(), "wang").status_code == 303
    refused(site.come(site.browser(), "namesake", TWO_FACTORS), 403, "“1001”已与统一身份认证平台的另一身份绑定")
    wang = site.services.accounts.user("wang")
    assert wang
    told = site.services.staff.one(wang.person_id).told
    assert [text.en for text in told] == ["another identity came with this staff number and was refused"]
    assert site.come(site.browser(), "wang").status_code == 303


def test_an_entry_that_is_merged_lets_nobody_in_as_a_colleague(site: Site) -> None:
    staff, now = site.services.staff, datetime.now(UTC)
    site.services.accounts.create("he", "he", OFFICE, frozenset({Role.CLERK}), PASSWORD, now)
    he = site.services.accounts.user("he")
    assert he
    other = staff.add(PersonDetails("9999", "stranger", OFFICE), AT_THE_MACHINE, now)
    staff.merge(he.person_id, other, AT_THE_MACHINE, now)
    refused(site.come(site.browser(), "stranger", TWO_FACTORS), 403, "“9999”是账号开通后登记或更改的")


def test_signing_in_as_every_day_agrees_to_no_other_staff_number(site: Site) -> None:
    renumbered(site, "wang", "9999")
    assert site.browser().sign_in("wang", PASSWORD).location == "/desk/"
    refused(site.come(site.browser(), "stranger", TWO_FACTORS), 403, "“9999”是账号开通后登记或更改的")


def test_the_owner_agrees_on_the_page_to_the_number_that_it_shows(site: Site) -> None:
    renumbered(site, "wang", "9999")
    browser = site.browser()
    browser.sign_in("wang", PASSWORD)
    assert 'href="/staff-number"' in browser.see("/sessions") and "9999" in browser.see("/staff-number")
    wrong = browser.send("/staff-number", {"shown": "9999", "password": "not-the-password"})
    assert wrong.status_code == 403 and "9999" in wrong.get_data(as_text=True)
    refused(site.come(site.browser(), "stranger"), 403, "“9999”是账号开通后登记或更改的")
    assert browser.send("/staff-number", {"shown": "9999", "password": PASSWORD}).location == "/sessions"
    assert 'href="/staff-number"' not in browser.see("/sessions")
    assert "确认这是我的工号" not in browser.see("/staff-number")
    assert site.come(site.browser(), "stranger").status_code == 303


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
