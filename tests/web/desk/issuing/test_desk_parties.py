"""Applicant and agent at the desk: asked, checked, shown masked, and looked at with a press of a button."""

from __future__ import annotations

import re

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, colleague, desk_app, desk_services, elsewhere, hidden

from licence_qr.bootstrap import Services

__all__ = ["clerk", "colleague", "desk_app", "desk_services", "elsewhere"]

NUMBER, OTHER = "110101199003070011", "500107198501010018"
MASK = "1101************11"
AGENT = {"agent_name": "代理人甲", "agent_id_number": OTHER, "agent_authority": "授权委托书1号，代办登记"}


def details(person: Browser, application: str, page: str | None = None, **fields: str) -> str:
    """Send the details, and the page that answers."""
    answer = person.send(f"{application}/details", {**DETAILS, **fields}, page)
    return person.see(answer.location)


def marks(page: str) -> dict[str, str]:
    """The mark beside each field that has one."""
    found = re.findall(r'<p class="origin (\w+)" data-origin="(\w+)">', page)
    return {field: origin for origin, field in found}


def test_a_number_is_shown_masked_and_stays_when_it_is_left_alone(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    details(clerk, application, principal_id_number=f" {NUMBER[:6]} {NUMBER[6:]}")
    page = clerk.see(f"{application}/details")
    assert NUMBER not in page and f'value="{MASK}"' in page
    details(clerk, application, principal_id_number=MASK, name="改名")
    review = clerk.see(f"{application}/review")
    assert MASK in review and NUMBER not in review and "代理人" not in re.sub("<[^>]*>", "", review)
    details(clerk, application, principal_id_number="")
    assert MASK not in clerk.see(f"{application}/review")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"principal_id_number": f"{NUMBER[:17]}2"}, "principal_id_number", "校验码不对"),
        ({"principal_id_number": NUMBER[:16]}, "principal_id_number", "现在是 16 位"),
        ({"agent_name": "代理人甲"}, "agent_authority", "有代理人，但“授权依据”没有填"),
        ({**AGENT, "agent_authority_until": "2020-01-01"}, "agent_authority_until", "授权已经到期"),
        ({"principal": f"王五 {NUMBER} {OTHER}"}, "principal", "没能分出姓名和号码"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    clerk: Browser, fields: dict[str, str], field: str, said: str
) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    page = details(clerk, application, **fields)
    beside = re.search(rf'id="{field}-error">(.*?)</p>', page, re.DOTALL)
    assert beside and said in beside[1]
    assert all(f'value="{typed}"' in page for name, typed in fields.items() if name != "agent_id_number")
    assert "agent_name" not in fields or '<details class="govuk-details agent" open>' in page


