"""The page of a business: one line for each item, one next act, the rest folded; the result and what is handed over."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from desk_pages import HOTEL, Browser, desk_app, desk_services, elsewhere, signed_in
from flask import Flask
from four_eyes_pages import Shop, clerk, decider, inspector, people, shop, text_of

from licence_qr.domain.dates import local_date

__all__ = ["clerk", "decider", "desk_app", "desk_services", "elsewhere", "inspector", "people", "shop"]

FILLED = re.compile(r'class="govuk-button ?"')


def page_of(browser: Browser, shop: Shop, language: str = "zh") -> str:
    return browser.see(f"/desk/businesses/{shop.uscc}?lang={language}")


def next_of(page: str) -> str:
    """The panel of the next act, empty where there is none."""
    found = re.search(r'<section class="panel next[ "].*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def lasting(shop: Shop, first: date, last: date, state: str = "effective") -> None:
    """Let the permit last so."""
    sql = "UPDATE permits SET valid_from = ?, valid_to = ?, state = ?, state_since = ? WHERE uscc = ?"
    since = None if state == "effective" else first.isoformat()
    with shop.services.database.write() as tx:
        tx.run(sql, (first.isoformat(), last.isoformat(), state, since, shop.uscc))


def test_every_item_has_a_line_with_its_state_and_the_licence_is_first(shop: Shop, clerk: Browser) -> None:
    page = page_of(clerk, shop)
    lines = re.findall(r'<li class="row item".*?</li>', page, re.DOTALL)
    assert "营业执照" in lines[0] and shop.uscc in lines[0] and "存续" in lines[0]
    assert len(lines) >= 4
    for line in lines:
        assert 'class="mark mark-' in line and 'class="item-state' in line
    assert 'href="#permit-' in page


def test_who_may_do_nothing_sees_where_all_stands_and_no_act(shop: Shop, elsewhere: Browser) -> None:
    page = page_of(elsewhere, shop)
    assert 'class="mark mark-held"' in page
    assert not next_of(page) and "常用办理" not in page and 'class="govuk-details endings"' not in page


def test_a_proposal_that_waits_for_the_reader_is_next_and_for_nobody_else(
    shop: Shop, clerk: Browser, decider: Browser
) -> None:
    where = shop.proposed(clerk)
    assert where in next_of(page_of(decider, shop))
    assert where not in next_of(page_of(clerk, shop))


@pytest.mark.parametrize(
    ("begun", "left", "state", "act"),
    [
        (100, 900, "annulled", "/cancel"),
        (1400, 20, "effective", "/apply_renewal"),
        (1400, -5, "effective", "/applications"),
        (731, 730, "effective", "/review"),
    ],
)
def test_what_waits_with_a_permit_is_the_one_filled_button(
    shop: Shop, clerk: Browser, begun: int, left: int, state: str, act: str
) -> None:
    today = local_date(datetime.now(UTC))
    lasting(shop, today - timedelta(days=begun), today + timedelta(days=left), state)
    for language in ("zh", "en"):
        page = page_of(clerk, shop, language)
        assert act in next_of(page), text_of(next_of(page))
        main = page.split("<main")[1].split("</main>")[0]
        assert len(FILLED.findall(main)) == 1
    clerk.see("/desk/?lang=zh")


def test_a_check_that_is_due_is_next_for_the_inspector(shop: Shop, inspector: Browser, clerk: Browser) -> None:
    address = f"/desk/follow-ups/{shop.permit.permit_id}"
    assert address in next_of(page_of(inspector, shop))
    assert address not in next_of(page_of(clerk, shop))


def test_the_result_says_what_was_issued_and_what_is_still_to_come(desk_app: Flask, clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, name="重庆示例结果页客栈有限公司", trade=HOTEL)
    result = clerk.see(clerk.issue(application).location + "?lang=zh")
    assert re.search(r"<h1[^>]*>执照和许可证已发，还有 \d 项没有办好</h1>", result)
    papers = text_of(result.split('class="rows papers"')[1].split("</ul>")[0])
    for paper in ("营业执照正本、副本", "渝高新卫公证字", "亮证牌第 1 版", "告知承诺书", "评价纸条"):
        assert paper in papers
    assert "收回" not in papers
    main = result.split("<main")[1].split("</main>")[0]
    assert len(re.findall(r'class="govuk-button (?!govuk-button--secondary)', main)) == 1  # the next customer
    english = clerk.see(f"{application}/result?lang=en")
    assert re.search(r"<h1[^>]*>Licence and permit issued; \d still to come</h1>", english)
    clerk.see("/desk/?lang=zh")


def test_the_slip_names_each_permit_and_the_authority(desk_app: Flask, shop: Shop, clerk: Browser) -> None:
    slip = text_of(clerk.see(f"/desk/businesses/{shop.uscc}/elsewhere"))
    assert "消防" in slip and "公共场所卫生许可证" not in slip
    assert signed_in(desk_app, shop.services, "inspector").see(f"/desk/businesses/{shop.uscc}/elsewhere")
