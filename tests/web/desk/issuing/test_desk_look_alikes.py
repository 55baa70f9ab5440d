"""A name that another business has, or that looks like it: told before anything is issued, and issued with a reason."""

from __future__ import annotations

import html
import re

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, colleague, desk_app, desk_services, elsewhere, hidden

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.store.register import entities, history

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]


def filled(clerk: Browser, **details: str) -> str:
    application = clerk.start()
    clerk.fill(application, **details)
    return application


def issued(clerk: Browser, name: str) -> str:
    """The credit code of a business that was issued under that name."""
    page = clerk.see(clerk.issue(filled(clerk, name=name)).location)
    found = re.search(r"9150\w{14}", page)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("重庆孪生宾馆有限公司", "重庆孪生宾馆有限公司", "名称相同"),
        ("重庆“双子”宾馆有限公司", '重庆 "双子" 宾馆有限公司', "名称相同"),
        ("重庆显示宾馆有限公司", "重庆显⽰宾馆有限公司", "名称相同"),
        ("重庆COCO宾馆有限公司", "重庆СОСО宾馆有限公司", "名称形似"),
        ("重庆龙门宾馆有限公司", "重庆⻰门宾馆有限公司", "名称形似"),
    ],
)
def test_the_other_business_is_told_with_a_link_and_a_reason_is_asked(
    clerk: Browser, desk_services: Services, first: str, second: str, said: str
) -> None:
    other = issued(clerk, first)
    application = filled(clerk, name=second)
    page = clerk.see(f"{application}/review")
    assert f"/desk/businesses/{other}" in page
    assert said in page
    token = {"csrf_token": hidden(page, "csrf_token")}
    for reason in ("", "  \u200b ", "因" * 501):
        refused = clerk.client.post(f"{application}/issue", data={**token, "why_another": reason})
        assert refused.status_code == 422
        assert 'id="why_another-error"' in refused.get_data(as_text=True)
    assert clerk.client.get(f"{application}/result").status_code == 404
    answer = clerk.client.post(f"{application}/issue", data={**token, "why_another": "核对过身份证"})
    assert answer.status_code == 303
    with desk_services.database.read() as tx:
        reasons = [
            row["reason"]
            for row in history.everything(tx)
            if row["event"] == EventKind.LICENCE_GRANTED and row["reason"]
        ]
    assert any(reason.startswith("核对过身份证；") for reason in reasons)


def test_nothing_is_asked_of_a_name_of_its_own(clerk: Browser) -> None:
    page = clerk.see(f"{filled(clerk, name='重庆独一无二宾馆有限公司')}/review")
    assert "why_another" not in page


def test_a_registered_business_that_applies_again_is_not_told_of_itself(clerk: Browser) -> None:
    name = "重庆再来宾馆有限公司"
    uscc = issued(clerk, name)
    application = filled(clerk, name=name, uscc=uscc, premises_address="重庆市九龙坡区金凤镇演示路98号")
    assert "why_another" not in clerk.see(f"{application}/review")


def test_a_former_private_use_character_is_replaced_and_the_page_says_so(
    clerk: Browser, desk_services: Services
) -> None:
    details = {"name": "重庆旧码位宾馆有限公司", "principal": "王\ue863"}
    application = filled(clerk, name="重庆旧码位宾馆有限公司")
    clerk.send(f"{application}/details", {**DETAILS, **details})
    clerk.sign(application, details["principal"])
    page = html.unescape(clerk.see(f"{application}/review"))
    assert "U+E863 → 䶮 (U+4DAE)" in page
    assert "王\ue863" not in page
    assert clerk.issue(application).status_code == 303
    with desk_services.database.read() as tx:
        [found] = entities.search(tx, "重庆旧码位宾馆")
    assert found.entity.principal == "王䶮"


def test_a_change_of_name_tells_whose_name_it_is_like(clerk: Browser) -> None:
    other, renamed = issued(clerk, "重庆已有字号宾馆有限公司"), issued(clerk, "重庆还没改名宾馆有限公司")
    address = f"/desk/businesses/{renamed}/licence/change"
    form = clerk.see(address)
    typed = {name: html.unescape(text) for name, text in re.findall(r' name="([^"]+)"[^>]* value="([^"]*)"', form)}
    scope = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    changed = {**typed, **dict(scope), "name": "重庆已有字号宾馆有限公司", "reason": "申请变更（示例）"}
    answer = clerk.go_on(clerk.client.post(address, data=changed), changed)
    assert answer.status_code == 303
    page = clerk.see(answer.location)
    assert f"/desk/businesses/{other}" in page
    assert page.count("名称相同：") == 1  # not as one of its own


def test_what_is_known_is_told_at_the_step_that_asks_and_going_on_takes_a_reason(clerk: Browser) -> None:
    address = "重庆市九龙坡区白市驿镇示例路93号"
    other = issued(clerk, "重庆先来宾馆有限公司")
    third = filled(clerk, name="重庆同址宾馆有限公司", premises_address=address, principal="李同址")
    clerk.issue(third)
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    details = {
        **DETAILS,
        "name": "重庆先来宾馆有限公司",
        "premises_address": address,
        "principal": "李同址",
        "why_here": "",
    }
    back = clerk.send(f"{application}/details", details)
    assert back.location.endswith("/details?checked=yes")
    page = clerk.see(back.location)
    assert re.findall(r'<li><a href="#([^"]+)">', page) == ["why_another", "why_here"]
    assert f"/desk/businesses/{other}" in page and "重庆同址宾馆有限公司" in page and "李同址" in page
    known = clerk.client.get(f"{application}/known").get_json()
    assert {field: each["asks"] for field, each in known.items()} == {
        "name": True, "premises_address": True, "principal": False,
    }  # fmt: skip
    reasons = {"why_another": "核对过身份证", "why_here": "另一层"}
    assert clerk.send(f"{application}/details", {**details, **reasons}).location == f"{application}/commitment"
    clerk.sign(application, "李同址")
    assert "核对过身份证</textarea>" in clerk.see(f"{application}/review")


def test_a_code_of_another_business_goes_no_further(clerk: Browser) -> None:
    uscc = issued(clerk, "重庆有码宾馆有限公司")
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    details = {**DETAILS, "uscc": uscc, "name": "重庆借码宾馆有限公司"}
    back = clerk.send(f"{application}/details", details)
    assert back.location.endswith("/details?checked=yes")
    assert "这个代码是另一家的" in clerk.see(back.location)
