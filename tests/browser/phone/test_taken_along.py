"""Taking along in a browser that has opened nothing before: ready only when all is there that works without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from accessible import violations
from fresh_phone import fresh_phone
from inspection_phone import PAGE, STARTED, Phone, flawless, ours
from playwright.sync_api import Browser, Route, expect
from screens import width_of
from verify_site import HURRY, Site, settled, sheet, typed

from licence_qr.domain.roles import Actor, Role

CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Phone]:
    """An inspector who has signed in on a phone that has opened nothing else."""
    with fresh_phone(chromium, site) as context, flawless(Phone(site, context)) as phone:
        phone.signed_in()
        phone.page.goto(f"{site.origin}/inspect/")
        yield phone


def pressed(phone: Phone) -> None:
    """Take along, up to the end of it."""
    expect(phone.page.locator("#take")).to_be_enabled()
    phone.page.click("#take")
    expect(phone.page.locator("#take")).to_be_enabled()


def test_what_was_taken_along_works_without_a_network(phone: Phone, site: Site, tmp_path: Path) -> None:
    pressed(phone)
    expect(phone.page.locator("#ready")).to_contain_text("已备好")
    code, page = ours(site)[0], phone.page
    photo = tmp_path / "sheet.jpg"
    sheet(site.services, CLERK, code, STARTED).save(photo, quality=85)
    with site.away():
        page.goto(f"{site.origin}/verify")
        settled(page)
        expect(page.locator("#copy-kept")).to_have_text("已存入本机")
        page.locator("#file").set_input_files(photo)
        expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，码内证照均有效")
        expect(page.locator("#outcome .registered")).to_be_visible()
        page.goto(f"{site.origin}{PAGE}#begin/{code.code_id.number}/{code.version}")
        phone.choose_place()
        phone.kept()


def lacking(phone: Phone, lost: str, said: str) -> None:
    """Take along while one part is not to be had: it is named, also to whoever comes back to the page."""
    with phone.site.failing(lost):
        pressed(phone)
        expect(phone.page.locator("#ready")).to_contain_text(f"还没有备好，断网后用不了。缺少：{said}。")
        expect(phone.page.locator("#pack-state")).to_contain_text("失效")
        phone.page.reload()
        expect(phone.page.locator("#ready")).to_contain_text("还没有备好")


def test_pages_that_are_missing_are_named_and_the_next_press_gets_them(phone: Phone) -> None:
    lacking(phone, "/verify/sw.js", "核验和检查页面")
    lacking(phone, "zxing_reader.wasm", "核验和检查页面")
    pressed(phone)
    expect(phone.page.locator("#ready")).to_contain_text("已备好")
    without_a_pack_nothing_is_called_ready(phone)


def without_a_pack_nothing_is_called_ready(phone: Phone) -> None:
    """Pages and lists are there; the pack is left behind, and no other is to be had."""

    def refuse(route: Route) -> None:
        route.fulfill(status=503)

    phone.page.click("#leave-behind")
    expect(phone.page.locator("#pack-state")).to_have_text("没有随身包。")
    phone.page.route("**/inspect/pack", refuse)
    pressed(phone)
    expect(phone.page.locator("#pack-state")).to_contain_text("503")
    expect(phone.page.locator("#ready")).to_be_hidden()


def test_lists_that_are_missing_are_named_and_the_next_press_gets_them(phone: Phone, site: Site) -> None:
    """What the page shows then and afterwards stands up to axe, in both languages."""
    lacking(phone, "/trust-list", "签发密钥名单、状态名单")
    lacking(phone, "/status-list", "状态名单")
    in_both_languages(phone, "还没有备好", "Not ready")
    pressed(phone)
    expect(phone.page.locator("#ready")).to_contain_text("已备好")
    in_both_languages(phone, "已备好", "Ready")


def in_both_languages(phone: Phone, chinese: str, english: str) -> None:
    """Axe finds nothing, and nothing is too wide."""
    for lang, words in (("en", english), ("zh", chinese)):
        phone.page.goto(f"{phone.site.origin}/inspect/?lang={lang}")
        expect(phone.page.locator("#ready")).to_contain_text(words)
        assert not violations(phone.page)
        assert width_of(phone.page) <= 360


def test_a_server_that_never_answers_is_given_up(phone: Phone, site: Site) -> None:
    expect(phone.page.locator("#take")).to_be_enabled()
    phone.page.evaluate(HURRY)
    with site.hanging("/verify"):
        pressed(phone)
        expect(phone.page.locator("#ready")).to_contain_text("缺少：核验和检查页面")


def test_a_wrong_clock_is_named_before_anybody_sets_out(chromium: Browser, site: Site) -> None:
    with fresh_phone(chromium, site) as context:
        context.clock.install(time=datetime.now(UTC) - timedelta(hours=26))
        phone = Phone(site, context)
        phone.signed_in()
        phone.take_pack()
        expect(phone.page.locator("#clock")).to_contain_text("本机时钟约慢 26 小时")
        with site.away():
            phone.page.goto(f"{site.origin}/verify")
            settled(phone.page)
            typed(phone.page, site.link(ours(site)[0]))
            expect(phone.page.locator("#outcome .registered")).to_be_visible()
