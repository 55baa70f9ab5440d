"""The first day of a clerk: whole cases from nothing to what the code shows, and how long her hands need for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from at_the_counter import Running, running
from desk_pages import PASSWORD
from measured_hand import MeasuredHand
from playwright.sync_api import Page
from screens import send

MOST_CLICKS = 25
WHOLE_CASE, PAIR = 4 * 60, 90  # seconds
BUSINESS = {
    "principal": "演示甲",
    "established_on": "2026-01-05",
    "domicile": "重庆市九龙坡区白市驿镇示例路{number}号",
}
FIRE_CHECK = {"permit_no": "渝演消安检〔2026〕第17号", "permitted_items": "宾馆"}
SPORT = {"permit_no": "渝演体许〔2026〕9号", "permitted_items": "游泳", "issued_on": "2026-01-06"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation with the accounts of the demonstration."""
    with running(tmp_path_factory.mktemp("whole-cases")) as site:
        register = site.services.demonstration_register
        wanted = {account.username: PASSWORD for account in register.wanted_accounts()}
        register.open_accounts(wanted, datetime.now(UTC))
        yield site


def begin(page: Page, site: Running) -> MeasuredHand:
    """The clerk at her start page; her hand."""
    site.seat(page.context, "clerk-baishiyi")
    page.goto(f"{site.origin}/desk/")
    hand = MeasuredHand(page)
    hand.go(".start-actions form button")
    return hand


def enter(hand: MeasuredHand, name: str, number: int, phrases: int, form: str = "company") -> None:
    """The second step, but for what the trade asks of its own."""
    hand.answer(entity_form=form)
    typed = {"name": name, **BUSINESS, "domicile": BUSINESS["domicile"].format(number=number)}
    hand.type(**typed)
    for each in range(phrases):
        hand.click(f".phrases button >> nth={each}")
    hand.tick("#same_address")
    hand.onward()


def promise(hand: MeasuredHand) -> None:
    """The third step."""
    hand.answer(mode="commitment")
    hand.tick("input[name=signed_on_paper]")
    hand.onward()


def choose(hand: MeasuredHand, trade: str, **answers: str) -> None:
    """The first step."""
    hand.answer(trade=trade)
    hand.go("button[value=show]")
    hand.answer(**answers)
    hand.onward()


def issue(hand: MeasuredHand) -> str:
    """The last step; the credit code."""
    hand.go(".issue button")
    hand.page.wait_for_url("**/result")
    return hand.page.locator(".items .code").first.inner_text()


def items_on(page: Page) -> dict[str, str]:
    """What the line of each item says, by its heading."""
    lines = page.locator(".items .item").all()
    return {line.locator(":is(h2, h3)").inner_text(): line.inner_text() for line in lines}


def scanned(page: Page, site: Running, uscc: str) -> tuple[str, dict[str, str], str]:
    """What the page behind the newest code says: the verdict, the line of each item, and all of it."""
    page.goto(site.link(uscc))
    lines = page.locator("h2:has-text('需要的许可和备案') + dl")
    names, said = lines.locator("dt").all_inner_texts(), lines.locator("dd").all_inner_texts()
    return page.locator("h1").inner_text(), dict(zip(names, said, strict=True)), page.locator("main").inner_text()


def the_one(lines: dict[str, str], words: str) -> str:
    """The line whose heading has ``words``."""
    (found,) = (line for heading, line in lines.items() if words in heading)
    return found


def granted(page: Page, site: Running) -> None:
    """The officer of the fire service takes the item, records the visit of two colleagues, and grants it."""
    site.seat(page.context, "officer-firechecks")
    page.goto(f"{site.origin}/desk/items")
    send(page, ".item-act button >> nth=0")
    send(page, ".item-acts a.govuk-button >> nth=0")
    page.fill("#officers", "核查员甲\n核查员乙")
    page.check("input[name=outcome][value=passed]")
    send(page, "main form button")
    send(page, ".check-form button")
    send(page, ".item-acts a.govuk-button >> nth=0")
    for name, text in FIRE_CHECK.items():
        page.fill(f"#{name}", text)
    send(page, "main form button")
    send(page, ".check-form button")


