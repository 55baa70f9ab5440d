"""The second officer answers at the own desk, or beside the first officer on that one's phone."""

from __future__ import annotations

import hashlib

import pytest
from desk_pages import PASSWORD, clerk, desk_app, desk_services, elsewhere, signed_in
from phone_pages import hotel, phone, picture, visit

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere", "hotel", "phone"]


@pytest.fixture
def second(desk_app, desk_services, hotel):
    """The browser of the second officer."""
    return signed_in(desk_app, desk_services, "inspector-2")


@pytest.fixture
def sent(phone, desk_services, hotel):
    """A visit with a photograph that waits: its id, its bytes and the address of its page."""
    photo = picture()
    name, body = visit(desk_services, hotel, photo)
    phone.put(name, body)
    phone.put(f"{name}/{hashlib.sha256(body).hexdigest()}/photos/{hashlib.sha256(photo).hexdigest()}", photo)
    with desk_services.database.read() as tx:
        row = tx.one("SELECT max(inspection_key) AS key FROM inspections")
    return name, body, f"/desk/inspections/{row['key']}"


def state_of(desk_services, name):
    """The state of a visit now."""
    with desk_services.database.read() as tx:
        return tx.one("SELECT state FROM inspections WHERE inspection_id = ?", (name,))["state"]


def answer(browser, sent, **changes):
    """Fill in the form on the page of the visit."""
    name, body, address = sent
    fields = {"content_sha256": hashlib.sha256(body).hexdigest(), "answer": "confirmed", "password": PASSWORD}
    return browser.send(f"{address}/answer", {**fields, **changes}, page=browser.see(address))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_named_officer_finds_reads_and_confirms_the_visit(second, sent, desk_services, lang):
    name, body, address = sent
    assert address in second.see(f"/desk/inspections/named?lang={lang}")
    assert address in second.see("/desk/work")
    page = second.see(address)
    assert hashlib.sha256(body).hexdigest() in page and f"{address}/photos/0.jpg" in page and "<script" not in page
    assert answer(second, sent).status_code == 303
    assert state_of(desk_services, name) == "counted"
    assert "确认属实" in second.see(f"{address}?lang=zh") and address not in second.see("/desk/inspections/named")


def test_an_objection_needs_a_reason_and_what_was_typed_stays(second, sent, desk_services):
    refused = answer(second, sent, answer="objected")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'href="#objection"' in page and PASSWORD not in page
    assert answer(second, sent, answer="objected", objection="我不在现场").status_code == 303
    assert state_of(desk_services, sent[0]) == "held" and "我不在现场" in second.see(sent[2])


def test_a_wrong_password_or_another_content_confirms_nothing(second, sent, desk_services):
    wrong = answer(second, sent, password="somebody-else-s")
    assert wrong.status_code == 403 and 'href="#password"' in wrong.get_data(as_text=True)
    assert answer(second, sent, content_sha256="0" * 64).status_code == 409
    assert state_of(desk_services, sent[0]) == "held"


def test_nobody_else_is_offered_the_form(clerk, phone, sent):
    for browser in (clerk, phone.browser):
        assert "/answer" not in browser.see(sent[2])
    assert "待我确认" not in clerk.see("/desk/inspections")


def test_beside_the_first_officer_it_is_confirmed_without_a_session(phone, sent, desk_services):
    name, body, _ = sent
    page = f"/desk/inspections/beside/{name}/{hashlib.sha256(body).hexdigest()}"
    assert "第二名检查人员在此确认" in phone.browser.see(f"{page}?lang=zh")
    refused = phone.confirm(name, body, by="inspector")
    assert refused.status_code == 403 and 'href="#username"' in refused.get_data(as_text=True)
    assert phone.confirm(name, body).status_code == 303 and state_of(desk_services, name) == "counted"
    assert phone.ask().get_json()["officer"] == "inspector"
    assert 'name="password"' not in phone.browser.see(page)


def test_only_who_sent_a_visit_opens_the_page_beside(second, clerk, sent):
    name, body, _ = sent
    page = f"/desk/inspections/beside/{name}/{hashlib.sha256(body).hexdigest()}"
    assert second.client.get(page).status_code == 404
    assert clerk.client.get(page).status_code == 403
