"""Four eyes at the desk: proposing, the list, deciding with the password once more."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from desk_pages import PASSWORD, Browser, browser, hidden, signed_in
from flask import Flask
from four_eyes_pages import Shop, clerk, decider, desk_app, desk_services, elsewhere, inspector, people, shop, text_of
from pyotp import TOTP

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import RULES
from licence_qr.domain.proposals.proposal import FOUR_EYES

__all__ = ["browser", "clerk", "decider", "desk_app", "desk_services", "elsewhere", "inspector", "people", "shop"]

LIST = "/desk/proposals"


def said(answer) -> str:
    return text_of(answer.get_data(as_text=True))


def decide(browser: Browser, address: str, page: str | None = None, **fields: str):
    filled = {"verdict": "approve", "reason": "", "password": PASSWORD} | fields
    return browser.send(f"{address}/decide", filled, page=page or browser.see(address))


def test_every_act_that_needs_four_eyes_says_what_it_does():
    for rule in RULES:
        if rule.four_eyes:
            effects = rule.told
            assert rule.act in FOUR_EYES
            assert all(text.zh and text.en for text in (effects.subject, effects.code, effects.page))


def test_from_the_form_to_the_decision(clerk: Browser, decider: Browser, shop: Shop) -> None:
    page = text_of(clerk.see(shop.form()))
    for told in ("许可暂停", "状态名单", "公众页面显示是暂扣许可证还是停业整顿", "有效"):
        assert told in page
    address = shop.proposed(clerk)
    assert "clerk（示例）" in decider.see(address)
    assert shop.permit.permit.state.value == "effective"
    answer = decide(decider, address)
    assert answer.status_code == 303
    assert shop.permit.permit.state.value == "suspended"
    shown = text_of(decider.see(answer.location))
    assert "已同意并办理" in shown
    assert "clerk（示例）" in shown and "decides（示例）" in shown
    history = text_of(clerk.see(f"/desk/businesses/{shop.uscc}/history"))
    assert "clerk（示例）" in history and "decides（示例）" in history


@pytest.mark.parametrize(
    ("suspension", "decision", "status"),
    [
        ("withheld", ("暂扣许可证件", "Withhold the permit"), ("已暂扣许可证", "permit withheld")),
        ("closed", ("责令停业整顿", "Order to close and rectify"), ("停业整顿", "closed for rectification")),
    ],
)
def test_which_decision_suspends_is_said_wherever_the_permit_is_shown(
    clerk: Browser,
    decider: Browser,
    shop: Shop,
    suspension: str,
    decision: tuple[str, str],
    status: tuple[str, str],
) -> None:
    address = shop.proposed(clerk, suspension=suspension)
    assert decision[0] in text_of(decider.see(f"{address}?lang=zh"))
    decide(decider, address)
    business = f"/desk/businesses/{shop.uscc}"
    public = re.search(r'href="(/p/[^"]+)"', clerk.see(business))
    assert public
    for language, named, said in zip(("zh", "en"), decision, status, strict=True):
        day = local_date(datetime.now(UTC)).isoformat()
        pages = (
            business,
            f"/desk/businesses?q={shop.uscc}",
            public[1],
            f"{business}/history?day={day}",
            shop.form("reinstate"),
        )
        for page in pages:
            shown = clerk.see(f"{page}{'&' if '?' in page else '?'}lang={language}")
            assert said in text_of(shown), page
        assert named in text_of(clerk.see(f"{business}/history?lang={language}"))
        whose_end = {"zh": "许可证有效期至", "en": "the permit runs to"}[language]
        assert whose_end in text_of(clerk.see(f"{business}?lang={language}")), (
            "or the day reads as the suspension's end"
        )
    told = clerk.client.get(public[1], headers={"Accept": "application/json"}).get_json()
    assert told["permits"][0]["suspension"] == suspension
    with shop.services.database.write() as tx:
        tx.run("UPDATE permits SET suspension = NULL WHERE uscc = ?", (shop.uscc,))
    assert "已暂停" in text_of(clerk.see(f"{business}?lang=zh"))


def test_a_suspension_without_its_decision_is_asked_for(clerk: Browser, shop: Shop) -> None:
    answer = clerk.send(shop.form(), shop.sent(suspension=""))
    assert answer.status_code == 422 and "决定种类" in text_of(answer.get_data(as_text=True))
    assert shop.permit.permit.state.value == "effective"


def test_the_names_and_the_reason_are_on_no_public_page(clerk: Browser, decider: Browser, shop: Shop) -> None:
    decide(decider, shop.proposed(clerk))
    business = clerk.see(f"/desk/businesses/{shop.uscc}")
    public = re.search(r'href="(/p/[^"]+)"', business)
    assert public
    for address in (public[1], public[1] + "?format=json"):
        page = clerk.client.get(address).get_data(as_text=True)
        assert not any(word in page for word in ("示例）", "decides", "clerk", "现场查实", "〔2026〕7号"))


def test_what_was_typed_stays_when_it_is_refused(clerk: Browser, shop: Shop) -> None:
    form = clerk.see(shop.form())
    answer = clerk.send(shop.form(), shop.sent(reason="", effective_on="2026-13-45", document_no="文号甲"), page=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="2026-13-45"' in page and "文号甲" in page and 'href="#effective_on"' in page
    answer = clerk.send(shop.form(), shop.sent(reason=""), page=form)
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.get_data(as_text=True)


def summary_of(answer) -> list[str]:
    page = answer.get_data(as_text=True)
    return [text_of(line).strip() for line in re.findall(r'<a href="#[a-z_]+">(.*?)</a>', page)]


@pytest.mark.parametrize(("spoken", "names"), [("zh", ("理由：", "法律依据：")), ("en", ("Reason: ", "Legal basis: "))])
def test_every_line_of_the_summary_names_its_field(clerk: Browser, shop: Shop, spoken: str, names) -> None:
    clerk.see(f"{shop.form()}?lang={spoken}")
    lines = summary_of(clerk.send(shop.form(), shop.sent(reason="", legal_basis=" ")))
    assert len(lines) == 2
    assert all(line.startswith(name) for line, name in zip(lines, names, strict=True))


def test_the_password_is_asked_for_and_never_echoed(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    for wrong, status in (("", 422), ("wrong-secret-password", 403)):
        answer = decide(decider, address, password=wrong, reason="意见甲")
        page = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert 'href="#password"' in page and "意见甲" in page
        assert hidden(page, "verdict") == "approve"
        assert "wrong-secret-password" not in page
    assert shop.permit.permit.state.value == "effective"


def test_the_second_factor_is_asked_of_whoever_has_one_and_the_act_is_said_in_words(
    clerk: Browser, decider: Browser, shop: Shop
) -> None:
    address = shop.proposed(clerk)
    check = {"verdict": "approve", "reason": "", "action": "check"}
    assert 'name="code"' not in decider.send(f"{address}/decide", check, decider.see(address)).text
    shown = decider.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    (secret,) = re.findall(r'<code class="groups">([A-Z2-7 ]+)</code>', shown)
    code = TOTP(secret.replace(" ", "")).at(datetime.now(UTC))
    done = decider.send("/second-factor/app/confirm", {"code": code}, page=shown).get_data(as_text=True)
    recovery = re.findall(r'<code class="groups">([A-Z2-7-]+)</code>', done)
    try:
        page = decider.see(address)
        asked = decider.send(f"{address}/decide", check, page).text
        assert "同意：暂扣许可或责令停业整顿" in text_of(asked) and shop.permit.permit.permit_no in asked
        assert 'name="code"' in asked
        answer = decide(decider, address, page)
        assert answer.status_code == 403 and "验证未通过" in said(answer)
        assert decide(decider, address, page, code=recovery[0]).status_code == 303
        assert shop.permit.permit.state.value == "suspended"
    finally:
        sent = {"password": PASSWORD, "code": recovery[1]}
        assert decider.send("/second-factor/remove/totp", sent).status_code == 303


def test_the_password_does_not_travel_with_a_form_that_came_too_late(
    desk_app: Flask, clerk: Browser, decider: Browser, shop: Shop
) -> None:
    address = shop.proposed(clerk)
    token = hidden(decider.see(address), "csrf_token")
    decider.client.delete_cookie("session-token")
    sent = {"csrf_token": token, "verdict": "approve", "reason": "意见甲", "password": "my-own-secret-password"}
    answer = decider.client.post(address + "/decide", data=sent, headers={"Origin": "http://localhost"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "意见甲" in page and "my-own-secret-password" not in page


def test_who_is_too_hasty_with_the_password_is_told_to_wait(
    desk_app: Flask, clerk: Browser, shop: Shop, people
) -> None:
    hasty, address = signed_in(desk_app, people, "decides-too"), shop.proposed(clerk)
    answers = [decide(hasty, address, password="wrong-secret-password").status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]


def test_nobody_decides_their_own(desk_app: Flask, shop: Shop, people) -> None:
    both = signed_in(desk_app, people, "does-both")
    address = shop.proposed(both)
    page = both.see(address)
    assert "/decide" not in page and "/withdraw" in page
    answer = both.send(f"{address}/decide", {"verdict": "approve", "reason": "", "password": PASSWORD}, page=page)
    assert answer.status_code == 409
    assert shop.permit.permit.state.value == "effective"


def test_a_refusal_says_why_and_stays(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk, "revoke")
    page = decider.see(address)
    assert 'href="#reason"' in decide(decider, address, verdict="refuse").get_data(as_text=True)
    assert decide(decider, address, verdict="refuse", reason="证据不足").status_code == 303
    assert "证据不足" in clerk.see(address)
    late = decide(decider, address, page=page, reason="另一个意见")
    assert late.status_code == 409
    assert "已经有了结果" in said(late) and "另一个意见" in said(late)


def test_taking_it_back(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    assert "/withdraw" not in decider.see(address)
    page = clerk.see(address)
    empty = clerk.send(f"{address}/withdraw", {"withdrawal": " "}, page=page)
    assert (empty.status_code, 'href="#withdrawal"' in empty.get_data(as_text=True)) == (422, True)
    assert clerk.send(f"{address}/withdraw", {"withdrawal": "查证有误"}, page=page).status_code == 303
    assert "查证有误" in clerk.see(address)
    history = text_of(clerk.see(f"/desk/businesses/{shop.uscc}/history"))
    assert "收回提议" in history and "审批：" not in history  # nobody decided it


def test_what_changed_since_is_shown_and_asked_again(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    before = decider.see(address)
    assert "提出以后的变化" not in before
    graded = f"/desk/businesses/{shop.uscc}/licence/reprint"
    assert clerk.send(graded, {"cause": "lost", **_grounds(clerk.see(graded))}).status_code == 303
    answer = decide(decider, address, page=before, reason="意见乙")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "提出以后的变化" in page and "意见乙" in page and 'href="#confirmed"' in page
    assert decide(decider, address, confirmed="yes").status_code == 303
    assert shop.permit.permit.state.value == "suspended"


def _grounds(page: str) -> dict[str, str]:
    day = re.search(r'name="effective_on"[^>]* value="([^"]*)"', page)
    assert day
    return {"effective_on": day[1], "reason": "遗失", "legal_basis": "《市场主体登记管理条例》", "document_no": ""}


def test_a_form_that_was_overtaken_shows_the_difference_and_can_be_sent_again(clerk: Browser, shop: Shop) -> None:
    form = clerk.see(shop.form())
    reprint = f"/desk/businesses/{shop.uscc}/licence/reprint"
    clerk.send(reprint, {"cause": "damaged", **_grounds(clerk.see(reprint))})
    answer = clerk.send(shop.form(), shop.sent(document_no="文号乙"), page=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "您打开表单以后的变化" in page and "文号乙" in page
    assert clerk.send(shop.form(), shop.sent(document_no="文号乙"), page=page).status_code == 303


def test_an_act_that_the_state_does_not_allow_says_which_are(clerk: Browser, shop: Shop) -> None:
    page = text_of(clerk.see(shop.form("reinstate"), status=409))
    assert "暂扣许可" in page


def test_what_was_typed_for_an_act_that_is_no_longer_allowed_is_not_lost(
    clerk: Browser, decider: Browser, shop: Shop
) -> None:
    form = clerk.see(shop.form())
    decide(decider, shop.proposed(clerk, "revoke"))
    late = clerk.send(shop.form(), shop.sent(reason="写了很久的理由"), page=form)
    assert late.status_code == 409
    assert "写了很久的理由" in said(late) and "注销许可" in said(late)


def test_what_is_open_already_is_led_to(clerk: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    assert f'href="{address}"' in clerk.see(shop.form())
    again = clerk.send(shop.form(), shop.sent(), page=clerk.see(shop.form()))
    assert again.status_code == 409


def test_annulling_asks_whether_it_bars_a_new_application(clerk: Browser, shop: Shop) -> None:
    page = clerk.see(shop.form("annul"))
    assert 'name="fault"' in page and 'name="effective_on"' not in page and "36 个月内" in page
    unsaid = clerk.send(shop.form("annul"), shop.sent(), page=page)
    assert (unsaid.status_code, 'href="#fault"' in unsaid.get_data(as_text=True)) == (422, True)
    address = shop.proposed(clerk, "annul", fault="deceit")
    assert "限制申请至" in clerk.see(address)


def test_the_list_filters_and_keeps_its_filters(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    link = f'href="{address}"'
    assert link in decider.see(LIST)
    assert "等您决定" in decider.see(LIST)
    assert link in clerk.see(LIST + "?by=me") and link not in decider.see(LIST + "?by=me")
    assert link in clerk.see(LIST + "?act=suspend") and link not in clerk.see(LIST + "?act=revoke")
    assert "by=me" in re.findall(r'href="([^"]*act=revoke[^"]*)"', clerk.see(LIST + "?by=me"))[0]
    decide(decider, address)
    assert link not in clerk.see(LIST)
    assert link in clerk.see(LIST + "?state=closed") and link in clerk.see(LIST + "?state=all")
    clerk.see(LIST + "?state=nonsense&act=nonsense&page=-3&by=x")


def test_other_offices_see_none_of_it(clerk: Browser, elsewhere: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    elsewhere.see(address, status=403)
    assert address not in elsewhere.see(LIST + "?state=all")
    elsewhere.see(shop.form(), status=403)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        ("x/permit/1/suspend", 404),
        ("{uscc}/permit/999999/suspend", 404),
        ("{uscc}/x/suspend", 422),
        ("{uscc}/licence/%3Cscript%3E", 409),
        ("{uscc}/licence/cancel", 409),
    ],
)
def test_addresses_made_by_hand(clerk: Browser, shop: Shop, made: str, status: int) -> None:
    page = clerk.see(f"{LIST}/new/{made.format(uscc=shop.uscc)}", status=status)
    assert "<script>" not in page


def test_the_pages_speak_english_too(clerk: Browser, decider: Browser, shop: Shop) -> None:
    address = shop.proposed(clerk)
    assert "Proposal" in decider.see(address + "?lang=en")
    assert "Next: check your answers" in decider.see(address + "?lang=en")
    verdict = {"verdict": "approve", "reason": "", "action": "check"}
    assert "Your sign-in password" in decider.send(f"{address}/decide", verdict, decider.see(address)).text
    assert "What happens if approved" in clerk.see(shop.form("revoke") + "?lang=en")
    assert "Awaiting decision" in decider.see(LIST + "?lang=en")
    for one in (clerk, decider):
        one.see(LIST + "?lang=zh")
