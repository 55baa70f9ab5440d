"""People and their accounts at the desk: an administrator opens, changes, closes, merges; a refusal keeps the form."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, browser, desk_app, desk_services, hidden, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import PeopleFilter, ServiceIdentity
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.accounts import identity_bindings
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.web import CLOCK

__all__ = ["browser", "desk_app", "desk_services"]
ADMINISTRATOR = Actor(0, "administrator", "", OFFICE, frozenset({Role.ADMIN}))


@pytest.fixture
def administrator(desk_app: Flask, desk_services: Services) -> Browser:
    return signed_in(desk_app, desk_services, "administrator")


def added(administrator: Browser, name: str, staff_no: str = "", office: str = OFFICE) -> str:
    """The address of a new person."""
    sent = administrator.send("/desk/people/new", {"staff_no": staff_no, "name": name, "office": office})
    assert sent.status_code == 303
    return sent.location


def opened(administrator: Browser, person: str, username: str, role: str = "clerk") -> str:
    """The starting password of a new account."""
    page = administrator.see(f"{person}/accounts/new")
    form = {"username": username, "roles": role, "password": PASSWORD, "was": hidden(page, "was")}
    answer = administrator.send(f"{person}/accounts/new", form, page)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    shown = re.search(r'<code class="code">([^<]+)</code>', answer.get_data(as_text=True))
    assert shown
    return shown[1]


def account_of(page: str, act: str) -> str:
    found = re.search(rf'href="(/desk/people/\d+/accounts/\d+/{act})"', page)
    assert found
    return found[1]


def test_a_person_gets_an_account_and_signs_in_with_its_starting_password(
    administrator: Browser, browser: Browser
) -> None:
    person = added(administrator, "赵示例", "P-1")
    password = opened(administrator, person, "zhao")
    assert browser.sign_in("zhao", password).status_code == 303
    page = administrator.see(person)
    assert "zhao" in page and "P-1" in page and password not in page
    assert "最近登录：<time" in page


def test_roles_password_closing_and_reopening_each_take_the_password(
    administrator: Browser, desk_services: Services, browser: Browser
) -> None:
    person = added(administrator, "钱示例", "P-2")
    opened(administrator, person, "qian")
    roles = account_of(administrator.see(person), "roles")
    refused = administrator.send(roles, {"roles": "supervisor", "password": "wrong"})
    shown = refused.get_data(as_text=True)
    assert (refused.status_code, "密码不对" in shown) == (403, True)
    assert re.search(r'value="supervisor" checked', shown) and "wrong" not in shown
    assert administrator.send(roles, {"roles": "supervisor", "password": ""}).status_code == 422
    assert administrator.send(roles, {"roles": "supervisor", "password": PASSWORD}).status_code == 303
    account = desk_services.accounts.user("qian")
    assert account and account.roles == {Role.SUPERVISOR}
    answer = administrator.send(account_of(administrator.see(person), "password"), {"password": PASSWORD})
    assert "初始密码" in answer.get_data(as_text=True)
    closing = account_of(administrator.see(person), "close")
    assert administrator.send(closing, {"password": PASSWORD}).status_code == 303
    assert desk_services.accounts.user("qian") is None
    assert (
        administrator.send(account_of(administrator.see(person), "reopen"), {"password": PASSWORD}).status_code == 303
    )
    assert desk_services.accounts.user("qian") is not None


def test_what_must_be_apart_is_said_beside_the_roles(administrator: Browser) -> None:
    person = added(administrator, "孙示例", "P-3")
    opened(administrator, person, "sun")
    page = administrator.see(f"{person}/accounts/new")
    form = {"username": "sun-2", "roles": "auditor", "password": PASSWORD, "was": hidden(page, "was")}
    refused = administrator.send(f"{person}/accounts/new", form, page)
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'href="#roles"' in shown and "审计人员只查看" in shown and 'value="sun-2"' in shown


def test_details_are_changed_and_a_form_out_of_date_is_not_taken(administrator: Browser) -> None:
    person = added(administrator, "李示例", "P-4")
    form = administrator.see(f"{person}/change")
    first = {"staff_no": "P-4", "name": "李二示例", "office": "bafu", "password": PASSWORD}
    unconfirmed = administrator.send(f"{person}/change", first | {"was": hidden(form, "was"), "password": ""}, form)
    assert (unconfirmed.status_code, "李二示例" in unconfirmed.get_data(as_text=True)) == (422, True)
    assert "李二示例" not in administrator.see(person)
    assert administrator.send(f"{person}/change", first | {"was": hidden(form, "was")}, form).status_code == 303
    late = administrator.send(f"{person}/change", first | {"name": "李三示例", "was": "P-4|李示例|baishiyi"}, form)
    assert (late.status_code, "李三示例" in late.get_data(as_text=True)) == (409, True)
    assert "李二示例" in administrator.see(person)


def test_two_entries_of_one_name_are_told_and_made_one_person(administrator: Browser, desk_services: Services) -> None:
    first, second = added(administrator, "周示例", "P-5"), added(administrator, "周示例")
    opened(administrator, second, "zhou")
    assert "有同名的人" in administrator.see("/desk/people?q=周示例")
    found = re.search(r'href="([^"]+/merge/\d+)"', administrator.see(f"{first}/merge"))
    assert found
    page = administrator.see(found[1])
    shown = {name: hidden(page, name) for name in ("was", "other_was")}
    assert administrator.send(found[1], shown | {"password": PASSWORD}, page).status_code == 303
    page = administrator.see(first)
    assert "zhou" in page and "有同名的人" not in page
    administrator.see(second, 404)


def test_entries_that_somebody_changed_meanwhile_are_shown_once_more(administrator: Browser) -> None:
    """Who confirms a merge or an account means the people whom the page showed."""
    first, second = added(administrator, "周示例"), added(administrator, "周示例")
    merging, opening = f"{first}/merge/{second.rpartition('/')[2]}", f"{second}/accounts/new"
    pages = {each: administrator.see(each) for each in (merging, opening)}
    form = administrator.see(f"{second}/change")
    other = {"staff_no": "", "name": "郑示例", "office": "bafu", "password": PASSWORD, "was": hidden(form, "was")}
    assert administrator.send(f"{second}/change", other, form).status_code == 303
    for address, page in pages.items():
        shown = {name: hidden(page, name) for name in ("was", "other_was") if f'name="{name}"' in page}
        typed = {"username": "zhou", "roles": "clerk", "password": PASSWORD}
        refused = administrator.send(address, shown | typed, page)
        assert (refused.status_code, "郑示例" in refused.get_data(as_text=True)) == (409, True)
    assert "郑示例" in administrator.see(second)


def test_nobody_is_offered_acts_on_themselves(administrator: Browser, desk_services: Services) -> None:
    account = desk_services.accounts.user("administrator")
    assert account
    page = administrator.see(f"/desk/people/{account.person_id}")
    assert "这是您本人" in page and "/accounts/" not in page
    closing = f"/desk/people/{account.person_id}/accounts/{account.user_id}/close"
    refused = administrator.send(closing, {"password": PASSWORD})
    assert (refused.status_code, "另一位人员管理员" in refused.get_data(as_text=True)) == (403, True)
    assert desk_services.accounts.user("administrator")


def test_the_export_is_safe_to_open_and_has_a_line_for_each_account(administrator: Browser) -> None:
    person = added(administrator, "=1+1示例", "+P-6")
    opened(administrator, person, "formula")
    response = administrator.client.get("/desk/people/list.csv?q=1%2B1")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="people-')
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert rows[0][:5] == ["工号", "姓名", "窗口", "用户名", "角色"]
    assert rows[1][:2] == ["'+P-6", "'=1+1示例"] and rows[1][3:5] == ["formula", "窗口人员"]


def test_a_supervisor_reads_and_is_offered_nothing_else(
    desk_app: Flask, desk_services: Services, administrator: Browser
) -> None:
    elsewhere = added(administrator, "吴示例", "P-7", "bafu")
    supervisor = signed_in(desk_app, desk_services, "supervisor")
    page = supervisor.see("/desk/people?office=bafu")
    assert "吴示例" not in page and "/desk/people/new" not in page and "按窗口筛选" not in page
    supervisor.see(elsewhere, 403)


def test_filters_that_are_unknown_are_ignored(administrator: Browser, desk_services: Services) -> None:
    total = desk_services.people.list(ADMINISTRATOR, PeopleFilter(), 1).total
    for query in ("?role=king", "?office=nowhere", "?page=99999", "?page=x"):
        assert f"共 {total} 人" in administrator.see(f"/desk/people{query}")
    assert "没有符合条件的人员" in administrator.see("/desk/people?q=没有这人")


def test_each_office_stands_with_the_delegations_of_today(desk_app: Flask, desk_services: Services) -> None:
    page = signed_in(desk_app, desk_services, "catalogue").see("/desk/offices")
    offices = desk_services.catalogue.offices
    today = local_date(desk_app.extensions[CLOCK]())
    in_force = [each for each in desk_services.catalogue.delegations if today in each.period]
    assert all(office.name.zh in page for office in offices.values())
    assert [page.count(each.notice_no) > 0 for each in in_force] == [True] * len(in_force) != []
    assert page.count("没有有效的委托") == len(offices.keys() - {each.office for each in in_force})


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whoever_is_bound_to_an_identity_is_unbound_with_a_reason(
    desk_app: Flask, desk_services: Services, lang: str
) -> None:
    administrator, clerk = signed_in(desk_app, desk_services, "administrator"), desk_services.accounts.user("clerk")
    assert clerk is not None
    identity = ServiceIdentity("https://sso.example.gov.cn", "subject-17")
    with desk_services.database.write() as tx:
        identity_bindings.put(tx, Binding(clerk.person_id, identity, datetime.now(UTC)))
    person = f"/desk/people/{clerk.person_id}"
    where = f"{person}/identity"
    assert where in administrator.see(f"{person}?lang={lang}")
    page = administrator.see(f"{where}?lang={lang}")
    assert "subject-17" in page and identity.issuer in page
    form = {"was": hidden(page, "was"), "password": PASSWORD, "reason": ""}
    refused = administrator.send(where, form)
    assert refused.status_code == 422 and 'href="#reason"' in refused.get_data(as_text=True)
    assert administrator.send(where, form | {"reason": "核对"}).location == person
    assert where not in administrator.see(person) and administrator.client.get(where).status_code == 404


def test_an_account_is_left_to_the_identity_service_where_there_is_one_and_taken_back(
    desk_app: Flask, desk_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = signed_in(desk_app, desk_services, "administrator")
    person = added(administrator, "韩示例", "H-1")
    form = {"username": "han", "roles": "clerk", "password": PASSWORD}
    assert administrator.send(f"{person}/accounts/new", form).status_code == 200
    account = desk_services.accounts.user("han")
    assert account is not None
    only, too = (f"{person}/accounts/{account.user_id}/{act}" for act in ("service-only", "password-too"))
    assert only not in administrator.see(person) and administrator.client.get(only).status_code == 404
    monkeypatch.setitem(desk_app.jinja_env.globals, "identity_service", "示例区统一身份认证平台")
    assert only in administrator.see(person)
    assert administrator.send(only, {"password": "wrong"}).status_code == 403
    assert administrator.send(only, {"password": PASSWORD}).location == person
    monkeypatch.undo()
    page = administrator.see(f"{person}?lang=en")
    assert "password does not sign in" in page and too in page and only not in page
    assert administrator.send(too, {"password": PASSWORD}).location == person
    assert too not in administrator.see(person)


def test_forms_say_before_that_they_would_leave_nobody_who_can_open_an_account(
    administrator: Browser, desk_services: Services
) -> None:
    person, other = added(administrator, "独示例", "W-1"), added(administrator, "同示例")
    opened(administrator, person, "by-service-alone")
    told = "by-service-alone 只由统一身份认证登录"
    merging = f"{other}/merge/{person.rsplit('/', 1)[1]}"
    for page in (f"{person}/change", merging):
        assert told not in administrator.see(page)
    desk_services.accounts.set_service_only("by-service-alone", datetime.now(UTC), only=True)
    for page in (f"{person}/change", merging):
        assert told in administrator.see(page)
        assert "by-service-alone: only the identity service" in administrator.see(f"{page}?lang=en")
        administrator.see("/desk/people?lang=zh")
    page = administrator.see(person)
    assert "没有设置统一身份认证，谁也不能登录" in page and account_of(page, "password-too")
    account = desk_services.accounts.user("by-service-alone")
    assert account is not None
    with desk_services.database.write() as tx:
        identity_bindings.put(
            tx, Binding(account.person_id, ServiceIdentity("https://sso.test", "du"), datetime.now(UTC))
        )
    assert told not in administrator.see(f"{person}/change") and told in administrator.see(merging)
    form = {"staff_no": "W-2", "name": "独示例", "office": OFFICE, "password": PASSWORD}
    assert administrator.send(f"{person}/change", form).status_code == 303
    assert told in administrator.see(f"{person}/identity")
