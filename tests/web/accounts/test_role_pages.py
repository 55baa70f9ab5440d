"""Who holds which role, and requests for roles that take two people, on real pages."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from desk_pages import PASSWORD, Browser, desk_app, desk_services, hidden, signed_in
from flask import Flask
from people import asked_roles

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role

__all__ = ["desk_app", "desk_services"]
OWN = "seven grey herons at noon"


@pytest.mark.parametrize(("lang", "role"), [("zh", Role.DECIDER), ("en", Role.INSPECTOR)])
def test_one_asks_and_another_confirms(desk_app: Flask, desk_services: Services, lang: str, role: Role) -> None:
    administrator, auditor = (signed_in(desk_app, desk_services, name) for name in ("administrator", "auditor"))
    key = asked_roles(desk_services, "administrator", PASSWORD, datetime.now(UTC), role)
    where = f"/desk/people/roles/requests/{key}"
    assert 'name="password"' not in administrator.see(f"{where}?lang={lang}")
    assert administrator.send(where, {"password": PASSWORD}).status_code == 409
    assert where in auditor.see(f"/desk/people/roles/requests?lang={lang}")
    assert 'name="password"' in auditor.see(f"{where}?lang={lang}")
    refused = auditor.send(where, {"password": "wrong"})
    assert refused.status_code == 403 and 'href="#password"' in refused.get_data(as_text=True)
    assert auditor.send(where, {"password": PASSWORD}).status_code == 303
    assert where not in auditor.see("/desk/people/roles/requests")
    username = f"gets-{role.value}"
    rows = list(csv.reader(io.StringIO(auditor.see("/desk/people/roles/requests/list.csv?state=all").lstrip("\ufeff"))))
    assert username in {row[0] for row in rows}
    page = auditor.see(f"/desk/people/roles?role={role.value}&lang={lang}")
    assert username in page and "administrator（示例）" in page and "auditor（示例）" in page
    told = auditor.see(f"/desk/people/roles/list.csv?role={role.value}").lstrip("\ufeff")
    [line] = [row for row in csv.reader(io.StringIO(told)) if row[1] == username]
    assert line[5].count("示例") == 2


def test_a_new_account_waits_for_its_role_and_the_page_says_so(desk_app: Flask, desk_services: Services) -> None:
    administrator = signed_in(desk_app, desk_services, "administrator")
    person = administrator.send("/desk/people/new", {"staff_no": "R-1", "name": "吴示例", "office": "bafu"}).location
    was = hidden(administrator.see(f"{person}/accounts/new"), "was")
    form = {"username": "waits", "roles": "inspector", "password": PASSWORD, "was": was}
    page = administrator.send(f"{person}/accounts/new", form).get_data(as_text=True)
    assert "确认后才生效" in page and "/desk/people/roles/requests" in page
    opened = desk_services.accounts.user("waits")
    assert opened is not None and opened.roles == frozenset()
    newcomer = Browser(desk_app.test_client())
    shown = page.split('<code class="code">')[1].split("<")[0]
    assert newcomer.sign_in("waits", shown).location.startswith("/password")
    chosen = {"password": shown, "new_password": OWN, "repeated_password": OWN}
    assert newcomer.send("/password", chosen, newcomer.see("/password")).location == "/sessions"
    own = newcomer.see("/sessions")
    assert "没有角色" in own and "监督" in own and "另一人确认后生效" in own
    assert "No role" not in own and "requested for you" in newcomer.see("/sessions?lang=en")
    assert newcomer.client.get("/desk/people").status_code == 403
    assert newcomer.press("/sessions", "/sign-out").status_code == 303
    told = administrator.see(person)
    assert "没有角色，只能打开“我的登录”" in told and "/desk/people/roles/requests/" in told


def test_whoever_has_an_account_sees_every_other_one_that_is_in_their_name(
    desk_app: Flask, desk_services: Services
) -> None:
    clerk = desk_services.accounts.user("clerk")
    assert clerk is not None
    browser = signed_in(desk_app, desk_services, "clerk")
    assert "其他账号" not in browser.see("/sessions")
    administrator = signed_in(desk_app, desk_services, "administrator")
    where = f"/desk/people/{clerk.person_id}/accounts/new"
    form = {"username": "in-my-name", "roles": "supervisor", "password": PASSWORD}
    was = hidden(administrator.see(where), "was")
    assert administrator.send(where, form | {"was": was}).status_code == 200
    page = browser.see("/sessions")
    assert "其他账号" in page and "in-my-name" in page


def test_whoever_moves_to_another_office_waits_there_for_a_role_that_decides(
    desk_app: Flask, desk_services: Services
) -> None:
    administrator = signed_in(desk_app, desk_services, "administrator")
    desk_services.accounts.create(
        "moves", "迁示例", "baishiyi", frozenset({Role.DECIDER}), PASSWORD, datetime.now(UTC), staff_no="M-1"
    )
    moves = desk_services.accounts.user("moves")
    assert moves is not None
    where = f"/desk/people/{moves.person_id}/change"
    page = administrator.see(where)
    form = {"staff_no": "M-1", "name": "迁示例", "office": "jinfeng", "password": PASSWORD, "was": hidden(page, "was")}
    assert administrator.send(where, form, page).status_code == 303
    told = administrator.see(f"/desk/people/{moves.person_id}")
    assert "不随人转到另一窗口" in told and "等另一人确认：" in told


def test_it_is_declined_by_a_button_and_a_change_of_roles_leads_to_it(desk_app: Flask, desk_services: Services) -> None:
    administrator, auditor = (signed_in(desk_app, desk_services, name) for name in ("administrator", "auditor"))
    clerk = desk_services.accounts.user("clerk")
    assert clerk is not None
    change = f"/desk/people/{clerk.person_id}/accounts/{clerk.user_id}/roles"
    form = {"roles": "clerk,catalogue", "password": PASSWORD}
    where = administrator.send(change, form).location
    assert "/desk/people/roles/requests/" in where
    assert auditor.press(where, f"{where}/decline").status_code == 303
    assert "已拒绝" in administrator.see(where)
