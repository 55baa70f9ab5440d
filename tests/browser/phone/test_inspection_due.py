"""What an inspector meets on the phone between scan and signature: what is due there, what went wrong, what is signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from inspection_phone import STARTED, Phone, confirmed, ours, received
from playwright.sync_api import expect
from screens import WIDTHS, width_of

from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import local_date


@pytest.fixture
def phone(inspector: Phone) -> Phone:
    """An inspector's phone with a pack and both pages installed."""
    return inspector


def test_what_was_ordered_is_due_in_the_next_pack_and_comes_first_at_the_scanned_place(phone: Phone) -> None:
    code = ours(phone.site)[0]
    phone.begin(code)
    expect(phone.page.locator('input[value="routine"]')).to_be_checked()
    expect(phone.page.locator('input[value="follow_up"], input[value="recheck"]')).to_have_count(0)
    phone.answer_all({3: "地面积水"})
    phone.conclude("to_rectify", (STARTED + timedelta(days=9)).date().isoformat())
    phone.sign()
    phone.finish()
    expect(phone.delivered()).to_have_count(1)
    confirmed(phone.site)
    phone.take_pack()
    phone.list().get_by_role("button", name="整改复查").click()
    expect(phone.page.locator('input[value="recheck"]')).to_be_checked()
    phone.throw_away()
    phone.scan(phone.site.link(code))
    expect(phone.page.locator("#view .places button")).to_have_count(2)
    first = phone.page.locator("#view .places button").first
    expect(first).to_contain_text("整改复查")
    first.click()
    rechecked(phone)


def rechecked(phone: Phone) -> None:
    """What was ordered is asked for, and that alone; found done and confirmed, the order is over."""
    expect(phone.page.locator('input[value="recheck"]')).to_be_checked()
    phone.page.locator("#view select").select_option("second")
    phone.answer_all()
    expect(phone.questions()).to_have_count(1)
    phone.conclude()
    phone.sign()
    phone.finish()
    expect(phone.delivered()).to_have_count(2)
    confirmed(phone.site)
    found = received(phone.site)
    assert [each["state"] for each in found] == ["counted", "counted"]
    assert (found[1]["purpose"], found[1]["subject"]["read_by"]) == ("recheck", "symbol")
    with phone.site.services.database.read() as tx:
        (order,) = tx.all("SELECT state FROM rectifications")
    assert order["state"] != "open"


def test_a_refused_photograph_is_said_where_the_inspector_is_looking(phone: Phone) -> None:
    phone.begin(ours(phone.site)[0])
    phone.step(2)
    last = phone.questions().count() - 1
    phone.answer(last, "no", "地面积水")
    item = phone.questions().nth(last)
    item.scroll_into_view_if_needed()
    hostile = {"name": "../../<img src=x>\u202egpj.exe", "mimeType": "image/jpeg", "buffer": b"no picture"}
    item.locator('input[type="file"]').set_input_files(hostile)
    expect(phone.page.locator("#notices .note")).to_be_in_viewport(ratio=1)
    expect(item.locator(".shots img")).to_have_count(0)


def test_the_business_reads_all_that_it_signs(phone: Phone) -> None:
    phone.begin(ours(phone.site)[0])
    phone.answer_all({3: "地面积水"})
    phone.conclude("failed")
    phone.page.locator("#view textarea").fill("当场告知整改要求\n一周内复查")
    phone.step(5)
    shown = phone.page.locator("#view .record")
    for words in ("日常监督", "地面积水", "不合格", "当场告知整改要求\n一周内复查", "照片：0"):
        expect(shown).to_contain_text(words)


def test_the_list_of_second_officers_says_who_is_absent(phone: Phone) -> None:
    second, services = phone.site.services.accounts.user("second"), phone.site.services
    assert second is not None
    today = local_date(STARTED)
    details = AbsenceDetails(today, today + timedelta(days=4))
    services.absences.book.enter(second.person_id, details, second, STARTED)
    phone.take_pack()
    chosen = phone.page.locator('#view select option[value="second"]')
    for lang, words in (("zh", "second（示例）（不在岗至"), ("en", "second（示例） (absent until")):
        phone.list(lang)
        phone.begin(ours(phone.site)[0])
        expect(chosen).to_contain_text(words)
        for width in WIDTHS:
            phone.page.set_viewport_size({"width": width, "height": 800})
            assert width_of(phone.page) <= width