def recorded(page: Page, site: Running, uscc: str) -> None:
    """The clerk copies the certificate of the pool."""
    site.seat(page.context, "clerk-baishiyi")
    page.goto(f"{site.origin}/desk/businesses/{uscc}")
    send(page, ".next a.govuk-button")
    for name, text in SPORT.items():
        page.fill(f"#{name}", text)
    send(page, "main form button")
    send(page, ".check-form button")


WHERE_EACH_STANDS = {
    "营业执照": "91500107",
    "公共场所卫生许可证": "渝高新卫公证字",
    "特种行业许可证": "已推送重庆市公安局高新区分局",
    "消防安全检查": "已推送重庆高新区消防救援机构",
    "食品经营许可证": "已推送重庆市市场监督管理局高新区分局",
    "高危险性体育项目": "请申请人到重庆高新区公共服务局（体育）申请",
}


def test_a_hotel_with_a_pool_that_serves_food_from_nothing_to_the_third_version(looking: Page, site: Running) -> None:
    page = looking
    hand = begin(page, site)
    choose(hand, "hotel", kinds="hotel", answer_serves_food="yes", answer_has_pool="yes")
    enter(hand, "重庆示例游泳酒店有限公司", 101, phrases=2)
    promise(hand)
    uscc = issue(hand)
    assert hand.clicks <= MOST_CLICKS, hand
    assert hand.seconds <= WHOLE_CASE, hand
    lines = items_on(page)
    assert len(lines) == len(WHERE_EACH_STANDS)
    for item, words in WHERE_EACH_STANDS.items():
        assert words in the_one(lines, item)
    assert "还没有到齐" in page.locator("main").inner_text()

    verdict, lines, _ = scanned(page, site, uscc)
    assert "所需许可记载不全" in verdict
    assert not page.locator(".verdict.good").count()
    assert len(lines) == len(WHERE_EACH_STANDS) - 1  # the licence stands above them
    assert "有效" in the_one(lines, "公共场所卫生")
    assert "办理中" in the_one(lines, "消防安全检查")
    assert "未登记" in the_one(lines, "高危险性体育")

    granted(page, site)
    recorded(page, site, uscc)
    verdict, lines, all_of_it = scanned(page, site, uscc)
    assert "所需许可记载不全" in verdict  # two are still being decided
    assert "有效" in the_one(lines, "消防安全检查")
    assert "有效" in the_one(lines, "高危险性体育")
    assert FIRE_CHECK["permit_no"] in all_of_it
    assert SPORT["permit_no"] in all_of_it
    assert "第 3 版" in all_of_it


def test_a_guest_house_has_its_pair_within_a_minute_and_a_half(looking: Page, site: Running) -> None:
    hand = begin(looking, site)
    choose(hand, "hotel", kinds="guesthouse", answer_serves_food="no", answer_has_pool="no")
    enter(hand, "白市驿镇示例小院民宿", 102, phrases=1, form="individual")
    promise(hand)
    issue(hand)
    assert hand.clicks <= MOST_CLICKS, hand
    assert hand.seconds <= PAIR, hand
    lines = items_on(looking)
    assert "渝高新卫公证字" in the_one(lines, "公共场所卫生")
    assert not any("食品" in heading for heading in lines)


def test_a_hardware_shop_has_a_licence_and_nothing_else_and_no_warning_on_its_page(
    looking: Page, site: Running
) -> None:
    page = looking
    hand = begin(page, site)
    hand.answer(trade="other")
    hand.onward()
    hand.type(**{"phrase-words": "五金"})
    page.keyboard.press("Enter")  # looks for it and stays
    enter(hand, "白市驿镇示例五金店", 103, phrases=1, form="individual")
    page.wait_for_url("**/review")  # there is nothing to promise
    uscc = issue(hand)
    assert hand.clicks <= MOST_CLICKS, hand
    assert hand.seconds <= PAIR, hand
    assert list(items_on(page)) == ["营业执照"]
    verdict, lines, all_of_it = scanned(page, site, uscc)
    assert "仅有营业执照" in verdict
    assert page.locator(".verdict.plain").count()  # to know, no warning: the register says no more than that
    assert lines == {}
    assert "五金产品零售" in all_of_it
