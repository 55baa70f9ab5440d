"""What is typed is stored while it is typed: the route that the script of the steps talks to, and the draft as a whole."""

from __future__ import annotations

import re

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, colleague, desk_app, desk_services, elsewhere, hidden
from werkzeug.test import TestResponse

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]

JSON = {"Accept": "application/json"}


def keep(person: Browser, application: str, page: str, turn: int = 1, **fields: str) -> TestResponse:
    """Send fields as the script of ``page`` does."""
    said = {name: hidden(page, name) for name in ("csrf_token", "revision", "page")}
    return person.client.post(f"{application}/fields", data={**said, "turn": str(turn), **fields}, headers=JSON)


def test_a_field_is_stored_as_typed_and_the_answer_says_when(clerk: Browser) -> None:
    application = clerk.start()
    page = clerk.see(f"{application}/details")
    answer = keep(clerk, application, page, uscc="not a code", name="重庆示例")
    assert answer.status_code == 200
    said = answer.get_json()
    assert re.fullmatch(r"\d\d:\d\d:\d\d", said["saved"])
    assert said["others"] == []
    shown = clerk.see(f"{application}/details")
    assert 'value="not a code"' in shown and f"已保存 · {said['saved']}" in shown


def test_a_new_application_is_stored_with_its_first_text_and_not_before(clerk: Browser) -> None:
    where = clerk.press("/desk/", "/desk/applications").location
    application = where.partition("/trade")[0]
    page = clerk.see(where)
    assert keep(clerk, application, page, name="").get_json()["saved"] == ""
    clerk.see(f"{application}/trade", status=404)
    nothing = clerk.send(where, {"go": "details"}, page)
    assert nothing.location.endswith("/details?new=yes")
    usual = re.search(r'name="premises_region" type="radio" value="(\d+)" checked', clerk.see(nothing.location))
    assert usual
    clerk.send(nothing.location, {"go": "commitment", "premises_region": usual[1]})
    assert keep(clerk, application, page, name="甲").get_json()["address"] == application
    assert 'value="甲"' in clerk.see(f"{application}/details")


def test_what_cannot_be_stored_is_refused_in_words(clerk: Browser, elsewhere: Browser) -> None:
    application = clerk.start()
    page = clerk.see(f"{application}/details")
    for fields, status in (({"is_admin": "yes"}, 422), ({"name": "长" * 5001}, 422), ({"revision": "x"}, 400)):
        answer = keep(clerk, application, page, **fields)
        assert answer.status_code == status, fields
    assert clerk.client.post(f"{application}/fields", data={"name": "甲"}, headers=JSON).status_code == 400
    other = elsewhere.see("/desk/")
    sent = {"csrf_token": hidden(other, "csrf_token"), "revision": "1", "name": "甲"}
    assert elsewhere.client.post(f"{application}/fields", data=sent, headers=JSON).status_code == 403
    clerk.client.delete_cookie("session-token")
    answer = keep(clerk, application, page, name="甲")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_needed")


def test_of_two_desks_each_is_told_what_the_other_typed_and_both_texts_are_kept(
    clerk: Browser, colleague: Browser
) -> None:
    application = clerk.start()
    mine, theirs = clerk.see(f"{application}/details"), colleague.see(f"{application}/details")
    keep(colleague, application, theirs, name="同事填的", principal="李示例")
    [name, principal] = keep(clerk, application, mine, name="我填的").get_json()["others"]
    assert (name["name"], name["text"], name["mine"]) == ("name", "同事填的", True)
    assert "colleague" in name["html"] and "我填的" in name["html"]
    assert (principal["text"], principal["mine"]) == ("李示例", False)
    shown = clerk.see(f"{application}/details")
    choices = re.findall(r'value="(choose:name:[^"]*)"', shown)
    assert len(choices) == 2
    assert "两种填法" in clerk.see(f"{application}/review")
    chosen = clerk.send(f"{application}/details", {**DETAILS, "name": "无关", "action": choices[1]})
    assert chosen.location.endswith("/details#name")
    assert 'value="我填的"' in colleague.see(f"{application}/details")
    assert "choose:name" not in colleague.see(f"{application}/details")


def test_a_form_sent_after_the_script_has_stored_part_of_it_is_no_conflict(clerk: Browser) -> None:
    application = clerk.start()
    page = clerk.see(f"{application}/details")
    keep(clerk, application, page, name="甲")
    assert clerk.send(f"{application}/details", {**DETAILS, "name": "甲乙", "turn": "2"}, page).status_code == 303
    assert keep(clerk, application, page, turn=1, name="甲").status_code == 200
    assert 'value="甲乙"' in clerk.see(f"{application}/details")


@pytest.mark.parametrize(("here", "wanted"), [("trade", "review"), ("details", "trade"), ("commitment", "details")])
def test_the_button_of_another_step_stores_the_form(clerk: Browser, here: str, wanted: str) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    typed = {"trade": HOTEL | {"area_m2": "77"}, "details": {**DETAILS, "name": "77"}, "commitment": {"signer": "77"}}
    answer = clerk.send(f"{application}/{here}", {**typed[here], "go": wanted})
    assert answer.location == f"{application}/{wanted}"
    assert 'value="77"' in clerk.see(f"{application}/{here}")


def test_a_colleague_takes_over_and_the_list_says_from_whom(clerk: Browser, colleague: Browser) -> None:
    application = clerk.start()
    assert "由我接手" not in clerk.see(f"{application}/details")
    assert "由我接手" in colleague.see(f"{application}/details")
    assert colleague.press(f"{application}/details", f"{application}/take-over").status_code == 303
    for page in (clerk.see(f"{application}/details"), clerk.see("/desk/")):
        assert "接手自 " in page and "clerk（示例）" in page


def test_a_draft_is_deleted_after_one_question(clerk: Browser) -> None:
    application = clerk.start()
    question = clerk.see(f"{application}/delete")
    assert "不能恢复" in question
    clerk.see(f"{application}/details")
    assert clerk.press(f"{application}/delete", f"{application}/delete").location == "/desk/"
    for step in ("", "/trade", "/details", "/delete"):
        clerk.see(application + step, status=404)


def test_another_permit_of_a_registered_business_begins_with_its_premises_and_its_trade(clerk: Browser) -> None:
    first = clerk.start()
    clerk.fill(first, name="重庆示例再办一证有限公司", premises_address="重庆市九龙坡区白市驿镇示例路92号")
    found = re.search(r"9150\w{14}", clerk.see(clerk.issue(first).location))
    assert found
    business = f"/desk/businesses/{found[0]}"
    second = clerk.press(business, f"{business}/applications").location.removesuffix("/trade")
    assert 'value="hotel" checked' in clerk.see(f"{second}/trade")
    assert 'value="重庆市九龙坡区白市驿镇示例路92号"' in clerk.see(f"{second}/details")


def test_a_number_in_a_name_is_masked_wherever_open_applications_are_listed(clerk: Browser) -> None:
    application = clerk.start()
    typed = "甲乙丙丁戊110101199003070011号店"
    keep(clerk, application, clerk.see(f"{application}/details"), name=typed)
    pages = (clerk.see("/desk/"), clerk.see("/desk/businesses?q=甲乙丙丁戊"), clerk.see(f"{application}/delete"))
    for page in pages:
        assert "甲乙丙丁戊1101************11号店" in page and "199003070011" not in page
    assert typed in clerk.see(f"{application}/details")
