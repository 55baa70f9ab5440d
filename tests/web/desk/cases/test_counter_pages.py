"""What clerks see of the items of a business, and what they record for them."""

from __future__ import annotations

import itertools
import re

import pytest
from desk_case import CERTIFICATE, DeskCase, open_desk_case
from desk_pages import Browser, clerk, desk_app, desk_services
from flask import Flask
from four_eyes_pages import text_of

from licence_qr.bootstrap import Services
from licence_qr.domain.register.permit import GrantMode
from licence_qr.store.register import permits

SERIAL = itertools.count(1)
__all__ = ["clerk", "desk_app", "desk_services"]


@pytest.fixture
def case(desk_app: Flask, desk_services: Services) -> DeskCase:
    """A hotel of its own for each test."""
    return open_desk_case(desk_app, desk_services, f"重庆示例第{next(SERIAL)}号客栈有限公司")


def of_item(page: str, item_id: int) -> str:
    """The line of one item."""
    found = re.search(rf'<li class="row item" id="item-{item_id}">.*?</li>', page, re.DOTALL)
    assert found
    return found[0]


def business(case: DeskCase) -> str:
    return f"/desk/businesses/{case.uscc}"


def test_the_result_says_of_every_item_where_it_stands(case: DeskCase, clerk: Browser) -> None:
    page = clerk.see(case.result)
    said = {
        "hygiene_permit": "渝高新卫公证字",
        "fire_check": "已推送重庆高新区消防救援机构",
        "special_trade": "已推送重庆市公安局高新区分局",
        "high_risk_sport": "请申请人到重庆高新区公共服务局（体育）申请",
    }
    for permit_type, words in said.items():
        assert words in of_item(page, case.stored(permit_type)[0])
    assert "还没有到齐" in page
    assert "交到申请人手里" in page


def test_the_slip_keeps_apart_what_to_apply_for_and_what_is_sent_on(case: DeskCase, clerk: Browser) -> None:
    page = text_of(clerk.see(f"{business(case)}/elsewhere"))
    own, _, sent = page.partition("正在办理的，您不必另跑")
    assert "要您自己去申请的" in own
    assert "请到重庆高新区公共服务局（体育）申请" in own
    assert "高危险性体育" not in sent
    for permit_type in ("消防安全检查", "特种行业许可证"):
        assert permit_type in sent
        assert permit_type not in own
    assert "申请" not in sent


def test_what_is_not_needed_is_folded(desk_app: Flask, desk_services: Services, clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, name="重庆示例不设餐饮客栈有限公司")
    page = clerk.see(clerk.issue(application).location)
    folded = page.partition("不需要的（")[2]
    assert "食品" in folded.partition("</details>")[0]


def test_a_certificate_that_is_shown_is_checked_and_recorded_as_shown(case: DeskCase, clerk: Browser) -> None:
    item_id, _ = case.stored("high_risk_sport")
    shown = f"{case.address('high_risk_sport')}/shown"
    assert shown in of_item(clerk.see(business(case)), item_id)
    typed = {**CERTIFICATE, "permit_no": f"高危体育{case.uscc[-6:]}"}
    check = clerk.send(shown, {**typed, "action": "check"}).get_data(as_text=True)
    assert "请与原件逐项核对" in check
    assert case.state("high_risk_sport") == "open"
    back = clerk.send(shown, {**typed, "action": "edit"}, page=check).get_data(as_text=True)
    assert f'value="{typed["permit_no"]}"' in back
    assert clerk.send(shown, {**typed, "action": "record"}, page=check).location == business(case)
    with case.services.database.read() as tx:
        held = permits.by_number(tx, typed["permit_no"])
    assert held is not None
    assert held.permit.mode is GrantMode.SHOWN
    line = of_item(clerk.see(business(case)), item_id)
    assert typed["permit_no"] in line
    assert "凭出示的证件登记" in line


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_to": "2026-06-01", "valid_from": "2026-01-01"}, "valid_to"),
        ({"permit_no": "", "issued_on": ""}, "permit_no"),
        ({"issued_on": "2999-01-01"}, "issued_on"),
    ],
)
def test_a_certificate_that_cannot_be_recorded_is_told_at_its_field(
    case: DeskCase, clerk: Browser, changes: dict[str, str], field: str
) -> None:
    shown = f"{case.address('high_risk_sport')}/shown"
    refused = clerk.send(shown, {**CERTIFICATE, **changes, "action": "check"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in page
    assert CERTIFICATE["permitted_items"] in page
    assert case.state("high_risk_sport") == "open"


def test_a_number_of_another_permit_is_told_at_the_number(case: DeskCase, clerk: Browser) -> None:
    with case.services.database.read() as tx:
        [row, *_] = tx.all("SELECT permit_no FROM permits WHERE uscc = ?", (case.uscc,))
    shown = f"{case.address('high_risk_sport')}/shown"
    for action in ("check", "record"):
        refused = clerk.send(shown, {**CERTIFICATE, "permit_no": row["permit_no"], "action": action})
        assert refused.status_code == 409
        assert 'id="permit_no-error"' in refused.get_data(as_text=True)


def test_a_closed_item_is_told_and_what_was_typed_can_be_copied(case: DeskCase, clerk: Browser) -> None:
    shown = f"{case.address('high_risk_sport')}/shown"
    form = clerk.see(shown)
    typed = {**CERTIFICATE, "permit_no": f"先登记的{case.uscc[-6:]}", "action": "record"}
    assert clerk.send(shown, typed, page=form).status_code == 303
    late = clerk.send(shown, {**typed, "permit_no": "后登记的号"}, page=form)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "不能登记出示的证件" in page
    assert "后登记的号" in page


def test_the_clerk_tells_what_is_missing_and_passes_on_what_comes(case: DeskCase, clerk: Browser) -> None:
    item_id, _ = case.stored("fire_check")
    address = case.address("fire_check")
    fire = case.browser("fire")
    fire.press(address, f"{address}/take")
    fire.send(f"{address}/more", {"words": "缺疏散平面图"})
    assert "缺疏散平面图" in of_item(clerk.see(business(case)), item_id)
    assert "缺疏散平面图" not in case.browser("elsewhere").see(business(case))
    passed = clerk.press(business(case), f"{address}/passed-on")
    assert passed.location == business(case)
    assert case.state("fire_check") == "taken"
    assert "曾要求补正" in fire.see(address)
    again = clerk.client.get(clerk.press(business(case), f"{address}/passed-on").location)
    assert "不能再这样办理" in again.get_data(as_text=True)


def test_clerks_of_another_office_record_and_pass_on_nothing(case: DeskCase) -> None:
    other, address = case.browser("elsewhere"), case.address("high_risk_sport")
    page = other.see(business(case))
    assert "/shown" not in page
    other.see(f"{address}/shown", status=403)
    assert other.press("/desk/", f"{address}/passed-on").status_code == 403
    assert case.state("high_risk_sport") == "open"


@pytest.mark.parametrize("page", ["result", "business", "shown"])
def test_the_pages_are_there_in_english(case: DeskCase, clerk: Browser, page: str) -> None:
    address = {
        "result": case.result,
        "business": business(case),
        "shown": f"{case.address('high_risk_sport')}/shown",
    }[page]
    assert "High-risk sport permit" in clerk.see(f"{address}?lang=en")
