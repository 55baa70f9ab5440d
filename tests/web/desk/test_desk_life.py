"""The acts of a permit's life at the desk: offered where the state allows, said before the press, done once, told after."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from desk_pages import Browser, clerk, colleague, desk_app, desk_services, elsewhere, hidden, signed_in
from flask import Flask
from life_pages import act, done, fields_of, issued, permit_of, pressed, text_of

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import RULES
from licence_qr.web.desk.lifecycle.consequences import consequences

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]


@pytest.fixture
def uscc(desk_app: Flask, desk_services: Services) -> str:
    """A business with a permit in force."""
    return issued(signed_in(desk_app, desk_services, "clerk"))


def test_every_act_that_one_person_does_says_what_it_does_in_both_languages() -> None:
    for rule in RULES:
        if rule.four_eyes or not rule.roles or rule.act.value == "check":
            continue
        assert rule.told, rule.act
        said = consequences(rule, 1)
        assert all(text.zh and text.en for text in (said.subject, said.code, said.page))


def test_the_page_of_a_business_offers_what_the_state_allows(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}?lang=zh")
    offered = set(re.findall(rf'/desk/businesses/{uscc}/licence/(\w+)"', page))
    assert {"change", "reprint", "dormant", "cancel", "mark", "revoke"} <= offered
    assert offered.isdisjoint({"resume", "lift_mark", "close_premises"})
    of_permit = set(re.findall(rf'/desk/businesses/{uscc}/permit/\d+/(\w+)"', page))
    assert {"change", "apply_renewal", "review", "suspend", "annul", "cancel"} <= of_permit
    assert of_permit.isdisjoint({"renew", "refuse_renewal", "reinstate", "grant", "check", "deem_renewed"})


def test_a_new_name_makes_the_next_version_and_says_what_to_hand_over(clerk: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/change"
    form = text_of(clerk.see(f"{address}?lang=zh"))
    assert "签发第 2 版" in form and "许可证号和到期日不变" in form
    assert "要重新申请" in form and "不能变更" in form
    page = text_of(done(clerk, act(clerk, address, name="重庆示例改了名客栈有限公司", reason="申请变更（示例）")))
    assert "打印第 2 版亮证牌" in page and "收回第 1 版" in page
    assert "重庆示例改了名客栈有限公司" in page
    shown = text_of(clerk.see(f"/desk/businesses/{uscc}"))
    assert "第 2 版" in shown and "第 1 版" in shown and "旧版" in shown


def test_a_new_address_of_the_licence_does_not_move_the_permit_and_that_is_said(clerk: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/change"
    assert "经营场所和许可证上的地址不跟着变" in text_of(clerk.see(f"{address}?lang=zh"))
    answer = act(clerk, address, domicile="重庆市九龙坡区白市驿镇示例路77号", reason="迁址（示例）")
    assert "经营场所和许可证上的地址没有变" in text_of(done(clerk, answer))
    renamed = act(clerk, address, name="重庆示例又一名客栈有限公司", reason="改名（示例）")
    assert "经营场所和许可证上的地址没有变" not in text_of(done(clerk, renamed))


def test_a_change_says_which_decision_is_still_in_time(clerk: Browser, uscc: str) -> None:
    since = local_date(datetime.now(UTC)) - timedelta(days=30)
    page = text_of(clerk.see(f"/desk/businesses/{uscc}/licence/change?lang=zh"))
    assert f"30 日内申请。{since.year}年{since.month}月{since.day}日以前决定的已经逾期" in page
    assert "已经逾期" not in text_of(clerk.see(f"/desk/businesses/{uscc}/licence/reprint?lang=zh"))


def test_the_principal_bears_the_title_of_the_form_of_business(clerk: Browser, uscc: str) -> None:
    form = clerk.see(f"/desk/businesses/{uscc}/licence/change?lang=zh")
    assert '<label class="govuk-label govuk-label--s" for="principal">法定代表人</label>' in form


def test_an_individual_business_has_an_operator_and_a_place_of_business_on_every_page(clerk: Browser) -> None:
    one = issued(clerk, entity_form="individual", entity_type="个体工商户")
    today = local_date(datetime.now(UTC)).isoformat()
    for page in ("", f"/history?day={today}", "/licence/change"):
        said = clerk.see(f"/desk/businesses/{one}{page}{'&' if '?' in page else '?'}lang=zh")
        assert "经营者" in said and "经营场所</" in said, page
        assert "法定代表人" not in said and ">住所<" not in said, page


def test_a_lost_print_is_declared_void(clerk: Browser, uscc: str) -> None:
    page = text_of(done(clerk, act(clerk, f"/desk/businesses/{uscc}/licence/reprint", cause="lost")))
    assert "打印第 2 版亮证牌" in page and "第 1 版已经声明作废" in page
    assert "遗失，原亮证牌声明作废" in page


def test_a_damaged_print_is_taken_back(clerk: Browser, uscc: str) -> None:
    page = text_of(done(clerk, act(clerk, f"/desk/businesses/{uscc}/licence/reprint", cause="damaged")))
    assert "收回第 1 版" in page and "声明作废；找到" not in page


def test_going_dormant_needs_no_new_print_and_shows_at_once(clerk: Browser, uscc: str, desk_services: Services) -> None:
    today = fields_of(clerk.see(f"/desk/businesses/{uscc}/licence/dormant"))["effective_on"]
    year = str(int(today[:4]) + 1)
    page = done(clerk, act(clerk, f"/desk/businesses/{uscc}/licence/dormant", until=f"{year}-01-01", reason="歇业"))
    assert "亮证牌不用换" in page
    number = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}-\w", clerk.see(f"/desk/businesses/{uscc}"))
    assert number
    assert "正在歇业" in clerk.see(f"/p/{number[0]}?lang=zh")
    assert f'/desk/businesses/{uscc}/licence/resume"' in clerk.see(f"/desk/businesses/{uscc}")


def test_wrong_dates_stand_beside_their_fields_and_what_was_typed_stays(clerk: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/dormant"
    answer = act(clerk, f"{address}?lang=zh", until="第三天", effective_on="2999-01-01", reason="我的理由")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="until-error"' in page
    assert 'value="第三天"' in page and 'value="2999-01-01"' in page and "我的理由</textarea>" in page
    later = act(clerk, address, until="2999-01-01", effective_on="2999-01-01", reason="我的理由")
    assert later.status_code == 422
    assert 'id="effective_on-error"' in later.get_data(as_text=True) or 'id="until-error"' in later.get_data(
        as_text=True
    )


def test_an_act_that_needs_a_reason_says_so_at_the_field(clerk: Browser, uscc: str) -> None:
    answer = act(clerk, f"/desk/businesses/{uscc}/licence/cancel", reason="  ")
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.get_data(as_text=True)
    optional = '<label class="govuk-label govuk-label--s" for="reason">理由<span class="optional">'
    assert optional not in clerk.see(f"/desk/businesses/{uscc}/licence/cancel?lang=zh")
    assert optional in clerk.see(f"/desk/businesses/{uscc}/licence/reprint?lang=zh")


def test_an_act_that_cannot_be_undone_looks_different_and_leaving_its_form_is_not_called_cancel(
    clerk: Browser, uscc: str
) -> None:
    business = f"/desk/businesses/{uscc}"
    page = clerk.see(business)
    assert f'class="govuk-link final" href="{business}/licence/cancel"' in page
    assert f'class="govuk-link" href="{business}/licence/change"' in page
    grave, plain = clerk.see(f"{business}/licence/cancel?lang=en"), clerk.see(f"{business}/licence/change?lang=en")
    assert all(">Leave without doing this</a>" in page for page in (grave, plain))
    assert "govuk-button--warning" not in grave + plain  # the button that does it is on the check page


def test_an_act_the_state_does_not_allow_says_which_are(clerk: Browser, uscc: str) -> None:
    page = clerk.see(f"/desk/businesses/{uscc}/licence/resume?lang=zh", status=409)
    assert "歇业备案" in text_of(page)
    assert f'href="/desk/businesses/{uscc}/licence/dormant"' in page
    permit = clerk.see(f"{permit_of(clerk, uscc)}/reinstate", status=409)
    said = text_of(permit).split("可以办理的是：")[1]
    assert "申请延续" in said and "准予延续" not in said  # in words as in links: no renewal waits for a decision


@pytest.mark.parametrize("where", ["licence/nothing", "permit/999999/change", "licence/grant"])
def test_what_there_is_not_is_not_found(clerk: Browser, uscc: str, where: str) -> None:
    assert clerk.client.get(f"/desk/businesses/{uscc}/{where}").status_code == 404


def test_another_office_may_look_but_not_act(elsewhere: Browser, uscc: str) -> None:
    page = elsewhere.see(f"/desk/businesses/{uscc}?lang=zh")
    assert "/licence/change" not in page and "本窗口只能查看和打印" in page
    refused = elsewhere.see(f"/desk/businesses/{uscc}/licence/change", status=403)
    assert "白市驿镇政务服务中心" in refused and "Baishiyi Town Service Centre" in refused and "baishiyi" not in refused
    assert 'href="/desk/"' in refused


def test_a_form_overtaken_by_a_colleague_shows_the_difference_and_is_sent_again_knowingly(
    clerk: Browser, colleague: Browser, uscc: str
) -> None:
    address = f"/desk/businesses/{uscc}/licence/change"
    mine = fields_of(clerk.see(address))
    done(
        colleague,
        act(colleague, address, principal="王示例", domicile="重庆市九龙坡区白市驿镇示例路9号", reason="先到"),
    )
    late = clerk.client.post(address, data=mine | {"principal": "赵示例", "reason": "我的理由"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    said = text_of(page)
    assert "什么都还没有办理" in said
    assert "您填写的内容： 赵示例" in said and "登记库现在是： 王示例" in said
    assert "我的理由" in said
    again = fields_of(page)
    assert again["principal"] == "赵示例"  # what was typed
    assert again["domicile"] == "重庆市九龙坡区白市驿镇示例路9号"  # what was left alone follows the register
    done(clerk, pressed(clerk, address, again))
    business = text_of(clerk.see(f"/desk/businesses/{uscc}"))
    assert "赵示例" in business and "示例路9号" in business


def test_a_form_that_came_too_late_for_its_act_loses_nothing(clerk: Browser, colleague: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/change"
    mine = fields_of(clerk.see(address))
    done(colleague, act(colleague, f"/desk/businesses/{uscc}/licence/cancel", reason="申请注销"))
    late = clerk.client.post(f"{address}?lang=zh", data=mine | {"principal": "赵示例", "reason": "我的理由"})
    said = text_of(late.get_data(as_text=True))
    assert late.status_code == 409
    assert "现在不能办理：变更登记" in said
    assert "赵示例" in said and "我的理由" in said
    assert "登记状态变化" in said


def test_pressing_twice_does_it_once(clerk: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/reprint"
    form = fields_of(clerk.see(address)) | {"cause": "damaged"}
    form["action"] = "record"
    assert clerk.client.post(address, data=form).status_code == 303
    assert clerk.client.post(address, data=form).status_code == 409
    assert "第 3 版" not in clerk.see(f"/desk/businesses/{uscc}")


def test_moving_is_refused_in_words_and_a_renamed_street_is_not(clerk: Browser, uscc: str) -> None:
    address = f"{permit_of(clerk, uscc)}/change"
    new = "重庆市九龙坡区白市驿镇新名路1号"
    refused = act(clerk, address, renamed="no", premises_address=new)
    assert refused.status_code == 409
    assert "新名路" in refused.get_data(as_text=True)
    done(clerk, act(clerk, address, renamed="yes", premises_address=new, reason="街道更名"))
    assert new in clerk.see(f"/desk/businesses/{uscc}")


def test_a_renewal_is_applied_for_and_then_decided(clerk: Browser, uscc: str) -> None:
    address = permit_of(clerk, uscc)
    done(clerk, act(clerk, f"{address}/apply_renewal"))
    page = clerk.see(f"/desk/businesses/{uscc}")
    assert f'{address}/renew"' in page and f'{address}/apply_renewal"' not in page
    assert "要交给经营者的" in done(clerk, act(clerk, f"{address}/renew"))


def ends_in(services: Services, uscc: str, days: int) -> str:
    """Let the permit end so many days from now; that day as the register writes it."""
    last = (local_date(datetime.now(UTC)) + timedelta(days=days)).isoformat()
    with services.database.write() as tx:
        tx.run("UPDATE permits SET valid_from = '2022-01-01', valid_to = ? WHERE uscc = ?", (last, uscc))
    return last


def test_a_renewal_says_by_when_it_is_in_time_and_one_that_is_late_that_silence_ends_it(
    clerk: Browser, uscc: str, desk_services: Services
) -> None:
    address = permit_of(clerk, uscc)
    ends_in(desk_services, uscc, 31)
    form = text_of(clerk.see(f"{address}/apply_renewal?lang=zh"))
    assert "视为准予延续" in form and "这一天已经过了" not in form
    ends_in(desk_services, uscc, 12)
    assert "这一天已经过了" in text_of(clerk.see(f"{address}/apply_renewal"))
    done(clerk, act(clerk, f"{address}/apply_renewal"))
    assert "到期前没有决定就失效" in text_of(clerk.see(f"/desk/businesses/{uscc}"))


def test_an_expired_permit_leads_to_a_new_application(clerk: Browser, uscc: str, desk_services: Services) -> None:
    address = permit_of(clerk, uscc)
    ends_in(desk_services, uscc, -1)
    page = clerk.see(f"{address}/apply_renewal?lang=zh", status=409)
    assert "重新申请" in text_of(page) and f'action="/desk/businesses/{uscc}/applications"' in page


def test_premises_are_added_and_closed_with_their_permits(clerk: Browser, uscc: str) -> None:
    added = act(
        clerk,
        f"/desk/businesses/{uscc}/licence/add_premises",
        premises_address="重庆市九龙坡区白市驿镇示例二路2号",
        premises_region="500107105",
    )
    done(clerk, added)
    address = f"/desk/businesses/{uscc}/licence/close_premises"
    form = clerk.see(address)
    assert "一并注销：公共场所卫生许可证" in text_of(form) and "这里没有许可" in text_of(form)
    done(clerk, act(clerk, address, premises_no="1", reason="停用"))
    page = text_of(clerk.see(f"/desk/businesses/{uscc}"))
    assert "已停用" in page and "已注销" in page


def test_a_mark_is_set_shown_and_lifted(clerk: Browser, uscc: str) -> None:
    done(clerk, act(clerk, f"/desk/businesses/{uscc}/licence/mark", kind="abnormal", reason="未公示年报"))
    assert "列入经营异常名录" in clerk.see(f"/desk/businesses/{uscc}")
    address = f"/desk/businesses/{uscc}/licence/lift_mark"
    mark = re.search(r'name="mark_id" type="radio" value="(\d+)" checked', clerk.see(address))  # there is no other one
    assert mark
    done(clerk, act(clerk, address, mark_id=mark[1], reason="已补报"))
    assert "列入经营异常名录" not in clerk.see(f"/desk/businesses/{uscc}")


def test_one_more_permit_begins_with_the_business_filled_in(clerk: Browser, uscc: str) -> None:
    answer = clerk.press(f"/desk/businesses/{uscc}", f"/desk/businesses/{uscc}/applications")
    assert answer.location.endswith("/trade")
    details = clerk.see(answer.location.replace("/trade", "/details"))
    assert f'value="{uscc}"' in details
    application = answer.location.removesuffix("/trade")
    name = fields_of(details, "/desk/applications")["name"]
    clerk.fill(application, "general", uscc=uscc, name=name, premises_address="重庆市九龙坡区白市驿镇示例三路3号")
    review = text_of(clerk.see(f"{application}/review?lang=zh"))
    assert "执照不变" in review and "受理申请" in review and "营业执照立即发出" not in review
    result = text_of(clerk.see(clerk.issue(application).location))
    assert "许可申请已受理" in result and "现行亮证牌是第 2 版" in result


def test_nothing_is_offered_once_the_licence_has_ended(clerk: Browser, uscc: str) -> None:
    told = text_of(done(clerk, act(clerk, f"/desk/businesses/{uscc}/licence/cancel", reason="申请注销")))
    assert "请收回亮证牌" in told and "亮证牌不用换" not in told
    page = clerk.see(f"/desk/businesses/{uscc}")
    assert "/licence/change" not in page and "再办一项许可" not in page
    assert "执照已失效" in text_of(page)


def test_acts_of_four_eyes_are_proposed(clerk: Browser, uscc: str) -> None:
    answer = clerk.client.get(f"{permit_of(clerk, uscc)}/suspend")
    assert answer.status_code == 303
    assert "/desk/proposals/new" in answer.location
    assert "暂扣许可或责令停业整顿" in clerk.see(f"{answer.location}?lang=zh")


def test_a_form_without_its_revision_is_refused(clerk: Browser, uscc: str) -> None:
    address = f"/desk/businesses/{uscc}/licence/reprint"
    token = hidden(clerk.see(address), "csrf_token")
    assert clerk.client.post(address, data={"csrf_token": token, "cause": "lost"}).status_code == 400
