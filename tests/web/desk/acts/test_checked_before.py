"""No act of the desk is done before its check page was shown, but for those below, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from desk_pages import Browser, desk_app, desk_services, hidden, signed_in
from flask import Flask
from four_eyes_pages import Shop, clerk, decider, inspector, people, shop

from licence_qr.store.register import history
from licence_qr.web.desk.checking import is_checked

__all__ = ["clerk", "decider", "desk_app", "desk_services", "inspector", "people", "shop"]

_DRAFT = "keeps a draft; what is issued is checked on the review page"
_TAKEN = "who handles something next: taken back by the next press"
# Accounts, not the register of businesses: what is grave there is confirmed with a password on a page of its own.
_OF_PEOPLE = "desk.people"
_SHOWN = "its page is the check: it shows what somebody else recorded, and the button says what is done with it"
_TALK = "a note to a report or a rating: one step of a talk, shown above the form, that the next step can correct"

WITHOUT: Mapping[str, str] = {
    "desk.trade.start_application": _DRAFT,
    "desk.trade.save_trade": _DRAFT,
    "desk.details.save_details": _DRAFT,
    "desk.commitment.save_commitment": _DRAFT,
    "desk.drafts.keep_fields": _DRAFT,
    "desk.drafts.take_over": _TAKEN,
    "desk.drafts.delete": "its own page asks first",
    "desk.businesses_life.add_permit": _DRAFT,
    "desk.issue.issue_both": "the review page is its check",
    "desk.items.take_item": _TAKEN,
    "desk.items.go_on": "goes on with the item; asking for more again takes it back",
    "desk.businesses_items.pass_on": "passes paper on; the authority asks again where something is still missing",
    "desk.proposals.withdraw": "nothing changes but that nobody is asked any more; it can be proposed again",
    "desk.follow_ups_named.answer_named": _SHOWN,
    "desk.follow_ups_named.handle_named": _SHOWN,
    "desk.inspection_officers.answer": _SHOWN,
    "desk.inspection_officers.answer_beside": _SHOWN,
    "desk.reports.act_on_report": _TALK,
    "desk.reports.dismiss_alike": _TALK,
    "desk.ratings.act_on_rating": _TALK,
    "desk.parties.show_number": "shows a number, and writes only who looked",
    "desk.work_people.take": _TAKEN,
    "desk.work_people.hand_over": _TAKEN,
    "desk.businesses_tellings.record_told": "its page is the check: it shows what the applicant is told",
    "desk.work.renew_calendar": "one's own calendar address",
    "desk.work.revoke_calendar": "one's own calendar address",
}


def posted(app: Flask) -> set[str]:
    """The endpoints of the desk that a form can be sent to."""
    rules = app.url_map.iter_rules()
    return {r.endpoint for r in rules if "POST" in (r.methods or ()) and r.endpoint.startswith("desk.")}


def test_every_form_of_the_desk_has_a_check_or_a_reason(desk_app: Flask) -> None:
    found = posted(desk_app)
    unchecked = {each for each in found if not is_checked(desk_app.view_functions[each])}
    of_businesses = {each for each in unchecked if not each.startswith(_OF_PEOPLE)}
    assert of_businesses == set(WITHOUT)


def events(shop: Shop) -> int:
    with shop.services.database.read() as tx:
        return history.revision(tx, shop.uscc)


ADDRESSES = ("licence/reprint", "permit/{permit}/review", "proposal", "follow-up", "decide")


def sent(shop: Shop, kind: str, browsers: Mapping[str, Browser]) -> tuple[Browser, str, str, dict[str, str]]:
    """Who sends which form to where, from which page, and with what."""
    today = shop.permit.permit.issued_on.isoformat() if shop.permit.permit.issued_on else ""
    act = {"effective_on": today, "reason": "理由甲", "legal_basis": "细则", "document_no": ""}
    clerk, key = browsers["clerk"], shop.permit.permit_id
    if kind == "follow-up":
        found = {"checked_on": today, "others": "inspector-too", "outcome": "met", "findings": "理由甲"}
        return browsers["inspector"], f"/desk/follow-ups/{key}", "", found
    if kind == "proposal":
        return clerk, shop.form(), "", shop.sent(reason="理由甲")
    if kind == "decide":
        where = shop.proposed(clerk)
        return (
            browsers["decider"],
            f"{where}/decide",
            where,
            {"verdict": "refuse", "reason": "理由甲", "password": "wrong"},
        )
    return clerk, f"/desk/businesses/{shop.uscc}/{kind.format(permit=key)}", "", act | {"cause": "damaged"}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_nothing_is_written_before_the_check_and_going_back_keeps_what_was_typed(
    shop: Shop, clerk: Browser, decider: Browser, inspector: Browser, kind: str
) -> None:
    browser, where, page, typed = sent(shop, kind, {"clerk": clerk, "decider": decider, "inspector": inspector})
    seen, before = browser.see(page or where), events(shop)
    check, back = browser.check_and_back(where, typed, seen)
    assert check.status_code == 200
    assert "理由甲" in check.text and "您填写的内容" in check.text and "wrong" not in check.text
    form = check.text.split("check-head")[1].split("</form>")[0]
    assert 'name="action" value="edit"' in form and "password" not in form
    assert back.status_code == 200 and "理由甲" in back.text and 'class="check-form"' not in back.text
    assert events(shop) == before


def test_the_check_of_a_change_shows_before_and_after_and_nothing_that_stays(shop: Shop, clerk: Browser) -> None:
    where = f"/desk/businesses/{shop.uscc}/licence/change"
    form = clerk.see(f"{where}?lang=zh")
    fields = ("name", "principal", "entity_type", "registered_capital", "term_to", "domicile", "business_scope")
    was = {name: hidden(form, f"was-{name}") for name in fields}
    grounds = {"effective_on": "2026-01-05", "reason": "", "legal_basis": "条例", "document_no": ""}
    new = was | {f"was-{name}": text for name, text in was.items()} | grounds | {"principal": "李示例"}
    del new["effective_on"]
    today = form.split('name="effective_on"')[1].split('value="')[1].split('"')[0]
    page = clerk.send(where, new | {"effective_on": today, "action": "check"}, form).text
    told = page.split('class="panel check-answers"')[1].split("</section>")[0]
    assert "<del>" in told and "张示例" in told and "李示例" in told
    assert "经营范围" not in told
    assert "签发第 2 版" in page and ">变更登记</button>" in page and "Nothing is sent" not in page


def test_an_act_that_cannot_be_undone_is_named_on_a_button_that_warns(shop: Shop, clerk: Browser) -> None:
    where = f"/desk/businesses/{shop.uscc}/licence/cancel"
    form = clerk.see(where)
    today = form.split('name="effective_on"')[1].split('value="')[1].split('"')[0]
    grounds = {"effective_on": today, "reason": "不做了", "legal_basis": "条例", "document_no": "", "action": "check"}
    page = clerk.send(where, grounds, form).text
    button = page.split('class="check-form"')[1].split("<button")[1].split("</button>")[0]
    assert "govuk-button--warning" in button and "注销登记" in button


def test_somebody_faster_between_check_and_press_loses_nothing(desk_app: Flask, shop: Shop, clerk: Browser) -> None:
    where = f"/desk/businesses/{shop.uscc}/licence/reprint"
    form = clerk.see(where)
    today = form.split('name="effective_on"')[1].split('value="')[1].split('"')[0]
    typed = {"cause": "lost", "effective_on": today, "reason": "理由甲", "legal_basis": "条例", "document_no": ""}
    check = clerk.send(where, typed | {"action": "check"}, form)
    other = signed_in(desk_app, shop.services, "colleague")
    assert other.send(where, typed | {"cause": "damaged"}).status_code == 303
    late = clerk.go_on(check, typed)
    assert late.status_code == 409
    assert "登记库已有变动" in late.text and "理由甲" in late.text
    with shop.services.database.read() as tx:
        assert len(tx.all("SELECT 1 FROM codes WHERE uscc = ?", (shop.uscc,))) == 2
