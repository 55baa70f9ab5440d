"""An application at the desk, from the trade to the issued pair, without a script."""

from __future__ import annotations

import html
import re

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, colleague, desk_app, desk_services, elsewhere
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licence_qr.bootstrap import Services

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]


def text_of(page: str) -> str:
    """The words of a page, one space between them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


# --- the trade -------------------------------------------------------------------------------------------------------


def test_the_page_says_which_permits_the_trade_needs_from_whom_and_why(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", {"trade": "hotel", "action": "show"})
    page = text_of(clerk.see(f"{application}/trade"))
    assert "公共场所卫生许可证" in page
    assert "本窗口办" in page
    assert "特种行业许可证" in page
    assert "推送主管部门办理" in page and "不必另跑一趟" in page
    assert "《公共场所卫生管理条例》" in page


def test_an_answer_that_is_missing_leaves_its_permit_open_until_it_is_given(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", {"trade": "hotel", "action": "show"})
    assert "视情况而定" in text_of(clerk.see(f"{application}/trade"))
    clerk.send(f"{application}/trade", {**HOTEL, "action": "show"})
    page = text_of(clerk.see(f"{application}/trade"))
    assert "视情况而定" not in page
    assert "不需要" in page


def test_a_changed_trade_shows_its_own_questions_before_going_on(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    answer = clerk.send(f"{application}/trade", {**HOTEL, "trade": "gym"})
    assert "/trade" in answer.location
    assert "是否有对外开放的游泳池" in clerk.see(f"{application}/trade")
    assert "是否提供餐饮服务" not in clerk.see(f"{application}/trade")


def test_kinds_that_were_not_chosen_are_asked_for_beside_their_field(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    answer = clerk.send(f"{application}/trade", {**HOTEL, "kinds": ""})
    page = clerk.see(answer.location)
    assert 'href="#kinds"' in page
    assert 'id="kinds-error"' in page


# --- the details -----------------------------------------------------------------------------------------------------


def test_every_problem_is_told_and_every_link_of_the_summary_leads_to_a_field(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    answer = clerk.send(
        f"{application}/details", {**DETAILS, "uscc": "91500107M000001A0X", "name": "", "term_to": "2020-01-01"}
    )
    page = clerk.see(answer.location)
    links = re.findall(r'<li><a href="#([^"]+)">', page)
    assert links == ["uscc", "name", "term_to"]
    assert all(f'id="{link}"' in page and f'id="{link}-error"' in page for link in links)
    assert "<title>错误：" in page
    assert "第 17 位" in text_of(page)


def test_a_character_that_no_card_can_show_is_told_beside_its_field_before_the_next_step(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    texts = {"name": "重庆\U0003f000宾馆", "premises_address": "重庆市\U0003f000路1号"}
    page = clerk.see(clerk.send(f"{application}/details", {**DETAILS, **texts}).location)
    assert re.findall(r'<li><a href="#([^"]+)">', page) == ["name", "premises_address"]
    assert 'id="name-error"' in page and "U+3F000" in text_of(page)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_whatever_was_typed_is_on_the_page_again(clerk: Browser, typed: str) -> None:
    application = clerk.start()
    clerk.send(f"{application}/details", {**DETAILS, "name": typed, "business_scope": f"\n{typed}\n"})
    page = clerk.see(f"{application}/details")
    line = re.search(r'<input [^>]*id="name"[^>]* value="([^"]*)"', page)
    lines = re.search(r'<textarea [^>]*id="business_scope"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert line and lines
    assert html.unescape(line[1]) == typed
    assert html.unescape(lines[1]) == f"\n{typed}\n"


def test_markup_is_shown_and_never_obeyed(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, name="<script>alert(1)</script>")
    for step in ("details", "review"):
        assert "<script>" not in clerk.see(f"{application}/{step}")


def test_the_registered_address_is_copied_to_the_premises(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/details", {**DETAILS, "premises_address": "", "same_address": "yes"})
    assert clerk.see(f"{application}/details").count(f'value="{DETAILS["domicile"]}"') == 2


def test_an_address_typed_over_the_ticked_box_wins(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/details", {**DETAILS, "same_address": "yes"})
    clerk.send(f"{application}/details", {**DETAILS, "premises_address": "另一处", "same_address": "yes"})
    assert 'value="另一处"' in clerk.see(f"{application}/details")


def test_the_type_follows_the_legal_form_until_another_is_typed(clerk: Browser) -> None:
    application = clerk.start()
    for form, typed, shown in (
        ("individual", "", "个体工商户"),
        ("company", "个体工商户", "有限责任公司"),
        ("company", "有限责任公司（自然人独资）", "有限责任公司（自然人独资）"),
        ("partnership", "有限责任公司（自然人独资）", "有限责任公司（自然人独资）"),
    ):
        clerk.send(f"{application}/details", {**DETAILS, "entity_form": form, "entity_type": typed})
        field = re.search(r'<input [^>]*id="entity_type"[^>]* value="([^"]*)"', clerk.see(f"{application}/details"))
        assert field and field[1] == shown


def test_a_phrase_of_the_trade_is_added_to_the_scope_once(clerk: Browser, desk_services: Services) -> None:
    application = clerk.start()
    phrase = desk_services.catalogue.trades["hotel"].scope_phrases[0]
    for before in ("日用百货销售。", f"日用百货销售；{phrase}"):
        pressed = {**DETAILS, "business_scope": before, "action": f"phrase:{phrase}"}
        assert clerk.send(f"{application}/details", pressed).location.endswith("/details#business_scope")
        assert f"日用百货销售；{phrase}</textarea>" in clerk.see(f"{application}/details")


def test_the_signer_is_the_person_in_charge_and_signs_today(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    clerk.send(f"{application}/details", DETAILS)
    page = clerk.see(f"{application}/commitment")
    assert f'value="{DETAILS["principal"]}"' in page


def test_the_register_fills_in_a_business_it_knows_and_says_what_it_replaced(
    clerk: Browser, desk_services: Services
) -> None:
    first = clerk.start()
    clerk.fill(first, name="重庆示例已登记有限公司")
    clerk.issue(first)
    uscc = re.search(r"9150\w{14}", clerk.see(f"{first}/result"))
    assert uscc
    second = clerk.start()
    typed = {**DETAILS, "uscc": uscc[0].lower(), "name": "写错的名称", "action": "prefill"}
    clerk.send(f"{second}/details", typed)
    page = clerk.see(f"{second}/details")
    assert 'value="重庆示例已登记有限公司"' in page
    assert "写错的名称" in text_of(page)
    assert "写错的名称" not in clerk.see(f"{second}/details")


@pytest.mark.parametrize(("uscc", "said"), [("91500107M000001A9R", "登记库里没有"), ("9150", "18 位")])
def test_a_code_that_is_not_in_the_register_changes_nothing(clerk: Browser, uscc: str, said: str) -> None:
    application = clerk.start()
    clerk.send(f"{application}/details", {**DETAILS, "uscc": uscc, "action": "prefill"})
    page = clerk.see(f"{application}/details")
    assert said in text_of(page)
    assert f'value="{DETAILS["name"]}"' in page


# --- the commitment --------------------------------------------------------------------------------------------------


def test_the_notice_is_shown_in_full_with_its_version_and_hash(clerk: Browser, desk_services: Services) -> None:
    application = clerk.start()
    clerk.fill(application)
    page = clerk.see(f"{application}/commitment")
    notice = [each for each in desk_services.catalogue.notices if each.permit_type == "hygiene_permit"][-1]
    assert html.escape(notice.text, quote=False) in page
    assert notice.sha256 in page
    assert notice.version in page


def test_another_text_than_the_notice_in_force_cannot_be_promised(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    answer = clerk.sign(application, DETAILS["principal"], notice_sha256="0" * 64)
    assert "checked" in answer.location
    assert 'href="#mode"' in clerk.see(answer.location)


def test_a_promise_without_a_name_is_not_accepted(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    answer = clerk.sign(application, "")
    assert 'href="#signer"' in clerk.see(answer.location)


# --- review and issue ------------------------------------------------------------------------------------------------


def test_an_application_with_problems_cannot_be_issued_and_says_where_to_mend_it(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, principal="")
    page = clerk.see(f"{application}/review")
    assert "同时发证" not in page
    assert "还有 1 处需要改正" in page
    link = re.search(r'<li><a href="([^"]+details[^"]*#principal)">', page)
    assert link
    assert 'id="principal-error"' in clerk.see(link[1].replace("&amp;", "&"))
    answer = clerk.press(f"{application}/review", f"{application}/issue")
    assert answer.status_code == 422
    assert clerk.client.get(f"{application}/result").status_code == 404


def test_both_are_issued_and_the_result_shows_both_numbers_and_everything_to_print(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    answer = clerk.issue(application)
    assert answer.status_code == 303
    page = clerk.see(answer.location)
    assert re.search(r"9150\w{14}", page)
    assert re.search(r"渝高新卫公证字〔\d{4}〕第\d{5}号", page)
    assert re.search(r"\w{4}-\w{4}-\w{4}-\w{4}-\w", page)
    for part in ("code.png", "code.svg", "card-a4.pdf", "card-a5.pdf", "/print", "/c/"):
        assert part in page


def test_pressing_twice_or_going_back_gives_the_same_pair(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, name="重庆按两次宾馆有限公司")
    review = clerk.see(f"{application}/review")
    first = clerk.client.post(f"{application}/issue", data={"csrf_token": _token(review)})
    again = clerk.client.post(f"{application}/issue", data={"csrf_token": _token(review)})
    assert again.location == first.location
    numbers = re.findall(r"第\d{5}号", clerk.see(first.location))
    assert numbers == re.findall(r"第\d{5}号", clerk.see(again.location))
    for step in ("", "/trade", "/details", "/commitment", "/review"):
        assert clerk.client.get(application + step).location == first.location


def test_the_general_path_issues_the_licence_and_says_that_the_permit_is_pending(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application, mode="general")
    assert "一般程序" in text_of(clerk.see(f"{application}/review"))
    page = text_of(clerk.see(clerk.issue(application).location))
    assert "受理中，尚未许可" in page
    assert "第0" not in page


def test_a_trade_without_a_permit_here_ends_with_the_licence_alone(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", {"trade": "catering"})
    clerk.send(f"{application}/trade", {"trade": "catering", "kinds": "coffee_house", "answer_public_assembly": "no"})
    clerk.send(f"{application}/details", {**DETAILS, "permitted_items": ""})
    assert "没有要承诺的" in clerk.see(f"{application}/commitment")
    clerk.send(f"{application}/commitment", {})
    assert "执照已发" in clerk.see(clerk.issue(application).location)


def test_the_register_says_otherwise_and_the_review_page_says_where(clerk: Browser) -> None:
    first = clerk.start()
    clerk.fill(first, name="重庆示例同码一号有限公司")
    clerk.issue(first)
    uscc = re.search(r"9150\w{14}", clerk.see(f"{first}/result"))
    assert uscc
    second = clerk.start()
    clerk.fill(second, uscc=uscc[0], name="重庆示例同码二号有限公司")
    answer = clerk.issue(second)
    assert answer.status_code == 422
    assert "重庆示例同码一号有限公司" in answer.get_data(as_text=True)
    assert "#name" in answer.get_data(as_text=True)


# --- two people ------------------------------------------------------------------------------------------------------


def test_a_stale_form_shows_both_texts_and_the_choice_is_kept(clerk: Browser, colleague: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    stale = clerk.see(f"{application}/details")
    colleague.send(f"{application}/details", {**DETAILS, "name": "同事填的名称"})
    answer = clerk.send(f"{application}/details", {**DETAILS, "name": "我填的名称"}, page=stale)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "同事填的名称" in page
    assert "我填的名称" in page
    chosen = clerk.send(f"{application}/details", {**DETAILS, "name": "我填的名称"}, page=page)
    assert chosen.status_code == 303
    assert 'value="我填的名称"' in colleague.see(f"{application}/details")


def test_what_was_left_empty_does_not_wipe_out_what_a_colleague_filled_in(clerk: Browser, colleague: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    clerk.send(f"{application}/trade", HOTEL)
    empty = clerk.see(f"{application}/details")
    colleague.send(f"{application}/details", {**DETAILS, "name": "同事填的名称", "principal": "同事填的人"})
    answer = clerk.send(f"{application}/details", {**DETAILS, "name": "我填的名称", "principal": ""}, page=empty)
    chosen = dict(re.findall(r'name="(\w+)" value="([^"]*)" checked', answer.get_data(as_text=True)))
    assert chosen["name"] == "我填的名称" and chosen["principal"] == "同事填的人"


def test_the_same_form_sent_twice_is_no_conflict(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    page = clerk.see(f"{application}/details")
    sent = {**DETAILS, "name": "重庆示例按两次有限公司"}
    assert [clerk.send(f"{application}/details", sent, page=page).status_code for _ in range(2)] == [303, 303]


def test_another_office_sees_nothing_of_it(clerk: Browser, elsewhere: Browser) -> None:
    application = clerk.start()
    for step in ("", "/trade", "/details", "/commitment", "/review", "/result"):
        elsewhere.see(application + step, status=403)


def test_open_and_issued_applications_stand_on_the_start_page(clerk: Browser) -> None:
    issued, still_open = clerk.start(), clerk.start()
    clerk.fill(issued, name="重庆示例刚发出有限公司")
    clerk.issue(issued)
    clerk.fill(still_open, name="重庆示例没办完有限公司")
    page = clerk.see("/desk/")
    assert page.index("重庆示例没办完有限公司") < page.index("最近发证") < page.index("重庆示例刚发出有限公司")


def test_the_start_page_tells_both_numbers_of_what_was_issued(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    clerk.issue(application)
    numbers = re.findall(
        r"(?<![0-9A-Z])9150[0-9A-Z]{14}(?![0-9A-Z])|渝高新卫公证字〔\d{4}〕第\d{5}号",
        text_of(clerk.see(f"{application}/result")),
    )
    row = next(row for row in clerk.see("/desk/").split("<li ") if f"{application}/result" in row)
    assert len({number[:4] for number in numbers}) == 2
    assert all(number in text_of(row) for number in numbers)


def test_every_step_speaks_english_too(clerk: Browser) -> None:
    application = clerk.start()
    clerk.fill(application)
    for step, words in {
        "trade": "What is needed today",
        "details": "Registered address",
        "commitment": "Notify and commit",
        "review": "Issue, and send on the rest",
    }.items():
        assert words in clerk.see(f"{application}/{step}?lang=en")


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]
