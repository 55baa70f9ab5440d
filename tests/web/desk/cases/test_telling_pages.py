"""What an authority asks for or decides is told the applicant on a page of its own, and then is no task any more."""

from __future__ import annotations

import re

import pytest
from desk_case import CERTIFICATE, DeskCase, open_desk_case
from desk_pages import desk_app, desk_services, hidden
from flask import Flask

from licence_qr.bootstrap import Services

__all__ = ["desk_app", "desk_services"]


@pytest.fixture(scope="module")
def case(desk_app: Flask, desk_services: Services) -> DeskCase:
    return open_desk_case(desk_app, desk_services, "重庆示例待告知酒店有限公司")


def act_in_list(person, words: str) -> str:
    found = re.search(rf'href="([^"]+)">{words}<', person.see("/desk/work"))
    assert found, words
    return found[1]


def test_more_is_told_and_a_card_handed_over_from_the_work_list(case: DeskCase) -> None:
    clerk, fire, item = case.browser("clerk"), case.browser("fire"), case.address("fire_check")
    assert act_in_list(fire, "接办") == item
    fire.press(item, f"{item}/take")
    assert act_in_list(fire, "作决定") == item
    fire.send(f"{item}/more", {"words": "消防设计文件（示例）"})
    assert act_in_list(fire, "看补正") == item
    tell = act_in_list(clerk, "告知申请人")
    page = clerk.see(tell)
    assert "消防设计文件（示例）" in page and "要求补正" in page and "联系电话" in page
    told = re.search(r'action="([^"]+/told/\d+)"', page)
    assert told and clerk.press(tell, told[1]).location == "/desk/work"
    assert "告知申请人" not in clerk.see("/desk/work")
    assert told[1] not in clerk.see(tell)
    fire.press(item, f"{item}/go-on")
    case.visited("fire_check", fire)
    granted = fire.client.post(
        f"{item}/grant", data={**CERTIFICATE, "action": "record", "csrf_token": hidden(fire.see(item), "csrf_token")}
    )
    assert granted.status_code == 303
    tell = act_in_list(clerk, "交付新牌")
    assert "/print" in clerk.see(tell) and "Hand over the card" in clerk.see(f"{tell}?lang=en")
    again = clerk.client.post(told[1], data={"csrf_token": hidden(clerk.see(f"{tell}?lang=zh"), "csrf_token")})
    assert again.status_code in {409, 422} and "已经过时" in again.get_data(as_text=True)
    assert act_in_list(clerk, "交付新牌") == tell


def test_nobody_else_tells(case: DeskCase) -> None:
    item_id = case.stored("special_trade")[0]
    assert case.browser("clerk").client.get(f"/desk/items/{item_id}/tell").status_code == 404
    for name in ("fire", "inspector"):
        assert case.browser(name).client.get(f"/desk/items/{item_id}/tell").status_code == 403
