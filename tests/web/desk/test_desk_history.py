"""The history of a business on one page: every event in words, and nothing internal for other offices."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from desk_pages import Browser, clerk, elsewhere, installation, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.businesses.history_words import EVENTS, FIELDS, INTRODUCED
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF, Actor
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.register import entities, history
from licence_qr.web.app import create_app

__all__ = ["clerk", "elsewhere"]

NAME = "重庆示例有历史客栈有限公司"
REASON = "内部理由：电话核实"


@pytest.fixture(scope="module")
def desk_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """An installation of its own, because its history is years ahead: nothing else could be entered in it."""
    return installation(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def desk_app(desk_services: Services, app: Flask) -> Flask:
    """The application over it."""
    desk_app = create_app(desk_services)
    desk_app.test_client_class = app.test_client_class
    return desk_app


@pytest.fixture(scope="module")
def uscc(desk_app: Flask, desk_services: Services) -> str:
    """A business issued at this desk, whose principal changed a day later by a decision of two people."""
    browser = signed_in(desk_app, desk_services, "clerk")
    application = browser.start()
    browser.fill(application, name=NAME)
    issued = browser.see(browser.issue(application).location)
    found = re.search(r"(?<![0-9A-Z])9150[0-9A-Z]{14}(?![0-9A-Z])", issued)
    assert found
    uscc = found[0]
    with desk_services.database.write() as tx:
        stored = entities.get(tx, uscc)
        assert stored is not None
        changed = replace(stored.entity, principal="李示例")
        entities.put(tx, replace(stored, entity=changed))
        before, after = {"principal": stored.entity.principal, "name": NAME}, {"principal": "李示例", "name": NAME}
        events.write(
            tx,
            NewEvent(
                kind=EventKind.LICENCE_CHANGED,
                subject="licence",
                at=datetime(2030, 5, 6, 17, 30, tzinfo=UTC),
                by=Actor(0, "colleague", "", "baishiyi", frozenset()),
                uscc=uscc,
                reason=REASON,
                legal_basis="市场主体登记管理条例第二十四条",
                document_no="示字〔2030〕7号",
                before={**before, "contact_phone": "13800001234"},
                after={**after, "contact_phone": "13900005678"},
                effective_on=date(2030, 6, 1),
                proposed_by="clerk",
            ),
        )
    return uscc


def text_of(page: str) -> str:
    """The words of the page without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_every_event_there_can_be_has_its_words() -> None:
    assert set(EVENTS) == {kind.value for kind in EventKind}
    assert set(INTRODUCED) <= set(FIELDS)


def test_the_newest_day_stands_first_and_is_that_of_shanghai(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/history?lang=zh")
    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)">', page)
    assert days[0] == "2030-05-07"  # half past five in the afternoon, UTC, is the next day there
    assert days == sorted(days, reverse=True)
    assert "01:30" in page


def test_a_change_says_what_was_and_what_is_by_whom_why_and_from_when(clerk: Browser, uscc: str) -> None:
    said = text_of(clerk.see(f"/desk/businesses/{uscc}/history?lang=zh"))
    assert "法定代表人 原为 张示例 → 现为 李示例" in said
    assert "名称 原为" not in said  # it did not change
    assert "自 2030年6月1日 起生效" in said
    assert f"理由： {REASON}" in said or f"理由：{REASON}" in said
    assert "依据：市场主体登记管理条例第二十四条" in said
    assert "文号：示字〔2030〕7号" in said
    assert "提出人：clerk（示例）；审批：colleague（示例）" in said


def test_one_press_of_a_button_is_one_moment_with_the_cause_first(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/history?lang=zh")
    moments = re.findall(r"<li>.*?</li>", page.split('<ol class="past"')[2], re.DOTALL)
    assert len(moments) == 1
    order = [moments[0].index(words) for words in ("准予登记", "增加经营场所", "准予许可", "签发新版二维码")]
    assert order == sorted(order)
    assert moments[0].count("经办：") == 1


def test_what_nobody_has_named_as_fit_to_show_is_not_shown(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/history")
    assert "13800001234" not in page and "13900005678" not in page


def test_another_office_reads_what_happened_but_not_who_and_why(elsewhere: Browser, uscc: str) -> None:
    said = text_of(elsewhere.see(f"/desk/businesses/{uscc}/history?lang=zh"))
    assert "法定代表人 原为 张示例 → 现为 李示例" in said
    assert "市场主体登记管理条例第二十四条" in said
    for inner in (REASON, "clerk（示例）", "colleague（示例）", "经办："):
        assert inner not in said


def test_the_english_page_says_it_in_english(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/history?lang=en")
    assert "Registered details changed" in page and "Effective from 1 June 2030" in page
    assert '<span lang="zh-CN">李示例</span>' in page


def test_what_the_program_did_by_itself_is_told_in_both_languages(
    clerk: Browser, uscc: str, desk_services: Services
) -> None:
    at, kind = datetime(2030, 5, 6, 18, 0, tzinfo=UTC), EventKind.PERMIT_REVIEWED
    with desk_services.database.write() as tx:
        new = NewEvent(kind=kind, subject="licence", at=at, by=BY_ITSELF, office="baishiyi", uscc=uscc)
        events.write(tx, new)
    assert "经办：系统自动" in text_of(clerk.see(f"/desk/businesses/{uscc}/history?lang=zh"))
    english = text_of(clerk.see(f"/desk/businesses/{uscc}/history?lang=en"))
    assert "Handled by the system" in english and "系统自动" not in english


def test_a_business_that_is_not_in_the_register_has_no_history(clerk: Browser) -> None:
    clerk.see("/desk/businesses/91500107M000001A9R/history", status=404)


def test_the_page_of_the_business_leads_to_its_history(clerk: Browser, uscc: str) -> None:
    assert f'href="/desk/businesses/{uscc}/history"' in clerk.see(f"/desk/businesses/{uscc}")


def test_the_values_kept_in_the_history_are_flat_enough_to_be_read(desk_services: Services, uscc: str) -> None:
    with desk_services.database.read() as tx:
        granted = next(row for row in history.of_business(tx, uscc) if row["event"] == "permit_granted")
    assert set(json.loads(granted["after"])["period"]) == {"first", "last"}


def test_a_past_day_shows_what_held_then(clerk: Browser, uscc: str, desk_services: Services) -> None:
    address = f"/desk/businesses/{uscc}/history?lang=zh&day="
    today = local_date(datetime.now(UTC)).isoformat()
    said = text_of(clerk.see(address + today))
    assert "的情况" in said and "第 1 版" in said and "✓ 有效" in said
    assert "那一天登记库里还没有这家企业" in clerk.see(f"{address}2001-01-01")


@pytest.mark.parametrize(("typed", "said"), [("昨天", "不是可识别的日期"), ("2199-01-01", "还没有到")])
def test_a_day_that_cannot_be_shown_is_told_at_its_field(clerk: Browser, uscc: str, typed: str, said: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/history?lang=zh&day={typed}", status=422)
    assert said in page and 'id="day-error"' in page and f'value="{typed}"' in page
