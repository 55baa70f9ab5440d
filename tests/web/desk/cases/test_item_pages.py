"""The pages of an authority's officers: what waits for them, an item with its business, and each step of it."""

from __future__ import annotations

import itertools
import re

import pytest
from desk_case import CERTIFICATE, DeskCase, open_desk_case
from desk_pages import Browser, desk_app, desk_services
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.store.register import codes, history

SERIAL = itertools.count(1)
__all__ = ["desk_app", "desk_services"]


@pytest.fixture
def case(desk_app: Flask, desk_services: Services) -> DeskCase:
    """A hotel of its own for each test."""
    return open_desk_case(desk_app, desk_services, f"重庆示例第{next(SERIAL)}号酒店有限公司")


@pytest.fixture
def fire(case: DeskCase) -> Browser:
    return case.browser("fire")


def menu(page: str) -> str:
    found = re.search(r'<nav class="desk-nav".*?</nav>', page, re.DOTALL)
    assert found
    return found[0]


def taken(case: DeskCase, browser: Browser) -> str:
    """The address of the fire check, once it is this officer's."""
    address = case.address("fire_check")
    assert browser.press(address, f"{address}/take").status_code == 303
    return address


def test_officers_begin_at_home_and_see_the_items_of_their_authority_which_others_have_not(
    case: DeskCase, fire: Browser
) -> None:
    assert case.address("fire_check") in fire.see("/desk/")
    page = fire.see("/desk/items")
    waiting = len(re.findall(r'(?:href|action)="/desk/items/\d+(?:/take)?"', page))
    assert f'<b class="count">{waiting}</b>' in menu(page)
    assert case.address("fire_check") in page
    assert case.address("food") not in page
    window = case.browser("decider").see("/desk/items")
    assert "没有等着办理的事项" in window
    assert "/desk/items" not in menu(window)


def test_an_item_shows_its_business_and_why_it_is_needed(case: DeskCase, fire: Browser) -> None:
    page = fire.see(case.address("fire_check"))
    _, item = case.stored("fire_check")
    for told in (case.uscc, item.application_no, item.reason.zh, "重庆市九龙坡区白市驿镇示例路1号", "接办"):
        assert told in page
    assert "/grant" not in page


def test_who_sees_an_item_leaves_a_trace(case: DeskCase, fire: Browser) -> None:
    fire.see(case.address("fire_check"))
    item_id, _ = case.stored("fire_check")
    with case.services.database.read() as tx:
        rows = tx.all("SELECT actor FROM traces WHERE subject = ?", (f"item/{item_id}",))
    assert [row["actor"] for row in rows] == ["fire"]


def test_an_item_is_taken_and_taken_over(case: DeskCase, fire: Browser) -> None:
    address = taken(case, fire)
    page = fire.see(address)
    assert "记录现场核查" in page and "还没有记录" in page and "/grant" not in page
    assert "还没有现场核查记录" in fire.see(f"{address}/grant", status=409)
    case.visited("fire_check", fire)
    assert "准予许可" in fire.see(address)
    other = case.browser("fire-2")
    page = other.see(address)
    assert "从fire（示例）手中接过" in page
    assert "/grant" not in page
    assert other.press(address, f"{address}/take").status_code == 303
    assert case.stored("fire_check")[1].assignee == "fire-2"
    stale = fire.send(f"{address}/refuse", {"words": "晚了一步的理由"})
    assert stale.status_code == 409
    assert "晚了一步的理由" in stale.get_data(as_text=True)
    assert case.state("fire_check") == "taken"


def test_what_is_missing_is_asked_for_and_comes(case: DeskCase, fire: Browser) -> None:
    address = taken(case, fire)
    empty = fire.send(f"{address}/more", {"words": "  "})
    assert empty.status_code == 422
    assert 'id="words-error"' in empty.get_data(as_text=True)
    assert fire.send(f"{address}/more", {"words": "缺疏散平面图"}).status_code == 303
    assert "缺疏散平面图" in fire.see(address)
    assert fire.press(address, f"{address}/go-on").status_code == 303
    assert case.state("fire_check") == "taken"
    again = fire.press(address, f"{address}/go-on")
    assert again.status_code == 409
    assert "不能再这样办理" in again.get_data(as_text=True)