def test_a_card_is_read_where_no_script_runs_and_the_marks_say_so(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    details(clerk, application, principal=f"姓名：王五|性别：男|公民身份号码：{NUMBER}")
    page = clerk.see(f"{application}/details")
    assert 'name="principal" type="text"' in page and 'value="王五"' in page and f'value="{MASK}"' in page
    found = marks(page)
    assert (found["principal"], found["principal_id_number"], found["name"]) == ("read", "read", "typed")
    details(clerk, application, principal="王六", principal_id_number=MASK)
    found = marks(clerk.see(f"{application}/details"))
    assert (found["principal"], found["principal_id_number"]) == ("typed", "read")


def test_a_script_is_told_what_was_read_and_gets_no_number(clerk: Browser) -> None:
    application = clerk.start()
    page = clerk.see(f"{application}/details")
    said = {name: hidden(page, name) for name in ("csrf_token", "revision", "page")}
    sent = {**said, "turn": "1", "agent_name": f"{NUMBER},王五"}
    answer = clerk.client.post(f"{application}/fields", data=sent, headers={"Accept": "application/json"})
    assert NUMBER not in answer.get_data(as_text=True)
    told = {each["name"]: (each["text"], each["origin"], each["mine"]) for each in answer.get_json()["others"]}
    assert told == {"agent_name": ("王五", "read", False), "agent_id_number": (MASK, "read", False)}


def test_what_the_page_filled_in_and_what_the_register_gave_is_marked(clerk: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    assert marks(clerk.see(f"{application}/details"))["permitted_items"] == "derived"
    details(clerk, application, entity_form="individual", entity_type="", same_address="yes", premises_address="")
    found = marks(clerk.see(f"{application}/details"))
    assert (found["entity_type"], found["premises_address"], found["name"]) == ("derived", "derived", "typed")


def test_two_desks_see_each_others_number_masked(clerk: Browser, colleague: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    opened = colleague.see(f"{application}/details")
    details(clerk, application, principal_id_number=NUMBER)
    answer = colleague.send(f"{application}/details", {**DETAILS, "principal_id_number": OTHER}, opened)
    assert answer.status_code == 409
    assert NUMBER not in answer.get_data(as_text=True) and MASK in answer.get_data(as_text=True)


def test_a_mask_that_was_left_alone_stays_one_where_another_field_clashes(clerk: Browser, colleague: Browser) -> None:
    application = clerk.start()
    clerk.send(f"{application}/trade", HOTEL)
    details(clerk, application, principal_id_number=NUMBER)
    opened = colleague.see(f"{application}/details")
    details(clerk, application, principal_id_number=MASK, name="先改")
    typed = {**DETAILS, "principal_id_number": MASK, "name": "后改"}
    answer = colleague.send(f"{application}/details", typed, opened)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, hidden(page, "principal_id_number")) == (409, MASK)
    assert NUMBER not in page
    colleague.send(f"{application}/details", typed, page)
    assert f'value="{MASK}"' in clerk.see(f"{application}/details")


def issued(clerk: Browser, **fields: str) -> str:
    """The credit code of a business whose applicant has a number and an agent."""
    application = clerk.start()
    clerk.fill(application, principal_id_number=NUMBER, **AGENT, **fields)
    result = clerk.see(clerk.issue(application).location)
    found = re.search(r"9150\w{14}", result)
    assert found
    return found[0]


def test_the_page_of_the_business_shows_who_applied_and_a_button_the_whole_number(
    clerk: Browser, elsewhere: Browser, desk_services: Services
) -> None:
    uscc = issued(clerk, name="重庆示例看号码客栈有限公司")
    page = clerk.see(f"/desk/businesses/{uscc}")
    assert MASK in page and NUMBER not in page and OTHER not in page
    assert "代理人甲" in page and "授权委托书1号，代办登记" in page
    address = re.search(rf"/desk/businesses/{uscc}/parties/(\d+)/number", page)
    assert address
    assert clerk.client.get(address[0]).status_code == 405
    shown = clerk.press(f"/desk/businesses/{uscc}", address[0])
    assert shown.status_code == 200 and NUMBER in shown.get_data(as_text=True)
    assert "no-store" in shown.headers["Cache-Control"]
    with desk_services.database.read() as tx:
        row = tx.all("SELECT subject, actor, uscc FROM traces WHERE event = 'data_seen'")[-1]
    assert tuple(row) == (f"party/{address[1]}", "clerk", uscc)
    other = elsewhere.see(f"/desk/businesses/{uscc}")
    assert MASK not in other and "代理人甲" not in other
    assert elsewhere.press(f"/desk/businesses/{uscc}", address[0]).status_code == 403
    nobody = clerk.press(f"/desk/businesses/{uscc}", f"/desk/businesses/{uscc}/parties/999999/number")
    assert nobody.status_code == 404


def test_the_person_is_known_before_the_name_is_typed(clerk: Browser) -> None:
    uscc = issued(clerk, name="重庆示例先知客栈有限公司")
    application = clerk.start()
    details(clerk, application, principal="另一个名字", principal_id_number=NUMBER)
    page = clerk.see(f"{application}/details")
    assert "登记库里还有这个人（身份证号码相同）的企业" in page and uscc in page
