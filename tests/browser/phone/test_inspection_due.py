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


def test_what_is_due_at_a_scanned_place_comes_first_and_is_bound_to_the_code(phone: Phone) -> None:
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
    phone.scan(phone.site.link(code))
    expect(phone.page.locator("#view .places button")).to_have_count(2)
    first = phone.page.locator("#view .places button").first
    expect(first).to_contain_text("整改复查")
    first.click()
    expect(phone.page.locator('input[value="recheck"]')).to_be_checked()
    phone.page.locator("#view select").select_option("second")
    phone.pass_and_sign()
    phone.finish()
    expect(phone.delivered()).to_have_count(2)
    confirmed(phone.site)
    recheck = received(phone.site)[1]
    assert (recheck["purpose"], recheck["subject"]["read_by"], recheck["state"]) == ("recheck", "symbol", "counted")


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


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "second（示例）（不在岗至"), ("en", "second（示例） (absent until")]
)
def test_the_list_of_second_officers_says_who_is_absent(phone: Phone, lang: str, words: str) -> None:
    second, services = phone.site.services.accounts.user("second"), phone.site.services
    assert second is not None
    today = local_date(STARTED)
    details = AbsenceDetails(today, today + timedelta(days=4))
    services.absences.book.enter(second.person_id, details, second, STARTED)
    phone.take_pack()
    phone.list(lang)
    phone.begin(ours(phone.site)[0])
    chosen = phone.page.locator('#view select option[value="second"]')
    expect(chosen).to_contain_text(words)
    for width in WIDTHS:
        phone.page.set_viewport_size({"width": width, "height": 800})
        assert width_of(phone.page) <= width