def test_a_permit_is_checked_before_it_is_granted_and_joins_the_code(case: DeskCase, fire: Browser) -> None:
    grant = f"{taken(case, fire)}/grant"
    case.visited("fire_check", fire)
    typed = {**CERTIFICATE, "permit_no": f"渝演消〔2026〕{case.uscc[-4:]}号"}
    check = fire.send(grant, {**typed, "action": "check"}).get_data(as_text=True)
    assert case.state("fire_check") == "taken"
    assert f'name="permit_no" value="{typed["permit_no"]}"' in check
    back = fire.send(grant, {**typed, "action": "edit"}, page=check).get_data(as_text=True)
    assert f'value="{typed["permit_no"]}"' in back
    assert fire.send(grant, {**typed, "action": "record"}, page=check).status_code == 303
    assert case.state("fire_check") == "on_register"
    with case.services.database.read() as tx:
        newest = codes.newest_of_business(tx, case.uscc)
    assert newest is not None
    assert newest.version == 2
    second = fire.send(grant, {**typed, "permit_no": "迟到的号", "action": "record"}, page=check)
    assert second.status_code == 409
    assert "迟到的号" in second.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"permit_no": ""}, "permit_no"),
        ({"issued_on": "昨天"}, "issued_on"),
        ({"valid_to": "2026-02-01"}, "valid_to"),
    ],
)
def test_what_cannot_be_stands_beside_its_field_with_all_that_was_typed(
    case: DeskCase, fire: Browser, changes: dict[str, str], field: str
) -> None:
    grant = f"{taken(case, fire)}/grant"
    case.visited("fire_check", fire)
    refused = fire.send(grant, {**CERTIFICATE, **changes, "action": "check"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in page
    assert CERTIFICATE["permitted_items"] in page


def test_a_number_that_is_taken_stands_beside_the_number(case: DeskCase, fire: Browser) -> None:
    grant = f"{taken(case, fire)}/grant"
    case.visited("fire_check", fire)
    with case.services.database.read() as tx:
        [row, *_] = tx.all("SELECT permit_no FROM permits WHERE uscc = ?", (case.uscc,))
    refused = fire.send(grant, {**CERTIFICATE, "permit_no": row["permit_no"], "action": "check"})
    page = refused.get_data(as_text=True)
    assert 'id="permit_no-error"' in page
    assert f'value="{row["permit_no"]}"' in page


def test_a_refusal_is_asked_for_once_and_closes_the_item(case: DeskCase, fire: Browser) -> None:
    address = taken(case, fire)
    assert fire.send(f"{address}/refuse", {"words": "疏散通道被占用"}).status_code == 303
    assert case.state("fire_check") == "refused"
    closed = fire.see(address)
    assert "疏散通道被占用" in closed
    assert "已办结" in closed
    with case.services.database.read() as tx:
        reasons = [r["reason"] for r in history.of_business(tx, case.uscc) if r["event"] == EventKind.ITEM_CHANGED]
    assert reasons[-1] == "疏散通道被占用"


def test_officers_of_another_authority_are_refused(case: DeskCase) -> None:
    market = case.browser("market-1")
    market.see(case.address("fire_check"), status=403)
    market.see(f"{case.address('fire_check')}/grant", status=403)
    market.see("/desk/items/999999", status=404)


@pytest.mark.parametrize("page", ["", "/more", "/refuse", "/grant"])
def test_every_page_of_an_item_is_there_in_english(case: DeskCase, fire: Browser, page: str) -> None:
    address = taken(case, fire)
    case.visited("fire_check", fire)
    shown = fire.see(f"{address}{page}?lang=en")
    assert "Fire check before a public assembly place opens" in shown
