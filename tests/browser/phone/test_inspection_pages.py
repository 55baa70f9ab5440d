"""The inspection pages for whoever looks at them: every step by axe, in small windows, in large type, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from accessible import violations
from inspection_phone import (
    PAGE,
    Phone,
    installed,
    ours,
    picture_with_place,
    received,
)
from own_phone import OwnPhone
from page_clock import set_clock
from playwright.sync_api import Page, expect
from screens import PHONE, WIDTHS, width_of
from verify_site import Site

TOO_WIDE = """() => [...document.querySelectorAll('h1,h2,p,dt,dd,a,li,button,summary,legend,label')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map((e) => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def phone(fresh_inspector: Phone) -> Phone:
    """An inspector's phone with a pack and both pages installed: the one of this file, for whatever it begins with."""
    return fresh_inspector


def look(page: Page, contrast: bool) -> None:
    """Hold what is shown to axe, to three widths, and to type of twice the size."""
    assert not violations(page, contrast=contrast)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert width_of(page) <= width
    page.set_viewport_size(PHONE)
    page.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
    assert width_of(page) <= PHONE["width"]
    assert page.evaluate(TOO_WIDE) == []
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_stands_up_to_axe_small_windows_and_large_type(
    phone: Phone, lang: str, pytestconfig: pytest.Config
) -> None:
    contrast = lang == "zh" or pytestconfig.getoption("--campaign")  # the colours are the same in either language
    page = phone.list(lang)
    page.fill('input[type="search"]', "示例")
    page.click("form .button")
    expect(page.locator("form .places button")).not_to_have_count(0)
    look(page, contrast)
    phone.begin(ours(phone.site)[0])
    look(page, contrast)
    phone.answer_all({3: "地面积水"})
    phone.photograph(3, picture_with_place((800, 600)))
    look(page, contrast)
    for step in (3, 4, 5, 6):
        phone.step(step)
        if step == 4:
            phone.conclude("failed")
        if step == 5:
            phone.sign()
        look(page, contrast)
    page.get_by_role("button", name="Finish" if lang == "en" else "完成检查").click()
    expect(page.locator("#sending")).to_contain_text("1 ")
    look(page, contrast)


def pressed_until(page: Page, reached: Callable[[], bool], key: str = "Tab", most: int = 60) -> None:
    """Press a key until something is reached."""
    for _ in range(most):
        if reached():
            return
        page.keyboard.press(key)
    where = page.evaluate("() => document.activeElement.outerHTML.slice(0, 120)")
    raise AssertionError(f"not reached by keyboard; {page.url} {where}")


def on(page: Page, selector: str) -> Callable[[], bool]:
    """Whether what has the focus fits a selector."""
    return lambda: bool(page.evaluate("(s) => document.activeElement.matches(s)", selector))


def test_a_whole_inspection_is_made_by_keyboard_alone(phone: Phone) -> None:
    page = phone.page
    phone.scan(phone.site.link(ours(phone.site)[0]))
    pressed_until(page, on(page, "#view .places button"))
    page.keyboard.press("Enter")
    expect(page.locator(".visit-steps")).to_be_visible()
    pressed_until(page, on(page, "#view select"))
    page.keyboard.press("s")  # chooses the entry that begins with it
    pressed_until(page, on(page, "#view > .tools .button"))
    page.keyboard.press("Enter")
    expect(phone.questions().first).to_be_visible()
    expect(page.locator("#title")).to_be_focused()
    for _ in range(phone.questions().count()):
        page.keyboard.press("Tab")
        pressed_until(page, on(page, '.question input[type="radio"]'))
        page.keyboard.press("Space")
    expect(page.locator(".score")).to_contain_text("100 分")
    for step, control in ((3, None), (4, 'input[value="passed"]'), (5, 'input[value="drawn"]')):
        pressed_until(page, on(page, "#view > .tools .button"))
        page.keyboard.press("Enter")
        here = page.locator(".visit-steps a").nth(step - 1)
        expect(here).to_have_attribute("aria-current", "step")
        expect(page.locator("#title")).to_be_focused()
        if control:
            pressed_until(page, on(page, '#view fieldset input[type="radio"]'))
            pressed_until(page, on(page, control), "ArrowDown")
            page.keyboard.press("Space")
    expect(page.locator("canvas")).to_be_visible()
    pressed_until(page, on(page, 'input[value="drawn"]'))
    page.keyboard.press("ArrowDown")
    expect(page.locator("canvas")).to_have_count(0)
    expect(page.locator('input[value="typed"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Zhang")
    pressed_until(page, on(page, "#view > .tools .button"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="完成检查")).to_be_enabled()
    pressed_until(page, on(page, "#view .tools button"))
    page.keyboard.press("Enter")
    expect(phone.delivered()).to_have_count(1)
    (found,) = received(phone.site)
    assert found["signature"] == {"kind": "typed", "name": "Zhang"} and found["second_officer"] == "second"


def test_a_wrong_place_is_warned_of_on_the_way_into_the_inspection(phone: Phone) -> None:
    here, other = ours(phone.site)[:2]
    page = phone.page
    with phone.site.away():
        page.goto(f"{phone.site.origin}/verify")
        page.fill("#place", here.uscc)
        page.click("#place-form > button")
        page.click("#places button >> nth=0")
        expect(page.locator("#here-said")).to_be_visible()
        phone.scan(phone.site.link(other))
        expect(page.locator("#view .verdict.bad")).to_contain_text("不是这里的亮证牌")
        phone.scan(phone.site.link(here))
        expect(page.locator("#view .verdict")).to_have_count(0)


def test_a_first_start_without_a_pack_says_so(own_phone: OwnPhone, site: Site) -> None:
    page = own_phone.put_back("pages and lists alone", lambda context: installed(context, site)).new_page()
    with site.away():
        page.goto(f"{site.origin}{PAGE}")
        expect(page.locator("#view .note")).to_contain_text("本机还没有随身包，不能开始检查")
        page.goto(f"{site.origin}{PAGE}?lang=en")
        expect(page.locator("#view .note")).to_contain_text("There is no offline inspection pack on this device")
    own_phone.leave()


def test_a_number_typed_by_hand_finds_its_business_and_the_record_says_how(phone: Phone) -> None:
    printed = ours(phone.site)[0].code_id.number
    for around in ("{}", "编号：\u200b{}。"):  # typed, and pasted
        page = phone.list()
        page.fill('input[type="search"]', around.format(printed.lower().replace("-", " ")))
        page.click("form .button")
        page.click("form .places button")
        expect(page.locator("#view dl").first).to_contain_text("输入编号")
        expect(page.locator("#view dl").first).to_contain_text(printed)


def test_a_link_in_the_field_for_numbers_is_sent_to_the_verify_page(phone: Phone) -> None:
    page = phone.list()
    page.fill('input[type="search"]', phone.site.link(ours(phone.site)[0]))
    page.click("form .button")
    expect(page.locator("form [role=status]")).to_contain_text("请到核验页核验")


def test_a_visit_outlives_its_pack(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    with phone.site.away():
        set_clock(page, datetime.now(UTC) + timedelta(hours=13))
        phone.list()
        expect(page.locator("#view")).to_contain_text("随身包已过期")
        page.click("text=继续")
        phone.pass_and_sign()
        phone.finish()
    phone.list()
    expect(phone.delivered()).to_have_count(1)
    assert len(received(phone.site)) == 1


def test_a_visit_left_open_for_a_day_begins_anew_and_says_so(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    set_clock(page, datetime.now(UTC) + timedelta(hours=30))
    phone.step(6)
    page.get_by_role("button", name="从现在重新开始").click()
    expect(page.get_by_role("button", name="从现在重新开始")).to_have_count(0)
    expect(page.locator("#view dl")).to_contain_text("检查最初开始于")


def test_a_signature_is_asked_for_again_after_another_way_or_a_change_and_a_refusal_has_its_reason(
    phone: Phone,
) -> None:
    """One visit, signed three times in vain."""
    phone.begin(ours(phone.site)[0])
    phone.pass_and_sign()
    another_way_is_no_change_of_the_record(phone)
    what_is_changed_is_signed_again(phone)
    refused_with_its_reason(phone)
    phone.finish()
    expect(phone.delivered()).to_have_count(1)
    assert received(phone.site)[0]["signature"] == {"kind": "refused", "reason": "负责人不在场"}


def another_way_is_no_change_of_the_record(phone: Phone) -> None:
    """Choose another way to confirm and back: it is asked for again, and no change of the record is blamed."""
    page = phone.page
    for kind in ("typed", "drawn"):
        page.locator(f'input[value="{kind}"]').check()
        expect(page.locator("canvas")).to_have_count(1 if kind == "drawn" else 0)
    phone.step(6)
    expect(page.locator("#view .note").first).to_contain_text("换了确认方式")
    expect(page.locator("#view .note").first).not_to_contain_text("记录有改动")
    expect(page.get_by_role("button", name="完成检查")).to_be_disabled()
    phone.step(5)
    page.get_by_role("button", name="清除重签").click()
    phone.sign()
    phone.step(6)
    expect(page.get_by_role("button", name="完成检查")).to_be_enabled()


def what_is_changed_is_signed_again(phone: Phone) -> None:
    """Change an answer after the signature."""
    page = phone.page
    phone.step(2)
    phone.answer(0, "no", "许可证未悬挂")
    phone.step(6)
    expect(page.locator("#view .note").first).to_contain_text("签字后记录有改动")
    expect(page.get_by_role("button", name="完成检查")).to_be_disabled()
    phone.step(5)
    expect(page.locator("#view .note")).to_contain_text("原签字已清除")
    phone.sign()
    phone.step(6)
    expect(page.get_by_role("button", name="完成检查")).to_be_enabled()


def refused_with_its_reason(phone: Phone) -> None:
    """The business refuses to sign: the reason is asked for."""
    page = phone.page
    phone.step(5)
    page.locator('input[value="refused"]').check()
    phone.step(6)
    expect(page.locator("#view .note").first).to_contain_text("没有填写拒签的原因")
    expect(page.get_by_role("button", name="完成检查")).to_be_disabled()
    phone.step(5)
    page.locator("#view textarea").fill("负责人不在场")


def test_a_file_that_is_no_picture_is_refused_in_words_and_its_name_is_not_used(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.step(3)
    for name in ("photo.heic", "../../etc/passwd", "<img src=x onerror=alert(1)>.jpg"):
        page.evaluate("() => document.querySelector('#notices').replaceChildren()")  # what was said of the one before
        page.set_input_files('input[type="file"]', {"name": name, "mimeType": "image/heic", "buffer": b"ftypheic" * 9})
        expect(page.locator("#notices")).to_contain_text("浏览器读不了这张照片")
        assert "passwd" not in page.content() and "onerror" not in page.content()
        expect(page.locator(".shots li")).to_have_count(0)


def test_no_more_photographs_are_taken_than_can_be_sent_and_one_can_be_taken_away_again(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.answer_all({3: "毛巾未消毒"})
    phone.photograph(3, picture_with_place((400, 300)))
    phone.step(3)
    for n in range(1, 13):
        content = picture_with_place((60, 40 + n))
        page.set_input_files('input[type="file"]', {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
        expect(page.locator(".shots li")).to_have_count(min(n + 1, 12))
    expect(page.locator("#notices")).to_contain_text("一次检查最多 12 张照片")
    page.get_by_role("button", name="删除照片 1", exact=True).click()
    expect(page.locator(".shots li")).to_have_count(11)
    phone.step(2)
    expect(phone.questions().nth(3)).to_be_visible()
    expect(phone.questions().nth(3).locator(".shots li")).to_have_count(0)


def test_a_visit_is_open_in_one_window_at_a_time(phone: Phone) -> None:
    phone.begin(ours(phone.site)[0])
    second = phone.context.new_page()
    second.goto(phone.page.url)
    expect(second.locator("#view")).to_contain_text("在另一个窗口中打开着")
    phone.list()
    second.reload()
    expect(second.locator(".visit-steps")).to_be_visible()


def test_what_is_thrown_away_is_gone_and_was_asked_about(phone: Phone) -> None:
    page = phone.page
    phone.begin(ours(phone.site)[0])
    phone.throw_away()
    phone.list()
    expect(page.locator("h2", has_text="未完成")).to_have_count(0)
