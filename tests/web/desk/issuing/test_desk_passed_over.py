"""Steps on which an application has nothing to answer are passed over."""

from __future__ import annotations

from desk_pages import DETAILS, HOTEL, Browser, clerk, desk_app, desk_services
from four_eyes_pages import text_of

__all__ = ["clerk", "desk_app", "desk_services"]
CAFE = {"trade": "catering", "kinds": "coffee_house", "answer_public_assembly": "no"}


def test_a_trade_that_asks_nothing_leads_on_at_once(clerk: Browser) -> None:
    application = clerk.start()
    assert clerk.send(f"{application}/trade", {"trade": "other"}).location.endswith("/details")


def test_questions_that_were_never_on_the_page_are_no_problems(clerk: Browser) -> None:
    """A script stored the trade; then "next" was pressed on the page as it was opened."""
    application = clerk.start()
    assert clerk.send(f"{application}/trade", {"trade": "hotel"}).location.endswith("/trade#place")


def test_where_nothing_is_promised_the_details_lead_to_the_review(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, mode="general", name="重庆示例咖啡馆有限公司", business_scope="餐饮服务")
    clerk.send(f"{application}/trade", CAFE)
    clerk.send(f"{application}/trade", CAFE)
    page = clerk.see(f"{application}/details")
    assert "下一步：核对" in page
    typed = {**DETAILS, "name": "重庆示例咖啡馆有限公司", "business_scope": "餐饮服务"}
    where = clerk.send(f"{application}/details", typed, page=page).location
    assert where.endswith("/review")
    review = text_of(clerk.see(where))
    assert "发执照" in review
    assert "许可证待办" not in review
    assert "同时发证" not in review
    assert "办理方式" not in review
    assert "许可项目" not in review
    assert "许可项目" not in text_of(page)


def test_the_review_says_what_is_sent_on_to_whom_it_concerns(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, name="重庆示例推送客栈有限公司")
    hotel = {**HOTEL, "answer_serves_food": "yes"}
    clerk.send(f"{application}/trade", hotel)
    review = text_of(clerk.see(f"{application}/review"))
    sent = "特种行业许可证（旅馆业）、公众聚集场所投入使用、营业前消防安全检查、食品经营许可证"
    assert f"推送主管部门，申请人不必另跑：{sent}。" in review
