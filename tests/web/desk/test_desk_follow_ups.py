"""The check after a grant on commitment at the desk."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from desk_pages import DETAILS, PASSWORD, Browser, signed_in
from flask import Flask
from four_eyes_pages import (
    CODE,
    Shop,
    clerk,
    decider,
    desk_app,
    desk_services,
    elsewhere,
    inspector,
    people,
    shop,
    text_of,
)

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Role
from licence_qr.store.register import entities

__all__ = ["clerk", "decider", "desk_app", "desk_services", "elsewhere", "inspector", "people", "shop"]

LIST = "/desk/follow-ups"


def address(shop: Shop) -> str:
    return f"{LIST}/{shop.permit.permit_id}"


def check(**more: str) -> dict[str, str]:
    """A check that met the promise, or what ``more`` says."""
    today = local_date(datetime.now(UTC)).isoformat()
    return {"checked_on": today, "others": "inspector-too", "outcome": "met", "findings": "", "document_no": ""} | more


def failed(**more: str) -> dict[str, str]:
    grounds = {"fault": "false_statement", "legal_basis": "《行政许可法》第69条", "findings": "材料系伪造"}
    return check(outcome="failed", **(grounds | more))


def test_what_is_due_is_listed_with_its_days(inspector: Browser, shop: Shop) -> None:
    page = inspector.see(LIST)
    assert f'href="{address(shop)}"' in page
    assert "还有" in page and "工作日" in page
    assert f'href="{address(shop)}"' not in inspector.see(LIST + "?due=overdue")


def test_met_is_shown_to_the_public(inspector: Browser, clerk: Browser, shop: Shop) -> None:
    assert day(shop.permit.permit.follow_up_due) in public(clerk, shop)
    answer = inspector.send(address(shop), check())
    assert answer.status_code == 303 and "等待同行人员确认" in inspector.see(answer.location)
    assert shop.permit.permit.checked_on is None
    shop.confirm_check()
    assert "inspector-too（示例）" in inspector.see(address(shop))
    assert f'href="{address(shop)}"' not in inspector.see(LIST)
    assert shop.permit.permit.checked_on is not None
    shown = public(clerk, shop)
    assert "inspector" not in shown
    assert "核查" in shown and day(shop.permit.permit.checked_on) in shown


def day(when: date | None) -> str:
    """A date as the pages write it."""
    assert when is not None
    return f"{when.year}年{when.month}月{when.day}日"


def public(browser: Browser, shop: Shop) -> str:
    """The words of the public page."""
    found = re.search(r'href="(/p/[^"]+)"', browser.see(f"/desk/businesses/{shop.uscc}"))
    assert found
    return text_of(browser.see(found[1]))


def test_everything_typed_stays_when_it_is_refused(inspector: Browser, shop: Shop) -> None:
    typed = check(others="", outcome="rectify", findings="无消毒间", rectify_by="2026-02-31", document_no="改字一号")
    answer = inspector.send(address(shop), typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="2026-02-31"' in page and "无消毒间" in page and "改字一号" in page and 'href="#rectify_by"' in page
    answer = inspector.send(address(shop), {**typed, "rectify_by": ""})
    assert all(f'href="#{name}"' in answer.get_data(as_text=True) for name in ("others", "rectify_by"))


def test_an_order_and_the_check_after_it(inspector: Browser, shop: Shop) -> None:
    until = (local_date(datetime.now(UTC)) + timedelta(days=14)).isoformat()
    typed = check(outcome="rectify", findings="无消毒间", rectify_by=until)
    assert inspector.send(address(shop), typed).status_code == 303
    shop.confirm_check()
    assert "整改期限" in inspector.see(LIST)
    assert inspector.send(address(shop), check()).status_code == 303
    shop.confirm_check()
    assert shop.permit.permit.checked_on is not None


def test_a_failure_leads_to_the_proposal_and_from_the_decision_to_the_bar(
    inspector: Browser, decider: Browser, clerk: Browser, shop: Shop
) -> None:
    assert inspector.send(address(shop), failed()).status_code == 303
    assert "/desk/proposals/" not in inspector.see(address(shop))
    shop.confirm_check()
    led = re.search(r'href="(/desk/proposals/\d+)"', inspector.see(address(shop)))
    assert led
    page = inspector.see(led[1])
    assert "材料系伪造" in page and "信用记录" in page
    verdict = {"verdict": "approve", "reason": "", "password": PASSWORD}
    assert decider.send(f"{led[1]}/decide", verdict, page=decider.see(led[1])).status_code == 303
    assert shop.permit.permit.state.value == "annulled"
    application = clerk.start()
    clerk.fill(application, "general", **{**DETAILS, **_known(clerk, shop)})
    early = text_of(clerk.see(f"{application}/commitment"))
    assert "以前不得再次申请" in early and "虚假材料" in early  # said while the form is filled in, until when and why
    refused = clerk.issue(application)
    assert refused.status_code in {409, 422}
    said = text_of(refused.get_data(as_text=True))
    assert "以前不得再次申请" in said and "虚假材料" in said
    assert "现在不能这样办理" in said and "需要改正" not in said  # nothing that could be typed would mend it
    assert "以前不得再次申请" in text_of(clerk.see(f"/desk/businesses/{shop.uscc}"))


def _known(clerk: Browser, shop: Shop) -> dict[str, str]:
    """The details of the business as the register has them, at another address."""
    with shop.services.database.read() as tx:
        entity = entities.get(tx, shop.uscc).entity
    return {
        "uscc": shop.uscc,
        "name": entity.name,
        "premises_address": "重庆市九龙坡区白市驿镇另一路9号",
    }


def test_a_form_that_a_colleague_overtook_keeps_what_was_typed(inspector: Browser, shop: Shop) -> None:
    page = inspector.see(address(shop))
    until = (local_date(datetime.now(UTC)) + timedelta(days=14)).isoformat()
    order = check(outcome="rectify", findings="无消毒间", rectify_by=until)
    inspector.send(address(shop), order, page=page)
    shop.confirm_check()
    answer = inspector.send(address(shop), {**order, "findings": "另一处问题"}, page=page)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "另一处问题" in shown and "无消毒间" in shown
    assert inspector.send(address(shop), {**order, "findings": "另一处问题"}, page=shown).status_code == 303


def test_a_check_that_is_no_longer_due_loses_nothing_typed(inspector: Browser, shop: Shop) -> None:
    page = inspector.see(address(shop))
    inspector.send(address(shop), check(), page=page)
    shop.confirm_check()
    late = inspector.send(address(shop), check(findings="写了很久的发现"), page=page)
    assert late.status_code == 409
    assert "写了很久的发现" in late.get_data(as_text=True)


def test_who_may_look_and_who_may_record(clerk: Browser, decider: Browser, elsewhere: Browser, shop: Shop) -> None:
    assert '<form method="post" action="/desk/follow-ups' not in decider.see(address(shop))
    clerk.see(address(shop), status=403)
    elsewhere.see(address(shop), status=403)
    decider.see(f"{LIST}/999999", status=404)


def test_the_pages_speak_english_too(inspector: Browser, shop: Shop) -> None:
    assert "Officers who were with you" in inspector.see(address(shop) + "?lang=en")
    assert "Commitment checks" in inspector.see(LIST + "?lang=en")
    inspector.see(LIST + "?lang=zh")


def test_the_only_inspector_of_an_office_is_given_no_form_that_would_be_refused(
    desk_app: Flask, elsewhere: Browser, people: Services
) -> None:
    application = elsewhere.start()
    elsewhere.fill(application, name="重庆示例独一客栈有限公司")
    found = CODE.search(elsewhere.see(elsewhere.issue(application).location))
    assert found
    their = Shop(people, found[0])
    office = their.permit.permit.handling_office
    people.accounts.create("alone", "独一（示例）", office, frozenset({Role.INSPECTOR}), PASSWORD, datetime.now(UTC))
    page = signed_in(desk_app, people, "alone").see(address(their))
    assert "没有别的在岗监督员" in page
    assert 'name="outcome"' not in page


def test_the_officer_named_reads_the_check_and_answers(
    inspector: Browser, clerk: Browser, desk_app: Flask, people: Services, shop: Shop
) -> None:
    page = inspector.send(address(shop), failed()).location
    assert page in inspector.see(address(shop)) and "/answer" not in inspector.see(page)
    second = signed_in(desk_app, people, "inspector-too")
    assert page in second.see("/desk/work") and "材料系伪造" in second.see(page + "?lang=en")
    shown = second.see(page)
    digest = re.search(r'name="content_sha256" value="([0-9a-f]{64})"', shown)
    assert digest
    given = {"content_sha256": digest[1], "answer": "objected", "password": PASSWORD}
    refused = second.send(f"{page}/answer", given, page=shown)
    assert refused.status_code == 422 and 'href="#objection"' in refused.get_data(as_text=True)
    assert second.send(f"{page}/answer", {**given, "objection": "我不在现场"}, page=shown).status_code == 303
    assert "我不在现场" in clerk.see(page) and page in clerk.see("/desk/work")
    decided = {"decision": "set_aside", "reason": "两人没有到场"}
    assert clerk.send(page, decided).status_code == 303 and shop.permit.permit.checked_on is None
    past = clerk.see(f"/desk/businesses/{shop.uscc}/history")
    assert "等待同行人员确认" in past and ">waiting<" not in past
