"""What is not in force for sure is never green: items, numbers typed by hand, void prints; and filings are no permits."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from public_pages import ADDRESS_OF, NUMBER, PAGES, PERMIT, read

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.publishing.public_page import FoundBy
from licence_qr.web.public import page_words
from licence_qr.web.shell.words import Tone

REFUSED = "核验未通过，不可采信"


def item_lines(page: str) -> list[str]:
    """The lines of the items, without markup."""
    listed = page.split('<div class="card">')[1].split("</div>")[0]
    return [" ".join(re.sub("<[^>]+>", " ", unescape(each)).split()) for each in listed.split("<dt>")[1:]]


def test_every_item_is_one_line_that_says_where_it_stands_and_whom_to_ask(client: FlaskClient) -> None:
    assert item_lines(read(client, "incomplete")) == [
        "公共场所卫生许可证 ✓ 有效",
        "仅销售预包装食品备案 ✓ 已备案，编号YB25001070000118",
        "特种行业许可证 ! 办理中，自2026年11月3日起，由重庆市公安局高新区分局办理",
        "消防安全检查 ? 本系统未登记，请向重庆高新区消防救援支队查询",
    ]
    assert item_lines(read(client, "incomplete", "en")) == [
        "Hygiene permit ✓ in force",
        "Pre-packaged food filing ✓ filed under YB25001070000118",
        "Special trade permit ! being decided since 3 November 2026, by Public Security Bureau, High-tech Zone",
        "Fire check ? not recorded here: ask Fire and Rescue, High-tech Zone",
    ]


def test_a_business_that_was_never_asked_for_items_has_no_such_list(client: FlaskClient) -> None:
    assert '<div class="card">' not in read(client, "in_force")


def test_one_item_is_named_beside_the_verdict_and_several_are_counted(app: Flask) -> None:
    page = PAGES["incomplete"]
    with app.test_request_context("/"):
        assert page_words.headline(page).detail.zh == "有 2 项许可或备案未办结，或这里没有记载，见下。"
        one = page_words.headline(replace(page, items=page.items[:3]))
    assert (one.detail.zh, one.tone) == ("特种行业许可证：办理中。", Tone.CARE)


def test_a_mark_is_told_beside_a_graver_verdict_too(app: Flask) -> None:
    page = replace(PAGES["incomplete"], marks=PAGES["marked"].marks)
    with app.test_request_context("/"):
        detail = page_words.headline(page).detail.zh
    assert detail == "有 2 项许可或备案未办结，或这里没有记载，见下。列入经营异常名录。列入严重违法失信名单。"


def test_a_filing_is_called_filed_and_what_was_shown_was_decided_elsewhere(client: FlaskClient) -> None:
    filed = read(client, "incomplete").split("<article")[3]
    assert "已备案" in filed and "备案编号" in filed and "已备案，编号YB25001070000118。" in filed
    assert "Filed under YB25001070000118." in read(client, "incomplete", "en")
    assert "出示登记：由重庆市公安局高新区分局核发，不在这里决定。" in read(client, "shown")
    said = "Certificate of Public Security Bureau, High-tech Zone, shown at the counter; not decided here."
    assert said in read(client, "shown", "en")


@pytest.mark.parametrize("standing", [ItemStanding.BEING_DECIDED, ItemStanding.NOT_RECORDED, ItemStanding.NOT_IN_FORCE])
def test_no_number_and_nothing_unsure_is_green(app: Flask, standing: ItemStanding) -> None:
    item = replace(PAGES["incomplete"].items[0], standing=standing)
    with app.test_request_context("/"):
        for found_by in FoundBy:
            page = replace(PAGES["incomplete"], items=(item,), found_by=found_by)
            assert page_words.headline(page).tone is Tone.CARE
        plain = page_words.headline(PAGES["by_number"])
    assert (plain.tone, plain.sign) == (Tone.PLAIN, page_words.Sign.LETTER_I)


def test_a_number_typed_by_hand_never_proves_a_print_genuine(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        page = client.get(f"/p/{NUMBER}?lang={lang}").get_data(as_text=True)
        assert "真实" not in page.split("</h1>")[0]
        assert "Genuine" not in page
    assert "this does not prove that the card is genuine" in page


def test_after_a_refused_code_the_refusal_stays_above_the_result_of_the_number(client: FlaskClient) -> None:
    refused = read(client, "forged")
    assert 'href="/?after=refused"' in refused
    form = client.get("/?after=refused").get_data(as_text=True)
    assert REFUSED in form and 'name="after" value="refused"' in form
    asked = {"number": NUMBER, "after": "refused"}
    answer = client.get("/p", query_string=asked)
    assert answer.headers["Location"] == f"/p/{NUMBER}?after=refused"
    for address in (answer.headers["Location"], "/p/0000-0000-0000-0000-0?after=refused"):
        page = client.get(address).get_data(as_text=True)
        assert page.index(REFUSED) < page.index("<h1>")
        assert 'class="verdict before bad"' in page and 'class="verdict good"' not in page
    page = client.get(f"/p/{NUMBER}?after=refused").get_data(as_text=True)
    assert 'href="?after=refused&amp;lang=en"' in page
    mistyped = client.get("/p", query_string={"number": NUMBER[:-1], "after": "refused"}).get_data(as_text=True)
    assert REFUSED in mistyped and 'name="after"' in mistyped


@pytest.mark.parametrize("address", ["/", f"/p/{NUMBER}", f"/p/{NUMBER}?after=other", ADDRESS_OF["in_force"]])
def test_nothing_is_said_of_a_refusal_that_there_was_not(client: FlaskClient, address: str) -> None:
    assert REFUSED not in client.get(address).get_data(as_text=True)


def test_a_print_declared_void_says_so_and_still_leads_to_the_truth(client: FlaskClient) -> None:
    page = read(client, "lost_print")
    assert "已于2026年4月30日声明作废（遗失），请不要采信。请经营者出示现行的第 3 版" in page
    assert "今天：证照均有效。" in page
    assert PERMIT.permit_no in page
    assert "call 12345" in read(client, "lost_print", "en")
